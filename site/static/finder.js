// Finds things in the search index: loads its shards as scripts, as far as they are needed, and
// answers questions. It shows nothing; search.js and not-found.js do. The shards are described in
// hydrasnap/pages/search.

"use strict";

{
  const { element, decoded } = globalThis.hydrasnapPage;
  const ROOT = new URL("../", document.currentScript.src).href;
  const BUDGET = 440000; // characters of names that are loaded without asking
  const PREFIX = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const ESCAPED = { "~0": "~", "~1": "|", "~2": "!", "~3": " " };
  const PUNCTUATION = /[\s!-/:-@[-`{-~]+/g;
  const HASH = /^(?:\/nix\/store\/)?([0-9a-df-np-sv-z]{32})(?:-(.*))?$/;
  const FAVOURITE = ".x86_64-linux";

  // --- loading -----------------------------------------------------------------------------------

  const arrivals = new Map(); // shard → what to call with its value
  const shards = new Map(); // shard → promise of its value

  globalThis.hydrasnapShard = (name, value) => arrivals.get(name)?.(value);

  function load(name) {
    if (!shards.has(name)) {
      shards.set(name, new Promise((resolve, reject) => {
        const script = element("script", { src: `${ROOT}search/${name}.js` });
        arrivals.set(name, resolve);
        script.onload = () => script.remove();
        script.onerror = () => {
          shards.delete(name);
          reject(new Error(`The part ${name} of the search index could not be loaded.`));
        };
        document.head.append(script);
      }));
    }
    return shards.get(name);
  }

  // --- names -------------------------------------------------------------------------------------

  const parts = new Map(); // number → records of a names shard

  const unescaped = (text) => (text.includes("~") ? text.replace(/~[0-3]/g, (found) => ESCAPED[found]) : text);

  // Read a shard of names; a record is a package in one set, with where it occurs. Its other names
  // stand in `hay` on lines of their own. There are tens of thousands: each step counts.
  function records([lists, names], { sets }) {
    const places = lists.split("|").map(bySet);
    const low = sets.map((set) => set.toLowerCase());
    const found = [];
    let text = "", where = [];
    for (const entry of names.split("|")) {
      const mark = entry.indexOf("!");
      text = text.slice(0, PREFIX.indexOf(entry[0])) + (mark < 0 ? entry.slice(1) : entry.slice(1, mark));
      if (mark > 0) where = places[parseInt(entry.slice(mark + 1), 36)];
      const end = text.indexOf(" ");
      const leaf = unescaped(end < 0 ? text : text.slice(0, end));
      const hay = (end < 0 ? leaf : text.split(" ").map(unescaped).join("\n")).toLowerCase();
      for (const { set, at } of where) {
        found.push({ name: sets[set] + leaf, hay: low[set] + hay, start: sets[set].length, at });
      }
    }
    return found;
  }

  const read = new Map(); // place → its numbers: there are few that differ

  function bySet(list) {
    const sets = [];
    let last = null; // places of one set stand together
    for (const place of list.split(",")) {
      let found = read.get(place);
      if (!found) {
        const [set, ...at] = place.split(".").map((digits) => parseInt(digits, 36));
        read.set(place, found = { set, at });
      }
      if (last?.set !== found.set) sets.push(last = { set: found.set, at: [] });
      last.at.push(found.at);
    }
    return sets;
  }

  // Load the names that begin with a term, then others as far as the budget goes.
  async function names(directory, terms, all) {
    const sizes = directory.names;
    const begins = (place) => terms.some((term) =>
      (!place || sizes[place][0] <= term) &&
      (place + 1 === sizes.length || sizes[place + 1][0] >= term || sizes[place + 1][0].startsWith(term)));
    const order = [...sizes.keys()].sort((a, b) => begins(b) - begins(a) || a - b);
    let budget = all ? Infinity : BUDGET, left = 0;
    const wanted = order.filter((place) => {
      const known = parts.has(place);
      budget -= sizes[place][1];
      if (!known && budget < 0) left += sizes[place][1];
      return known || budget >= 0;
    });
    await Promise.all(wanted.map(async (place) => {
      const shard = await load(`names-${place}`);
      if (!parts.has(place)) parts.set(place, records(shard, directory));
    }));
    return { found: [...parts.keys()].sort((a, b) => a - b).map((place) => parts.get(place)), left };
  }

  // --- questions ---------------------------------------------------------------------------------

  // Cut a query into terms; an address of Hydra, a job's full name and -exclusions are understood.
  function parse(query, directory) {
    const text = query.toLowerCase().replace(/^https?:\/\/[^/]+/, "");
    const path = /^\/?(?:jobset|job|project)\/([^?#\s]+)/.exec(text);
    const words = (path ? decoded(path[1]).replaceAll("/", " ") : text).split(/[\s]+/).filter(Boolean);
    const terms = [], not = [];
    for (const word of words) {
      if (word.length > 1 && word[0] === "-") not.push(word.slice(1));
      else terms.push(...pieces(word, directory));
    }
    return { terms, not };
  }

  function pieces(word, { systems, jobsets }) {
    const system = systems.find((name) => name && word.endsWith(`.${name.toLowerCase()}`));
    if (system && word.length > system.length + 1) {
      const cut = word.length - system.length - 1;
      return [...pieces(word.slice(0, cut), { systems: [], jobsets }), word.slice(cut)];
    }
    const written = word.replaceAll("/", ":"); // as people write a jobset
    const jobset = jobsets.map(([project, name]) => `${project}:${name}`.toLowerCase())
      .find((key) => written === key || written.startsWith(`${key}:`));
    return jobset ? [jobset, word.slice(jobset.length + 1)].filter(Boolean) : [word];
  }

  // Cut a system that is not typed to its end from the name before it: hello.x86 means hello and .x86.
  function unfinished(terms, { systems }) {
    return terms.flatMap((term) => {
      const dot = term.lastIndexOf(".");
      const isBegun = dot > 0 && systems.some((name) => name && `.${name.toLowerCase()}`.startsWith(term.slice(dot)));
      return isBegun ? [term.slice(0, dot), term.slice(dot)] : [term];
    });
  }

  // Say for one term in which jobsets and for which endings it holds, whatever the name is.
  function places(term, directory) {
    const jobsets = directory.jobsets.map(([p, j]) => `${p}:${j}`.toLowerCase().includes(term));
    const endings = directory.endings.map((ending) => ending.toLowerCase().includes(term));
    return { jobsets, endings, any: jobsets.includes(true) || endings.includes(true) };
  }

  // Keep of a record's jobs those for which every term holds; nothing if there are none.
  function matching(record, terms, not, { combos }) {
    let only = null;
    for (const term of terms) {
      if (record.hay.includes(term.text)) continue;
      if (!term.any) return null;
      (only ??= []).push([term, true]);
    }
    for (const term of not) {
      // its packages may be named after systems: a word that is one excludes the jobs of that one alone
      const hay = term.any ? record.hay.split("\n", 1)[0] : record.hay;
      if (hay.includes(term.text)) return null;
      if (term.any) (only ??= []).push([term, false]);
    }
    const at = [];
    for (const [jobset, combo] of record.at) {
      let endings = combos[combo];
      for (const [term, wanted] of only ?? []) {
        endings = endings.filter((e) => (term.jobsets[jobset] || term.endings[e >> 1]) === wanted);
      }
      if (endings.length) at.push([jobset, endings]);
    }
    return at.length ? { record, at } : null;
  }

  // Order by how a name matches: as a whole, at its start, at the start of a word, anywhere.
  function rank({ record: { name, start } }, term) {
    const leaf = name.slice(start).toLowerCase();
    if (leaf === term || name.toLowerCase() === term) return 0;
    if (leaf.startsWith(term)) return 1;
    const place = leaf.indexOf(term);
    if (place < 0) return 4;
    return /[a-z0-9]/.test(leaf[place - 1]) ? 3 : 2;
  }

  function scan(groups, terms, not, directory) {
    const wanted = terms.map((text) => ({ text, ...places(text, directory) }));
    const refused = not.map((text) => ({ text, ...places(text, directory) }));
    const ranks = [[], [], [], [], []];
    for (const group of groups) {
      for (const record of group) {
        const match = matching(record, wanted, refused, directory);
        if (match) ranks[rank(match, terms[0] ?? "")].push(match);
      }
    }
    for (const found of ranks) {
      if (found.length < 5000) found.sort((a, b) => a.record.name.length - b.record.name.length);
    }
    return ranks.flat();
  }

  // A Nix name such as python3.13-numpy-1.26 is no part of python313Packages.numpy: match its words
  // without punctuation and version.
  function scanWords(groups, terms) {
    const split = terms.flatMap((term) => term.split("-"));
    const named = split.filter((word) => !/^\d/.test(word));
    const words = (named.length ? named : split).map(plain).filter(Boolean);
    if (!words.length) return [];
    const found = [];
    for (const record of groups.flat()) {
      record.plain ??= record.hay.split("\n").map(plain);
      if (words.every((word) => record.plain.some((name) => name.includes(word)))) found.push(record);
    }
    return found.sort((a, b) => a.name.length - b.name.length);
  }

  const plain = (text) => text.replace(PUNCTUATION, "");

  // --- results -----------------------------------------------------------------------------------

  // Point to a job: to its page, or to what the shards know of it.
  function jobHref(directory, jobset, name, moved) {
    const [project, jobsetName, , folder] = directory.jobsets[jobset];
    if (!moved) return `${ROOT}${folder}${name}.html`;
    return `${ROOT}search.html?job/${[project, jobsetName, name].map(encodeURIComponent).join("/")}`;
  }

  function jobResults(matches, directory, limit) {
    const results = [];
    for (const { record, at } of matches) {
      for (const [jobset, endings] of at) {
        if (results.length === limit) return results;
        const jobs = endings.map((ending) => {
          const end = directory.endings[ending >> 1];
          const href = jobHref(directory, jobset, record.name + end, ending & 1);
          return { label: end.slice(1) || "job", href, end, of: [...directory.jobsets[jobset].slice(0, 2), record.name + end] };
        });
        const best = jobs.find(({ end }) => end === FAVOURITE) ?? jobs[0];
        const [project, name, , , , size] = directory.jobsets[jobset];
        const label = record.name + (jobs.length === 1 ? jobs[0].end : "");
        const about = `${project}:${name}`;
        const used = Number(!directory.idle.includes(jobset));
        results.push({ kind: "Job", label, about, href: best.href, of: best.of, name: record.name, used, size, jobs: jobs.length > 1 ? jobs : [] });
      }
    }
    return results;
  }

  // Find projects and jobsets: exact names first, then what Hydra still evaluates, then short names.
  function containers(directory, { terms, not }) {
    const fits = (text) => terms.length > 0 && terms.every((term) => text.includes(term)) &&
      !not.some((term) => text.includes(term));
    const projects = directory.projects
      .filter(([name, , words]) => fits(`${name} ${words}`.toLowerCase()))
      .map(([label, href, about]) => ({ kind: "Project", label, about, href: ROOT + href, jobs: [] }));
    const exact = ([project, name]) => terms.length === 1 && [name, `${project}:${name}`].some((text) => text.toLowerCase() === terms[0]);
    const order = (row, place) => [!exact(row), directory.idle.includes(place), row[1].length];
    const jobsets = directory.jobsets
      .map((row, place) => [order(row, place), row])
      .filter(([, [project, name, , , words]]) => fits(`${project}:${name} ${words}`.toLowerCase()))
      .sort(([a], [b]) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]).map(([, row]) => row)
      .map(([project, name, href, , about]) =>
        ({ kind: "Jobset", label: `${project}:${name}`, about, href: ROOT + href, jobs: [] }));
    return [...projects, ...jobsets];
  }

  // Find maintainers by handle or name, exact handles first; a handle may have its @.
  function persons(people, { terms, not }) {
    const words = terms.map((term) => term.replace(/^@/, ""));
    const exact = ([label]) => words.length === 1 && label.toLowerCase() === words[0];
    return people
      .filter(([label, name]) => {
        const text = `${label} ${name}`.toLowerCase();
        return words.length > 0 && words.every((word) => word && text.includes(word)) && !not.some((word) => text.includes(word));
      })
      .sort((a, b) => exact(b) - exact(a) || a[0].length - b[0].length)
      .map(([label, name, href]) => ({ kind: "Maintainer", label, about: name, href: ROOT + href, jobs: [] }));
  }

  async function numbered(directory, number) {
    const results = [];
    const [evaluations, build] = await Promise.all([load("evals"), buildOf(number)]);
    const evaluation = evaluations.find(([id]) => id === number);
    if (evaluation) {
      const [project, name, page] = directory.jobsets[evaluation[1]];
      const href = ROOT + (evaluation[2] ? `eval/${number}.html` : page);
      results.push({ kind: "Evaluation", label: String(number), about: `${project}:${name}`, href, jobs: [] });
    }
    if (build) results.push(buildResult(build));
    return results;
  }

  // Find the evaluations that had a commit as an input, and the first one after each.
  async function committed(directory, start) {
    const [evaluations, commits] = await Promise.all([load("evals"), load("commits")]);
    const results = [];
    const add = (place, about) => {
      const [id, jobset, paged] = evaluations[place];
      const [project, name, page] = directory.jobsets[jobset];
      const href = ROOT + (paged ? `eval/${id}.html` : page);
      if (!results.some(({ label }) => label === String(id))) results.push({ kind: "Evaluation", label: String(id), about: `${project}:${name}, ${about}`, href, jobs: [] });
    };
    for (let place = evaluations.length - 1; place >= 0; place -= 1) {
      const at = commits[place].findIndex((text, odd) => odd % 2 && text.startsWith(start));
      if (at < 0) continue;
      const [name, revision] = commits[place].slice(at - 1, at + 1);
      add(place, `${name} ${revision.slice(0, 12)}`);
      const after = evaluations.slice(0, place).findLastIndex(([, jobset]) => jobset === evaluations[place][1]);
      if (after >= 0 && !commits[after].includes(revision)) add(after, `the first after ${name} ${revision.slice(0, 12)}`);
    }
    return results;
  }

  // Names that differ in few letters from one that is not there.
  function near(groups, term) {
    if (!term || term.length < 3 || term.length > 60) return [];
    const found = [];
    for (const { name, start } of groups.flat()) {
      const leaf = name.slice(start).toLowerCase();
      if (Math.abs(leaf.length - term.length) > 2) continue;
      const letters = distance(leaf, term);
      if (letters <= (term.length < 6 ? 1 : 2)) found.push([letters, name]);
    }
    found.sort((a, b) => a[0] - b[0] || a[1].length - b[1].length);
    return [...new Set(found.map(([, name]) => name))].slice(0, 5);
  }

  // How many letters to put in, take out or change.
  function distance(one, other) {
    let row = Array.from({ length: other.length + 1 }, (_, place) => place);
    for (let i = 1; i <= one.length; i += 1) {
      const next = [i];
      for (let j = 1; j <= other.length; j += 1) {
        next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (one[i - 1] !== other[j - 1]));
      }
      row = next;
    }
    return row.at(-1);
  }

  function buildResult({ id, status, jobset, job, href }) {
    return { kind: "Build", label: String(id), about: [...jobset, job].join(":"), href, status, jobs: [] };
  }

  async function stored(directory, hash) {
    const [digests, ids] = await load(`paths-${hash.slice(0, directory.paths) || "all"}`);
    const builds = [];
    for (let place = 0; place < ids.length; place += 1) {
      if (digests.startsWith(hash.slice(0, 10), place * 10)) builds.push(buildOf(ids[place]));
    }
    return (await Promise.all(builds)).filter(Boolean).map(buildResult);
  }

  // Answer a query: the results, how many there are, and how much of the index was left unread.
  // What a number leads to is told `early`, before any name is read.
  async function find(query, limit, all = false, early = () => {}) {
    const text = query.trim();
    let directory = await load("directory");
    const path = HASH.exec(text);
    const number = /^(?:.*\/)?(?:build|eval)?[/# ]*(\d{1,15})$/.exec(text);
    const commit = /^(?=.*(?:[a-f]|.{7}))[0-9a-f]{6,64}$/i.test(text) ? await committed(directory, text.toLowerCase()) : [];
    const exact = path ? await stored(directory, path[1]) : [...(number ? await numbered(directory, +number[1]) : []), ...commit];
    const answer = { results: exact, total: exact.length, left: 0 };
    if (path && (exact.length || !path[2])) return answer;
    if (exact.length) early(answer);
    directory = { ...directory, ...await load("names") };
    const asked = parse(path ? path[2].replace(/\.drv$/, "") : text, directory);
    if (!asked.terms.length && !asked.not.length) return { results: [], total: 0, left: 0 };
    const { found, left } = await names(directory, asked.terms, all);
    const people = directory.people ? persons(await load("people"), asked) : [];
    const above = [...exact, ...containers(directory, asked), ...people];
    let matches = scan(found, asked.terms, asked.not, directory);
    if (!matches.length) matches = scan(found, unfinished(asked.terms, directory), asked.not, directory);
    if (!matches.length && !asked.not.length) {
      const everywhere = scanWords(found, asked.terms);
      matches = everywhere.map((record) => matching(record, [], [], directory));
    }
    const total = matches.reduce((sum, { at }) => sum + at.length, above.length);
    const results = [...above, ...jobResults(matches, directory, limit)].slice(0, limit);
    if (total) return { results, total, left };
    const live = `${directory.origin}/search?query=${encodeURIComponent(text)}`;
    return { results, total, left, near: near(found, asked.terms[0]), live };
  }

  // --- what is known of one build or job ---------------------------------------------------------

  // The CRC-32 of a text's UTF-16 units, low byte first, as `bucket_of` takes it.
  function crc(text) {
    let sum = -1;
    for (let place = 0; place < text.length * 2; place += 1) {
      const unit = text.charCodeAt(place >> 1);
      sum ^= place & 1 ? unit >> 8 : unit & 255;
      for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
    }
    return ~sum >>> 0;
  }

  // Read the builds of one job of a bucket of a jobset.
  function buildsOf(shard, place, [job, file, ...numbers], directory) {
    const [nixnames, systems, evaluations] = shard;
    const [project, jobset, , folder] = directory.jobsets[place];
    const page = file ?? job;
    const builds = [];
    for (let start = 0; start < numbers.length; start += 6) {
      const [id, status, finished, nixname, system, members] = numbers.slice(start, start + 6);
      builds.push({
        id, job, jobset: [project, jobset], finished,
        status: directory.statuses[status >> 1],
        nixname: nixnames[nixname], system: systems[system], evaluations: evaluations[members],
        href: status & 1 ? `${ROOT}search.html?build/${id}` : `${ROOT}build/${id}.html`,
        paged: !(status & 1),
        jobHref: page ? `${ROOT}${folder}${page}.html` : jobHref(directory, place, job, 1),
        jobPaged: Boolean(page),
      });
    }
    return builds;
  }

  const loadBucket = ({ jobsets }, place, bucket) => load(`${jobsets[place][3]}${bucket}`);

  async function buildOf(number) {
    const directory = await load("directory");
    const part = directory.ids.findLastIndex((first) => first <= number);
    if (part < 0) return null;
    const [steps, homes] = await load(`ids-${part}`);
    let id = directory.ids[part];
    const at = steps.findIndex((step) => (id += step) === number);
    if (at < 0) return null;
    let bucket = homes[at], place = 0; // buckets are numbered through all jobsets
    while (bucket >= directory.jobsets[place][5]) bucket -= directory.jobsets[place++][5];
    const shard = await loadBucket(directory, place, bucket);
    const job = shard[3].find((numbers) => isIn(numbers, number));
    return job ? buildsOf(shard, place, job, directory).find((build) => build.id === number) : null;
  }

  function isIn(numbers, id) {
    for (let place = 2; place < numbers.length; place += 6) if (numbers[place] === id) return true;
    return false;
  }

  // Return the builds of a job, newest first; none if it is not known.
  async function jobOf(project, jobset, job) {
    const directory = await load("directory");
    const place = directory.jobsets.findIndex(([p, j]) => p === project && j === jobset);
    const buckets = directory.jobsets[place]?.[5];
    if (!buckets) return [];
    const shard = await loadBucket(directory, place, crc(job) & (buckets - 1));
    const row = shard[3].find(([name]) => name === job);
    return row ? buildsOf(shard, place, row, directory) : [];
  }

  // Return the names, without their system, of the jobs that a maintainer looks after; null if there is none.
  async function jobsOfPerson(label) {
    const { people } = await load("directory");
    const low = label.toLowerCase();
    const found = people ? (await load(`people-${crc(low) & (people - 1)}`)).find(([name]) => name.toLowerCase() === low) : null;
    if (!found) return null;
    let text = "";
    return found[1].split("|").map((name) => {
      text = text.slice(0, PREFIX.indexOf(name[0])) + name.slice(1);
      return text.replaceAll("~1", "|").replaceAll("~0", "~");
    });
  }

  globalThis.hydrasnapFinder = { find, buildOf, jobOf, jobsOfPerson, load, ROOT };
}
