// @ts-check
/** What is explained: the selected model, with parts of it switched off or not, and what stands beside it, each by the neurons of one layer. */

/** @import { State } from "./state.js" */

/**
 * A model that explains the text.
 * @typedef {object} Scene
 * @property {string} key tells it from others: the model's id, unless something is changed or chosen
 * @property {string} model its id
 * @property {string} without what is switched off or turned up in it
 * @property {string | undefined} before the text on which the whole model is compared with it
 * @property {number | undefined} layer number, from 0, of the one whose neurons are shown; a model without it shows its last
 */

/**
 * The scenes of a state, the selected one first. A changed model stands beside itself as it is.
 * @param {State} state
 * @param {string | undefined} companion the model that the selected one is compared with otherwise
 * @returns {[Scene, Scene | undefined]}
 */
export function scenesOf({ text, model, without, pinned, layer: chosen }, companion) {
  const layer = chosen === "" ? undefined : Number(chosen) - 1;
  const before = without === "" ? pinned || undefined : text;
  const keyOf = (/** @type {string} */ id, /** @type {string[]} */ ...others) => (others.length === 0 && layer === undefined ? id : JSON.stringify([id, chosen, ...others]));
  const key = before === undefined ? keyOf(model) : keyOf(model, without, pinned);
  const other = without === "" ? companion : model;
  return [
    { key, model, without, before, layer },
    other === undefined ? undefined : { key: keyOf(other), model: other, without: "", before: undefined, layer },
  ];
}
