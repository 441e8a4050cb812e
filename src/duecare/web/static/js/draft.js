// Keeps what was typed in <form data-draft="name"> in this tab (sessionStorage) so that an expired session or an error
// loses nothing. Never keeps passwords, codes, files or hidden fields; never gives one person's words to another;
// clears after success and on sign-out.

import { all, on, one } from "./dom.js";

const PREFIX = "draft:";
const SKIP = "[type=password], [type=file], [type=hidden], [autocomplete=one-time-code], [data-no-draft]";

const owner = () => document.body.dataset.person ?? "";
const keyOf = (form) => `${PREFIX}${owner()}:${form.dataset.draft}`;
const draftKeys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
const fieldsOf = (form) => [...form.elements].filter((field) => field.name && !field.matches(`button, fieldset, ${SKIP}`));
const isChoice = (field) => field.type === "checkbox" || field.type === "radio";

function valuesOf(form) {
  return fieldsOf(form).map((field) => {
    if (isChoice(field)) return [field.name, field.value, field.checked];
    if (field.multiple) return [field.name, [...field.selectedOptions].map((option) => option.value)];
    return [field.name, field.value];
  });
}

function fill(field, saved) {
  if (isChoice(field)) field.checked = saved[2];
  else if (field.multiple) for (const option of field.options) option.selected = saved[1].includes(option.value);
  else field.value = saved[1];
}

function save(form, submitted) {
  sessionStorage.setItem(keyOf(form), JSON.stringify({ submitted, values: valuesOf(form) }));
}

function restore(form) {
  const text = sessionStorage.getItem(keyOf(form));
  if (!text || one("[data-error-summary]")) return;
  const { values } = JSON.parse(text);
  if (JSON.stringify(values) === JSON.stringify(valuesOf(form))) return;
  for (const field of fieldsOf(form)) {
    const saved = values.find(([name, value]) => name === field.name && (!isChoice(field) || value === field.value));
    if (saved) fill(field, saved);
  }
  const note = one("[data-draft-note]", form);
  if (note) note.hidden = false;
}

/** A page that is neither an error nor a sign-in shows that what was submitted arrived. */
function forget() {
  if (document.body.matches("[data-keep-drafts]")) return;
  const here = new Set(all("form[data-draft]").map(keyOf));
  for (const key of draftKeys()) {
    const { submitted } = JSON.parse(sessionStorage.getItem(key));
    const foreign = owner() !== "" && !key.startsWith(`${PREFIX}${owner()}:`) && !key.startsWith(`${PREFIX}:`);
    if (foreign || (submitted && !here.has(key))) sessionStorage.removeItem(key);
  }
}

export function startDrafts() {
  forget();
  for (const form of all("form[data-draft]")) restore(form);
  on("input", "form[data-draft]", (event, form) => save(form, false));
  on("submit", "form[data-draft]", (event, form) => save(form, true));
  on("click", "[data-draft-discard]", (event, button) => {
    const form = button.closest("form");
    sessionStorage.removeItem(keyOf(form));
    form.reset();
    one("[data-draft-note]", form).hidden = true;
  });
  on("submit", "[data-clear-drafts]", () => draftKeys().forEach((key) => sessionStorage.removeItem(key)));
}
