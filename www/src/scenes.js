// @ts-check
/** What is explained: the selected model, with parts of it switched off or not, and what stands beside it. */

/** @import { State } from "./state.js" */

/**
 * A model that explains the text.
 * @typedef {object} Scene
 * @property {string} key tells it from others: the model's id, unless something is changed
 * @property {string} model its id
 * @property {string} without what is switched off or turned up in it
 * @property {string | undefined} before the text on which the whole model is compared with it
 */

/**
 * The scenes of a state, the selected one first. A changed model stands beside itself as it is.
 * @param {State} state
 * @param {string | undefined} companion the model that the selected one is compared with otherwise
 * @returns {[Scene, Scene | undefined]}
 */
export function scenesOf({ text, model, without, pinned }, companion) {
  const before = without === "" ? pinned || undefined : text;
  const key = before === undefined ? model : JSON.stringify([model, without, pinned]);
  const other = without === "" ? companion : model;
  return [{ key, model, without, before }, other === undefined ? undefined : { key: other, model: other, without: "", before: undefined }];
}
