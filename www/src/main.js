// @ts-check
/** The page: what is typed and chosen goes to the engine, what comes back is drawn. */

import { assets } from "./assets.js";
import { built } from "./building.js";
import { card } from "./cards.js";
import { readPalette } from "./charts/palette.js";
import { viewOf } from "./charts/view.js";
import { Controls } from "./controls.js";
import { Engine } from "./engine.js";
import { list, sentence } from "./format.js";
import { byId, write } from "./html.js";
import { keep, kept } from "./kept.js";
import { Loading } from "./loading.js";
import { Notices } from "./notices.js";
import { afterPaint } from "./paint.js";
import { Panel } from "./panel.js";
import { Pin } from "./pin.js";
import { Scale } from "./scale.js";
import { Spotlight } from "./spotlight.js";
import { copyLink, missingModel, notHere, readState, writeState } from "./state.js";
import { backendInUse, summary } from "./status.js";
import { isSandboxed, missingFeatures } from "./support.js";
import { onSystemTheme } from "./theme.js";
import { TuningSection } from "./tuning/section.js";

/** @import { Palette } from "./charts/palette.js" */
/** @import { Answer } from "./host.js" */
/** @import { Device, Explanation, ModelAsset, Problem } from "./protocol.js" */
/** @import { Request } from "./engine.js" */
/** @import { State } from "./state.js" */

/** The address and the spoken status wait until the typing rests: browsers limit the one, people the other. */
const RESTS_AFTER = 500;

/** A word is pointed at, and not passed by, after so many milliseconds; while one types, none is. */
const POINTS_AFTER = 150;

/** Those of the page and, behind them, those of one's own. */
let { models } = assets;
let ids = models.map(({ id }) => id);
const titleOf = (/** @type {string} */ id) => models.find((model) => model.id === id)?.title ?? "";
/** The address that the page was opened with: it may name a model of one's own. */
const opened = location.hash;

const page = document.documentElement;
const status = byId("status", HTMLElement);
const backendLine = byId("backend-in-use", HTMLElement);
const controls = new Controls();
const notices = new Notices(byId("notices", HTMLElement));
const backendNotices = new Notices(byId("backend-notices", HTMLElement));
const loading = new Loading(byId("progress", HTMLProgressElement), byId("progress-bytes", HTMLElement));
const scale = new Scale();
const spotlight = new Spotlight();
const main = new Panel("main", spotlight);
const beside = new Panel("beside", spotlight);
new Pin(spotlight, [main, beside]);

/** @type {State} */
const usual = {
  text: controls.text.defaultValue,
  model: ids[0],
  beside: "auto",
  backend: "auto",
  theme: "auto",
  allocation: "evidence",
  interaction: "sharing",
};
let state = readState(location.hash, { ...usual, text: kept() ?? controls.text.value }, ids);
/** @type {Palette} */
let palette;
/** What has come of the newest text so far, by model. @type {{[id: string]: Explanation}} */
let newest = {};
/** What is drawn: of the selected model first, of the one beside it next. @type {{[id: string]: Explanation} | null} */
let drawn = null;
let drawnText = "";
/** Resolves when what was drawn last is on the screen. @type {Promise<void>} */
let painted = Promise.resolve();
/** @type {{device: Device, reason: string, time: number | null} | null} */
let running = null;
/** Ids of models that could not be loaded. @type {Set<string>} */
const broken = new Set();
/** Whether nothing runs any more, until it is tried again. */
let stopped = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let rest;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let pointing;

