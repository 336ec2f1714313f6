// The search in every page's header: results as one types. `/` focuses it, arrows move, Enter opens,
// Escape closes. On search.html the results fill the page and the query stands in the address.
// Without this script the form leads to search.html, which leads to the lists.

"use strict";

{
  const { element, number, shown, sign, table, entitle } = globalThis.hydrasnapPage;
  const HERE = document.currentScript.src;
  const form = document.querySelector(".find");
  const input = form.querySelector("input");
  const place = document.getElementById("search-page");
  const SHORT = 12, LONG = 60;
  let found = null; // the list below the field, made when it is first needed
  let asked = 0; // counts questions, so that a late answer to an old one is dropped

  // Load what answers, once, when it is first needed.
  let finder = null;
  function ready() {
    finder ??= new Promise((resolve, reject) => {
      if (globalThis.hydrasnapFinder) return resolve(globalThis.hydrasnapFinder);
      const script = element("script", { src: new URL("finder.js", HERE).href });
      script.onload = () => resolve(globalThis.hydrasnapFinder);
      script.onerror = () => {
        finder = null;
        reject(new Error("The search could not be loaded."));
      };
      document.head.append(script);
    });
    return finder;
  }

  // --- the list below the field ------------------------------------------------------------------

  function makeList() {
    found = element("div", { class: "found", id: "found", role: "listbox", "aria-label": "Results", hidden: "" });
    const said = element("p", { class: "said", role: "status" });
    const box = element("div", { class: "drop", hidden: "" }, found, said);
    form.append(box);
    Object.entries({
      role: "combobox", "aria-expanded": "false", "aria-controls": "found", "aria-autocomplete": "list",
    }).forEach(([key, value]) => input.setAttribute(key, value));
    box.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus
  }

  const box = () => found.parentElement;
  const options = () => [...found.children];
  const active = () => found?.querySelector("[aria-selected=true]");

  function option(result, place) {
    const made = element("a", {
      role: "option", id: `found-${place}`, href: result.href, "aria-selected": "false", tabindex: "-1", "data-row": "",
    });
    if (result.status) made.append(sign(result.status), " ");
    const jobs = result.jobs.flatMap(({ label }) => [" ", job("span", { class: "tag" }, label)]);
    made.append(
      element("span", { class: "kind" }, result.kind),
      result.of && !result.jobs.length ? job("bdi", {}, result.label) : element("bdi", {}, shown(result.label)),
      element("span", { class: "soft" }, element("bdi", {}, shown(result.about)), ...jobs),
    );
    return made;
  }

  // Make what names a job, with room for the sign that comes later.
  function job(name, attributes, label) {
    return element(name, { ...attributes, "data-job": label }, element("span", { class: "st" }), shown(label));
  }

  function select(step) {
    const all = options();
    if (!all.length) return;
    const old = active();
    const next = old ? all[(all.indexOf(old) + step + all.length) % all.length] : all.at(step > 0 ? 0 : -1);
    old?.setAttribute("aria-selected", "false");
    next.setAttribute("aria-selected", "true");
    next.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", next.id);
  }

  function close() {
    if (!found) return;
    box().hidden = true;
    found.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function showList({ results, total, left }) {
    found.replaceChildren(...results.map(option));
    addSigns(found, results, asked).catch(() => {});
    found.hidden = !results.length;
    box().hidden = false;
    input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-expanded", String(results.length > 0));
    const [exact, ...others] = exactOf(results, input.value.trim());
    options()[results.indexOf(exact)]?.classList.add("enter");
    box().lastChild.textContent = words(results.length, total, left) + (exact ? ` ${enters(exact, others)}` : total > results.length || left ? " Enter shows more." : "");
  }

  // Say what Enter opens, and of which jobset where several have one of that name.
  function enters({ kind, label, about }, others) {
    const of = kind === "Job" ? ` of ${shown(about)}` : "";
    const more = others.length ? `; ${number(others.length)} more ${others.length === 1 ? "has" : "have"} that name` : "";
    return `Enter opens ${shown(label)}${of}${more}.`;
  }

  // The results whose name was typed as a whole: those in use first, then those of large jobsets. Enter opens the first.
  function exactOf(results, query) {
    const text = query.toLowerCase();
    const written = text.replaceAll("/", ":"); // as people write a jobset
    const full = ({ about, label }) => `${about}:${label}`;
    const fits = results.filter((result) => [result.label, result.name, full(result)].some((name) => [text, written].includes(name?.toLowerCase())));
    return fits.sort((a, b) => (b.used ?? 1) - (a.used ?? 1) || (b.size ?? 0) - (a.size ?? 0));
  }

  // Put a sign before each job that was found: its newest result, as the index knows it.
  async function addSigns(holder, results, question) {
    const { jobOf } = await ready();
    const jobs = results.flatMap((result, row) => (result.jobs.length ? result.jobs : result.of ? [result] : [])
      .map(({ of, label }) => ({ of, label, row }))).slice(0, place ? 40 : 24);
    for (const { of, label, row: at } of jobs) {
      const [build] = await jobOf(...of);
      if (question !== asked) return;
      const row = holder.querySelectorAll("[data-row]")[at];
      const link = row && [...row.querySelectorAll("[data-job]")].find((found) => found.dataset.job === label);
      const [words, outcome, icon] = build?.status ?? [];
      const look = { class: `st ${outcome} i-${icon}`, role: "img", "aria-label": words, title: words };
      for (const [key, value] of Object.entries(build && link ? look : {})) link.querySelector(".st").setAttribute(key, value);
    }
  }

  function words(shownNow, total, left) {
    const part = left ? " in the part of the names that was read" : "";
    if (!total) return `Nothing found${part}.`;
    if (shownNow < total) return `${number(shownNow)} of ${number(total)} results${part}.`;
    return `${number(total)} ${total === 1 ? "result" : "results"}${part}.`;
  }

  // --- search.html -------------------------------------------------------------------------------

  function row(result) {
    const { href } = result;
    const link = result.of && !result.jobs.length ? job("a", { href }, result.label) : element("a", { href }, shown(result.label));
    const about = result.status ? [sign(result.status), " "] : [];
    about.push(element("bdi", { class: "soft" }, shown(result.about)));
    const jobs = result.jobs.flatMap((one) => [" ", job("a", { class: "tag", href: one.href }, one.label)]);
    const kind = element("td", { class: "kind" }, result.kind);
    return element("tr", { "data-row": "" }, kind, element("td", { class: "name" }, link, ...jobs), element("td", { class: "name" }, ...about));
  }

  function showPage({ results, total, left, near = [], live }, query) {
    const said = element("p", { class: "lead", role: "status" }, query ? words(results.length, total, left) : hint());
    const parts = [said];
    if (results.length) parts.push(table("results", ["Kind", "Name", "Of"], results.map(row)));
    if (left) {
      const more = element("button", { type: "button" }, `Search the remaining names (${number(Math.ceil(left / 1000))} kB)`);
      more.addEventListener("click", () => answer(true));
      parts.push(element("p", {}, more));
    }
    if (near.length) {
      const names = near.flatMap((name, at) => [at ? ", " : "", element("a", { href: `?q=${encodeURIComponent(name)}` }, shown(name))]);
      parts.push(element("p", {}, "The nearest names: ", ...names, "."));
    }
    if (live) parts.push(element("p", {}, element("a", { href: live, rel: "external" }, "Search on the Hydra itself"), "."));
    place.replaceChildren(...parts);
    addSigns(place, results, asked).catch(() => {});
  }

  const hint = () => "Type part of a name; several words must all match, -word excludes. " +
    "The number of a build or evaluation, a commit, a store path and a Hydra address work too.";

  function remember(query) {
    const address = query ? `?q=${encodeURIComponent(query)}` : location.pathname;
    history.replaceState(null, "", address);
    entitle(query ? `${query}: search` : "Search");
  }

  // --- the way from a key to an answer -----------------------------------------------------------

  async function answer(all = false) {
    const query = input.value.trim();
    const question = (asked += 1);
    if (!place && !query) return close();
    try {
      const { find } = await ready();
      const show = (result) => {
        if (question !== asked) return;
        if (place) showPage(result, query);
        else showList(result);
      };
      show(query ? await find(query, place ? LONG : SHORT, all, show) : { results: [], total: 0, left: 0 });
    } catch (error) {
      if (question !== asked) return;
      (place ?? box().lastChild).textContent = error.message;
      if (!place) box().hidden = false;
    }
  }

  function typed() {
    if (place) remember(input.value.trim());
    answer();
  }

  function pressed(event) {
    if (event.key === "Escape" && found) {
      asked += 1;
      close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found?.childElementCount) {
      event.preventDefault();
      select(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && active() && !event.isComposing) {
      event.preventDefault();
      location.assign(active().href);
    }
  }

  input.addEventListener("focus", () => ready().then(({ load }) => load("directory")).catch(() => {}));
  input.addEventListener("input", typed);
  input.addEventListener("keydown", pressed);
  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    input.select();
  });

  // Open what was named as a whole; else show all results on their own page.
  async function submitted(event) {
    event.preventDefault();
    const query = input.value.trim();
    try {
      const { find } = await ready();
      const [exact] = query ? exactOf((await find(query, SHORT)).results, query) : [];
      if (exact) return location.assign(exact.href);
    } catch {
      // the page of the search says what is wrong
    }
    if (!place) location.assign(`${form.action}?q=${encodeURIComponent(query)}`);
  }

  form.addEventListener("submit", submitted);
  if (place) {
    if (!/^\?(build|job)\//.test(location.search)) {
      const query = new URLSearchParams(location.search);
      input.value = query.get("q") ?? query.get("query") ?? ""; // as we and as Hydra call it
      input.focus();
      answer();
    }
  } else {
    makeList();
    input.addEventListener("blur", close);
    if (input.value) input.value = ""; // what a browser kept when one went back
  }

  globalThis.hydrasnapSearch = { ready };
}
