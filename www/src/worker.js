// @ts-check
/**
 * The worker: fetches the wasm module and the models, and answers with
 * explanations, so that the page itself never waits.
 */

import { adapterFacts, adapterName } from "./adapter.js";
import { deadly, verbatim } from "./death.js";
import { download, inPart } from "./download.js";
import { TuningLoop } from "./tuning/loop.js";
import { WarmUp } from "./warm-up.js";

/**
 * @import { AdapterFacts, Backend, Choice, Deletion, Device, Explanation, FromWorker, Measured, ModelAsset, ModelInfo,
 *   ModuleAsset, NeuronCards, Prediction, Problem, Progress, Question, ToWorker, Wanted } from "./protocol.js"
 */

/** @import { TuningModule, TuningSession } from "./tuning-protocol.js" */

/**
 * @typedef {object} Explaining
 * @property {Device} device
 * @property {(id: string, files: {[name: string]: Uint8Array}) => Promise<ModelInfo>} load
 * @property {(id: string, text: string, without: string, before?: string, layer?: number) => Promise<Explanation>} explain
 * @property {(id: string, text: string, without: string) => Prediction | null} steer
 * @property {(id: string, text: string, question: Question) => Promise<void>} inquire
 * @property {() => Promise<Progress>} advance
 * @property {(id: string, text: string, without: string, layer: number | undefined, wanted: Wanted) => Promise<string>} export
 * @property {(id: string, text: string, word: number) => Promise<Deletion>} without
 * @property {(id: string) => Promise<Measured>} measure
 * @property {() => void} free
 */

/** @typedef {Explaining & TuningSession} Session */

/**
 * @typedef {object} Loading what wasm-bindgen wrote
 * @property {(from: {module_or_path: Promise<Response> | BufferSource}) => Promise<unknown>} default
 * @property {{start(backend: Backend): Promise<Session>}} Session
 * @property {(adapter: AdapterFacts | null, measured: Measured[]) => Choice} choose
 */

/** @typedef {Loading & TuningModule} Module */

const port = /** @type {Worker} */ (/** @type {unknown} */ (self));

/** @type {Module} */
let module;
/** @type {Session} */
let session;
/** Settled when there is a session. @type {Promise<Device>} */
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

/** The session does one thing at a time. @type {Promise<unknown>} */
let last = Promise.resolve();
/** How many things are still to be done. */
let waiting = 0;

/** Runs `task` when all earlier ones are done. @template T @param {() => Promise<T>} task @returns {Promise<T>} */
function inTurn(task) {
  waiting += 1;
  const result = last.then(task).finally(() => (waiting -= 1));
  last = result.catch(() => undefined);
  return result;
}

const warmUp = new WarmUp(inTurn, () => waiting === 0, (cause) => isDead(cause));

/**
 * Tells the page how much of `total` bytes has arrived, at most every 50 ms and at both ends.
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

/** The script of the module, which may have come with this one. @param {ModuleAsset} asset @returns {Promise<Module>} */
const scriptOf = async ({ js }) => /** @type {any} */ (globalThis).SAFR_MODULE ?? import(js);

/** @param {ModuleAsset} asset @param {string} label @param {Backend} backend */
async function startSession(asset, label, backend) {
  const wasm = asset.content ?? download(asset.wasm, progress(label, asset.bytes));
  if (wasm instanceof Promise) wasm.catch(() => undefined); // Reported where it is awaited; not a second time as unhandled.
  module = await scriptOf(asset).catch(() => {
    throw { kind: "download", message: "The engine's script could not be fetched.", hint: "Check the connection, then try again." };
  });
  await module.default({ module_or_path: wasm }).catch((cause) => {
    if (cause instanceof TypeError) throw inPart(asset.wasm);
    throw cause instanceof WebAssembly.CompileError || cause instanceof WebAssembly.LinkError ? DAMAGED : cause;
  });
  session = await module.Session.start(backend);
  return deviceOf(session);
}

