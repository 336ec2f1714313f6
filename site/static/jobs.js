// Reads what hydrasnap/publish/pages/evaluation/versus.py has written of every job of an evaluation,
// compares two evaluations by the rules of hydrasnap/report/changes.py, and shows lists of jobs. It
// answers for compare.js, and for tables.js where a page does not have all rows of its lists.

"use strict";

{
  const { element, number, shown, sign, table } = globalThis.hydrasnapPage;
  const ROOT = new URL("../", document.currentScript.src).href;
  const SHARED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const SHOWN = 250, MORE = 2000;
  const LISTS = [
    ["newly-failing", "Newly failing", "failed"], ["newly-succeeding", "Newly succeeding", "succeeded"],
    ["new", "New", ""], ["removed", "Removed", ""], ["still-failing", "Still failing", "failed"],
    ["still-succeeding", "Still succeeding", "succeeded"], ["queued", "Queued", ""],
    ["aborted", "Aborted or timed out", "aborted"], ["undecided", "Undecided", ""],
  ];
  const PLAIN = ["new", "removed", "still-succeeding"]; // lists whose builds have none before that counts

  // --- an evaluation: its builds, and those of each job and system ---------------------------------

  // Read a file of states; the jobs that the evaluation has lost stand behind its builds.
  function read(data) {
    const { names, ids, kinds, combos, systems, statuses, files, earlier, removed } = data;
    const texts = ids.length ? names.split("|") : [];
    const builds = [];
    let text = "", id = 0;
    for (let row = 0; row < ids.length; row += 1) {
      text = text.slice(0, SHARED.indexOf(texts[row][0])) + texts[row].slice(1);
      id += ids[row];
      const [system, status, paged, place, list] = combos[kinds[row]];
      const job = text.includes("~") ? text.replaceAll("~1", "|").replaceAll("~0", "~") : text;
      const build = { id, job, system: systems[system], status: statuses[status], paged, place, list, file: files[row], of: data };
      if (/queued|aborted/.test(build.status[1])) {
        const [other, otherStatus, otherPaged] = earlier[row] ?? [];
        build.decided = other ? { ...build, id: other, status: statuses[otherStatus], paged: otherPaged } : null;
      } else build.decided = build;
      builds.push(build);
    }
    const lost = builds.splice(builds.length - removed);
    return { data, builds, lost, groups: grouped(builds) };
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

  // The words in which a filter looks: a line for job, system, status and number.
  const text = ({ build }) => (build.text ??= `${build.job}\n${build.system}\n${build.status[0]}\n${build.id}`.toLowerCase());

  const link = (href, ...content) => (href ? element("a", { href }, ...content) : element("span", {}, ...content));

  function jobHref({ of: { jobset, folder }, job, place, file }) {
    if (place === 0) return `${ROOT}${folder}${job}.html`;
    return ROOT + (place === 1 ? file : `search.html?job/${[...jobset, job].map(encodeURIComponent).join("/")}`);
  }

  const buildHref = ({ id, paged }) => ROOT + (paged ? `build/${id}.html` : `search.html?build/${id}`);

  function earlierCell(build, before) {
    if (!before) return element("span", { class: "none" }, "–");
    if (before.id === build.id) return element("span", { class: "soft" }, "same build");
    return element("a", { class: `st ${before.status[1]} i-${before.status[2]}`, href: buildHref(before), title: before.status[0] },
      element("span", { class: "vh" }, `${before.status[0]}, build `), String(before.id));
  }

  function row({ build, before }, plain) {
    const cells = [sign(build.status), link(jobHref(build), shown(build.job)), link(buildHref(build), String(build.id)), shown(build.system)];
    if (!plain) cells.push(earlierCell(build, before));
    return element("tr", { "data-build": build.id, "data-job": build.job }, ...cells.map((cell) => element("td", {}, cell)));
  }

  const HEADS = [["Status", "c-status"], "Job", ["Build", "c-id"], ["System", "c-system"], ["Before", "c-before"]];

  // Show jobs as a table in `holder`: some at once, and the others as somebody asks for them.
  function list(holder, entries, plain) {
    let start = 0;
    const more = element("button", { type: "button" });
    const add = (amount) => {
      const part = entries.slice(start, start + amount).map((entry) => row(entry, plain));
      if (start) holder.querySelector("tbody").append(...part);
      else holder.append(table("builds", plain ? HEADS.slice(0, -1) : HEADS, part));
      start += amount;
      if (start < entries.length) {
        const left = entries.length - start;
        more.textContent = `Show ${number(Math.min(MORE, left))} more of ${number(left)}`;
        holder.append(more);
      } else more.remove();
    };
    more.addEventListener("click", () => add(MORE));
    add(SHOWN);
  }

  globalThis.hydrasnapJobs = { LISTS, PLAIN, MORE, read, own, compare, text, link, row, list };
}