const engine = new Engine(assets, state.model, {
  progress(label, loaded, total) {
    loading.report(label, loaded, total);
    describe();
  },
  quiet() {
    loading.clear();
    describe();
  },
  model(info) {
    broken.delete(info.id);
    document.getElementById(`card-${info.id}`)?.remove();
    byId("cards", HTMLElement).append(card(info));
    if (page.dataset.state === "ready" && needed().includes(info.id)) explain();
  },
  badModel(problem, id) {
    broken.add(id);
    loading.drop(titleOf(id));
    const told = { kind: `model ${id}`, message: awaited(id), hint: `${sentence(problem.message)} ${sentence(problem.hint)}` };
    notices.show(told, { label: "Try again", act: () => retry(id) });
    show();
    explain();
  },
  backend(device, reason) {
    const moved = running?.device.backend !== device.backend;
    running = { device, reason, time: moved ? null : running?.time ?? null };
    stopped = false;
    if (moved && drawn) explain(); // What is shown is what runs now says of it.
    describe();
  },
  refused: (problem) => leaveBackend(problem, backendNotices),
  fellBack: (problem) => leaveBackend(problem, notices),
  explained: draw,
  deleted({ word }, model, deletion) {
    for (const [id, panel] of panels()) if (id === model) panel.tell(word, deletion);
  },
  unexplained(problem) {
    notices.show({ ...problem, kind: "text" });
    enter("error");
  },
  stopped(problem) {
    stopped = true;
    notices.show(problem, { label: "Try again", act: restart });
    enter("error");
  },
});

const tuning = new TuningSection(assets, {
  models: enrol,
  loaded: (id) => change({ model: id }),
});

/** The CPU explains from now on. @param {Problem} problem @param {Notices} where it is told */
function leaveBackend(problem, where) {
  state = { ...state, backend: "flex" };
  where.show(problem);
  show();
}

/** Takes in the models of one's own, as they are now. @param {ModelAsset[]} own */
function enrol(own) {
  models = [...assets.models, ...own];
  ids = models.map(({ id }) => id);
  for (const card of document.querySelectorAll('[id^="card-own-"]')) {
    if (!ids.includes(card.id.replace("card-", ""))) card.remove();
  }
  controls.offer(models);
  engine.offer(models);
  tuning.offer(models, ids[0]);
  if (ids.includes(state.model)) show();
  else change({ model: ids[0] });
}

/** The selected model and the one beside it, where there is something to compare it with. */
function needed() {
  const other = broken.has(state.model) ? undefined : companion();
  return other ? [state.model, other] : [state.model];
}

/** What is drawn of each model. */
const panels = () => /** @type {const} */ ([[state.model, main], [needed()[1], beside]]);

/** Asks what the models say without the word that one points at. */
function wonder() {
  clearTimeout(pointing);
  const { subject } = spotlight;
  if (subject?.kind !== "word") return;
  const { word } = subject;
  pointing = setTimeout(() => {
    if (!drawn || drawn !== newest) return; // One types on: the word is of a text that is gone.
    const known = drawn;
    const models = panels().flatMap(([id, panel]) => (id && known[id] && !panel.evidence.knows(word) ? [id] : []));
    if (models.length > 0) engine.wonder({ text: known[state.model].text, word, models });
  }, POINTS_AFTER);
}

/** The model that stands beside: the chosen one, the one that belongs there, or any other. @returns {string | undefined} */
function companion() {
  if (state.beside === "none") return undefined;
  const belongs = models.find(({ id }) => id === state.model)?.beside;
  return [state.beside, belongs ?? "", ...ids].find((id) => id !== state.model && ids.includes(id) && !broken.has(id));
}

/** Asks for what the page should show. @param {number | null} since time of the keystroke, if it was one */
function explain(since = null) {
  if (broken.has(state.model)) return enter("error");
  enter(stopped ? "error" : drawn ? "busy" : "loading");
  newest = {};
  engine.explain({ text: state.text, models: needed(), since, explanations: newest });
}

/** Asks again for a model that could not be had; what runs goes on. @param {string} id */
function retry(id) {
  broken.delete(id);
  notices.clear(`model ${id}`);
  controls.model.focus(); // The notice is gone, and its button with it.
  show();
  explain();
}

