// @ts-check
/** The files that the page loads besides itself. */

/** The build puts the list of what it wrote in this place. @type {import("./protocol.js").Assets} */
export const assets = /** @type {any} */ (globalThis).SAFR_ASSETS;
