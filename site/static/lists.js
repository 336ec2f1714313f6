// Has all rows of the lists of a page that shows some of them, for tables.js. They are read from the
// tables of builds that the element `.filter` names in `data-jobs`: the states of an evaluation, also
// `data-against` another, or all builds of one or more jobsets. `data-kind` says what they are for.

"use strict";

{
  const { element } = globalThis.hydrasnapPage;
  const { ROOT, PLAIN, VIEWS, rows, read, own, compare, fitting, jobLink, buildHref, list } = globalThis.hydrasnapJobs;
  const BEST_FIRST = ["succeeded", "queued", "aborted", "failed"]; // as in hydrasnap/report/grid.py
  let collator = null; // made when it is first needed, as that takes a phone long
  const inOrder = (a, b) => (collator ??= new Intl.Collator("en", { numeric: true })).compare(a, b);

  // --- the kinds of lists: their entries by list, and how these look ------------------------------------

  const changes = {
    told: "by job, system, status and number",
    lists: ([now, then]) => (then ? compare(read(now), read(then)) : own(read(now))),
    view: ({ slug, files }) => (files.length > 1 && !PLAIN.includes(slug) ? VIEWS.compared : VIEWS.plain),
  };

  // Builds that wait, or those that do not, each once, the newest first.
  const builds = (waiting) => ({
    told: `by job, jobset, system${waiting ? "" : ", status"} and number`,
    lists(files) {
      const known = new Map();
      for (const build of files.flatMap((file) => rows(file, true).builds)) {
        if ((build.status[1] === "queued") === waiting) known.set(build.id, build);
      }
      return { builds: [...known.values()].sort((a, b) => b.id - a.id).map((build) => ({ build, before: null })) };
    },
    view: () => VIEWS.jobsets,
  });

  // Those that fail of a watch list or a maintainer, as in their list.
  const failing = {
    told: "by job, jobset, system, status and number",
    lists: ([file]) => ({ failing: rows(file, true).builds.map((build) => ({ build, before: null })) }),
    view: () => VIEWS.jobsets,
  };

  // The jobs of a jobset against its evaluations. A filter looks at their names.
  const grid = {
    told: "by name",
    lists([file]) {
      const table = { lows: [], shares: [] };
      const jobs = [];
      let last = null;
      for (const build of rows(file).builds) {
        if (build.job !== last?.build.job) {
          last = { build: { ...build, table, row: jobs.length }, cells: file.evaluations.map(() => null) };
          jobs.push(last);
          table.lows.push(build.table.lows[build.row]);
          table.shares.push(build.table.shares[build.row]);
        }
        for (const place of file.places[build.list]) last.cells[place] = worse(last.cells[place], build);
      }
      return { jobs: jobs.filter(({ cells }) => cells.some(Boolean)) };
    },
    view: ({ files: [{ evaluations, whole }], look }) => ({
      look,
      heads: ["Job", ...evaluations.map((id) => head(id))],
      row: ({ build, cells }) => element("tr", { "data-job": build.job },
        element("th", { scope: "row", class: cells[0] || !whole[0] ? "" : "off" }, jobLink(build)), ...cells.map(cell)),
    }),
  };

  // The head of a column as the page has it, which knows its date too.
  const head = (id) => document.querySelector(`.grid thead a[href$="eval/${id}.html"]`)?.cloneNode(true) ??
    element("a", { href: `${ROOT}eval/${id}.html` }, String(id));

  function worse(one, other) {
    const rank = ({ status: [, outcome] }) => BEST_FIRST.indexOf(outcome);
    if (!one) return other;
    return (rank(other) - rank(one) || other.id - one.id) > 0 ? other : one;
  }

  function cell(build) {
    if (!build) return element("td", {});
    const [label, outcome, icon] = build.status;
    return element("td", {}, element("a", { class: `st cell ${outcome} i-${icon}`, href: buildHref(build), title: label }, label));
  }

  const KINDS = { changes, grid, builds: builds(false), queue: builds(true), failing };

  // --- all rows of a page -------------------------------------------------------------------------------

  const statuses = ({ build, cells }) => (cells ? cells.map((one) => one?.status[0]) : [build.status[0]]);

  const KEYS = {
    Status: ({ build }) => build.status[0], Job: ({ build }) => build.job, Build: ({ build }) => build.id,
    System: ({ build }) => build.system, Jobset: ({ build }) => build.jobset.slice(0, 2).join(":"),
  };

  // Return what loads the files that `place` names, and has their lists then.
  function open({ dataset: { jobs, against, kind = "changes" } }) {
    const names = [...jobs.split(" "), against].filter(Boolean);
    const { told, lists, view } = KINDS[kind];
    let loading = null;

    // Load all files, once.
    const load = () => (loading ??= loadAll().catch((error) => {
      loading = null;
      throw error;
    }));

    async function loadAll() {
      const finder = await globalThis.hydrasnapSearch.ready();
      const files = await Promise.all(names.map((name) => finder.load(`../${name}`)));
      return { ...offers(lists(files)), view: (slug, look) => view({ slug, look, files }) };
    }

    return { told, load };
  }

  // Say which systems and statuses there are, besides the lists.
  function offers(lists) {
    const every = Object.values(lists).flat();
    return { lists, systems: new Set(every.map(({ build }) => build.system)), statuses: new Set(every.flatMap(statuses)) };
  }

  // Return what tells whether an entry fits what is chosen; `fits` are the terms of the filter.
  function chooser({ filter, system, status }, fits) {
    const is = fitting(fits);
    return (entry) => (!system || entry.build.system === system) && (!status || statuses(entry).includes(status)) && (!filter || is(entry));
  }

  // Sort entries by a column, downwards behind a -; those without a place in it stay last.
  function sorted(entries, wish) {
    const down = wish.startsWith("-");
    const key = KEYS[down ? wish.slice(1) : wish];
    if (!key) return entries;
    const sign = down ? -1 : 1;
    return entries.toSorted((a, b) => {
      const [x, y] = [key(a), key(b)];
      return sign * (typeof x === "number" ? x - y : inOrder(x, y));
    });
  }

  globalThis.hydrasnapLists = { open, chooser, sorted, list };
}