/** What is said in the place of a model's prediction. @param {string} id */
const awaited = (id) => (broken.has(id) ? `The model “${titleOf(id)}” could not be loaded.` : `Waiting for “${titleOf(id)}” …`);

/** Loads everything anew, after something could not be had. */
function restart() {
  broken.clear();
  stopped = false;
  notices.clearAll();
  engine.restart(state.backend);
  explain();
}

/** Changes the state, and does what follows from it. @param {Partial<State>} next @param {number} [since] */
function change(next, since) {
  const before = state;
  state = { ...state, ...next };
  controls.tell(""); // A link that was copied is to an earlier view.
  show();
  if (before.backend !== state.backend) {
    backendNotices.clearAll();
    engine.use(state.backend);
  }
  if (before.text !== state.text || before.model !== state.model || before.beside !== state.beside) explain(since);
}

/** Brings the page in line with the state. */
function show() {
  const [, other] = needed();
  controls.show(state, companion());
  for (const [id, panel] of panels()) {
    panel.entitle(titleOf(id));
    panel.expect(id, awaited(id));
  }
  beside.show(other !== undefined);
  tuning.show(state.text);
  page.toggleAttribute("data-compare", other !== undefined);
  main.choose(state);
  beside.choose(state);
  tuning.choose(state);
  dress(state.theme);
  settle();
}

/** @param {State["theme"]} theme */
function dress(theme) {
  if (page.dataset.theme === theme) return;
  page.dataset.theme = theme;
  recolour();
}

function recolour() {
  palette = readPalette();
  controls.show(state, companion());
  main.recolour(palette);
  beside.recolour(palette);
  tuning.recolour(palette);
}

/**
 * Draws what a model makes of the text: the selected one at once, the one beside it when that has been seen.
 * @param {Request} request
 * @param {string} model
 * @param {Answer} answer
 */
async function draw(request, model, { explanation, milliseconds }) {
  await (model === state.model ? null : painted); // Either way, the worker is at the next model meanwhile.
  const { text, since, explanations } = request;
  const [selected, other] = needed();
  const isSelected = model === selected;
  if (!isSelected && !(model === other && explanations === drawn)) return; // Something else was chosen or typed meanwhile.
  explanations[model] = explanation;
  notices.clear("text");
  // Of the same text, what is held can be held on to; neurons stand elsewhere in another model.
  if (text !== drawnText || spotlight.subject?.kind === "neuron") spotlight.clear();
  const rescaled = scale.fit([explanations[selected], explanations[other] ?? drawn?.[other]]);
  if (isSelected) {
    drawn = explanations;
    drawnText = text;
    if (running) running.time = milliseconds;
  }
  if (explanations[selected] && (isSelected || rescaled)) main.draw(viewOf(explanations[selected], text, scale.extent, state), palette);
  if (!isSelected) beside.draw(viewOf(explanation, text, scale.extent, state), palette);
  else if (other && !request.models.includes(other)) beside.wait(text);
  painted = afterPaint();
  await painted;
  if (isSelected && since !== null) performance.measure("explain", { start: since, end: performance.now() });
  if (drawn === explanations) finish(request);
}

/** What need not hold up what one sees. @param {Request} request */
function finish({ text, models, explanations }) {
  main.finish();
  beside.finish();
  if (explanations !== newest || models.some((id) => !explanations[id])) return; // More is on its way.
  if (needed().some((id) => !explanations[id] && engine.has(id))) return explain(); // It was loaded meanwhile.
  enter("ready");
  wonder(); // What is held is still to be asked about.
  document.dispatchEvent(new CustomEvent("explained", { detail: { text, explanations, milliseconds: running?.time } }));
}

/** @param {"loading" | "ready" | "busy" | "error"} next */
function enter(next) {
  page.dataset.state = next;
  if (next === "loading" || next === "error") describe();
  settle();
}

