// Runs before anything is shown, so that nothing moves or changes its colour afterwards: keeps room
// for what a script will answer to a question in the address.

"use strict";

try {
  const theme = localStorage.getItem("hydrasnap-theme"); // "light", "dark", or nothing
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // a browser may keep nothing for a page
}

if (location.search || location.hash) document.documentElement.classList.add("asked");
