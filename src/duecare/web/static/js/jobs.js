// Follows a job's JSON until it is done or failed; leaving and coming back finds it where it is.

import { all, one } from "./dom.js";

const FIRST = 700;
const SLOWEST = 5000;
const ENDED = new Set(["done", "failed"]);

function show(box, job) {
  box.dataset.state = job.state;
  const bar = one("progress", box);
  if (job.value === null || job.value === undefined) bar.removeAttribute("value");
  else bar.value = job.value;
  one("[data-job-message]", box).textContent = job.message;
  const result = one("[data-job-result]", box);
  if (job.state === "done" && job.result_url) {
    result.href = job.result_url;
    result.hidden = false;
  }
}

async function follow(box, pause) {
  if (ENDED.has(box.dataset.state) || !box.isConnected) return;
  try {
    const answer = await fetch(box.dataset.job, { headers: { Accept: "application/json" } });
    if (answer.ok) show(box, await answer.json());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  setTimeout(() => follow(box, Math.min(pause * 1.3, SLOWEST)), pause);
}

export function startJobs() {
  for (const box of all("[data-job]")) follow(box, FIRST);
}
