// @ts-check
/**
 * The view as a link: one typed table of what is chosen, read from and written
 * to the part of the address behind the #.
 */

/** Longer texts are left out of the address, so that links stay usable. */
const LINK_TEXT_LIMIT = 2000;

/**
 * @typedef {object} State
 * @property {string} text
 * @property {string} model a model id
 * @property {string} beside the model that stands beside: its id, "auto" for the one that belongs there, or "none"
 * @property {"auto" | "webgpu" | "flex" | "ndarray"} backend
 * @property {"auto" | "light" | "dark"} theme
 * @property {"evidence" | "share"} allocation what the allocation shows by colour
 * @property {"sharing" | "contribution"} interaction what the interaction shows by colour
 */

/**
 * How one field stands in the address; `read` gives undefined for what makes no sense.
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
  read: (written) => written.slice(0, LINK_TEXT_LIMIT),
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
  try {
    await navigator.clipboard.writeText(link.href);
  } catch {
    location.hash = link.hash;
    return "The browser lets nothing be copied here; the link stands in the address bar.";
  }
  return state.text.length > LINK_TEXT_LIMIT
    ? `The link is copied, without the text, which is longer than ${LINK_TEXT_LIMIT} characters.`
    : "The link is copied.";
}