/** @param {Session} running @returns {Promise<Device>} */
async function deviceOf({ device: { backend, adapter } }) {
  // In a browser, the module learns less about the adapter than scripts do.
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

/** Cards of the neurons among a model's files. */
const CARDS = "neurons.json";

/** @param {ModelAsset} asset @returns {Promise<NeuronCards>} */
async function fetchCards({ folder, cards, content }) {
  const own = content?.[CARDS];
  if (own) return JSON.parse(new TextDecoder().decode(own));
  if (!cards) throw { kind: "cards", message: "This model came without cards of its neurons.", hint: "" };
  const response = await download(`${folder}/${CARDS}`);
  return response.json();
}

/** How the running backend performs on a fixed input, and whether it agrees with the CPU. @param {string} [model] */
function measure(model) {
  const [first] = loaded.keys();
  return session.measure(model ?? first);
}

/**
 * Times each backend of this module and chooses the one that should explain; it runs from then on.
 * @param {AdapterFacts | null} facts
 */
async function judge(facts) {
  const measured = [await measure()];
  for (const backend of /** @type {Backend[]} */ (["flex", "ndarray"])) {
    const [id] = loaded.keys();
    const other = await withModels(backend);
    measured.push(await other.measure(id));
    other.free();
  }
  const choice = module.choose(facts, measured);
  if (choice.backend !== session.device.backend) {
    session.free();
    session = await withModels(choice.backend);
  }
  return { choice, device: await deviceOf(session) };
}

/** A session on `backend` with all models that are loaded here. @param {Backend} backend */
async function withModels(backend) {
  const other = await module.Session.start(backend);
  for (const [id, files] of loaded) await other.load(id, files);
  return other;
}

const tuning = new TuningLoop({
  session: () => session,
  module: () => module,
  inTurn,
  tell,
  broke: (cause) => fail(cause, (error) => ({ type: "broke", error })),
});

/** @typedef {typeof calls} Calls */

/** What the page may ask for, by name. */
const calls = {
  /** Runs the module on `backend`. @param {ModuleAsset} asset @param {string} label @param {Backend} backend */
  start: (asset, label, backend) => (starting = startSession(asset, label, backend)),

  /** Loads a model, which may travel while the module does. @param {ModelAsset} asset */
  load: async (asset) => {
    const files = await fetchModel(asset);
    await starting;
    const info = await inTurn(() => session.load(asset.id, files));
    loaded.set(asset.id, files);
    return info;
  },

  /** @param {string} model @param {string} text @param {string} without what is changed in the model @param {string} [earlier] the text on which the whole model is compared @param {number} [layer] whose neurons are shown */
  explain: (model, text, without, earlier, layer) =>
    inTurn(async () => {
      const explain = () => session.explain(model, text, without, earlier, layer);
      const before = performance.now();
      const explanation = await explain();
      const milliseconds = performance.now() - before;
      if (session.device.backend === "flex") warmUp.repeat(explain);
      return { explanation, milliseconds };
    }),

  /** The answer of a changed model, where that takes no pass; else null. @param {string} model @param {string} text @param {string} without */
  steer: (model, text, without) => inTurn(async () => session.steer(model, text, without)),

  /** @param {string} model @param {string} text @param {Question} question */
  inquire: (model, text, question) => inTurn(() => session.inquire(model, text, question)),

  /** Works for a moment on what was asked. */
  advance: () => inTurn(() => session.advance()),

  /** The cards of a model's neurons. @param {ModelAsset} asset */
  cards: (asset) => fetchCards(asset),

  /** What a model, changed as `without` says, makes of a text, as a file's content. @param {string} model @param {string} text @param {string} without @param {number | undefined} layer whose neurons are shown @param {Wanted} wanted */
  take: (model, text, without, layer, wanted) => inTurn(() => session.export(model, text, without, layer, wanted)),

  /** What becomes of the answer when a word of `text` is deleted. @param {string} model @param {string} text @param {number} word */
  without: (model, text, word) => inTurn(() => session.without(model, text, word)),

  /** The backend that should run, by the adapter alone. Explanations go on while the browser takes its time over it. */
  choose: async () => module.choose(await adapterFacts(), []),

  /** Whether the backend gives the CPU's numbers, and how fast. @param {string} [model] */
  measure: (model) => inTurn(() => measure(model)),

  /** The backend that should run, after measuring; it runs from then on. */
  judge: async () => {
    const facts = await adapterFacts();
    return inTurn(() => judge(facts));
  },

  ...tuning.calls,
};

/** Those that need not wait for a session. */
const BEFORE_SESSION = ["start", "load"];

/** @param {ToWorker} message */
async function answer({ name, args }) {
  if (!BEFORE_SESSION.includes(name)) await starting;
  const call = /** @type {(...args: any[]) => Promise<any>} */ (calls[name]);
  return call(...args);
}

/** What of an answer is handed over without a copy. @param {{explanation?: Explanation} | null | undefined} value */
function buffersOf(value) {
  if (!value?.explanation) return [];
  const { allocation: { shares, evidence }, interaction } = value.explanation;
  return [shares, evidence, ...Object.values(interaction)].map(({ values }) => values.buffer);
}

/** Whether an error stopped the module, which is then reported: there is nothing to continue with. @param {unknown} cause */
function isDead(cause) {
  const dead = deadly(cause);
  if (dead) tell({ type: "panicked", message: /** @type {Error} */ (cause).message });
  return dead;
}

/** Reports an error. @param {unknown} cause @param {(error: Problem) => FromWorker} report */
function fail(cause, report) {
  if (isDead(cause)) return;
  const foreseen = /** @type {Partial<Problem>} */ (cause instanceof Error ? {} : cause ?? {});
  const { kind = "unexpected", message = "Something unexpected went wrong.", hint = `Load the page again. ${verbatim(cause)}` } = foreseen;
  tell(report({ kind, message, hint }));
}

addEventListener("message", ({ data }) => {
  const { request } = /** @type {ToWorker} */ (data);
  answer(data)
    .then((value) => tell({ type: "answered", request, value }, buffersOf(value)))
    .catch((cause) => fail(cause, (error) => ({ type: "failed", request, error })));
});

addEventListener("unhandledrejection", ({ reason }) => tell({ type: "panicked", message: String(reason?.message ?? reason) }));
