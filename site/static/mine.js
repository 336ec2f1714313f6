// "My packages" on the overview and on evaluations: the jobs that fit globs, or that a maintainer looks
// after, of all jobs of the evaluation, on the overview of the newest one of each jobset. What is asked
// for stands in the address (?mine=python3Packages.* @ann), or is kept by the browser, and is sent to
// nobody. The states of jobs come from the files that jobs.js reads, one evaluation after the other.

"use strict";

{
  const HERE = document.currentScript.src;
  const { element, number, shown } = globalThis.hydrasnapPage;
  const { ready } = globalThis.hydrasnapSearch;
  const place = document.getElementById("mine");
  const evaluations = place.dataset.evaluations.split(" ").filter(Boolean);
  const KEY = "hydrasnap-mine";
  const LONGEST = 2000; // characters of a question
  const WORD = /@"[^"]*"|[^\s,]+/g;
  const QUIET = "still-succeeding";
  let turn = 0; // counts questions, so that the answer to an old one ends

  // --- what is asked for ------------------------------------------------------------------------------

  function kept() {
    try {
      return localStorage.getItem(KEY) ?? "";
    } catch {
      return ""; // a browser may keep nothing for a page
    }
  }

  function keep(text) {
    try {
      if (text) localStorage.setItem(KEY, text);
      else localStorage.removeItem(KEY);
    } catch {
      // then it holds for this page alone
    }
  }

  const asked = () => (new URLSearchParams(location.search).get("mine") ?? "").slice(0, LONGEST);

  function remember(text) {
    const query = new URLSearchParams(location.search);
    if (text) query.set("mine", text);
    else query.delete("mine");
    const words = query.toString();
    history.replaceState(history.state, "", `${location.pathname}${words ? `?${words}` : ""}${location.hash}`);
  }

  // --- what fits ----------------------------------------------------------------------------------------

  // Load a script of ours that another one of the page may have brought already.
  function script(name, known) {
    if (globalThis[known]) return globalThis[known];
    return new Promise((resolve, reject) => {
      const made = element("script", { src: new URL(name, HERE).href });
      made.onload = () => resolve(globalThis[known]);
      made.onerror = () => reject(new Error(`${name} could not be loaded.`));
      document.head.append(made);
    });
  }

  // Write a glob as an expression: * for any characters, ? for one, [abc] for one of several.
  function expression(glob) {
    const parts = glob.match(/\[[^\]]+\]|[^]/g).map((part) => {
      if (part === "*") return ".*";
      if (part === "?") return ".";
      if (part.length > 1) return part.replace(/^\[!/, "[^").replace(/\\/g, "\\\\");
      return /\w/.test(part) ? part : `\\${part}`;
    });
    return `^${parts.join("")}$`;
  }

  const packageOf = (job, system) => (system && job.endsWith(`.${system}`) ? job.slice(0, -system.length - 1) : job);

  // Return what tells whether a build is asked for, by its job with or without the system, and the
  // maintainers that the snapshot does not know.
  async function choice(text, { jobsOfPerson }) {
    const { matcher } = await script("terms.js", "hydrasnapTerms");
    const words = text.match(WORD) ?? [];
    const people = words.filter((word) => word[0] === "@").map((word) => word.slice(1).replaceAll('"', ""));
    const found = await Promise.all(people.map(jobsOfPerson));
    const names = new Set(found.flatMap((jobs) => jobs ?? []));
    const globs = words.filter((word) => word[0] !== "@").map((word) => matcher(expression(word)));
    return {
      unknown: people.filter((_, at) => !found[at]),
      fits({ job, system }) {
        const own = packageOf(job, system);
        return names.has(own) || globs.some((test) => test(job.toLowerCase()) || test(own.toLowerCase()));
      },
    };
  }

  // --- what is shown ------------------------------------------------------------------------------------

  const field = element("input", {
    name: "mine", type: "search", autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: LONGEST,
    placeholder: "hello python3Packages.* @maintainer", "aria-label": "My packages: names, globs with * and ?, or @maintainer",
  });
  const box = element("input", { type: "checkbox", name: "keep" });
  const said = element("p", { class: "soft", role: "status" });
  const answer = element("div", {});
  const form = element("form", { class: "own", "aria-label": "My packages" }, field, element("button", {}, "Show"),
    element("label", {}, box, " keep in this browser"));

  const one = (amount, word) => `${number(amount)} ${word}${amount === 1 ? "" : "s"}`;

  // Say what the jobs came to, and how many were looked at until now.
  function report(sums, seen, unknown, done) {
    const total = sums.succeeded + sums.failed + sums.aborted + sums.queued;
    const parts = Object.entries(sums).filter(([, amount]) => amount).map(([name, amount]) => `${number(amount)} ${name}`);
    const of = evaluations.length === 1 ? "" : ` in ${done ? one(seen.evaluations, "jobset") : `${number(seen.evaluations)} of ${one(evaluations.length, "jobset")}`}`;
    const words = [`${one(total, "job")}${parts.length ? `: ${parts.join(", ")}` : ""}.`, `${done ? "All" : "So far"} ${one(seen.jobs, "job")}${of} looked at.`];
    if (seen.missing) words.push(`${one(seen.missing, "build")} of them ${seen.missing === 1 ? "is" : "are"} not in the snapshot.`);
    if (unknown.length) words.push(`No maintainer of that name: ${unknown.map(shown).join(", ")}.`);
    said.textContent = words.join(" ");
  }

  function lists(jobs, builds) {
    const { LISTS, VIEWS, list } = jobs;
    return LISTS.flatMap(([slug, title], at) => {
      const rows = builds.filter((build) => build.list === at).map((build) => ({ build, before: null }));
      if (!rows.length) return [];
      const words = [`${title} `, element("span", { class: "count" }, number(rows.length))];
      const fold = slug === QUIET;
      const holder = fold ? element("details", {}, element("summary", {}, ...words)) : element("section", {}, element("h3", {}, ...words));
      list(holder, rows, rows.some(({ build }) => build.why) ? VIEWS.failing : VIEWS.plain);
      return [holder];
    });
  }

  function section(jobs, { jobset, pages, id }, builds, ROOT) {
    const parts = lists(jobs, builds);
    if (evaluations.length === 1) return parts;
    const name = jobs.link(ROOT + pages[0], shown(jobset.join(":")));
    const evaluation = jobs.link(pages[1] && ROOT + pages[1], `evaluation ${id}`);
    return [element("section", {}, element("h3", {}, name, " ", element("span", { class: "count" }, evaluation)), ...parts)];
  }

  async function show(text) {
    const mine = (turn += 1);
    answer.replaceChildren();
    said.textContent = text ? "Loading…" : "";
    if (!text) return;
    const finder = await ready();
    const [jobs, wanted] = await Promise.all([script("jobs.js", "hydrasnapJobs"), choice(text, finder)]);
    const sums = { succeeded: 0, failed: 0, aborted: 0, queued: 0 };
    const seen = { jobs: 0, evaluations: 0, missing: 0 };
    for (const id of evaluations) {
      const { data, builds } = jobs.read(await finder.load(`../eval/${id}/jobs`));
      if (mine !== turn) return;
      const found = builds.filter(wanted.fits);
      for (const { status } of found) sums[status[1]] += 1;
      seen.jobs += builds.length;
      seen.missing += data.unknown;
      seen.evaluations += 1;
      if (found.length) answer.append(...section(jobs, data, found, finder.ROOT));
      report(sums, seen, wanted.unknown, seen.evaluations === evaluations.length);
    }
    if (!evaluations.length) said.textContent = "The snapshot has no evaluation.";
  }

  const run = (text) => show(text).catch((error) => {
    said.textContent = error.message;
  });

  function start() {
    const text = asked() || kept().slice(0, LONGEST);
    field.value = text;
    box.checked = Boolean(kept()) && kept() === text;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const words = field.value.trim();
      remember(words);
      if (box.checked || !words || kept() === words) keep(box.checked ? words : "");
      run(words);
    });
    place.querySelector("p").replaceWith(form, said, answer);
    place.open = Boolean(text);
    run(text);
  }

  if (document.readyState === "complete") start();
  else addEventListener("DOMContentLoaded", start);
}
