// @ts-check
/** Fetches a file, and reports how much of it has arrived. */

import { unpacked } from "./unpack.js";

/** @import { Problem } from "./protocol.js" */

/** A download from which nothing arrives for this many milliseconds is stuck. */
const SILENT_FOR = 30_000;

/** A file as people know it, without the digest in its name. @param {string} url */
const nameOf = (url) => url.slice(url.lastIndexOf("/") + 1).replace(/\.[0-9a-f]{8,}(?=\.)/, "");

/** @param {string} message @returns {Problem} */
const problem = (message) => ({ kind: "download", message, hint: "Check the connection, then try again." });

/** @param {string} url @param {string} [why] */
const unfetched = (url, why = "") => problem(`The file ${nameOf(url)} could not be fetched${why}.`);

/** The connection broke off in the middle of a file. @param {string} url */
export const inPart = (url) => problem(`Only part of the file ${nameOf(url)} arrived.`);

/**
 * The answer to a request for one file, with `onBytes` told of each part that arrives.
 * @param {string} url
 * @param {(bytes: number) => void} [onBytes]
 * @returns {Promise<Response>}
 */
export async function download(url, onBytes) {
  const own = unpacked.get(url);
  const response = own ? new Response(own) : await inTime(fetch(url), url, unfetched(url));
  if (!response.ok || !response.body) throw unfetched(url, ` (the server answered ${response.status})`);
  const reader = response.body.getReader();
  const counted = new ReadableStream({
    async pull(controller) {
      const { done, value } = await inTime(reader.read(), url, inPart(url));
      if (done) return controller.close();
      onBytes?.(value.byteLength);
      controller.enqueue(value);
    },
  });
  const { status, headers } = response;
  return new Response(counted, { status, headers });
}

/**
 * What `wait` gives, unless it fails or takes too long.
 * @template T
 * @param {Promise<T>} wait
 * @param {string} url of the file
 * @param {Problem} failed how a failure is reported
 * @returns {Promise<T>}
 */
async function inTime(wait, url, failed) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let silence;
  const stuck = new Promise((_, reject) => {
    silence = setTimeout(() => reject(unfetched(url, `: nothing arrived for ${SILENT_FOR / 1000} seconds`)), SILENT_FOR);
  });
  try {
    return await Promise.race([wait.catch(() => Promise.reject(failed)), stuck]);
  } finally {
    clearTimeout(silence);
  }
}
