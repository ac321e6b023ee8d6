// @ts-check
/**
 * The view as a link: one typed table of what is chosen, read from and written
 * to the part of the address behind the #.
 */

import { count, list } from "./format.js";
import { HELD } from "./held.js";
import { partsOf, spelled } from "./without.js";

/** @import { Problem } from "./protocol.js" */

/** What the fields mean; raised when one changes its meaning. */
export const VERSION = 1;

/** How many times as wide columns may be and, beyond once, how far right the part that is seen is in both panels, in thousandths. */
const ZOOM = /^(?:1|(?:2|4|8|16)@(?:1000|\d{1,3}),(?:1000|\d{1,3}))$/;

/** Some programs cut longer links. */
const LONG_LINK = 4000;

/** Longer texts are left out of the address, so that links stay usable. */
export const LINK_TEXT_LIMIT = 2000;

/**
 * @typedef {object} State
 * @property {string} text
 * @property {string} model a model id
 * @property {string} without what is switched off or turned up in it, as `safr explain --without` takes it
 * @property {string} held the word, neuron or pair that is held in the charts, such as `neuron:12`; empty if there is none
 * @property {string} pinned an earlier text that the present one is compared with; empty if there is none
 * @property {string} beside the model to compare with: its id, "auto" for the usual one, or "none"
 * @property {"auto" | "webgpu" | "flex" | "ndarray"} backend
 * @property {"auto" | "light" | "dark"} theme
 * @property {"evidence" | "share"} allocation what the allocation shows by colour
 * @property {"sharing" | "contribution"} interaction what the interaction shows by colour
 * @property {"text" | "neurons" | "evidence"} rows by what the words are ordered in the charts that have a row for each
 * @property {"yes" | "no"} folded whether the rows of words without neurons are, in a long text
 * @property {string} zoom how far the columns of the allocation are drawn apart, and which part is seen, such as `4@500,120`
 * @property {string} layer number of the layer whose neurons are shown, from 1; empty for the last one
 * @property {string} seed of fine-tuning; empty for the usual one
 */

/** What nobody has chosen otherwise. @type {Omit<State, "text" | "model">} */
export const USUAL_CHOICES = { without: "", held: "", pinned: "", beside: "auto", backend: "auto", theme: "auto", allocation: "evidence", interaction: "sharing", rows: "text", folded: "yes", zoom: "1", layer: "", seed: "" };

/**
 * How one field is written in the address; `read` gives undefined for what makes no sense.
 * @template T
 * @typedef {{read: (written: string) => T | undefined, write: (value: T) => string | undefined}} Field
 */

/**
 * @template {string} T
 * @param {readonly T[]} values
 * @returns {Field<T>}
 */
const oneOf = (values) => ({
  read: (written) => values.find((value) => value === written),
  write: (value) => value,
});

/** @type {Field<string>} */
const shortText = {
  read: (written) => written,
  write: (value) => (value.length <= LINK_TEXT_LIMIT ? value : undefined),
};

/** Of a form. @param {RegExp} form @returns {Field<string>} */
const like = (form) => ({
  read: (written) => (form.test(written) ? written : undefined),
  write: (value) => value,
});

/** @type {Field<string>} */
const changes = {
  read(text) {
    const parts = partsOf(text);
    return parts && spelled(parts);
  },
  write: (value) => value,
};

/**
 * The table: every field of the state, once.
 * @param {string[]} models ids of the models there are
 * @returns {{[K in keyof State]: Field<State[K]>}}
 */
const fields = (models) => ({
  text: shortText,
  model: oneOf(models),
  without: changes,
  held: like(HELD),
  pinned: shortText,
  beside: oneOf(["auto", "none", ...models]),
  backend: oneOf(/** @type {const} */ (["auto", "webgpu", "flex", "ndarray"])),
  theme: oneOf(/** @type {const} */ (["auto", "light", "dark"])),
  allocation: oneOf(/** @type {const} */ (["evidence", "share"])),
  interaction: oneOf(/** @type {const} */ (["sharing", "contribution"])),
  rows: oneOf(/** @type {const} */ (["text", "neurons", "evidence"])),
  folded: oneOf(/** @type {const} */ (["yes", "no"])),
  zoom: like(ZOOM),
  layer: like(/^(?:[1-9]\d{0,2})?$/),
  seed: like(/^(?:\d{1,9})?$/),
});

