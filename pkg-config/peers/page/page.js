// @ts-check
/** Starts the worker in which everything is measured, as the real page does, and keeps what it reports. */

const worker = new Worker("worker.js", { type: "module" });

worker.addEventListener("message", ({ data }) => {
  if (data.line) console.log(data.line);
  else Object.assign(window, { outcome: data });
});
worker.addEventListener("error", ({ message }) => Object.assign(window, { outcome: { error: message || "the worker could not be started" } }));
