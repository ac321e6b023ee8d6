// @ts-check
/**
 * The service worker: from the second visit on, the page opens without a network.
 *
 * The page's own file is asked of the network first, so that a new version is seen at once. All else has its digest in
 * its name: what is kept of it is what it was, and never belongs to another version. Each version has a cache of its
 * own; that of the version before stays, since it may still be open.
 */

/** The build puts this in its place. @type {{build: string, files: string[]}} */
const { build, files } = /** @type {any} */ (globalThis).SAFR_OFFLINE;

/**
 * What a service worker hears, of which a page's types know nothing.
 * @typedef {{
 *   skipWaiting(): Promise<void>;
 *   addEventListener(name: "install" | "activate", hear: (event: {waitUntil(work: Promise<unknown>): void}) => void): void;
 *   addEventListener(name: "fetch", hear: (event: {request: Request, respondWith(answer: Promise<Response>): void}) => void): void;
 * }} Hears
 */

const worker = /** @type {Hears} */ (/** @type {unknown} */ (self));

const CACHE = `safr ${build}`;

/** A name that says what is in the file. */
const DIGEST = /\.[0-9a-f]{12}[./]/;

worker.addEventListener("install", (event) => event.waitUntil(keepAll()));
worker.addEventListener("activate", (event) => event.waitUntil(dropOlder()));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => kept("./")));
  else event.respondWith(keptOrFetched(request));
});

/** What the first view needs; a page of the version before goes on with its own files. */
async function keepAll() {
  const cache = await caches.open(CACHE);
  await cache.addAll(files);
  await worker.skipWaiting();
}

async function dropOlder() {
  const others = (await caches.keys()).filter((name) => name.startsWith("safr ") && name !== CACHE);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name))); // They come in the order in which they were made.
}

/** @param {Request | string} request */
async function kept(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request)) ?? Response.error();
}

/** @param {Request} request */
async function keptOrFetched(request) {
  const known = await caches.match(request);
  if (known) return known;
  const response = await fetch(request);
  const cache = await caches.open(CACHE);
  // Kept while it arrives; if there is no room for it, it is only not kept.
  if (response.ok && DIGEST.test(request.url)) cache.put(request, response.clone()).catch(() => undefined);
  return response;
}
