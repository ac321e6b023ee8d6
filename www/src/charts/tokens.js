// @ts-check
/** Words in a row as one tab stop: pointed at, stepped through with the arrow keys, held by a click. */

import { holds } from "../spotlight.js";

/** @import { Spotlight, Subject } from "../spotlight.js" */

export class Tokens {
  /** @type {HTMLElement[]} */
  #tokens = [];
  /** What each stands for. @type {Subject[]} */
  #subjects = [];
  /** Those that are marked. @type {HTMLElement[]} */
  #chosen = [];

  /** @param {HTMLElement} list @param {string} name read aloud @param {Spotlight} spotlight */
  constructor(list, name, spotlight) {
    this.list = list;
    this.name = name;
    this.spotlight = spotlight;
    this.#listen();
  }

  /**
   * Puts `content` into the list: the tokens, and what is between them.
   * @param {HTMLElement[]} tokens
   * @param {Subject[]} subjects what each stands for
   * @param {(Node | string)[]} content
   */
  show(tokens, subjects, content) {
    this.#tokens = tokens;
    this.#subjects = subjects;
    this.#chosen = [];
    for (const [place, token] of tokens.entries()) {
      token.setAttribute("role", "option");
      token.setAttribute("tabindex", place === 0 ? "0" : "-1");
      token.setAttribute("aria-selected", "false");
      token.dataset.place = String(place);
    }
    if (tokens.length > 0) {
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", this.name);
    } else {
      this.list.removeAttribute("role");
      this.list.removeAttribute("aria-label");
    }
    this.list.replaceChildren(...content);
  }

  /** Marks the tokens of those subjects that `isChosen` holds for, and no others. @param {(subject: Subject) => boolean} isChosen */
  choose(isChosen) {
    for (const token of this.#chosen) mark(token, false);
    this.#chosen = this.#tokens.filter((_, place) => isChosen(this.#subjects[place]));
    for (const token of this.#chosen) mark(token, true);
  }

  #listen() {
    const placeOf = (/** @type {EventTarget | null} */ target) => {
      const token = target instanceof HTMLElement ? target.closest("[data-place]") : null;
      return token instanceof HTMLElement ? Number(token.dataset.place) : null;
    };
    this.list.addEventListener("pointerover", ({ target }) => {
      const place = placeOf(target);
      this.spotlight.point(place === null ? null : this.#subjects[place]);
    });
    this.list.addEventListener("pointerleave", () => this.spotlight.point(null));
    this.list.addEventListener("click", ({ target }) => {
      const place = placeOf(target);
      if (place !== null) this.spotlight.pin(this.#subjects[place]);
    });
    this.list.addEventListener("focusin", ({ target }) => {
      const place = placeOf(target);
      if (place === null) return;
      this.#tokens.forEach((token, at) => token.setAttribute("tabindex", at === place ? "0" : "-1"));
      this.spotlight.point(this.#subjects[place]); // Tab may merely pass by, and what is held stays.
    });
    this.list.addEventListener("focusout", () => this.spotlight.point(null));
    this.list.addEventListener("keydown", (event) => {
      const place = placeOf(event.target);
      if (place === null) return;
      const last = this.#tokens.length - 1;
      const steps = { ArrowRight: place + 1, ArrowDown: place + 1, ArrowLeft: place - 1, ArrowUp: place - 1, Home: 0, End: last };
      if (event.key in steps) {
        const to = Math.min(last, Math.max(0, steps[/** @type {keyof typeof steps} */ (event.key)]));
        this.#tokens[to].focus();
        this.spotlight.step(this.#subjects[to]);
      } else if (holds(event.key)) {
        this.spotlight.pin(this.#subjects[place]);
      } else {
        return;
      }
      event.preventDefault();
    });
  }
}

/** @param {HTMLElement} token @param {boolean} chosen */
function mark(token, chosen) {
  token.classList.toggle("chosen", chosen);
  token.setAttribute("aria-selected", String(chosen));
}
