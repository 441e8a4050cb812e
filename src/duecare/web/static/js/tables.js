// Lists: a click anywhere on a row opens it; select-all and the bulk bar that appears with a selection.

import { all, on, one } from "./dom.js";

function openRow(event, row) {
  if (event.target.closest("a, button, input, select, label, summary, details, .select-cell")) return;
  if (String(getSelection())) return;
  const link = one("[data-row-link]", row);
  if (event.metaKey || event.ctrlKey) window.open(link.href, "_blank", "noopener");
  else link.click();
}

function showSelection() {
  const boxes = all("[data-select]");
  const chosen = boxes.filter((box) => box.checked).length;
  for (const whole of all("[data-select-all]")) {
    whole.checked = chosen > 0 && chosen === boxes.length;
    whole.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  for (const bar of all("[data-bulk-bar]")) {
    bar.toggleAttribute("data-empty", chosen === 0);
    one("[data-bulk-count]", bar).textContent = `${chosen} ${bar.dataset.selectedText}`;
  }
}

export function startTables() {
  on("click", "[data-row]", openRow);
  on("change", "[data-select-all]", (event, whole) => {
    for (const box of all("[data-select]", whole.closest("table"))) box.checked = whole.checked;
    showSelection();
  });
  on("change", "[data-select]", showSelection);
  document.addEventListener("swapped", showSelection);
  showSelection();
}
