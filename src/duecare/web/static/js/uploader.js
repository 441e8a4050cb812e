// Sends many files, each by itself: one refusal or a broken connection never loses the others, and says why and what to do.

import { all, one } from "./dom.js";

const AT_ONCE = 2;

export class Uploader {
  constructor(form, url = form.action, field = one("input[type=file]", form).name) {
    this.form = form;
    this.url = url;
    this.field = field;
    this.list = one("[data-upload-list]", form);
    this.texts = one("[data-upload-texts]", form).dataset;
    this.waiting = [];
    this.sending = 0;
    this.sent = 0;
    this.unsent = new Set();
    this.listen();
  }

  listen() {
    const input = one("input[type=file]", this.form);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.add(input.files);
      input.value = "";
    });
    for (const type of ["dragover", "dragleave", "drop"]) {
      this.form.addEventListener(type, (event) => this.dragged(event));
    }
    this.warnBeforeLeaving();
  }

  get isBusy() {
    return this.sending > 0 || this.waiting.length > 0;
  }

  warnBeforeLeaving() {
    addEventListener("beforeunload", (event) => {
      if (this.isBusy) event.preventDefault();
    });
  }

  dragged(event) {
    event.preventDefault();
    this.form.classList.toggle("drag", event.type === "dragover");
    if (event.type === "drop") this.add(event.dataTransfer.files);
  }

  add(files) {
    const fields = this.fields();
    for (const file of files) this.queue(file, fields, this.line(file));
    this.next();
  }

  fields() {
    return [...new FormData(this.form)].filter(([name]) => name !== this.field);
  }

  line(file) {
    const line = one("[data-upload-template]", this.form).content.firstElementChild.cloneNode(true);
    one(".uploader-name", line).textContent = file.name;
    one("progress", line).setAttribute("aria-label", file.name);
    this.list.append(line);
    return line;
  }

  queue(file, fields, line) {
    const refusal = this.refusalOf(file);
    if (refusal) return this.refuse(line, refusal);
    this.state(line, this.texts.waiting);
    this.waiting.push({ file, fields, line });
  }

  refusalOf(file) {
    if (file.size === 0) return this.texts.empty;
    if (file.size > Number(this.form.dataset.maxBytes)) return this.texts.large;
    return null;
  }

  next() {
    while (this.sending < AT_ONCE && this.waiting.length) this.send(this.waiting.shift());
    if (this.isBusy) return;
    one("[data-upload-status]", this.form).textContent = this.unsent.size ? this.texts.some : this.sent ? this.texts.done : "";
    this.form.dispatchEvent(new CustomEvent(this.sent ? "uploaded" : "uploads-ended", { bubbles: true }));
  }

  send(item) {
    const { file, fields, line } = item;
    const body = new FormData();
    for (const [name, value] of fields) body.append(name, value);
    body.append(this.field, file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", this.url);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) one("progress", line).value = (100 * event.loaded) / event.total;
    });
    request.addEventListener("loadend", () => this.ended(request, item));
    this.sending += 1;
    this.state(line, this.texts.sending);
    request.send(body);
  }

  ended(request, item) {
    this.sending -= 1;
    if (request.status >= 200 && request.status < 300) this.arrived(item.line, answerOf(request));
    else if (request.status >= 400 && request.status < 500) {
      item.isStale = request.status === 401;
      this.refuse(item.line, this.reasonIn(request), item);
    }
    else this.refuse(item.line, request.status ? this.texts.fault : this.texts.offline, item);
    this.next();
  }

  reasonIn(request) {
    const { title, detail } = answerOf(request);
    return detail ?? title ?? this.texts.fault;
  }

  arrived(line, { message }) {
    this.sent += 1;
    this.unsent.delete(line);
    one("progress", line).value = 100;
    this.state(line, message ?? this.texts.sent);
  }

  refuse(line, reason, item) {
    this.unsent.add(line);
    this.state(line, this.texts.refused);
    one("progress", line).hidden = true;
    const place = one(".uploader-reason", line);
    place.textContent = reason;
    place.hidden = false;
    if (item) this.offerRetry(item);
  }

  offerRetry({ file, fields, line, isStale }) {
    const button = one("[data-retry]", line);
    button.hidden = false;
    button.onclick = async () => {
      button.hidden = true;
      const renewed = isStale ? await withFreshToken(fields) : fields;
      one(".uploader-reason", line).hidden = true;
      one("progress", line).hidden = false;
      this.queue(file, renewed, line);
      this.next();
    };
  }

  state(line, text) {
    one(".uploader-state", line).textContent = text;
  }
}

/** After signing in anew in another tab, this page's forms need the new session's token. */
async function withFreshToken(fields) {
  const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
  const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page && one("[name=form_owner]", page) && one("[name=csrf_token]", page)?.value;
  if (!fresh) return fields;
  for (const field of all("[name=csrf_token]")) field.value = fresh;
  return fields.map(([name, value]) => [name, name === "csrf_token" ? fresh : value]);
}

function answerOf(request) {
  try {
    return JSON.parse(request.responseText) ?? {};
  } catch {
    return {};
  }
}

export function startUploaders() {
  for (const form of all("form[data-uploader]")) new Uploader(form);
}
