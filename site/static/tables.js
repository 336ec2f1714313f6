// Tables that follow an element `.filter`: filter their rows by words, regular expressions, system
// and status, sort them by clicking their heads, walk through them with j and k or the arrows. What is
// chosen stands in the address (?filter=…&system=…&status=…&sort=…), so that a view can be shared, and
// survives a reload.
// Where a page has not all rows of its lists, the rows of a filter come from lists.js, which has them
// from files; until these are there, it says what it has seen.
// Without this script the tables stand as they are.

"use strict";

{
  const { element, number, table, copy } = globalThis.hydrasnapPage;
  const { asked } = globalThis.hydrasnapTerms;
  const place = document.querySelector(".filter");
  const follows = (table) => place.compareDocumentPosition(table) & Node.DOCUMENT_POSITION_FOLLOWING;
  const tables = place ? [...document.querySelectorAll("main table")].filter((table) =>
    table.tHead && follows(table) && !table.closest("[role=region]") && !table.matches(".narrow, [data-plain]")) : [];
  const { open, chooser, sorted, list } = globalThis.hydrasnapLists ?? {};
  const MOST_PACKAGES = 2000; // rows that are arranged by package
  const source = place?.dataset.jobs && open(place); // of all rows, if the page has not all
  const SYSTEM = /\.([a-z0-9_]+-[a-z0-9]+)$/;
  const UNITS = { s: 1, min: 60, h: 3600, d: 86400 };
  let collator = null; // made when it is first needed, as that takes a phone long
  const inOrder = (a, b) => (collator ??= new Intl.Collator("en", { numeric: true })).compare(a, b);

  // A column's title, without the zone that its times are shown in.
  function title(head) {
    const words = head.cloneNode(true);
    for (const zone of words.querySelectorAll(".tz")) zone.remove();
    return words.textContent.replace(/\s+/g, " ").trim();
  }

  // --- rows: what the filters ask, read from the page once -----------------------------------------

  function columns(table) {
    const heads = [...table.tHead.rows[0].cells].map(title);
    return { system: heads.indexOf("System"), status: heads.indexOf("Status"), grid: table.matches(".grid") };
  }

  function read(row, { system, status, grid }) {
    const name = grid && row.cells[0].textContent.trim();
    const signs = grid ? [...row.querySelectorAll(".st")] : status < 0 ? [] : [row.cells[status].querySelector(".st")];
    return {
      row,
      name,
      system: grid ? SYSTEM.exec(name)?.[1] ?? "" : system < 0 ? "" : row.cells[system].textContent.trim(),
      statuses: new Set(signs.map((sign) => sign?.textContent.trim())),
      shown: true,
    };
  }

  // The words of a row are read when somebody asks for some.
  function text(entry) {
    const { row, name } = entry;
    const words = () => [...row.cells, ...row.querySelectorAll("time")].map((found) => (found.dateTime ? found.title : found.textContent.trim()));
    return entry.text ??= (name || words().join("\n")).toLowerCase();
  }

  // A list and its folded rest are one group: sorted as one, counted as one.
  function groupsOf(all) {
    const groups = new Map();
    for (const table of all) {
      const section = table.closest("section") ?? table;
      const key = groups.get(section) ?? { section, tables: [], rows: [] };
      groups.set(section, key);
      key.tables.push(table);
      const about = columns(table);
      for (const row of [...table.tBodies].flatMap((body) => [...body.rows])) key.rows.push(read(row, about));
    }
    for (const section of source ? document.querySelectorAll("main section[data-count]") : []) {
      if (Number(section.dataset.count) && !groups.has(section)) groups.set(section, { section, tables: [], rows: [] }); // it is only counted
    }
    return [...groups.values()].map((group) => ({
      ...group,
      sizes: group.tables.map((table) => table.tBodies[0].rows.length),
      count: group.section.querySelector(":scope > h2 > .count"),
      beyond: Math.max(0, Number(group.section.dataset.count ?? 0) - group.rows.length), // rows of other pages
      words: group.section.querySelector(":scope > h2 > .count")?.textContent,
      folds: [...group.section.querySelectorAll("details")].map((fold) => {
        const summary = fold.querySelector("summary");
        return { fold, summary, words: summary.textContent };
      }),
    }));
  }

  // --- the choices and the address ------------------------------------------------------------------

  const KEYS = ["filter", "system", "status", "sort", "by"];

  function chosen() {
    const query = new URLSearchParams(location.search);
    return Object.fromEntries(KEYS.map((key) => [key, query.get(key) ?? ""]));
  }

  function remember(choice) {
    const query = new URLSearchParams(location.search);
    for (const key of KEYS) {
      if (choice[key]) query.set(key, choice[key]);
      else query.delete(key);
    }
    const text = query.toString();
    history.replaceState(history.state, "", `${location.pathname}${text ? `?${text}` : ""}${location.hash}`);
  }

  // --- filtering --------------------------------------------------------------------------------------

  function test({ filter, system, status }) {
    const fits = asked(filter);
    const test = (row) => (!system || row.system === system) && (!status || row.statuses.has(status)) && (!filter || fits(text(row)));
    return Object.defineProperty(test, "wrong", { get: () => fits.wrong });
  }

  const fitting = (part) => [...part.querySelectorAll("tbody tr")].filter((row) => !row.hidden).length;

  // Show only the tables in which something fits, and say of a fold how much does.
  function unfold(group, filtered) {
    for (const table of group.tables) table.closest(".wide").hidden = filtered && !fitting(table);
    for (const { fold, summary, words } of group.folds) {
      const fit = filtered && fitting(fold);
      fold.hidden = fit === 0;
      summary.textContent = filtered ? `${number(fit)} more` : words;
      if (filtered && fold.dataset.was === undefined) {
        fold.dataset.was = fold.open ? "open" : "";
        fold.open = true;
      } else if (!filtered && fold.dataset.was !== undefined) {
        fold.open = fold.dataset.was === "open";
        delete fold.dataset.was;
      }
    }
  }

  function filter(groups, choice, lists) {
    const fits = test(choice);
    const filtered = Boolean(choice.filter.trim() || choice.system || choice.status);
    if (filtered && lists) return filterAll(groups, choice, lists);
    let shown = 0, total = 0, beyond = 0;
    for (const group of groups) {
      forget(group);
      shown += filterRows(group, fits, filtered);
      total += group.rows.length;
      beyond += group.beyond;
    }
    return counted(filtered, { shown, total, beyond }, fits.wrong);
  }

  // Show the rows of a list on the page that fit, and return how many do.
  function filterRows(group, fits, filtered) {
    let here = 0;
    for (const entry of group.rows) {
      const fit = fits(entry);
      if (fit !== entry.shown) entry.row.hidden = !fit;
      entry.shown = fit;
      here += fit;
    }
    unfold(group, filtered);
    group.section.classList.toggle("emptied", filtered && !here);
    if (group.count) group.count.textContent = filtered ? part(here, group) : group.words;
    return here;
  }

  // Say how many rows of a list fit; of those on other pages nothing is known.
  function part(here, { rows, beyond, words }) {
    if (!beyond) return `${number(here)} of ${words}`;
    return `${number(here)} of the ${number(rows.length)} on this page, of ${words} in all`;
  }

  function counted(filtered, { shown, total, beyond = 0 }, wrong) {
    const rows = `${number(total)} ${total === 1 ? "row" : "rows"}`;
    if (filtered && wrong) return wrong;
    const here = filtered ? `${shown ? number(shown) : "none"} of ${beyond ? rows : number(total)}` : rows;
    return beyond ? `${here} on this page; ${number(beyond)} on others` + (filtered ? " were not looked at" : "") : here;
  }

  // --- all rows, where the page has not all of its lists ---------------------------------------------------

  // Show the rows that fit in the place of those of each list.
  function filterAll(groups, choice, { lists, view }) {
    const words = asked(choice.filter);
    const fits = chooser(choice, words);
    const rows = test(choice);
    let shown = 0, total = 0, missing = 0; // what not even the files have, of very many
    for (const group of groups) {
      const all = lists[group.section.id];
      if (!all) {
        filterRows(group, rows, true); // another list
        continue;
      }
      group.found = all.filter(fits);
      group.view = view(group.section.id, group.tables[0]?.className.replace(" long", "") ?? "");
      present(group, sorted(group.found, choice.sort), choice.sort);
      group.count.textContent = `${number(group.found.length)} of ${number(all.length)}`;
      shown += group.found.length;
      total += all.length;
      missing += Math.max(0, Number(group.section.dataset.count ?? 0) - all.length);
    }
    if (words.wrong) return words.wrong;
    const untold = missing ? `; ${number(missing)} others were not looked at` : "";
    return `${shown ? number(shown) : "none"} of ${number(total)} ${source.told}${untold}`;
  }

  function present(group, found, sort) {
    const { section } = group;
    group.results?.remove();
    group.results = element("div", { class: "matches" });
    if (found.length) list(group.results, found, group.view);
    section.classList.add("whole");
    section.classList.toggle("emptied", !found.length);
    section.querySelector(":scope > h2").after(group.results);
    for (const table of tablesOf(group)) {
      const heads = [...table.tHead.rows[0].cells].map(title);
      makeSortable(table, group.click);
      mark(table, heads.indexOf(sort.replace(/^-/, "")), sort.startsWith("-"));
    }
  }

  function forget(group) {
    group.results?.remove();
    delete group.results;
    delete group.found;
    group.section.classList.remove("whole");
  }

  // --- sorting ----------------------------------------------------------------------------------------

  // What a cell is sorted by: a moment, a number, a span of time, or its words.
  function value(cell) {
    const text = cell.textContent.trim().replaceAll(",", "").replace("−", "-");
    if (!text || text === "–") return null;
    const time = cell.querySelector("time");
    if (time) return Date.parse(time.dateTime);
    if (/^[+-]?\d+(\.\d+)?$/.test(text)) return Number(text);
    const plain = text.replace(/^-/, "");
    const parts = [...plain.matchAll(/(\d+) (min|[shd])\b/g)];
    if (!parts.length || parts.map(([part]) => part).join(" ") !== plain) return text;
    const span = parts.reduce((sum, [, amount, unit]) => sum + amount * UNITS[unit], 0);
    return plain === text ? span : -span;
  }

  function compare(a, b) {
    if (a === null || b === null) return (a === null) - (b === null);
    if (typeof a === "number" && typeof b === "number") return a - b;
    return inOrder(String(a), String(b));
  }

  function sort(groups, wish) {
    const down = wish.startsWith("-");
    const wanted = down ? wish.slice(1) : wish;
    for (const group of groups.filter(({ tables: own }) => own.length)) {
      const heads = [...group.tables[0].tHead.rows[0].cells];
      const column = wanted ? heads.findIndex((head) => title(head) === wanted && head.querySelector(".sort")) : -1;
      let rows = group.rows;
      if (column >= 0) {
        for (const entry of rows) entry.key = value(entry.row.cells[column]);
        rows = rows.toSorted(({ key: x }, { key: y }) => {
          const order = compare(x, y);
          return down && x !== null && y !== null ? -order : order;
        });
      }
      for (const table of group.tables) mark(table, column, down);
      if (column >= 0 || group.sorted) fill(group, rows);
      group.sorted = column >= 0;
    }
  }

  // Rows move while their tables are out of the page: each move within it would be noted and drawn.
  function fill({ tables: parts, sizes }, rows) {
    let start = 0;
    const bodies = parts.map((table) => table.tBodies[0]);
    for (const body of bodies) body.remove();
    bodies.forEach((body, place) => {
      for (const { row } of rows.slice(start, (start += sizes[place]))) body.append(row);
      parts[place].append(body);
    });
  }

  function mark(table, column, down) {
    [...table.tHead.rows[0].cells].forEach((head, place) => {
      if (place === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
  }

  // Up, then down, then as it was.
  const turn = (sorted, name) => (sorted === name ? `-${name}` : sorted === `-${name}` ? "" : name);

  function makeSortable(table, click) {
    for (const head of table.tHead.rows[0].cells) {
      if (head.querySelector("a, .vh")) continue;
      const button = element("button", { class: "sort", type: "button" }, ...head.childNodes);
      button.addEventListener("click", () => click(title(button)));
      head.append(button);
    }
  }

  // --- the bar ----------------------------------------------------------------------------------------

  function choices(label, name, values) {
    const options = [...values].filter(Boolean).sort();
    const select = element("select", { name, "aria-label": label },
      element("option", { value: "" }, label),
      ...options.map((option) => element("option", { value: option }, option)));
    select.hidden = options.length < 2;
    return select;
  }

  // Make the form: a field for words, other fields, and room to say how many rows there are.
  function bar(...others) {
    const field = element("input", {
      type: "search", name: "filter", title: "j and k, or the arrows, walk through the rows", placeholder: "Filter: word -not /regex/", "aria-label": "Filter rows: words or /regex/ that must all be there, -word must not",
      autocomplete: "off", autocapitalize: "none", spellcheck: "false",
    });
    const said = element("output", { class: "soft" });
    const form = element("form", { role: "search", "aria-label": "Rows of this page" }, field, ...others, said);
    form.addEventListener("submit", (event) => event.preventDefault());
    return { form, field, said };
  }

  const tablesOf = ({ results, tables: own }) => (results ? [...results.querySelectorAll("table")] : own);

  // --- copying what is shown ----------------------------------------------------------------------------

  const MOST = 500; // rows that are copied

  const marked = (text) => text.trim().replace(/\s+/g, " ").replace(/[\\|[\]<`*_]/g, "\\$&");

  // Write what is in a cell: words, times as those of UTC, and each link; what is there to press is none of it.
  function inline(node) {
    if (node.nodeType === Node.TEXT_NODE) return node.data.replace(/\S+/g, marked);
    if (node.matches?.("time")) return node.dateTime.replace("T", " ").replace("Z", " UTC");
    const text = node.matches?.(".versus-link") ? "" : [...node.childNodes].map(inline).join("");
    return node.matches?.("a[href]") && text.trim() ? `[${text.trim()}](${node.href})` : text;
  }

  const markdownOf = (cell) => inline(cell).trim().replace(/\s+/g, " ");

  // Write the rows that are shown, list by list, as tables in Markdown.
  function markdown(groups) {
    let left = MOST;
    const parts = groups.map((group) => {
      const rows = group.found ?? tablesOf(group).flatMap((table) => [...table.tBodies].flatMap((body) => [...body.rows])).filter((row) => !row.hidden);
      if (!rows.length || left <= 0) return "";
      const kept = rows.slice(0, left).map((row) => (group.found ? group.view.row(row) : row));
      left -= kept.length;
      const heads = [...tablesOf(group)[0].tHead.rows[0].cells].map((head) => marked(title(head)) || " ");
      const lines = [heads, heads.map(() => "---"), ...kept.map((row) => [...row.cells].map(markdownOf))].map((cells) => `| ${cells.join(" | ")} |`);
      const name = group.section.querySelector(":scope > h2")?.textContent.trim().replace(/\s+/g, " ");
      const more = rows.length > kept.length ? [`and ${number(rows.length - kept.length)} more`] : [];
      return [...(name ? [`## ${marked(name)}`, ""] : []), ...lines, ...more].join("\n");
    });
    return `${[`[${marked(document.title)}](${location.href})`, ...parts.filter(Boolean)].join("\n\n")}\n`;
  }

  function copyButton(groups) {
    const button = element("button", { type: "button" }, "Copy as Markdown");
    button.addEventListener("click", async () => {
      const done = await copy(markdown(groups));
      button.textContent = done ? "Copied" : "Not allowed";
      setTimeout(() => (button.textContent = "Copy as Markdown"), 2000);
    });
    return button;
  }

  // --- one row for each package, one column for each system ----------------------------------------------

  function packageOf(name, system) {
    return system && name.endsWith(`.${system}`) ? name.slice(0, -system.length - 1) : name;
  }

  // Say of each package what became of it on each system, by the newest build of a row.
  function packagesOf(rows) {
    const found = new Map();
    for (const { row, name, system } of rows) {
      const job = name || row.dataset.job;
      const cell = row.querySelector("a.cell") ?? row.querySelector(`a[href$="/${row.dataset.build}.html"], a[href*="build"]`);
      const mark = row.querySelector(".st");
      if (!job) continue;
      const key = packageOf(job, system);
      if (!found.has(key)) found.set(key, new Map());
      const href = cell?.href ?? row.querySelector("a").href;
      const words = mark?.textContent.trim();
      const shownSign = mark ? element("a", { class: `${mark.classList.value.replace(/\bcell\b/g, "")} cell`, href, title: words }, words)
        : element("a", { href }, row.dataset.build); // a queue says of none what became of it
      if (!found.get(key).has(system)) found.get(key).set(system, shownSign);
    }
    return found;
  }

  function byPackage(group) {
    const packages = packagesOf(shownRows(group));
    const systems = [...new Set([...packages.values()].flatMap((cells) => [...cells.keys()]))].sort(inOrder);
    const rows = [...packages].map(([name, cells]) => element("tr", {}, element("th", { scope: "row", class: "name" }, name),
      ...systems.map((system) => element("td", {}, cells.get(system) ?? ""))));
    return table("packages narrow", ["Package", ...systems.map((system) => system || "no system")], rows);
  }

  // Return the rows of a list that fit; of very many the first.
  function shownRows({ found, rows, view }) {
    if (!found) return rows.filter((entry) => entry.shown);
    return found.slice(0, MOST_PACKAGES).map((entry) => ({ row: view.row(entry), name: "", system: entry.build.system }));
  }

  // Show each list with a row for each package, or as it is.
  function arrange(groups, on) {
    for (const group of groups) {
      group.packages?.remove();
      delete group.packages;
      group.section.classList.toggle("arranged", on);
      if (!on || !(group.found?.length ?? group.rows.some((entry) => entry.shown))) continue;
      group.packages = byPackage(group);
      (group.results ?? group.tables[0].closest(".wide")).before(group.packages);
      if (group.found?.length > MOST_PACKAGES) group.packages.append(element("p", { class: "soft" }, `Of the first ${number(MOST_PACKAGES)} of ${number(group.found.length)} jobs.`));
    }
  }

  function packageSwitch(groups, choice, show) {
    const systems = new Set(groups.flatMap((group) => group.rows.map((row) => row.system)).filter(Boolean));
    const button = element("button", { type: "button", "aria-pressed": String(choice.by === "package") }, "One row per package");
    button.addEventListener("click", () => {
      choice.by = choice.by ? "" : "package";
      button.setAttribute("aria-pressed", String(Boolean(choice.by)));
      show();
    });
    button.hidden = systems.size < 2;
    return button;
  }

  // --- walking through the rows -------------------------------------------------------------------------

  function walk(groups, event) {
    const down = event.key === "j" || event.key === "ArrowDown";
    const row = document.activeElement?.closest("tr");
    const within = row && groups.some((group) => tablesOf(group).includes(row.closest("table")));
    const field = event.target.closest("input, select, textarea, summary");
    const arrow = event.key.startsWith("Arrow");
    if (arrow ? !within && field?.name !== "filter" : field) return;
    const rows = groups.flatMap(tablesOf).flatMap((table) => [...table.tBodies[0].rows])
      .filter((found) => found.querySelector("a") && found.checkVisibility());
    const next = within ? rows[rows.indexOf(row) + (down ? 1 : -1)] : down ? rows[0] : undefined;
    if (!next) return;
    event.preventDefault();
    (next.querySelector("th a, td:nth-child(2) a") ?? next.querySelector("a")).focus();
  }

  // Offer more values in a choice, and keep what is chosen.
  function offer(select, values, chosenNow) {
    const known = new Set([...select.options].map((option) => option.value));
    for (const value of [...new Set(values)].filter((one) => one && !known.has(one)).sort()) select.append(element("option", { value }, value));
    select.value = chosenNow;
    select.hidden = select.options.length < 3;
  }

  function start() {
    const groups = groupsOf(tables);
    const rows = groups.flatMap((group) => group.rows);
    const system = choices("Any system", "system", new Set(rows.map((row) => row.system)));
    const status = choices("Any status", "status", new Set(rows.flatMap((row) => [...row.statuses])));
    const choice = chosen();
    const change = () => show();
    const { form, field: words, said } = bar(system, status, packageSwitch(groups, choice, change), copyButton(groups));
    const fields = { filter: words, system, status };
    const all = source && groups.some((group) => group.beyond); // there are rows that the page has not
    let lists = null;
    place.append(form);
    for (const [key, field] of Object.entries(fields)) field.value = choice[key];
    const look = () => {
      said.textContent = filter(groups, choice, lists);
      arrange(groups, choice.by === "package");
    };
    const show = () => {
      look();
      remember(choice);
      if (all && !lists) fetchLists();
    };
    const fetchLists = async () => {
      try {
        lists = await source.load();
      } catch (error) {
        said.textContent += `; ${error.message}`;
        return;
      }
      offer(system, lists.systems, choice.system);
      offer(status, lists.statuses, choice.status);
      look();
    };
    const click = (name) => {
      choice.sort = turn(choice.sort, name);
      sort(groups, choice.sort);
      if (lists) look();
      remember(choice);
    };
    for (const group of groups) group.click = click;
    for (const table of tables) makeSortable(table, click);
    form.addEventListener("input", () => {
      for (const [key, field] of Object.entries(fields)) choice[key] = field.value;
      show();
    });
    if (all) form.addEventListener("focusin", fetchLists, { once: true });
    addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (["j", "k", "ArrowDown", "ArrowUp"].includes(event.key)) walk(groups, event);
    });
    if (choice.sort) sort(groups, choice.sort);
    look();
    if (all && (choice.filter || choice.system || choice.status)) fetchLists();
  }

  if (tables.length) start();
  globalThis.hydrasnapTables = { bar, counted };
}
