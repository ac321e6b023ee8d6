// @ts-check
/** The page: what is typed and chosen goes to the explainer, what comes back is drawn. */

import { assets } from "./assets.js";
import { measureBench } from "./bench.js";
import { complete } from "./building.js";
import { card } from "./cards.js";
import { Catalogue } from "./catalogue.js";
import { readPalette } from "./charts/palette.js";
import { viewOf } from "./charts/view.js";
import { Explainer } from "./explainer.js";
import { sentence } from "./format.js";
import { byId, tell } from "./html.js";
import { Inputs } from "./inputs.js";
import { keep, kept } from "./kept.js";
import { Loading } from "./loading.js";
import { Notices } from "./notices.js";
import { afterPaint } from "./paint.js";
import { Panel } from "./panel.js";
import { Pin } from "./pin.js";
import { Scale } from "./scale.js";
import { Spotlight } from "./spotlight.js";
import { copyLink, missingModels, notHere, readState, USUAL_CHOICES, writeState } from "./state.js";
import { backendInUse, classNames, statusLine } from "./status.js";
import { obstacle } from "./support.js";
import { onSystemTheme } from "./theme.js";
import { TuningSection } from "./tuning/section.js";

/** @import { Palette } from "./charts/palette.js" */
/** @import { Answer } from "./host.js" */
/** @import { Device, Explanation, ModelAsset, Problem } from "./protocol.js" */
/** @import { Request } from "./explainer.js" */
/** @import { State } from "./state.js" */

/** The address and the spoken status wait until typing pauses: browsers limit the one, people the other. */
const RESTS_AFTER = 500;

/** A word counts as pointed at, not just passed over, after this many milliseconds; while one types, none does. */
const POINTS_AFTER = 150;

const catalogue = new Catalogue(assets.models);
/** The address that the page was opened with: it may name one of the user's own models. */
const opened = location.hash;

const page = document.documentElement;
const status = byId("status", HTMLElement);
const backendLine = byId("backend-in-use", HTMLElement);
const inputs = new Inputs();
const notices = new Notices(byId("notices", HTMLElement));
const backendNotices = new Notices(byId("backend-notices", HTMLElement));
const loading = new Loading(byId("progress", HTMLProgressElement), byId("progress-bytes", HTMLElement));
const scale = new Scale();
const spotlight = new Spotlight();
const main = new Panel("main", spotlight);
const beside = new Panel("beside", spotlight);
new Pin(spotlight, [main, beside]);

/** @type {State} */
const usual = { text: inputs.text.defaultValue, model: catalogue.ids[0], ...USUAL_CHOICES };
let state = readState(location.hash, { ...usual, text: kept() ?? inputs.text.value }, catalogue.ids);
/** @type {Palette} */
let palette;
/** The explanations of the newest text so far, by model. @type {{[id: string]: Explanation}} */
let newest = {};
/** What is drawn: the selected model first, then the one it is compared with. @type {{[id: string]: Explanation} | null} */
let drawn = null;
let drawnText = "";
/** Resolves once the latest drawing is on the screen. @type {Promise<void>} */
let painted = Promise.resolve();
/** @type {{device: Device, reason: string, time: number | null} | null} */
let running = null;
/** Whether nothing runs any more, until the next attempt. */
let stopped = false;
/** A text that could not be explained, until the next attempt. @type {string | null} */
let unexplained = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let rest;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let pointing;

