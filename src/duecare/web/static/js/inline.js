// Edits a fact where it stands: fetches the change page and puts its form[data-inline] in place; Escape brings the value back.

import { on, one } from "./dom.js";

async function open(link) {
  const place = link.closest("[data-fact]");
  const answer = await fetch(link.href, { credentials: "same-origin" });
  const form = answer.ok && one("form[data-inline]", new DOMParser().parseFromString(await answer.text(), "text/html"));
  if (!form) return void location.assign(link.href);
  const before = [...place.childNodes];
  const action = form.getAttribute("action");
  form.action = new URL(action || link.href, link.href).href;
  place.replaceChildren(document.adoptNode(form));
  const close = () => {
    place.replaceChildren(...before);
    link.focus();
  };
  form.addEventListener("keydown", (event) => event.key === "Escape" && close());
  for (const button of form.querySelectorAll("[data-cancel]")) {
    button.addEventListener("click", (event) => (event.preventDefault(), close()));
  }
  one("input:not([type=hidden]), select, textarea", form)?.focus();
}

export function startInlineEdit() {
  on("click", "a[data-inline-edit]", (event, link) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    open(link).catch(() => location.assign(link.href));
  });
}
