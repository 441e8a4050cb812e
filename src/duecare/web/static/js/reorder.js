// Puts a list in order where it stands: its buttons move rows without asking the server, and rows can be dragged.

import { all, on, one } from "./dom.js";

let held = null;

const rowsOf = (list) => all("[data-reorder-item]", list);

function settle(list) {
  const rows = rowsOf(list);
  rows.forEach((row, place) => {
    one("[data-up]", row).disabled = place === 0;
    one("[data-down]", row).disabled = place === rows.length - 1;
  });
}

function tell(list, row) {
  const place = rowsOf(list).indexOf(row) + 1;
  const text = list.dataset.moved.replace("{name}", row.dataset.name).replace("{place}", place);
  one("[data-reorder-status]", list.parentElement).textContent = text;
}

function move(event, button) {
  event.preventDefault();
  const row = button.closest("[data-reorder-item]");
  const list = row.closest("[data-reorder]");
  if (button.matches("[data-up]")) row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  settle(list);
  tell(list, row);
  const usable = button.disabled ? one(button.matches("[data-up]") ? "[data-down]" : "[data-up]", row) : button;
  usable.focus();
}

function over(event, row) {
  if (!held || held === row || held.parentElement !== row.parentElement) return;
  event.preventDefault();
  const box = row.getBoundingClientRect();
  if (event.clientY < box.top + box.height / 2) row.before(held);
  else row.after(held);
}

export function startReorder() {
  for (const row of all("[data-reorder] [data-reorder-item]")) row.draggable = true;
  on("click", "[data-reorder] [data-up], [data-reorder] [data-down]", move);
  on("dragstart", "[data-reorder-item]", (event, row) => (held = row));
  on("dragover", "[data-reorder-item]", over);
  on("dragend", "[data-reorder-item]", (event, row) => {
    held = null;
    settle(row.parentElement);
    tell(row.parentElement, row);
  });
}