const explainer = new Explainer(assets, state.model, {
  progress(label, loaded, total) {
    loading.report(label, loaded, total);
    describe();
  },
  quiet() {
    loading.clear();
    describe();
  },
  model(info) {
    catalogue.broken.delete(info.id);
    document.getElementById(`card-${info.id}`)?.remove();
    byId("cards", HTMLElement).append(card(info));
    if (page.dataset.state === "ready" && needed().includes(info.id)) explain();
  },
  badModel(problem, id) {
    catalogue.broken.add(id);
    loading.drop(catalogue.title(id));
    const told = { kind: `model ${id}`, message: catalogue.awaited(id), hint: `${sentence(problem.message)} ${sentence(problem.hint)}` };
    notices.show(told, { label: "Try again", act: () => retry(id) });
    show();
    explain();
  },
  backend(device, reason) {
    const moved = running?.device.backend !== device.backend;
    running = { device, reason, time: moved ? null : running?.time ?? null };
    stopped = false;
    if (moved && drawn) explain(); // What is shown comes from what runs now.
    describe();
  },
  refused: (problem) => leaveBackend(problem, backendNotices),
  fellBack: (problem) => leaveBackend(problem, notices),
  explained: draw,
  deleted({ word }, model, deletion) {
    for (const [id, panel] of panels()) if (id === model) panel.tell(word, deletion);
  },
  unexplained(problem) {
    unexplained = state.text;
    notices.show({ ...problem, kind: "text" });
    enter("error");
  },
  stopped(problem) {
    stopped = true;
    notices.show(problem, { label: "Try again", act: restart });
    show();
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

/** Takes in the user's own models, as they are now. @param {ModelAsset[]} own */
function enrol(own) {
  catalogue.enrol(own);
  const { ids, models } = catalogue;
  for (const card of document.querySelectorAll('[id^="card-own-"]')) {
    if (!ids.includes(card.id.replace("card-", ""))) card.remove();
  }
  inputs.offer(models);
  explainer.offer(models);
  tuning.offer(models, ids[0]);
  if (ids.includes(state.model)) show();
  else change({ model: ids[0] });
}

/** The selected model and the one it is compared with, if there is one. */
function needed() {
  const other = catalogue.broken.has(state.model) ? undefined : companion();
  return other ? [state.model, other] : [state.model];
}

/** What is drawn of each model. */
const panels = () => /** @type {const} */ ([[state.model, main], [needed()[1], beside]]);

/** Asks what the models say without the word that is pointed at. */
function wonder() {
  clearTimeout(pointing);
  const { subject } = spotlight;
  if (subject?.kind !== "word") return;
  const { word } = subject;
  pointing = setTimeout(() => {
    if (!drawn || drawn !== newest) return; // The typing has gone on: the word belongs to a text that is gone.
    const known = drawn;
    const models = panels().flatMap(([id, panel]) => (id && known[id] && !panel.evidence.knows(word) ? [id] : []));
    if (models.length > 0) explainer.wonder({ text: known[state.model].text, word, models });
  }, POINTS_AFTER);
}

/** The model that the selected one is compared with. */
const companion = () => catalogue.companion(state.model, state.beside);

/** What is said in place of a model's answer. @param {string} id */
const awaited = (id) => (stopped || unexplained === state.text ? "There is no answer to this text." : catalogue.awaited(id));

/** Asks for what the page should show. @param {number | null} since time of the keystroke, if it was one */
function explain(since = null) {
  unexplained = null;
  if (catalogue.broken.has(state.model)) return enter("error");
  enter(stopped ? "error" : drawn ? "busy" : "loading");
  newest = {};
  explainer.explain({ text: state.text, models: needed(), since, explanations: newest });
}

/** Asks again for a model that could not be loaded; whatever is running continues. @param {string} id */
function retry(id) {
  catalogue.broken.delete(id);
  notices.clear(`model ${id}`);
  inputs.model.focus(); // The notice is gone, and its button with it.
  show();
  explain();
}

/** Loads everything again, after something could not be loaded. */
function restart() {
  catalogue.broken.clear();
  stopped = false;
  notices.clearAll();
  show();
  explainer.restart(state.backend);
  explain();
}

/** Changes the state, and does what follows from it. @param {Partial<State>} next @param {number} [since] */
function change(next, since) {
  const before = state;
  state = { ...state, ...next };
  inputs.tell(""); // A link copied before leads to an earlier view.
  show();
  if (before.backend !== state.backend) {
    backendNotices.clearAll();
    explainer.use(state.backend);
  }
  if (before.text !== state.text || before.model !== state.model || before.beside !== state.beside) explain(since);
}

/** Brings the page in line with the state. */
function show() {
  const [, other] = needed();
  inputs.show(state, companion());
  for (const [id, panel] of panels()) {
    panel.entitle(catalogue.title(id));
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
  inputs.show(state, companion());
  main.recolour(palette);
  beside.recolour(palette);
  tuning.recolour(palette);
}

/**
 * Draws what a model makes of the text: the selected one at once, the other one once that has been seen.
 * @param {Request} request
 * @param {string} model
 * @param {Answer} answer
 */
async function draw(request, model, { explanation, milliseconds }) {
  await (model === state.model ? null : painted); // Either way, the worker is already at the next model.
  const { text, since, explanations } = request;
  const [selected, other] = needed();
  const isSelected = model === selected;
  if (!isSelected && !(model === other && explanations === drawn)) return; // Something else was chosen or typed meanwhile.
  explanations[model] = explanation;
  notices.clear("text");
  // For the same text, what is held stays held; but neurons are elsewhere in another model.
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

/** What need not delay what people see. @param {Request} request */
function finish({ text, models, explanations }) {
  main.finish();
  beside.finish();
  if (explanations !== newest || models.some((id) => !explanations[id])) return; // More is on its way.
  if (needed().some((id) => !explanations[id] && explainer.has(id))) return explain(); // It was loaded meanwhile.
  enter("ready");
  wonder(); // What is held is still to be asked about.
  document.dispatchEvent(new CustomEvent("explained", { detail: { text, explanations, milliseconds: running?.time } }));
}

/** @param {"loading" | "ready" | "busy" | "error"} next */
function enter(next) {
  page.dataset.state = next;
  if (next === "error") for (const [id, panel] of panels()) panel.lack(state.text, awaited(id));
  if (next === "loading" || next === "error") describe();
  settle();
}

/** Does what can wait until nothing has changed for a while. */
function settle() {
  clearTimeout(rest);
  rest = setTimeout(() => {
    describe();
    keep(state.text);
    if (location.hash === writeState(state, {}, catalogue.ids)) return; // A link to exactly this view may be copied from the address bar.
    history.replaceState(null, "", writeState(state, usual, catalogue.ids) || location.pathname + location.search);
  }, RESTS_AFTER);
}

/** Says what is going on. */
function describe() {
  const explanation = drawn?.[state.model];
  const isBroken = catalogue.broken.has(state.model);
  const failed = isBroken ? catalogue.awaited(state.model) : stopped ? "Nothing is running." : "This text could not be explained.";
  tell(status, statusLine(page.dataset.state, loading.toString(), failed, explanation), [...catalogue.titles, ...classNames(explanation)]);
  if (!running) return;
  tell(backendLine, backendInUse(running.device, running.reason, running.time), [running.device.adapter ?? ""]);
  backendLine.dataset.backend = running.device.backend;
}

function listen() {
  inputs.listen(() => state, change);
  inputs.link.addEventListener("click", async () => inputs.tell(...(await copyLink(state, catalogue.ids))));
  spotlight.watch(wonder);
  onSystemTheme(recolour);
  addEventListener("beforeprint", () => dress("light")); // Paper is.
  addEventListener("afterprint", () => dress(state.theme));
  addEventListener("hashchange", () => {
    change(readState(location.hash, { ...usual, text: kept() ?? usual.text }, catalogue.ids));
    lookFor(location.hash);
  });
  addEventListener("pagehide", () => keep(state.text));
}

/** Says why nothing is explained here. @param {Problem} problem @param {import("./notices.js").Remedy} [remedy] */
function refuse(problem, remedy) {
  stopped = true;
  loading.clear();
  enter("error");
  notices.show(problem, remedy);
}

function start() {
  byId("stuck", HTMLElement).remove();
  const hindered = obstacle();
  if (hindered) return refuse(hindered.problem, hindered.remedy);
  measureBench();
  main.wait(state.text);
  beside.wait(state.text);
  inputs.offer(catalogue.models);
  tuning.offer(catalogue.models, catalogue.ids[0]);
  show();
  listen();
  explain();
  if (!(/** @type {any} */ (globalThis).SAFR_PUBLISHED) && !assets.modules.full) {
    complete(assets, explainer, (problem) => notices.show(problem)).then(() => explainer.use(state.backend));
  }
  explainer.use(state.backend);
  takeUp();
}

/** Says so if an address names models that are not here. @param {string} hash */
function lookFor(hash) {
  notices.clear("address");
  const missing = missingModels(hash, catalogue.ids);
  const used = { model: state.model, beside: companion() ?? "" };
  if (missing.length > 0) notices.show(notHere(missing.map(({ id }) => id), missing.map(({ as }) => catalogue.title(used[as]))));
}

/** What earlier visits left: the user's own models, and a run in progress. */
async function takeUp() {
  await tuning.library.open();
  const { model, beside } = readState(opened, state, catalogue.ids);
  change(Object.fromEntries(Object.entries({ model, beside }).filter(([, id]) => catalogue.isOwn(id))));
  lookFor(opened);
  await tuning.runs.restore();
}

start();
