// Runs before anything is shown, so that nothing moves or changes its colour afterwards: keeps room
// for what a script will answer to a question in the address.

"use strict";

if (location.search || location.hash) document.documentElement.classList.add("asked");
