// Compares any two evaluations on compare.html: ?a=12&b=11 asks for evaluation 12 against 11, and
// &filter=… narrows the lists as on other pages. The states of jobs are read and compared by jobs.js.

"use strict";

{
  const { element, number, shown, table, entitle, moment, zone } = globalThis.hydrasnapPage;
  const { LISTS, PLAIN, MORE, VIEWS, read, compare, fitting, link, list } = globalThis.hydrasnapJobs;
  const { bar, counted } = globalThis.hydrasnapTables;
  const { asked } = globalThis.hydrasnapTerms;
  const { ready } = globalThis.hydrasnapSearch;
  const REVISION = /^[0-9a-f]{7,64}$/; // as report/forges.py has it

  // --- inputs ----------------------------------------------------------------------------------------

  // What tells one state of an input from the other, as `_words` of pages/inputs.py says it.
  function words(found, other) {
    if (!found) return "";
    const [, type, uri, revision, value, dependency] = found;
    if (dependency !== null) return `build ${dependency}`;
    const state = revision || value;
    const parts = [!other || other[1] !== type ? type : "", !other || other[2] !== uri ? uri : "", uri.includes(state) ? "" : state];
    return parts.filter(Boolean).join(" ") || state;
  }

  function differences(now, then) {
    const [after, before] = [now, then].map(({ data }) => new Map(data.inputs.map((found) => [found[0], found])));
    const names = [...new Set([...before.keys(), ...after.keys()])].sort();
    return names.map((name) => [name, before.get(name), after.get(name)])
      .filter(([, old, found]) => JSON.stringify(old) !== JSON.stringify(found))
      .map(([name, old, found]) => {
        const what = !old ? "added" : !found ? "removed" : old[1] === found[1] ? "changed" : "type changed";
        const commits = what === "changed" && old[6] && old[6] === found[6] && old[3] !== found[3] &&
          [old, found].every(({ 3: revision }) => REVISION.test(revision));
        const href = commits ? found[6].replace("{0}", old[3]).replace("{1}", found[3]) : null;
        return [name, what, words(old, found), words(found, old), href];
      });
  }

  // --- the page ---------------------------------------------------------------------------------------

  const place = document.getElementById("comparison");
  const form = document.getElementById("versus");

  function section([slug, title], rows, all) {
    const count = rows.length === all ? number(all) : `${number(rows.length)} of ${number(all)}`;
    const made = element("section", { id: slug, "data-count": rows.length },
      element("h2", {}, `${title} `, element("span", { class: "count" }, count)));
    if (slug === "undecided") made.append(element("p", { class: "soft" }, "Finished builds of which the snapshot cannot tell whether anything changed."));
    list(made, rows, PLAIN.includes(slug) ? VIEWS.plain : VIEWS.compared);
    return made;
  }

  function inputs(rows) {
    if (!rows.length) return element("p", { class: "soft" }, "All inputs are the same.");
    const lines = rows.map(([name, what, before, after, href]) => {
      const about = href ? element("a", { href, rel: "external nofollow" }, `${what}: see the commits`) : what;
      const cells = [about, ...[before, after].map((text) => element("span", { class: "path" }, shown(text)))];
      return element("tr", {}, element("th", { scope: "row" }, shown(name)), ...cells.map((cell) => element("td", {}, cell)));
    });
    const made = table("states", ["Input", "Change", "Before", "Now"], lines);
    for (const [key, value] of Object.entries({ tabindex: "0", role: "region", "aria-label": "Changes of inputs" })) made.setAttribute(key, value);
    return made;
  }

  function named({ data: { id, jobset, pages, timestamp } }, ROOT) {
    return [link(pages[1] && ROOT + pages[1], String(id)), " of ", link(ROOT + pages[0], shown(jobset.join(":"))), ", ", moment(timestamp), timestamp ? ` ${zone(new Date(timestamp * 1000))}` : ""];
  }

  function about(now, then, ROOT) {
    const [a, b] = [now.data.id, then.data.id];
    const facts = element("dl", { class: "facts" },
      element("dt", {}, "This"), element("dd", {}, ...named(now, ROOT)),
      element("dt", {}, "Against"), element("dd", {}, ...named(then, ROOT), "; ", element("a", { href: `?a=${b}&b=${a}` }, "the other way round")));
    const [missing, absent] = [now.data.unknown, then.data.unknown];
    if (!missing && !absent) return [facts];
    return [element("p", { class: "note" }, `Only partly known. Builds that the snapshot lacks: ${number(missing)} of this evaluation, ${number(absent)} of the other.`), facts];
  }

  function show(now, then, ROOT) {
    const lists = compare(now, then);
    const { form: filter, field, said } = bar();
    const jump = element("nav", { class: "jump", "aria-label": "Lists" });
    const body = element("div", {});
    const fill = () => {
      const fits = asked(field.value);
      const is = fitting(fits);
      const found = LISTS.map((about) => [about, lists[about[0]].filter(is), lists[about[0]].length]);
      body.replaceChildren(...found.filter(([, rows]) => rows.length).map(([about, rows, all]) => section(about, rows, all)));
      jump.replaceChildren(...found.filter(([, rows]) => rows.length).map(([[slug, title, look], rows]) =>
        element("a", { href: `#${slug}`, class: look }, element("b", {}, number(rows.length)), ` ${title.toLowerCase()}`)));
      const [some, all] = [({ 1: rows }) => rows.length, ({ 2: amount }) => amount]
        .map((amount) => found.reduce((sum, list) => sum + amount(list), 0));
      said.textContent = counted(some < all, { shown: some, total: all }, fits.wrong);
    };
    field.value = new URLSearchParams(location.search).get("filter") ?? "";
    field.addEventListener("input", () => {
      const query = new URLSearchParams(location.search);
      if (field.value) query.set("filter", field.value);
      else query.delete("filter");
      history.replaceState(null, "", `?${query}${location.hash}`);
      fill();
    });
    fill();
    const changed = differences(now, then);
    const heading = element("h2", {}, "Input changes ", element("span", { class: "count" }, String(changed.length)));
    place.replaceChildren(...about(now, then, ROOT), jump, element("div", { class: "filter" }, filter),
      body, element("section", { id: "changes" }, heading, inputs(changed)));
    entitle(`Evaluation ${now.data.id} against ${then.data.id}`);
  }

  // --- picking evaluations by jobset, date and commit --------------------------------------------------

  async function pick(now, then, { load }, { jobsets }, evaluations) {
    const commits = await load("commits");
    const known = new Map(evaluations.map(([id, at, , , time], place) => [String(id), { id, at, time, commits: commits[place] }]));
    const at = known.get(now)?.at ?? known.get(then)?.at ?? evaluations[0]?.[1];
    const jobset = element("select", { "aria-label": "Jobset" }, ...jobsets.map(([project, name], place) =>
      element("option", { value: place, ...(place === at ? { selected: "" } : {}) }, shown(`${project}:${name}`))));
    const [first, second] = ["Evaluation", "Against"].map((label) => element("select", { "aria-label": label }));
    const fill = () => {
      const own = [...known.values()].filter((one) => one.at === Number(jobset.value));
      for (const [select, value, title] of [[first, now, "an evaluation"], [second, then, "against another"]]) {
        select.replaceChildren(element("option", { value: "" }, title), ...own.slice(0, MORE).map((one) =>
          element("option", { value: one.id, ...(String(one.id) === value ? { selected: "" } : {}) }, told(one, known.get(now)))));
      }
    };
    const go = () => {
      if (first.value && second.value) location.search = `?a=${first.value}&b=${second.value}`;
    };
    jobset.addEventListener("change", fill);
    for (const select of [first, second]) select.addEventListener("change", go);
    fill();
    document.querySelector(".pick").replaceChildren(jobset, first, second);
  }

  // Say of an evaluation its number, date and commits, and how far from another it is.
  function told({ id, time, commits }, from) {
    const words = [id];
    if (time) words.push(moment(time).textContent);
    if (time && from?.time && from.time !== time) words.push(apart(from.time - time));
    for (let place = 0; place < Math.min(commits.length, 4); place += 2) words.push(`${commits[place]} ${commits[place + 1].slice(0, 12)}`);
    return shown(words.join(" · "));
  }

  function apart(seconds) {
    const [unit, length] = [["day", 86400], ["hour", 3600], ["minute", 60]].find(([, size]) => Math.abs(seconds) >= 1.5 * size) ?? ["minute", 60];
    const amount = Math.round(Math.abs(seconds) / length);
    return `${amount} ${unit}${amount === 1 ? "" : "s"} ${seconds > 0 ? "earlier" : "later"}`;
  }

  const say = (text) => place.replaceChildren(element("p", { class: "lead", role: "status" }, text));

  async function open() {
    const query = new URLSearchParams(location.search);
    const [a, b] = ["a", "b"].map((name) => (form.elements[name].value = query.get(name)?.trim() ?? ""));
    const finder = await ready();
    const { load, ROOT } = finder;
    const [{ jobsets }, evaluations] = await Promise.all([load("directory"), load("evals")]);
    document.getElementById("evaluations").append(...evaluations.slice(0, MORE).map(([id, at]) =>
      element("option", { value: id, label: `${id} of ${shown(jobsets[at].slice(0, 2).join(":"))}` })));
    await pick(a, b, finder, { jobsets }, evaluations);
    if (!a || !b) return say("Choose two evaluations, by their numbers or from the lists.");
    const unknown = [a, b].find((id) => !evaluations.some(([known]) => String(known) === id));
    if (unknown) return say(`The snapshot has no evaluation ${unknown}.`);
    say("Loading the two evaluations…");
    const [now, then] = (await Promise.all([a, b].map((id) => load(`../eval/${id}/jobs`)))).map(read);
    show(now, then, ROOT);
  }

  open().catch((error) => say(error.message));
  globalThis.hydrasnapCompare = { read, compare, differences };
}
