// @ts-check
/** Files that came in the page itself. */

/** By their path on the site; empty where the page is a site. @type {Map<string, Uint8Array<ArrayBuffer>>} */
export const unpacked = new Map();

/** @param {string} packed gzip, base64 @returns {Promise<ArrayBuffer>} */
export async function gunzip(packed) {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}