/** Does what can wait until nothing has changed for a while. */
function settle() {
  clearTimeout(rest);
  rest = setTimeout(() => {
    describe();
    keep(state.text);
    if (location.hash === writeState(state, {}, ids)) return; // A link to exactly this view may be copied from there.
    history.replaceState(null, "", writeState(state, usual, ids) || location.pathname + location.search);
  }, RESTS_AFTER);
}

/** Says what is going on. */
function describe() {
  const coming = loading.toString();
  const now = page.dataset.state;
  if (now === "loading") say(coming ? `Loading ${coming} …` : "Starting …");
  if (now === "busy") say(coming ? `Loading ${coming} …` : "Explaining …");
  if (now === "error") say(broken.has(state.model) ? `${awaited(state.model)} See the notice above.` : "There is no explanation of this; see the notice above.");
  if (now === "ready" && drawn) say(`${summary(drawn[state.model])}${coming ? ` Loading ${coming} in the background.` : ""}`);
  if (!running) return;
  backendLine.textContent = backendInUse(running.device, running.reason, running.time);
  backendLine.dataset.backend = running.device.backend;
}

/** @param {string} what */
const say = (what) => write(status, what);

function listen() {
  controls.listen(() => state, change);
  controls.link.addEventListener("click", async () => controls.tell(await copyLink(state, ids)));
  spotlight.watch(wonder);
  onSystemTheme(recolour);
  addEventListener("beforeprint", () => dress("light")); // Paper is.
  addEventListener("afterprint", () => dress(state.theme));
  addEventListener("hashchange", () => {
    change(readState(location.hash, { ...usual, text: kept() ?? usual.text }, ids));
    lookFor(location.hash);
  });
  addEventListener("pagehide", () => keep(state.text));
}

/** Says why nothing is explained here. @param {Problem} problem @param {import("./notices.js").Remedy} [remedy] */
function refuse(problem, remedy) {
  loading.clear();
  enter("error");
  notices.show(problem, remedy);
}

function start() {
  byId("stuck", HTMLElement).remove();
  const missing = missingFeatures();
  if (missing.length > 0) {
    return refuse({
      kind: "browser",
      message: `This browser lacks ${list(missing)}, which this page needs.`,
      hint: "Chrome and Edge 123, Firefox 128, Safari 17.5 and anything newer have it.",
    });
  }
  if (isSandboxed()) {
    const [address] = location.href.split("#");
    const message = "Another page shows this one in a closed frame, where no engine can run and no model be kept.";
    return refuse({ kind: "frame", message, hint: "Open it by itself:" }, { label: address, href: location.href });
  }
  main.wait(state.text);
  beside.wait(state.text);
  controls.offer(models);
  tuning.offer(models, ids[0]);
  show();
  listen();
  explain();
  if (!(/** @type {any} */ (globalThis).SAFR_PUBLISHED) && !assets.modules.full) complete();
  engine.use(state.backend);
  takeUp();
}

/** Under `cargo xtask serve`: makes do with the CPU until the larger module is built. */
async function complete() {
  engine.lacking = "WebGPU and NdArray are still being built; either can be chosen now, and takes over when it is ready.";
  try {
    assets.modules.full = await built();
    engine.lacking = "";
  } catch (cause) {
    notices.show(/** @type {Problem} */ (cause));
    engine.lacking = "WebGPU and NdArray could not be built.";
  }
  engine.use(state.backend);
}

/** Says if an address names a model that is not here. @param {string} hash */
function lookFor(hash) {
  notices.clear("address");
  const missing = missingModel(hash, ids);
  if (missing !== null) notices.show(notHere(missing, titleOf(state.model)));
}

/** What earlier visits left: models of one's own, and a run in progress. */
async function takeUp() {
  await tuning.library.open();
  const named = readState(opened, state, ids).model;
  if (named !== state.model && ids.indexOf(named) >= assets.models.length) change({ model: named });
  lookFor(opened);
  await tuning.trainer.restore();
}

start();
