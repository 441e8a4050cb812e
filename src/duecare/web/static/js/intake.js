// The desk's intake form: looks patients up and warns of duplicates while somebody types. The form works without it.

import { all, on, one } from "./dom.js";
import { swap } from "./regions.js";

const PAUSE = 250;
const PATIENT = ["first_name", "last_name", "date_of_birth", "mrn"];
const ASKED = [...PATIENT, "record_types", "range_from", "range_to"];

async function ask(url, values) {
  const answer = await fetch(`${url}?${new URLSearchParams(values)}`, { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : null;
}

function later(action) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...given).catch(() => {}), PAUSE);
  };
}

function take(form, patient) {
  for (const name of PATIENT) form.elements[name].value = patient[name];
  close(form);
  form.elements.requester_kind.focus();
  form.elements.mrn.dispatchEvent(new Event("input", { bubbles: true }));
}

function option(form, patient, index) {
  const item = document.createElement("li");
  item.setAttribute("role", "option");
  item.id = `lookup-option-${index}`;
  item.textContent = [`${patient.last_name}, ${patient.first_name}`, patient.date_of_birth, patient.mrn && `MRN ${patient.mrn}`]
    .filter(Boolean).join(" · ");
  item.addEventListener("mousedown", (event) => (event.preventDefault(), take(form, patient)));
  return item;
}

function close(form) {
  const box = one("[role=combobox]", form);
  one("[role=listbox]", form).hidden = true;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

async function look(form) {
  const box = one("[role=combobox]", form);
  const list = one("[role=listbox]", form);
  if (box.value.trim().length < 2) return close(form);
  const found = await ask(form.dataset.patientsUrl, { q: box.value });
  if (!found) return;
  list.replaceChildren(...found.patients.map((patient, index) => option(form, patient, index)));
  list.hidden = found.patients.length === 0;
  box.setAttribute("aria-expanded", String(!list.hidden));
  const status = one("[data-lookup-status]", form);
  status.textContent = list.hidden ? status.dataset.none : `${found.patients.length} ${status.dataset.some}`;
}

function walk(event, form) {
  const options = all("[role=option]", form);
  const at = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
  if (event.key === "Escape") return close(form);
  if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    return options[at].dispatchEvent(new Event("mousedown"));
  }
  if (!["ArrowDown", "ArrowUp"].includes(event.key) || !options.length) return;
  event.preventDefault();
  const next = options[(at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length];
  for (const each of options) each.setAttribute("aria-selected", String(each === next));
  event.target.setAttribute("aria-activedescendant", next.id);
}

async function warn(form) {
  const filled = [...new FormData(form)].filter(([name, value]) => ASKED.includes(name) && value !== "");
  if (!filled.some(([name]) => name === "date_of_birth" || name === "mrn")) return;
  const found = await ask(form.dataset.duplicatesUrl, filled);
  if (!found) return;
  const place = one("[data-duplicates]", form);
  const shown = new DOMParser().parseFromString(found.html, "text/html");
  place.replaceChildren(...[...shown.body.childNodes].map((node) => document.adoptNode(node)));
  form.elements.seen_duplicates.value = found.numbers.join(",");
}

/** Other types ask for other things; what both ask for stays as it was typed. */
async function askAnew(form, type) {
  const region = one("[data-region=asked]", form);
  const typed = new Map(all("input, select, textarea", region).map((field) => [field.name, field.value]));
  const fresh = await swap("asked", `${location.pathname}?${new URLSearchParams({ request_type: type })}`);
  if (!fresh) return;
  for (const field of all("input, select, textarea", fresh)) {
    if (typed.has(field.name)) field.value = typed.get(field.name);
  }
}

export function startIntake() {
  const form = one("form[data-intake]");
  if (!form) return;
  const lookLater = later(() => look(form));
  const warnLater = later(() => warn(form));
  on("input", "form[data-intake] [role=combobox]", lookLater);
  on("keydown", "form[data-intake] [role=combobox]", (event) => walk(event, form));
  on("focusout", "form[data-intake] [role=combobox]", () => close(form));
  on("input", "form[data-intake]", (event) => ASKED.includes(event.target.name) && warnLater());
  on("change", "[data-asks]", (event, field) => askAnew(form, field.value));
  on("click", "[data-print]", () => print());
}
