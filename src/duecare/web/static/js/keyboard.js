// Single-letter keys: j and k walk the rows of a list, x selects, and any element with data-key is pressed by its letter.
// They can be turned off (WCAG 2.1.4) in the help that "?" opens.

import { all, isTyping, on, one } from "./dom.js";

const SETTING = "keyboard";
const isOn = () => localStorage.getItem(SETTING) !== "off";
const currentRow = () => document.activeElement?.closest("[data-rows] tbody tr");

function moveRow(step) {
  const links = all("[data-rows] [data-row-link]");
  const at = links.findIndex((link) => link.closest("tr") === currentRow());
  const next = links[at < 0 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1)];
  next?.focus();
  next?.closest("tr").scrollIntoView({ block: "nearest" });
}

function press(letter) {
  const wanted = `[data-key="${CSS.escape(letter)}"]`;
  const row = currentRow();
  const target = (row && one(wanted, row)) || all(wanted).find((element) => !element.closest("[data-rows]"));
  if (!target) return false;
  if (isTyping(target)) {
    target.focus();
    target.select?.();
  } else target.click();
  return true;
}

function handle(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (!isOn() || isTyping(event.target) || one("dialog[open]")) return;
  if (event.key === "j" || event.key === "k") moveRow(event.key === "j" ? 1 : -1);
  else if (event.key === "x" && currentRow()) one("[data-select]", currentRow())?.click();
  else if (event.key.length !== 1 || !press(event.key)) return;
  event.preventDefault();
}

export function startKeyboard() {
  document.addEventListener("keydown", handle);
  const box = one("[data-keyboard-on]");
  if (!box) return;
  box.checked = isOn();
  on("change", "[data-keyboard-on]", () => localStorage.setItem(SETTING, box.checked ? "on" : "off"));
}
