// Small helpers that every module shares; knows nothing of any page.

export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/** Listen on the document for events on whatever matches `selector`, now or later. */
export function on(type, selector, handle, options) {
  document.addEventListener(type, (event) => {
    const element = event.target instanceof Element && event.target.closest(selector);
    if (element) handle(event, element);
  }, options);
}

export const isTyping = (element) =>
  element instanceof HTMLElement &&
  (element.isContentEditable || (element.matches("input, textarea, select") && !element.matches("[type=checkbox], [type=radio]")));
