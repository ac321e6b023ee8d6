// @ts-check
/** Keeps the page for visits without a network, once it has shown what it was opened for. */

const WORKER = "sw.js";

export function keepForOffline() {
  // Over http, in a sandboxed frame or in a private window it may not be kept; then it is not.
  const register = () => navigator.serviceWorker?.register(WORKER).catch(() => undefined);
  document.addEventListener("explained", register, { once: true });
}
