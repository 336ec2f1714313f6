// A static host shows 404.html at any depth, so that page loads this file from each folder above the
// address. Only the one in the site's own root is found, and tells where that root is: the address
// that was asked for is never taken for it, as it may be made to name another host.

"use strict";

if (!document.querySelector("base")) {
  const base = document.createElement("base");
  base.href = new URL("../", document.currentScript.src).href;
  document.head.append(base);
}
