// @ts-check
/** Fetches a file, and tells how much of it is here. */

/** @import { Problem } from "./protocol.js" */

/** @param {string} url */
const nameOf = (url) => url.slice(url.lastIndexOf("/") + 1);

/** The connection broke off in the middle of a file. @param {string} url @returns {Problem} */
export const inPart = (url) => ({
  kind: "download",
  message: `Only a part of the file ${nameOf(url)} arrived.`,
  hint: "Check the connection, then try again.",
});

/**
 * The answer to a request for one file, with `onBytes` told of each part that arrives.
 * @param {string} url
 * @param {(bytes: number) => void} onBytes
 * @returns {Promise<Response>}
 */
export async function download(url, onBytes) {
  const response = await fetch(url).catch(() => null);
  if (!response?.ok || !response.body) {
    /** @type {Problem} */
    const problem = {
      kind: "download",
      message: `The file ${nameOf(url)} could not be fetched${response ? ` (the server answered ${response.status})` : ""}.`,
      hint: "Check the connection, then try again.",
    };
    throw problem;
  }
  const counter = new TransformStream({
    transform(part, controller) {
      onBytes(part.byteLength);
      controller.enqueue(part);
    },
  });
  const { status, headers } = response;
  return new Response(response.body.pipeThrough(counter), { status, headers });
}
