// Shows what the search index knows of a build or job that has no page of its own, on search.html
// (?build/12, ?job/PROJECT/JOBSET/JOB) and on the 404 page (whose address says the same). From
// addresses that Hydra has and we have not, the 404 page leads on.

"use strict";

{
  const { element, shown, sign, table, entitle, decoded, moment } = globalThis.hydrasnapPage;
  const { ready } = globalThis.hydrasnapSearch;
  const place = document.getElementById("search-page") ?? document.getElementById("missing");
  const missing = place.id === "missing";
  const PAGES = { all: "builds", "queue-summary": "queue", machines: "status", "queue-runner-status": "status" };
  const TAIL = /^(.+?)\/(latest-for(?=\/)|latest-finished|latest|all|build-times|closure-sizes|output-sizes|metric(?=\/))(?:\/(.+))?$/;

  // The path on the 404 page.
  const address = () => location.href.slice(document.baseURI.length).replace(/[?#].*/, "").replace(/\/+$/, "");

  // What an address may mean: with our ending or without it, as we spell names or as Hydra does, but
  // for names that a digest stands for.
  function meanings(plain) {
    const whole = [...new Set([plain.replace(/\.html$/, ""), plain])];
    return whole.flatMap((path) => [path.replace(/~([0-9A-F]{2})/g, "%$1"), path]);
  }

  // Read what is asked for: after ? on search.html, else the address.
  function asked(plain) {
    const [kind, ...names] = plain.split("/").map(decoded);
    if (/^(build|eval)$/.test(kind) && /^\d{1,15}$/.test(names[0])) {
      return { kind, id: Number(names[0]), part: names[1], job: names.slice(2).join("/") };
    }
    if (kind === "job" && names.length > 2) {
      return { kind, project: names[0], jobset: names[1], job: names.slice(2).join("/") };
    }
    return null;
  }

  const link = (href, text) => element("a", { href }, shown(text));

  function facts(pairs) {
    const rows = pairs.filter(([, ...values]) => values.some(Boolean))
      .flatMap(([name, ...values]) => [element("dt", {}, name), element("dd", {}, ...values)]);
    return element("dl", { class: "facts" }, ...rows);
  }

  const between = (links) => links.flatMap((one, at) => (at ? [", ", one] : [one]));

  function evaluationLinks(numbers, pages, ROOT) {
    return between(numbers.map((id) => (pages.has(id) ? link(`${ROOT}eval/${id}.html`, String(id)) : String(id))));
  }

  // The name of a jobset, with the way to its page.
  const jobsetLink = (project, jobset, { jobsets, ROOT }) =>
    link(ROOT + jobsets.find(([of, name]) => of === project && name === jobset)[2], `${project}:${jobset}`);

  const quoted = (...names) => names.map(encodeURIComponent).join("/");

  function showBuild(build, about) {
    const { origin, pages, ROOT } = about;
    const live = `${origin}/build/${build.id}`;
    return [
      element("h1", {}, shown(build.job), " ", element("span", { class: "count" }, `build ${build.id}`)),
      element("p", { class: "lead" }, ...(build.paged ? [link(build.href, "The build's own page")] : ["This build has no page of its own; this is what the snapshot's index knows of it."])),
      facts([
        ["Status", sign(build.status), build.status[3] && `: ${build.status[3]}`],
        ["Job", link(build.jobHref, build.job), " of ", jobsetLink(...build.jobset, about)],
        ["System", shown(build.system)],
        ["Package", shown(build.nixname)],
        ["Finished", moment(build.finished)],
        ["Evaluations", ...evaluationLinks(build.evaluations, pages, ROOT)],
        ["On Hydra", link(live, live)],
      ]),
    ];
  }

  function buildRow(build, { pages, ROOT }) {
    const cells = [
      [sign(build.status)], [link(build.href, String(build.id))], [moment(build.finished)],
      [shown(build.nixname)], evaluationLinks(build.evaluations, pages, ROOT),
    ];
    return element("tr", {}, ...cells.map((cell) => element("td", {}, ...cell)));
  }

  function showJob({ project, jobset, job }, builds, about) {
    const live = `${about.origin}/job/${quoted(project, jobset, job)}`;
    const heads = ["Status", "Build", "Finished", "Package", "Evaluations"];
    const page = builds[0].jobPaged ? [element("p", {}, link(builds[0].jobHref, "The job's own page"))] : [];
    return [
      element("h1", {}, shown(job), " ", element("span", { class: "count" }, "of ", jobsetLink(project, jobset, about))),
      element("p", { class: "lead" }, "The builds of this job in the snapshot, newest first. ", link(live, "See the live page on Hydra"), "."),
      ...page,
      table("", heads, builds.map((build) => buildRow(build, about))),
    ];
  }

  function show(content, title) {
    entitle(title);
    document.querySelector("#main > h1").remove();
    place.replaceChildren(...content);
  }

  // Say where Hydra's address leads: /build/B/eval to an evaluation, /build/B/log to the build,
  // /eval/E/job/NAME to the build, /eval/E/errors to the evaluation.
  async function way({ kind, id, part, job }, build, { evaluations, jobsets, jobOf, pages, ROOT }, isLast) {
    if (build) {
      const evaluation = part === "eval" && build.evaluations.find((one) => pages.has(one));
      if (evaluation) return `${ROOT}eval/${evaluation}.html`;
      return build.paged && part !== "evals" && build.href;
    }
    const held = kind === "eval" && evaluations.find(([one]) => one === id);
    if (!held) return null;
    const builds = part === "job" ? await jobOf(...jobsets[held[1]].slice(0, 2), job) : [];
    return builds.find((one) => one.evaluations.includes(id))?.href ?? (isLast && held[2] && `${ROOT}eval/${id}.html`);
  }

  // What is below a job on Hydra: its latest success, also for a system or in a finished evaluation;
  // all else is on the job's page.
  async function below({ project, jobset, job }, jobOf, evaluations) {
    const [, name, kind, system] = TAIL.exec(job) ?? [];
    const builds = name ? await jobOf(project, jobset, name) : [];
    const finished = new Set(evaluations.filter(([, , , done]) => done).map(([id]) => id));
    const fits = {
      "latest": () => true,
      "latest-for": (build) => build.system === system,
      "latest-finished": (build) => build.evaluations.some((id) => finished.has(id)),
    }[kind];
    const gone = new Set(evaluations.filter(([, , , , , deleted]) => deleted).map(([id]) => id));
    const present = (build) => build.evaluations.some((id) => !gone.has(id));
    const good = fits ? builds.filter((build) => build.status[1] === "succeeded" && fits(build)) : [];
    const best = good.find(present) ?? good[0];
    return best?.href ?? builds[0]?.jobHref;
  }

  // Return what to show, nothing if the reader is led on, or false if the snapshot does not know it.
  async function known(wanted, isLast) {
    const { load, buildOf, jobOf, ROOT } = await ready();
    const [{ origin, jobsets }, evaluations] = await Promise.all([load("directory"), load("evals")]);
    const pages = new Set(evaluations.filter(([, , page]) => page).map(([id]) => id));
    const about = { origin, jobsets, evaluations, jobOf, pages, ROOT };
    if (wanted.id) {
      const build = wanted.kind === "build" && await buildOf(wanted.id);
      const href = missing && await way(wanted, build, about, isLast);
      if (href && href !== location.href) return location.replace(href);
      return Boolean(build) && [showBuild(build, about), `Build ${build.id}`];
    }
    const builds = await jobOf(wanted.project, wanted.jobset, wanted.job);
    const href = !builds.length && await below(wanted, jobOf, evaluations);
    if (href && href !== location.href) return location.replace(href);
    return builds.length > 0 && [showJob(wanted, builds, about), wanted.job];
  }

  // Hydra knows the same addresses without ".html": lead to the page that was asked for.
  function offerLive() {
    const path = address().replace(/\.html$/, "");
    const live = document.getElementById("live-page");
    if (!live || !/^(project|jobset|eval|job|build)\/[^~]+$/.test(path)) return;
    live.href = `${live.getAttribute("href")}/${path}`;
    live.textContent = `The same address on the Hydra itself: /${path}`;
  }

  // Return the page of a project or jobset whose name no file can have, or the one below it; null of all else.
  async function pageOf(plain) {
    const [kind, project, ...names] = plain.split("/").map(decoded);
    if (!/^(project|jobset)$/.test(kind)) return null;
    const { load, ROOT } = await ready();
    const { projects, jobsets } = await load("directory");
    const [page, part] = kind === "project"
      ? [projects.find(([name]) => name === project)?.[1], names[0]]
      : [jobsets.find(([of, name]) => of === project && name === names[0])?.[2], names[1]];
    return page && ROOT + (/^(all|evals|errors)$/.test(part) ? page.replace(/\.html$/, `/${part}.html`) : page);
  }

  async function firstKnown(addresses) {
    const wanted = addresses.map(asked).filter(Boolean);
    for (const [at, one] of wanted.entries()) {
      const found = await known(one, at === wanted.length - 1);
      if (found !== false) return found;
    }
    return wanted.length ? false : undefined;
  }

  async function open() {
    if (missing) offerLive();
    const other = missing && document.querySelector(`header a[href$="${PAGES[address()]}.html"]`);
    if (other) return location.replace(other.href);
    try {
      const page = missing && await pageOf(address());
      if (page && page !== location.href) return location.replace(page);
      const found = await firstKnown(missing ? meanings(address()) : [location.search.slice(1)]);
      if (found) show(...found);
      else if (found === false && !missing) place.textContent = "The snapshot knows nothing of this address.";
    } catch (error) {
      if (!missing) place.textContent = error.message;
    }
  }

  open();
}
