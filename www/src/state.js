// @ts-check
/**
 * The view as a link: one typed table of what is chosen, read from and written
 * to the part of the address behind the #.
 */

/** @import { Problem } from "./protocol.js" */

/** Longer texts are left out of the address, so that links stay usable. */
export const LINK_TEXT_LIMIT = 2000;

/**
 * @typedef {object} State
 * @property {string} text
 * @property {string} model a model id
 * @property {string} beside the model to compare with: its id, "auto" for the usual one, or "none"
 * @property {"auto" | "webgpu" | "flex" | "ndarray"} backend
 * @property {"auto" | "light" | "dark"} theme
 * @property {"evidence" | "share"} allocation what the allocation shows by colour
 * @property {"sharing" | "contribution"} interaction what the interaction shows by colour
 */

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

/**
 * The table: every field of the state, once.
 * @param {string[]} models ids of the models there are
 * @returns {{[K in keyof State]: Field<State[K]>}}
 */
const fields = (models) => ({
  text: shortText,
  model: oneOf(models),
  beside: oneOf(["auto", "none", ...models]),
  backend: oneOf(/** @type {const} */ (["auto", "webgpu", "flex", "ndarray"])),
  theme: oneOf(/** @type {const} */ (["auto", "light", "dark"])),
  allocation: oneOf(/** @type {const} */ (["evidence", "share"])),
  interaction: oneOf(/** @type {const} */ (["sharing", "contribution"])),
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
 * A model that an address names and that is none of `models`, or null.
 * @param {string} hash
 * @param {string[]} models
 */
export function missingModel(hash, models) {
  const written = new URLSearchParams(hash.replace(/^#/, ""));
  const known = ["", "auto", "none", ...models];
  return [written.get("model"), written.get("beside")].find((id) => !known.includes(id ?? "")) ?? null;
}

/** @param {string} missing id of a model @param {string} instead title of another @returns {Problem} */
export const notHere = (missing, instead) => ({
  kind: "address",
  message: `The address names a model, ${missing}, that is not here.`,
  hint: `“${instead}” is used instead. Your own models are kept only by the browser that made them; elsewhere, load their zip under “Your models”.`,
});

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
  const query = written.toString();
  return query === "" ? "" : `#${query}`;
}

/**
 * Copies a link to exactly this view, and says how that went.
 * @param {State} state
 * @param {string[]} models
 */
export async function copyLink(state, models) {
  const link = new URL(writeState(state, {}, models), location.href);
  let said = "Link copied.";
  try {
    await navigator.clipboard.writeText(link.href);
  } catch {
    history.replaceState(null, "", link.hash);
    said = "The browser does not allow copying here; the link is in the address bar.";
  }
  return state.text.length > LINK_TEXT_LIMIT ? `${said} The text is not part of it: it is longer than ${LINK_TEXT_LIMIT} characters.` : said;
}
