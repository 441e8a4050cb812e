// Swaps one part of the page, [data-region=NAME], for the same part of another URL's page.

import { all, on, one } from "./dom.js";

let running = null;

const find = (name, root) => one(`[data-region="${CSS.escape(name)}"]`, root);

/** Load `url` and swap region `name`. A newer call ends an older one; what cannot be swapped is opened as a page. */
export async function swap(name, url) {
  running?.abort();
  const controller = (running = new AbortController());
  const region = find(name, document);
  region?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { signal: controller.signal, headers: { "X-Region": name }, credentials: "same-origin" });
    const fresh = answer.ok && find(name, new DOMParser().parseFromString(await answer.text(), "text/html"));
    if (!fresh || !region) return void location.assign(url);
    region.replaceWith(document.adoptNode(fresh));
    fresh.dispatchEvent(new CustomEvent("swapped", { bubbles: true }));
    return fresh;
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
  } finally {
    if (running === controller) running = null;
  }
}

export function startRegions() {
  on("click", "a[data-swap]", async (event, link) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const url = link.href;
    const fresh = await swap(link.dataset.swap, url);
    if (!fresh) return;
    history.replaceState(null, "", url);
    const again = all("a[data-swap]", fresh).find((other) => other.href === url);
    again?.focus({ preventScroll: true });
  });
  document.addEventListener("uploaded", () => find("documents", document) && swap("documents", location.href));
}
