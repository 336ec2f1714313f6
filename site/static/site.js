// Adds what HTML alone cannot: the age of the data, the reader's own time zone, buttons to copy, open
// folds in print; and has what all scripts use to write as the pages do.
// Every page is complete without it. `hydrasnap` comes from snapshot.js, the one file that changes
// with every snapshot.

"use strict";

{
  const HERE = document.currentScript.src;
  const STALE_AFTER = 2 * 86400; // seconds
  const RECENT = 7 * 86400;
  const TABS = { unfinished: "queued", details: "derivation" };

  // --- what other scripts use ------------------------------------------------------------------------

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  // Intl is not asked for what every page needs: its first use holds a phone up for as long as all else.
  const number = (amount) => String(amount).replace(/\B(?=(\d{3})+$)/g, ",");

  // Show invisible and turning characters by their number, as the pages do, and blanks where there is nothing else.
  const shown = (text) => text.replace(text.trim() ? /(?![ \u00a0\u2009\u202f])[\p{C}\p{Z}]/gu : /./gsu, (character) =>
    `⟨U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);

  const sign = ([label, outcome, icon]) => element("span", { class: `st ${outcome} i-${icon}` }, label);

  // Make a table; a head is its words, or its words and its class.
  function table(look, heads, rows) {
    const cells = heads.map((head) => {
      const [words, column = ""] = [head].flat();
      return element("th", { scope: "col", class: column }, words);
    });
    return element("div", { class: "wide" }, element("table", { class: look },
      element("thead", {}, element("tr", {}, ...cells)), element("tbody", {}, ...rows)));
  }

  // Write the start of the page's title anew; the name of the site stays.
  function entitle(text) {
    document.title = document.title.replace(/^.*?(?= · )/, () => text);
  }

  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  // --- times -------------------------------------------------------------------------------------------

  // Say how long ago a moment was, in one unit.
  function age(seconds) {
    for (const [unit, length] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
      const amount = Math.floor(seconds / length);
      if (amount >= 1) return `${amount} ${unit}${amount === 1 ? "" : "s"} ago`;
    }
    return "just now";
  }

  // Say how long ago a moment was as Hydra's tables do, or nothing where the date tells more.
  function ago(seconds) {
    if (seconds < 0 || seconds >= RECENT) return "";
    const [unit, length] = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]].find(([, size]) => seconds >= size) ?? ["s", 1];
    return `${Math.floor(seconds / length)} ${unit} ago`;
  }

  // Write a moment in the reader's zone, as wide as the UTC text that it replaces.
  function local(date) {
    const two = (number) => String(number).padStart(2, "0");
    const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
  }

  // Write a moment of the form that `dateTime` and `toISOString` have.
  const utc = (text) => `${text.slice(0, 16).replace("T", " ")} UTC`;

  function moment(seconds) {
    if (!seconds) return element("span", { class: "none" }, "–");
    const date = new Date(seconds * 1000);
    if (!(date.getFullYear() > 0 && date.getFullYear() < 10000)) return element("span", {}, String(seconds));
    const datetime = date.toISOString();
    return element("time", { datetime, title: utc(datetime) }, local(date));
  }

  // Name the reader's zone at a moment: summer has another one.
  function zone(date) {
    const minutes = -date.getTimezoneOffset();
    if (!minutes) return "UTC";
    const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    return `GMT${minutes < 0 ? "-" : "+"}${hours}${rest ? `:${String(rest).padStart(2, "0")}` : ""}`;
  }

  // Name the zone of some times; with summer and winter among them it has no one name.
  function zoneOf(times) {
    const dates = times.length ? times.map((time) => new Date(time.dateTime)) : [new Date()];
    const offset = dates[0].getTimezoneOffset();
    return dates.every((date) => date.getTimezoneOffset() === offset) ? zone(dates[0]) : "local";
  }

  function showLocalTimes() {
    for (const label of document.querySelectorAll(".tz")) {
      const before = label.previousElementSibling;
      const times = before?.dateTime ? [before] : [...(label.closest("table")?.querySelectorAll("td time") ?? [])];
      label.textContent = zoneOf(times);
    }
    writeTimes([...document.querySelectorAll("time")]);
  }

  const since = (time) => (Date.now() - new Date(time.dateTime)) / 1000;

  const dated = new Map(); // by table the columns in which not all times are recent

  // Tell whether a column says how long ago: it has one notation.
  function isRecent(cell) {
    const table = cell.closest("table");
    if (!dated.has(table)) {
      const old = [...table.querySelectorAll("td time")].filter((time) => !ago(since(time)));
      dated.set(table, new Set(old.map((time) => time.closest("td").cellIndex)));
    }
    return !dated.get(table).has(cell.cellIndex);
  }

  // Some at once, as a slow phone must answer a finger in between.
  function writeTimes(times) {
    if (times.length > 50) setTimeout(writeTimes, 0, times.splice(50));
    for (const time of times) {
      const date = new Date(time.dateTime);
      const text = local(date);
      time.title = `${text} ${zone(date)}, ${utc(time.dateTime)}`;
      const cell = time.closest("td");
      const recent = cell && isRecent(cell) && ago(since(time));
      time.textContent = recent || (time.textContent.length > 10 ? text : text.slice(0, 10));
    }
  }

  // Hydra's own address of a comparison leads to ours.
  function followComparison() {
    const evaluation = /\/eval\/(\d+)(?:\.html)?$/.exec(location.pathname);
    const other = /[?&]compare=([^&]+)/.exec(location.search);
    if (!evaluation || !other) return;
    // a jobset or a time before stands in the list of comparisons, where the evaluation has one
    const others = document.querySelector(`a[href$="${evaluation[1]}/compare.html"]`);
    if (/^\d+$/.test(other[1])) location.replace(`../compare.html?a=${evaluation[1]}&b=${other[1]}`);
    else if (others) location.replace(others.href);
  }

  // Hydra's own address of a tab leads to the part of our page, or to the page, that shows the same.
  function followTab() {
    const tab = /^#tabs-([\w-]+)$/.exec(location.hash)?.[1];
    if (!tab) return;
    const name = tab.replace("now-", "newly-").replace(/(fail|succeed)$/, "$1ing");
    const part = document.getElementById(TABS[tab] ?? name);
    const page = document.querySelector(`.parts a[href$="/${tab}.html"]`);
    if (part || page) location.replace(part ? `#${part.id}` : page.href);
  }

  // On paper nobody knows from when "ago" counts.
  function showDates() {
    for (const time of document.querySelectorAll("td time")) time.textContent = local(new Date(time.dateTime));
  }

  function showAge(place, data) {
    const seconds = Date.now() / 1000 - data.asOf;
    const stale = seconds > STALE_AFTER;
    place.textContent = `Data as of ${local(new Date(data.asOf * 1000))} (${age(seconds)})`;
    place.classList.toggle("stale", stale);
    if (stale) place.title = "This snapshot has not been renewed for some time.";
  }

  // Where the site's address was not known, snippets have a placeholder for the one that is open now.
  function fillAddresses() {
    if (!/^https?:$/.test(location.protocol)) return;
    const root = new URL("../", HERE).href.replace(/\/$/, "");
    for (const part of document.querySelectorAll("#badge pre")) {
      part.textContent = part.textContent.replaceAll("https://ADDRESS-OF-THIS-SITE", () => root);
    }
  }

  // --- buttons to copy, and print -----------------------------------------------------------------------

  // Put a button to copy it on whatever asks for one; the style sheet has left room.
  function addCopyButtons() {
    const said = element("p", { class: "vh", role: "status" });
    document.body.append(said);
    for (const holder of document.querySelectorAll("[data-copy]")) {
      const wanted = "address" in holder.dataset ? holder.querySelector("a").href : holder.textContent;
      const title = `Copy the ${holder.dataset.copy}`;
      const button = element("button", { type: "button", class: "copy", title, "aria-label": title });
      button.addEventListener("click", async () => {
        const done = await copy(wanted);
        button.dataset.said = done ? "Copied" : "Not allowed";
        said.textContent = done ? `Copied the ${holder.dataset.copy}` : "The browser does not allow copying";
        setTimeout(() => {
          delete button.dataset.said;
          said.textContent = "";
        }, 2000);
      });
      holder.append(button);
    }
  }

  // Without a secure connection there is no clipboard but that of a selection.
  async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
    const field = element("textarea", { class: "vh" }, text);
    document.body.append(field);
    const focused = document.activeElement;
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    focused?.focus();
    return done;
  }

  // --- the menu and the switch for light and dark -------------------------------------------------------

  function markMenu() {
    for (const link of document.querySelectorAll(".menu a")) {
      if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
    }
  }

  const THEMES = ["", "light", "dark"];
  const THEME_WORDS = { "": "as the system", light: "light", dark: "dark" };

  // Put the switch at the end of the menu: as the system, light, dark, and round again.
  function addThemeSwitch() {
    const root = document.documentElement;
    const button = element("button", { type: "button", class: "theme" });
    const show = () => {
      const words = `Colours: ${THEME_WORDS[root.dataset.theme ?? ""]}`;
      button.title = words;
      button.setAttribute("aria-label", words);
    };
    button.addEventListener("click", () => {
      const next = THEMES[(THEMES.indexOf(root.dataset.theme ?? "") + 1) % THEMES.length];
      if (next) root.dataset.theme = next;
      else delete root.dataset.theme;
      try {
        if (next) localStorage.setItem("hydrasnap-theme", next);
        else localStorage.removeItem("hydrasnap-theme");
      } catch {
        // then it holds for this page alone
      }
      show();
    });
    show();
    document.querySelector(".theme-place")?.append(button);
  }

  globalThis.hydrasnapPage = { copy, element, number, shown, sign, table, entitle, decoded, moment, zone };

  followComparison();
  followTab();
  showLocalTimes();
  fillAddresses();
  addCopyButtons();
  markMenu();
  addThemeSwitch();
  if (typeof hydrasnap === "object") showAge(document.getElementById("asof"), hydrasnap);
  addEventListener("beforeprint", () => {
    showDates();
    for (const fold of document.querySelectorAll("details")) fold.open = true;
  });
}
