// The find box offers cases while somebody types; Enter without a choice opens the whole page of results.

import { one } from "./dom.js";

const PAUSE = 150;
const SHORTEST = 2;

class Finder {
  constructor(input, list) {
    this.input = input;
    this.list = list;
    this.timer = 0;
    this.at = -1;
    input.addEventListener("input", () => this.soon());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => setTimeout(() => this.close(), PAUSE));
    list.addEventListener("mousedown", (event) => event.preventDefault());
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    this.asked?.abort();
    const text = this.input.value.trim();
    if (text.length < SHORTEST) return this.close();
    this.asked = new AbortController();
    const url = `${this.list.dataset.url}?${new URLSearchParams({ q: text })}`;
    try {
      const answer = await fetch(url, { signal: this.asked.signal, headers: { Accept: "application/json" } });
      if (answer.ok) this.show((await answer.json()).items);
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
    }
  }

  show(items) {
    this.at = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(...items.map((item, index) => option(item, index)));
    this.open(items.length > 0 && document.activeElement === this.input);
  }

  open(flag) {
    this.list.hidden = !flag;
    this.input.setAttribute("aria-expanded", String(flag));
  }

  close() {
    this.open(false);
  }

  key(event) {
    const options = [...this.list.children];
    if (event.key === "Escape") return this.close();
    if (this.list.hidden || !options.length) return undefined;
    if (event.key === "Enter" && this.at >= 0) {
      event.preventDefault();
      return location.assign(options[this.at].dataset.href);
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return undefined;
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    return this.choose(options, (this.at + step + options.length + (this.at < 0 && step < 0 ? 1 : 0)) % options.length);
  }

  choose(options, at) {
    this.at = at;
    options.forEach((each, index) => each.setAttribute("aria-selected", String(index === at)));
    this.input.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  }
}

function part(name, text) {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = text;
  return element;
}

function option(item, index) {
  const element = document.createElement("li");
  element.id = `find-option-${index}`;
  element.role = "option";
  element.setAttribute("aria-selected", "false");
  element.dataset.href = item.url;
  const facts = [item.born, item.mrn && `MRN ${item.mrn}`].filter(Boolean).join(" · ");
  element.append(part("strong", item.person), part("muted", facts), part("number", item.number), part("muted", item.status));
  element.addEventListener("click", () => location.assign(item.url));
  return element;
}

export function startFind() {
  const input = one("#find");
  const list = one("#find-options");
  if (input && list) new Finder(input, list);
}
