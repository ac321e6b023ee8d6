// @ts-check
/**
 * The worker: fetches the wasm module and the models, and answers with
 * explanations, so that the page itself never waits.
 */

import { adapterFacts, adapterName } from "./adapter.js";
import { deadly } from "./death.js";
import { download, inPart } from "./download.js";
import { Tuner } from "./tuning/tuner.js";

/**
 * @import { AdapterFacts, Backend, Choice, Deletion, Device, Explanation, FromWorker, Measured, ModelAsset, ModelInfo,
 *   ModuleAsset, Problem, ToWorker } from "./protocol.js"
 */

/** @import { TuningEngine, TuningModule } from "./tuning-protocol.js" */
/** @import { Calls } from "./tuning/tuner.js" */

/**
 * @typedef {object} Explaining
 * @property {Device} device
 * @property {(id: string, files: {[name: string]: Uint8Array}) => Promise<ModelInfo>} load
 * @property {(id: string, text: string) => Promise<Explanation>} explain
 * @property {(id: string, text: string, word: number) => Promise<Deletion>} without
 * @property {(id: string) => Promise<Measured>} measure
 * @property {() => void} free
 */

/** @typedef {Explaining & TuningEngine} Engine */

/**
 * @typedef {object} Loading what wasm-bindgen wrote
 * @property {(from: {module_or_path: Promise<Response>}) => Promise<unknown>} default
 * @property {{start(backend: Backend): Promise<Engine>}} Engine
 * @property {(adapter: AdapterFacts | null, measured: Measured[]) => Choice} choose
 */

/** @typedef {Loading & TuningModule} Module */

const port = /** @type {Worker} */ (/** @type {unknown} */ (self));

/** @type {Module} */
let module;
/** @type {Engine} */
let engine;
/** Settled when there is an engine. @type {Promise<void>} */
let starting;
/** Files of the loaded models, kept to load them into another backend. @type {Map<string, {[name: string]: Uint8Array}>} */
const loaded = new Map();

/** @type {Problem} */
const DAMAGED = {
  kind: "download",
  message: "The engine arrived damaged, or the server sent something else in its place.",
  hint: "Load the page again; if that does not help, the site’s files need to be published again.",
};

/** @param {FromWorker} message @param {Transferable[]} [transfer] */
const tell = (message, transfer = []) => port.postMessage(message, transfer);

/** The engine does one thing at a time. @type {Promise<unknown>} */
let last = Promise.resolve();

/** Runs `task` when all earlier ones are through. @template T @param {() => Promise<T>} task @returns {Promise<T>} */
function inTurn(task) {
  const result = last.then(task);
  last = result.catch(() => undefined);
  return result;
}

/**
 * Tells the page how much of `total` bytes is here, at most every 50 ms and at both ends.
 * @param {string} label
 * @param {number} total
 */
function progress(label, total) {
  let seen = 0;
  let told = -Infinity;
  tell({ type: "progress", label, loaded: 0, total });
  return (/** @type {number} */ bytes) => {
    seen += bytes;
    if (performance.now() - told < 50 && seen < total) return;
    told = performance.now();
    tell({ type: "progress", label, loaded: Math.min(seen, total), total });
  };
}

/** @param {ModuleAsset} asset @param {string} label @param {Backend} backend */
async function startEngine(asset, label, backend) {
  const wasm = download(asset.wasm, progress(label, asset.bytes));
  wasm.catch(() => undefined); // Reported where it is awaited; not a second time as unhandled.
  module = await import(asset.js).catch(() => {
    throw { kind: "download", message: "The engine's script could not be fetched.", hint: "Check the connection, then try again." };
  });
  await module.default({ module_or_path: wasm }).catch((cause) => {
    if (cause instanceof TypeError) throw inPart(asset.wasm);
    throw cause instanceof WebAssembly.CompileError || cause instanceof WebAssembly.LinkError ? DAMAGED : cause;
  });
  engine = await module.Engine.start(backend);
  tell({ type: "started", device: await deviceOf(engine) });
}

/** @param {Engine} running @returns {Promise<Device>} */
async function deviceOf({ device: { backend, adapter } }) {
  // In a browser, the module is told less of the adapter than scripts are.
  return { backend, adapter: adapter ?? (backend === "webgpu" ? adapterName(await adapterFacts()) : null) };
}

/** The files of a model folder. @param {ModelAsset} asset @returns {Promise<{[name: string]: Uint8Array}>} */
async function fetchModel({ title, folder, files, content }) {
  if (content) return content;
  const report = progress(title, Object.values(files).reduce((sum, bytes) => sum + bytes, 0));
  let failed = false;
  // Once one file is missing, nobody waits for the others.
  const onBytes = (/** @type {number} */ bytes) => failed || report(bytes);
  const fetched = Object.keys(files).map(async (name) => {
    const response = await download(`${folder}/${name}`, onBytes);
    const bytes = await response.arrayBuffer().catch(() => {
      throw inPart(name);
    });
    return [name, new Uint8Array(bytes)];
  });
  const all = await Promise.all(fetched).catch((cause) => {
    failed = true;
    throw cause;
  });
  return Object.fromEntries(all);
}

