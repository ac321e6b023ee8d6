// @ts-check
/** Makes HTML elements; text becomes text, never markup. */

/**
 * Text with its own direction is somebody's own words, which no browser should translate.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {{[attribute: string]: string | number | null | undefined}} attributes null and undefined are left out
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  if (tag === "bdi" || attributes.dir === "auto") element.translate = false;
  element.append(...children);
  return element;
}

/** Writes `text`, unless it is already there: writing it again would cost a layout. @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** What no browser should translate in our sentences: what is quoted, and numbers. */
const QUOTED_OR_NUMBER = ["“[^”]*”", '"[^"]*"', "(?<![\\p{L}\\d])[+−-]?\\d(?:[\\d.,]*\\d)?(?: %)?"];

/**
 * A sentence in parts, of which browsers may translate those that are ours: neither quotations and numbers nor `own`.
 * @param {string} sentence
 * @param {string[]} [own] names of classes, and the like
 * @returns {(Node | string)[]}
 */
export function spoken(sentence, own = []) {
  const longestFirst = own.filter((name) => name !== "").sort((a, b) => b.length - a.length);
  const names = longestFirst.map((name) => `(?<![\\p{L}\\p{N}])${name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}(?![\\p{L}\\p{N}])`);
  // Made here, not written as a literal: a browser that knows no lookbehind must be able to run the script.
  const kept = new RegExp(`(${[...names, ...QUOTED_OR_NUMBER].join("|")})`, "u");
  return sentence.split(kept).flatMap((part, place) => (part === "" ? [] : [place % 2 === 1 ? html("bdi", {}, part) : part]));
}

/** Writes such a sentence, unless it is already there. @param {Element} element @param {string} sentence @param {string[]} [own] */
export function tell(element, sentence, own) {
  if (element.textContent !== sentence) element.replaceChildren(...spoken(sentence, own));
}

/** Moves the focus to the first of `elements` that takes it: one that is not there, hidden or disabled does not. @param {(Element | null | undefined)[]} elements */
export function focusFirst(...elements) {
  for (const element of elements) {
    if (!(element instanceof HTMLElement) || element === document.body) continue;
    element.focus();
    if (document.activeElement === element) return;
  }
}

/** The element with this id. @template {HTMLElement} T @param {string} id @param {new () => T} type @returns {T} */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`the page has no ${type.name} #${id}`);
  return element;
}

/** A bar that is filled to `part`, in [0, 1]. @param {number} part */
export function bar(part) {
  const element = html("span", { class: "bar", "aria-hidden": "true" });
  element.style.setProperty("--part", String(part));
  return element;
}

/** A cell with a number, which no browser should translate. @param {string} text @param {string} [style] */
export const numberCell = (text, style = "number") => html("td", { class: style, translate: "no" }, text);

/** What scrolls by itself, by keyboard, too. @param {string} name read aloud @param {Node} content @param {string} [style] */
export const scrolling = (name, content, style = "table") => html("div", { class: style, tabindex: 0, role: "group", "aria-label": name }, content);

/**
 * A table that is made when it is opened.
 * @param {string} summary
 * @param {string[]} head
 */
export function tableOnDemand(summary, head) {
  const body = html("tbody");
  const table = html("table", {}, html("thead", {}, html("tr", {}, ...head.map((name) => html("th", { scope: "col" }, name)))), body);
  const details = html("details", {}, html("summary", {}, summary), scrolling(summary, table));
  /** @type {() => string[][]} */
  let rows = () => [];
  const fill = () => {
    if (!details.open) return;
    const filled = rows().map(([name, ...cells]) =>
      html("tr", {}, html("th", { scope: "row", dir: "auto" }, name), ...cells.map((cell) => html("td", { dir: "auto" }, cell))),
    );
    body.replaceChildren(...filled);
  };
  details.addEventListener("toggle", fill);
  return {
    element: details,
    /** @param {() => string[][]} next gives the rows, the first cell of each its name */
    show(next) {
      rows = next;
      fill();
    },
  };
}
