// @ts-check
/** What is switched off or turned up, as the address, the worker and `safr explain --without` write it. */

/** Parts by name, such as `neuron:12`, with their strength: 0 is off, 1 as it is. @typedef {Map<string, number>} Parts */

const PART = /^(neuron|head|word):(\d{1,6})(?:=(\d(?:\.\d{1,4})?))?$/;
const KINDS = ["neuron", "head", "word"];

/** Most that a part can be turned up. */
export const STRONGEST = 3;

/** The parts that are written; undefined if that makes no sense. @param {string} written @returns {Parts | undefined} */
export function partsOf(written) {
  /** @type {Parts} */
  const parts = new Map();
  for (const part of written.split(/[ ,]+/).filter((part) => part !== "")) {
    const [, kind, number, strength] = PART.exec(part) ?? [];
    if (!kind || Number(strength ?? 0) > STRONGEST || (kind === "word" && strength !== undefined)) return undefined;
    parts.set(`${kind}:${Number(number)}`, Number(strength ?? 0));
  }
  return parts;
}

/** @param {Parts} parts */
export function spelled(parts) {
  const place = (/** @type {string} */ name) => KINDS.indexOf(kindOf(name)) * 1e7 + numberOf(name);
  const changed = [...parts].filter(([, strength]) => strength !== 1).sort(([a], [b]) => place(a) - place(b));
  return changed.map(([name, strength]) => (strength === 0 ? name : `${name}=${strength}`)).join(" ");
}

/** @param {string} name of a part */
export const kindOf = (name) => name.slice(0, name.indexOf(":"));

/** @param {string} name of a part */
export const numberOf = (name) => Number(name.slice(name.indexOf(":") + 1));

/** What still makes sense in another text: its words are others. @param {string} without */
export function inAnotherText(without) {
  const parts = partsOf(without) ?? new Map();
  for (const name of [...parts.keys()]) if (kindOf(name) === "word") parts.delete(name);
  return spelled(parts);
}
