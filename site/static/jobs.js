// Reads tables of builds, as hydrasnap/publish/pages/search/build_table.py writes them, compares two
// evaluations by the rules of hydrasnap/report/changes.py, and shows lists of jobs. It answers for
// compare.js and mine.js, and for lists.js where a page does not have all rows of its lists.

"use strict";

{
  const { element, moment, number, shown, sign, table } = globalThis.hydrasnapPage;
  const ROOT = new URL("../", document.currentScript.src).href;
  const SHARED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const SHOWN = 100, MORE = 2000;
  const LISTS = [
    ["newly-failing", "Newly failing", "failed"], ["aborted", "Aborted or timed out", "aborted"],
    ["still-failing", "Still failing", "failed"], ["newly-succeeding", "Newly succeeding", "succeeded"],
    ["new", "New", ""], ["removed", "Removed", ""], ["queued", "Queued", ""],
    ["still-succeeding", "Still succeeding", "succeeded"], ["undecided", "Undecided", ""],
  ];
  const PLAIN = ["new", "removed", "still-succeeding"]; // lists whose builds have none before that counts

  // --- a table of builds, and an evaluation: its builds, and those of each job and system ------------

  // Read a table of builds; `list` is the note of each. What a filter looks at stands in columns: with
  // `several` jobsets, also their names.
  function rows(data, several = false) {
    const { names, ids, kinds, combos, systems, statuses, files, jobsets } = data;
    const texts = ids.length ? names.split("|") : [];
    const table = { lows: [], shares: [], kinds, ids: [], ends: [] };
    const builds = [];
    let text = "", id = 0, escaped = false;
    for (let row = 0; row < ids.length; row += 1) {
      const share = SHARED.indexOf(texts[row][0]);
      const before = escaped;
      text = text.slice(0, share) + texts[row].slice(1);
      id += ids[row];
      escaped = text.includes("~");
      const job = escaped ? text.replaceAll("~1", "|").replaceAll("~0", "~") : text;
      const [system, status, paged, place, list, jobset] = combos[kinds[row]];
      builds.push({ id, job, system: systems[system], status: statuses[status], paged, place, list, file: files[row], jobset: jobsets[jobset], table, row });
      table.lows.push(job.toLowerCase());
      table.shares.push(escaped || before ? 0 : share);
      table.ids.push(id);
    }
    table.ends = combos.map(([system, status, , , , jobset]) => {
      const words = [systems[system], statuses[status][0]];
      if (several) words.unshift(jobsets[jobset].slice(0, 2).join(":"));
      return `\n${words.join("\n")}\n`.toLowerCase();
    });
    return { data, builds };
  }

  // Read the states of an evaluation; the jobs that it has lost stand behind its builds.
  function read(data) {
    const { builds } = rows(data);
    const { statuses, earlier, removed } = data;
    for (const build of builds) {
      build.decided = build;
      if (!/queued|aborted/.test(build.status[1])) continue;
      const [other, status, paged] = earlier[build.row] ?? [];
      build.decided = other ? { ...build, id: other, status: statuses[status], paged } : null;
    }
    explain(builds, data);
    const lost = builds.splice(builds.length - removed);
    return { data, builds, lost, groups: grouped(builds) };
  }

  // Give each build that fails since when it does, and why: see hydrasnap/publish/pages/evaluation/failures.py.
  function explain(builds, { failures, ways, culprits, hydra, timestamp }) {
    for (let at = 0, row = 0; at < failures.length; at += 4) {
      const [step, distance, minutes, way] = failures.slice(at, at + 4);
      row += step;
      const [exact, paged, known, blamed] = ways[way];
      const build = builds[row];
      const time = minutes === null ? null : (Math.floor(timestamp / 60) + minutes) * 60;
      build.since = distance === null ? null : { id: build.id - distance, paged, time, exact };
      build.why = { hydra, known, culprits: blamed.map((place) => culprits[place]) };
    }
  }

  function grouped(builds) {
    let groups = null;
    return () => {
      if (groups) return groups;
      groups = new Map();
      for (const build of builds) {
        const key = `${build.job}\0${build.system}`;
        const group = groups.get(key);
        if (group) group.push(build);
        else groups.set(key, [build]);
      }
      return groups;
    };
  }

  // --- lists: those against the evaluation before, and against any other -----------------------------

  const none = () => Object.fromEntries(LISTS.map(([slug]) => [slug, []]));

  // Return the lists that the page of the evaluation has.
  function own({ builds, lost }) {
    const lists = none();
    for (const build of [...builds, ...lost]) lists[LISTS[build.list][0]].push({ build, before: null });
    return lists;
  }

  // Say which list a build belongs to, as `_kind` of report/changes.py does.
  function kind(build, before) {
    const outcome = build.status[1];
    if (outcome === "queued" || outcome === "aborted") return outcome;
    if (!before) return "new";
    const was = before.status[1] === "succeeded";
    if (outcome === "succeeded") return was ? "still-succeeding" : "newly-succeeding";
    return was ? "newly-failing" : "still-failing";
  }

  function compare(now, then) {
    const lists = none();
    for (const [key, builds] of now.groups()) {
      const earlier = then.groups().get(key);
      builds.forEach((build, place) => {
        const match = earlier?.[Math.min(place, earlier.length - 1)];
        const before = match?.decided ?? null;
        const list = kind(build, before);
        const open = list === "new" && (match ? then.data.gaps : then.data.unknown);
        lists[open ? "undecided" : list].push({ build, before });
      });
    }
    if (!now.data.unknown) {
      for (const [key, earlier] of then.groups()) {
        if (!now.groups().has(key)) lists.removed.push({ build: earlier.at(-1), before: null });
      }
    }
    return lists;
  }

  // --- what is shown of them ----------------------------------------------------------------------------

  // Say of entries whether they fit: each table of builds is looked through once.
  function fitting(fits) {
    const marks = new Map();
    return ({ build: { table, row } }) => {
      if (!marks.has(table)) marks.set(table, fits.mark(table));
      return marks.get(table)[row] === 1;
    };
  }

  const link = (href, ...content) => (href ? element("a", { href }, ...content) : element("span", {}, ...content));

  function jobHref({ jobset: [project, name, , folder], job, place, file }) {
    if (place === 0) return `${ROOT}${folder}${job}.html`;
    return ROOT + (place === 1 ? file : `search.html?job/${[project, name, job].map(encodeURIComponent).join("/")}`);
  }

  const buildHref = ({ id, paged }) => ROOT + (paged ? `build/${id}.html` : `search.html?build/${id}`);

  function earlierCell(build, before) {
    if (!before) return element("span", { class: "none" }, "–");
    if (before.id === build.id) return element("span", { class: "soft" }, "same build");
    return element("a", { class: `st ${before.status[1]} i-${before.status[2]}`, href: buildHref(before), title: before.status[0] },
      element("span", { class: "vh" }, `${before.status[0]}, build `), String(before.id));
  }

  // Say since when a build fails, as the pages do.
  function sinceCell({ since }) {
    if (!since) return [element("span", { class: "none" }, "–")];
    const build = element("a", { href: buildHref(since) }, String(since.id));
    return [moment(since.time), " ", element("span", { class: "soft" }, since.exact ? "in " : "or longer, in ", build)];
  }

  const UNEXPLAINED = ["itself", "a dependency, not looked up yet", "a dependency, not known any more"];

  function log(href) {
    return element("span", {}, " ", element("a", { class: "tag", href, rel: "external" }, "log"));
  }

  // Say what a build fails by, and where its log is.
  function whyCell({ id, why }) {
    if (!why) return [element("span", { class: "none" }, "–")];
    if (!why.culprits.length) {
      const words = UNEXPLAINED[why.known];
      if (!words) return [element("span", { class: "none" }, "–")];
      return [element("span", { class: "soft" }, words), ...(why.known ? [] : [log(`${why.hydra}/build/${id}/log`)])];
    }
    return why.culprits.flatMap(([name, job, path], at) => [
      at ? ", " : "", link(job && ROOT + job, shown(name)), ...(path ? [log(why.hydra + path)] : []),
    ]);
  }

  const jobLink = (build) => link(jobHref(build), shown(build.job));

  const jobsetLink = ({ jobset: [project, name, page] }) => link(ROOT + page, shown(`${project}:${name}`));

  // A column of a list is its head, and what it shows of a build and of the one before.
  const STATUS = [["Status", "c-status"], ({ status }) => sign(status)];
  const JOB = ["Job", jobLink];
  const JOBSET = [["Jobset", "c-jobset"], jobsetLink];
  const BUILD = [["Build", "c-id"], (build) => link(buildHref(build), String(build.id))];
  const SYSTEM = [["System", "c-system"], ({ system }) => shown(system)];
  const SINCE = [["Failing since", "c-since"], sinceCell];
  const WHY = [["Fails by", "c-why"], whyCell];
  const BEFORE = [["Before", "c-before"], earlierCell];
  const COLUMNS = { plain: [STATUS, JOB, BUILD, SYSTEM], compared: [STATUS, JOB, BUILD, SYSTEM, BEFORE], jobsets: [STATUS, JOB, JOBSET, BUILD, SYSTEM], failing: [STATUS, JOB, BUILD, SYSTEM, SINCE, WHY] };

  // Say how builds are shown in some columns: as a table with heads, a row for each.
  function view(columns) {
    return {
      look: columns.includes(WHY) ? "builds of-why" : "builds",
      heads: columns.map(([head]) => head),
      row: ({ build, before }) => element("tr", { "data-build": build.id, "data-job": build.job },
        ...columns.map(([, show]) => element("td", {}, ...[show(build, before)].flat()))),
    };
  }

  const VIEWS = Object.fromEntries(Object.entries(COLUMNS).map(([name, columns]) => [name, view(columns)]));

  // Show entries as a table in `holder`: some at once, and the others as somebody asks for them.
  function list(holder, entries, { look, heads, row }) {
    let start = 0;
    const more = element("button", { type: "button" });
    const add = (amount) => {
      const part = entries.slice(start, start + amount).map(row);
      if (start) holder.querySelector("tbody").append(...part);
      else holder.append(table(look, heads, part));
      start += amount;
      if (start < entries.length) {
        const left = entries.length - start;
        more.textContent = `Show ${number(Math.min(MORE, left))} more${left > MORE ? ` of ${number(left)}` : ""}`;
        holder.append(more);
      } else more.remove();
    };
    more.addEventListener("click", () => add(MORE));
    add(SHOWN);
  }

  globalThis.hydrasnapJobs = { ROOT, LISTS, PLAIN, MORE, VIEWS, rows, read, own, compare, fitting, link, jobLink, buildHref, list };
}