/**
 * The state that an address describes; what it leaves out or gets wrong is as in `initial`.
 * @param {string} hash
 * @param {State} initial
 * @param {string[]} models
 * @returns {State}
 */
export function readState(hash, initial, models) {
  const written = new URLSearchParams(hash.replace(/^#/, ""));
  const read = Object.entries(fields(models)).flatMap(([name, field]) => {
    const text = written.get(name);
    const value = text === null ? undefined : field.read(text);
    return value === undefined ? [] : [[name, value]];
  });
  return { ...initial, ...Object.fromEntries(read) };
}

/**
 * The models that an address names, and as what, that are none of `models`.
 * @param {string} hash
 * @param {string[]} models
 */
export function missingModels(hash, models) {
  const written = new URLSearchParams(hash.replace(/^#/, ""));
  const known = ["", "auto", "none", ...models];
  const named = /** @type {const} */ (["model", "beside"]).map((as) => ({ as, id: written.get(as) ?? "" }));
  return named.filter(({ id }) => !known.includes(id));
}

/** @param {string[]} missing ids of one model or two @param {string[]} instead titles of others @returns {Problem} */
export function notHere(missing, instead) {
  const [ids, titles] = [missing, instead].map((names) => list(names.map((name) => `“${name}”`)));
  const one = missing.length === 1;
  return {
    kind: "address",
    message: one ? `The address names a model, ${ids}, that is not here.` : `The address names two models, ${ids}, that are not here.`,
    hint: `${titles} ${one ? "is" : "are"} used instead. Your own models are kept only by the browser that made them; elsewhere, load their zip under “Your models”.`,
  };
}

/**
 * The address part, with its #, that restores `state`; fields as in `usual` are left out.
 * @param {State} state
 * @param {Partial<State>} usual
 * @param {string[]} models
 */
export function writeState(state, usual, models) {
  const written = new URLSearchParams();
  for (const [name, field] of Object.entries(fields(models))) {
    const key = /** @type {keyof State} */ (name);
    const value = /** @type {Field<any>} */ (field).write(state[key]);
    if (state[key] !== usual[key] && value !== undefined) written.set(name, value);
  }
  if (written.size > 0) written.append("v", String(VERSION));
  const query = written.toString();
  return query === "" ? "" : `#${query}`;
}

/** @param {URL} link */
const tooLong = ({ href }) => (href.length > LONG_LINK ? ` It has ${count(href.length)} characters: some programs and servers cut links of that length.` : "");

/** Whether an address was written by a version of the page that knows more. @param {string} hash */
export const isNewer = (hash) => Number(new URLSearchParams(hash.replace(/^#/, "")).get("v") ?? VERSION) > VERSION;

/**
 * Copies a link to exactly this view, and says how that went; gives the link, too, where it is nowhere to be seen.
 * @param {State} state
 * @param {string[]} models
 * @returns {Promise<[said: string, link?: string]>}
 */
export async function copyLink(state, models) {
  const link = new URL(writeState(state, {}, models), location.href);
  const without = state.text.length > LINK_TEXT_LIMIT ? ` The text is not part of it: it is longer than ${LINK_TEXT_LIMIT} characters.` : tooLong(link);
  try {
    await navigator.clipboard.writeText(link.href);
    return [`Link copied.${without}`];
  } catch {
    if (self !== top) return [`The browser does not allow copying here. This is the link, to copy by hand.${without}`, link.href];
    history.replaceState(null, "", link.hash);
    return [`The browser does not allow copying here; the link is in the address bar.${without}`];
  }
}
