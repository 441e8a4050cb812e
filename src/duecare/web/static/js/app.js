// Starts every module. Pages work without it; each module only makes what is there quicker.

import { startDialogs } from "./dialog.js";
import { startDrafts } from "./draft.js";
import { startFilters } from "./filters.js";
import { startFind } from "./find.js";
import { startInlineEdit } from "./inline.js";
import { startIntakeFiles } from "./intake-files.js";
import { startIntake } from "./intake.js";
import { startJobs } from "./jobs.js";
import { startKeyboard } from "./keyboard.js";
import { startLive } from "./live.js";
import { startMenus } from "./menus.js";
import { startPasskeys } from "./passkey.js";
import { startRegions } from "./regions.js";
import { startReorder } from "./reorder.js";
import { startTables } from "./tables.js";
import { startTheme } from "./theme.js";
import { startToasts } from "./toasts.js";
import { startUploaders } from "./uploader.js";

document.documentElement.classList.add("js");
for (const start of [
  startTheme, startMenus, startDialogs, startKeyboard, startRegions, startFilters, startTables, startFind,
  startToasts, startDrafts, startUploaders, startJobs, startLive, startInlineEdit, startPasskeys,
  startIntake, startIntakeFiles, startReorder,
]) start();

const summary = document.querySelector("[data-error-summary]");
if (summary) summary.focus();