/** @param {string} id @param {Promise<{[name: string]: Uint8Array}>} fetched */
async function loadModel(id, fetched) {
  const files = await fetched;
  await starting;
  const info = await inTurn(() => engine.load(id, files));
  loaded.set(id, files);
  tell({ type: "model", info });
  return info;
}

const tuner = new Tuner({
  engine: () => engine,
  module: () => module,
  load: (asset) => loadModel(asset.id, fetchModel(asset)),
  inTurn,
  tell,
  broke: (cause) => fail(cause, { run: true }),
});

/** @param {Extract<ToWorker, {type: "start"}>} message */
async function start({ module: asset, label, backend, models }) {
  starting = startEngine(asset, label, backend);
  try {
    // Module and first model travel together; the others follow, so that they hold up neither.
    for (const model of models) {
      const files = fetchModel(model);
      files.catch(() => undefined); // Reported where it is awaited; not a second time as unhandled.
      await starting;
      await loadModel(model.id, files).catch((cause) => fail(cause, { model: model.id }));
    }
    await starting; // There may be no model.
  } catch (cause) {
    fail(cause);
  }
}

/** @param {Extract<ToWorker, {type: "explain"}>} message */
async function explain({ request, text, model }) {
  const before = performance.now();
  const explanation = await engine.explain(model, text);
  const milliseconds = performance.now() - before;
  const { allocation: { shares, evidence }, interaction } = explanation;
  const buffers = [shares, evidence, ...Object.values(interaction)].map(({ values }) => values.buffer);
  tell({ type: "explained", request, explanation, milliseconds }, buffers);
}

/** @param {Extract<ToWorker, {type: "without"}>} message */
async function without({ request, text, model, word }) {
  tell({ type: "deleted", request, deletion: await engine.without(model, text, word) });
}

/** How the running backend does on a fixed input, and whether it agrees with the CPU. */
function measure() {
  const [id] = loaded.keys();
  return engine.measure(id);
}

/**
 * Chooses the backend that should explain: by the adapter alone, or, with `thoroughly`, after timing each backend
 * of this module; the chosen one then runs.
 * @param {AdapterFacts | null} facts
 * @param {boolean} thoroughly
 */
async function judge(facts, thoroughly) {
  if (!thoroughly) return tell({ type: "judged", choice: module.choose(facts, []), device: await deviceOf(engine) });
  const measured = [await measure()];
  for (const backend of /** @type {Backend[]} */ (["flex", "ndarray"])) {
    const [id] = loaded.keys();
    const other = await withModels(backend);
    measured.push(await other.measure(id));
    other.free();
  }
  const choice = module.choose(facts, measured);
  if (choice.backend !== engine.device.backend) {
    engine.free();
    engine = await withModels(choice.backend);
  }
  tell({ type: "judged", choice, device: await deviceOf(engine) });
}

/** An engine on `backend` with all models that are loaded here. @param {Backend} backend */
async function withModels(backend) {
  const other = await module.Engine.start(backend);
  for (const [id, files] of loaded) await other.load(id, files);
  return other;
}

/**
 * Reports an error; what stopped the module leaves nothing to go on with.
 * @param {unknown} cause
 * @param {{request?: number, model?: string, run?: boolean}} [where]
 */
function fail(cause, { run = false, ...where } = {}) {
  if (deadly(cause)) return tell({ type: "panicked", message: /** @type {Error} */ (cause).message });
  const foreseen = /** @type {Partial<Problem>} */ (cause instanceof Error ? {} : cause ?? {});
  const { kind = "unexpected", message = `Something went wrong that was not foreseen: ${cause}`, hint = "Load the page again." } = foreseen;
  const error = { kind, message, hint };
  tell(run ? { type: "broke", error } : { type: "failed", error, ...where });
}

/** What is asked of one that fine-tunes. @param {keyof Calls} name @param {any[]} args */
async function answer(name, args) {
  const call = /** @type {(...args: any[]) => Promise<unknown>} */ (tuner.calls[name]);
  return call(...args);
}

addEventListener("message", ({ data }) => {
  const message = /** @type {ToWorker} */ (data);
  if (message.type === "start") start(message);
  if (message.type === "explain") {
    const { request } = message;
    inTurn(() => explain(message)).catch((cause) => fail(cause, { request }));
  }
  if (message.type === "without") {
    const { request } = message;
    inTurn(() => without(message)).catch((cause) => fail(cause, { request }));
  }
  if (message.type === "load") {
    const { model } = message;
    loadModel(model.id, fetchModel(model)).catch((cause) => fail(cause, { model: model.id }));
  }
  if (message.type === "call") {
    const { request, name, args } = message;
    answer(name, args)
      .then((value) => tell({ type: "answered", request, value }))
      .catch((cause) => fail(cause, { request }));
  }
  if (message.type === "judge") {
    // The browser may take its time over the adapter; explanations go on meanwhile.
    adapterFacts()
      .then((facts) => inTurn(() => judge(facts, message.measure)))
      .catch((cause) => fail(cause));
  }
  if (message.type === "check") {
    inTurn(measure)
      .then((measured) => tell({ type: "checked", measured }))
      .catch((cause) => fail(cause));
  }
});

addEventListener("unhandledrejection", ({ reason }) => tell({ type: "panicked", message: String(reason?.message ?? reason) }));
