// The choice of light, dark or the system's colours: a cookie, so that the server draws the first paint right.

import { all, on } from "./dom.js";

const YEAR = 365 * 24 * 3600;

function apply(choice) {
  if (choice === "auto") document.documentElement.removeAttribute("data-bs-theme");
  else document.documentElement.dataset.bsTheme = choice;
  for (const button of all("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  }
}

export function startTheme() {
  on("click", "[data-theme-choice]", (event, button) => {
    const choice = button.dataset.themeChoice;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${choice}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
    apply(choice);
  });
}
