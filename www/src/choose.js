// @ts-check
/** A choice about the whole page that is made inside a chart. */

/** @import { State } from "./state.js" */

const CHOICE = "choice";

/** Asks the page to take a choice. @param {HTMLElement} from where it is made @param {Partial<State>} choice */
export const choose = (from, choice) => from.dispatchEvent(new CustomEvent(CHOICE, { bubbles: true, detail: choice }));

/** @param {(choice: Partial<State>) => void} take */
export const takeChoices = (take) => document.addEventListener(CHOICE, (event) => take(/** @type {CustomEvent<Partial<State>>} */ (event).detail));
