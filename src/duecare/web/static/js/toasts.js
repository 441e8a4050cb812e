// Messages: dismissed by hand; plain successes leave by themselves unless somebody is at them.

import { all, on } from "./dom.js";

const STAY = 9000;

function leaveSoon(toast) {
  setTimeout(() => (toast.matches(":hover, :focus-within") ? leaveSoon(toast) : toast.remove()), STAY);
}

export function startToasts() {
  on("click", "[data-dismiss]", (event, button) => button.closest("[data-toast]").remove());
  for (const toast of all('.floating [data-toast="success"], .floating [data-toast="message"]')) {
    if (!toast.querySelector("form")) leaveSoon(toast);
  }
}
