// Tells a person that somebody else changed the case they look at; never changes the page by itself.
// <div data-live="URL" data-version="7" hidden> with [data-live-text]; URL answers {"version": 8, "message": "J. Kim changed …"}.

import { all, one } from "./dom.js";

const EVERY = 10_000;

async function look(banner) {
  if (document.hidden || !banner.isConnected) return;
  try {
    const answer = await fetch(banner.dataset.live, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { version, message } = await answer.json();
    if (String(version) === banner.dataset.version) return;
    one("[data-live-text]", banner).textContent = message;
    banner.hidden = false;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

export function startLive() {
  for (const banner of all("[data-live]")) {
    setInterval(() => look(banner), EVERY);
    document.addEventListener("visibilitychange", () => look(banner));
  }
}
