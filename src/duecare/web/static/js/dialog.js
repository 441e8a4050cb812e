// Native dialogs: links with data-dialog open them, forms and buttons with data-confirm ask first.

import { on, one } from "./dom.js";

const confirmed = new WeakSet();

/** Resolves to true when the person says yes. */
export function confirm({ title, text, label }) {
  const dialog = one("#confirm-dialog");
  one("#confirm-title").textContent = title;
  one("#confirm-text").textContent = text;
  one("[data-confirm-yes]", dialog).textContent = label;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

async function askFirst(event) {
  const form = event.target;
  const asker = event.submitter?.closest("[data-confirm]") ?? (form.matches("[data-confirm]") ? form : null);
  if (!asker || event.defaultPrevented) return;
  if (confirmed.delete(form)) return;
  event.preventDefault();
  const { confirm: text, confirmTitle: title, confirmLabel: label } = asker.dataset;
  if (!(await confirm({ title, text, label }))) return;
  confirmed.add(form);
  form.requestSubmit(event.submitter);
}

export function startDialogs() {
  on("click", "[data-dialog]", (event, opener) => {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (!dialog || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    opener.closest("details[data-menu]")?.removeAttribute("open");
    dialog.showModal();
  });
  document.addEventListener("submit", askFirst);
  document.addEventListener("click", (event) => {
    if (event.target instanceof HTMLDialogElement) event.target.close("no");
  });
}
