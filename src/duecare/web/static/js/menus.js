// <details data-menu>: one open at a time, closed by Escape or a click elsewhere, arrows walk its items.

import { all } from "./dom.js";

const openMenus = () => all("details[data-menu][open]");

function closeOthers(keep) {
  for (const menu of openMenus()) if (!menu.contains(keep)) menu.open = false;
}

function walk(event, menu) {
  const items = all("a[href], button:not([hidden])", menu).filter((item) => item.offsetParent && !item.closest("summary"));
  if (!items.length) return;
  event.preventDefault();
  const step = event.key === "ArrowDown" ? 1 : -1;
  const at = items.indexOf(document.activeElement);
  items[at < 0 ? (step > 0 ? 0 : items.length - 1) : (at + step + items.length) % items.length].focus();
}

export function startMenus() {
  document.addEventListener("click", (event) => closeOthers(event.target));
  document.addEventListener("focusin", (event) => closeOthers(event.target));
  document.addEventListener("keydown", (event) => {
    const menu = event.target instanceof Element && event.target.closest("details[data-menu][open]");
    if (event.key === "Escape" && openMenus().length) {
      const open = menu || openMenus()[0];
      open.open = false;
      open.querySelector("summary").focus();
    } else if (menu && (event.key === "ArrowDown" || event.key === "ArrowUp") && !event.target.matches("input, select, textarea")) {
      walk(event, menu);
    }
  });
}
