// The filter bar filters while typing; the state stays in the URL, so a list can be shared and reloaded.

import { all, on, one } from "./dom.js";
import { swap } from "./regions.js";

const PAUSE = 200;
let timer = 0;

function urlOf(form) {
  const url = new URL(form.action || location.href, location.href);
  const filled = [...new FormData(form)].filter(([, value]) => value !== "");
  url.search = new URLSearchParams(filled).toString();
  return url;
}

async function apply(form) {
  const url = urlOf(form);
  const fresh = await swap(form.dataset.filters, url.href);
  if (!fresh) return;
  history.replaceState(null, "", url);
  one("[data-filters-status]", form).textContent = fresh.dataset.summary ?? "";
  for (const field of all("[data-current-query]")) field.value = url.searchParams.toString();
}

function soon(form, pause) {
  clearTimeout(timer);
  timer = setTimeout(() => apply(form), pause);
}

function clear(form) {
  for (const field of form.elements) {
    if (field.type === "checkbox") field.checked = false;
    else if (field.tagName === "SELECT") field.selectedIndex = 0;
    else if (field.type !== "hidden" && field.type !== "submit") field.value = "";
  }
}

export function startFilters() {
  on("input", "[data-filters]", (event, form) => soon(form, event.target.type === "search" ? PAUSE : 0));
  on("submit", "[data-filters]", (event, form) => {
    event.preventDefault();
    soon(form, 0);
  });
  on("click", "[data-filters-clear]", (event, link) => {
    const form = link.closest("form");
    event.preventDefault();
    clear(form);
    soon(form, 0);
  });
}
