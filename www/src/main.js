// @ts-check
/** The page: what is typed and chosen goes to the explainer, what comes back is drawn. */

import { Address } from "./address.js";
import { assets } from "./assets.js";
import { measureBench } from "./bench.js";
import { complete } from "./building.js";
import { card } from "./cards.js";
import { Catalogue } from "./catalogue.js";
import { viewOf } from "./charts/view.js";
import { offerExperiments } from "./experiments.js";
import { Explainer } from "./explainer.js";
import { sentence } from "./format.js";
import { byId, tell } from "./html.js";
import { Inputs } from "./inputs.js";
import { Instrument } from "./instrument.js";
import { keep } from "./kept.js";
import { Loading } from "./loading.js";
import { Notices } from "./notices.js";
import { keepForOffline } from "./offline/register.js";
import { Turns } from "./paint.js";
import { Panel } from "./panel.js";
import { Scale } from "./scale.js";
import { scenesOf } from "./scenes.js";
import { Spotlight } from "./spotlight.js";
import { USUAL_CHOICES } from "./state.js";
import { backendInUse, classNames, statusLine } from "./status.js";
import { obstacle } from "./support.js";
import { Dress } from "./theme.js";
import { Tour } from "./tour.js";
import { Touch } from "./touch.js";
import { TuningSection } from "./tuning/section.js";
import { inAnotherText } from "./without.js";
import { Wonder } from "./wonder.js";

/** @import { Palette } from "./charts/palette.js" */
/** @import { Request } from "./explainer.js" */
/** @import { Answer } from "./host.js" */
/** @import { Device, Explanation, ModelAsset, Problem } from "./protocol.js" */
/** @import { Scene } from "./scenes.js" */
/** @import { State } from "./state.js" */

/** The address and the spoken status wait until typing pauses: browsers limit the one, people the other. */
const RESTS_AFTER = 500;

const catalogue = new Catalogue(assets.models);
const page = document.documentElement;
const status = byId("status", HTMLElement);
const backendLine = byId("backend-in-use", HTMLElement);
const inputs = new Inputs();
const notices = new Notices(byId("notices", HTMLElement));
const backendNotices = new Notices(byId("backend-notices", HTMLElement));
const loading = new Loading(byId("progress", HTMLProgressElement), byId("progress-bytes", HTMLElement));
const scale = new Scale();
const spotlight = new Spotlight();
const touch = new Touch((without) => change({ without }));
const main = new Panel("main", spotlight, touch);
const beside = new Panel("beside", spotlight);

/** @type {State} */
const usual = { text: inputs.text.defaultValue, model: catalogue.ids[0], ...USUAL_CHOICES };
const address = new Address(catalogue, notices, usual);
let state = address.read();
/** @type {Palette} */
let palette;
/** The explanations of the newest text so far, by scene. @type {{[key: string]: Explanation}} */
let newest = {};
/** What is drawn: the selected scene first, then the other one. @type {{[key: string]: Explanation} | null} */
let drawn = null;
let drawnText = "";
const turns = new Turns();
/** @type {{device: Device, reason: string, time: number | null} | null} */
let running = null;
/** Whether nothing runs any more, until the next attempt. */
let stopped = false;
/** A text that could not be explained, until the next attempt. @type {string | null} */
let unexplained = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let rest;

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
    catalogue.know(info);
    for (const [scene, panel] of panels()) if (scene) panel.assess(catalogue.right(scene.model));
    document.getElementById(`card-${info.id}`)?.remove();
    byId("cards", HTMLElement).append(card(info));
    instrument.model(info);
    if (page.dataset.state === "ready" && needed().some(({ model }) => model === info.id)) explain();
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
    if (moved && drawn) explain(null, true); // What is shown comes from what runs now.
    describe();
  },
  refused: (problem) => leaveBackend(problem, backendNotices),
  fellBack: (problem) => leaveBackend(problem, notices),
  explained: draw,
  steered({ text }, { key, without }, prediction) {
    if (text === drawnText && key === needed()[0].key) main.prediction.steer(prediction, without);
  },
  deleted({ word }, model, deletion) {
    for (const [scene, panel] of panels()) if (scene?.model === model && scene.before === undefined) panel.tell(word, deletion);
  },
  unexplained(problem) {
    unexplained = state.text;
    instrument.lacks();
    const whole = { label: "Put everything back", act: () => change({ without: "" }) };
    notices.show({ ...problem, kind: "text" }, state.without === "" ? undefined : whole);
    enter("error");
  },
  stopped(problem) {
    stopped = true;
    notices.show(problem, { label: "Try again", act: restart });
    show();
    enter("error");
  },
});

const instrument = new Instrument(touch, spotlight, [main, beside], {
  inquire: (inquiry) => explainer.inquire(inquiry),
  drop: (question) => explainer.drop(question),
  cards: (model) => explainer.cards(model),
  edit: (text) => inputs.edit("insertText", text),
  pin: () => state.pinned === "" && change({ pinned: state.text }),
  scenes: needed,
  hold: (held) => change({ held }),
  title: (model) => catalogue.title(model),
  link: () => address.link(state),
  take: (scene, wanted) => explainer.take(scene, state.text, wanted),
});

const dress = new Dress((colours) => {
  palette = colours;
  inputs.show(state, companion());
  for (const part of [main, beside, instrument, tuning]) part.recolour(palette);
});

const tuning = new TuningSection(assets, {
  models: enrol,
  loaded: (id) => change({ model: id }),
  seed: (seed) => change({ seed }),
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

/** The selected model and what stands beside it, if anything does. @returns {Scene[]} */
function needed() {
  const [selected, other] = scenesOf(state, companion());
  return other && !catalogue.broken.has(state.model) ? [selected, other] : [selected];
}

/** What is drawn of each. */
const panels = () => /** @type {const} */ ([[needed()[0], main], [needed()[1], beside]]);

/** Asks what the models say without a word that is pointed at. */
const wonder = new Wonder(spotlight, (word) => {
  if (!drawn || drawn !== newest) return; // The typing has gone on: the word belongs to a text that is gone.
  const known = drawn;
  const asked = panels().filter(([scene, panel]) => scene && scene.before === undefined && known[scene.key] && !panel.evidence.knows(word));
  const models = asked.flatMap(([scene]) => scene?.model ?? []);
  if (models.length > 0) explainer.wonder({ text: drawnText, word, models });
});

/** The model that the selected one is compared with. */
const companion = () => catalogue.companion(state.model, state.beside);

/** In place of a model's answer. @param {string} id */
const awaited = (id) => (stopped || unexplained === state.text ? "There is no answer to this text." : catalogue.awaited(id));

/** Asks for what the page should show. @param {number | null} since time of the keystroke, if it was one @param {boolean} [anew] also what is known */
function explain(since = null, anew = false) {
  unexplained = null;
  if (catalogue.broken.has(state.model)) return enter("error");
  enter(stopped ? "error" : drawn ? "busy" : "loading");
  newest = {};
  const [selected, other] = needed();
  const known = other && !anew && drawnText === state.text ? drawn?.[other.key] : undefined;
  if (other && known) newest[other.key] = known;
  explainer.explain({ text: state.text, scenes: other && !known ? [selected, other] : [selected], since, explanations: newest });
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
  if (state.model !== before.model) state.without = next.without ?? "";
  else if (state.text !== before.text) state.without = next.without ?? inAnotherText(state.without);
  inputs.tell(""); // A link copied before leads to an earlier view.
  show();
  if (before.backend !== state.backend) {
    backendNotices.clearAll();
    explainer.use(state.backend);
  }
  const asks = /** @type {const} */ (["text", "model", "beside", "without", "pinned", "layer"]);
  if (asks.some((name) => before[name] !== state[name])) explain(since);
}

/** Brings the page in line with the state. */
function show() {
  const [selected, other] = needed();
  inputs.show(state, companion());
  instrument.show(state);
  main.entitle(`${catalogue.title(selected.model)}${state.without === "" ? "" : ", changed"}`, catalogue.right(selected.model));
  main.expect(selected.model, awaited(selected.model));
  if (other) beside.entitle(`${catalogue.title(other.model)}${state.without === "" ? "" : ", as it is"}`, catalogue.right(other.model));
  beside.expect(other?.key, awaited(other?.model ?? ""));
  beside.show(other !== undefined);
  tuning.show(state.text);
  page.toggleAttribute("data-compare", other !== undefined);
  main.choose(state);
  beside.choose(state);
  tuning.choose(state);
  dress.show(state.theme);
  settle();
}

/**
 * Draws what a model makes of the text: the selected one at once, the other one in its turn.
 * @param {Request} request
 * @param {Scene} scene
 * @param {Answer} answer
 */
async function draw(request, { key }, { explanation, milliseconds }) {
  if (key !== needed()[0].key) await turns.second(); // Meanwhile the worker is at the next model.
  const { text, since, explanations } = request;
  const [selected, other] = needed();
  const isSelected = key === selected.key;
  if (!isSelected && !(key === other?.key && explanations === drawn)) return; // Something else was chosen or typed meanwhile.
  explanations[key] = explanation;
  notices.clear("text");
  // For the same text, what is held stays held; but neurons may be elsewhere now.
  if (text !== drawnText || !(isSelected ? main : beside).keeps(spotlight.subject, explanation)) spotlight.clear();
  const rescaled = scale.fit([explanations[selected.key], explanations[other?.key ?? ""] ?? drawn?.[other?.key ?? ""]]);
  if (isSelected) {
    drawn = explanations;
    drawnText = text;
    if (running) running.time = milliseconds;
  }
  const view = (/** @type {Scene} */ scene) => viewOf(explanations[scene.key], text, scale.extent, state, scene.without, explanations[selected.key] ?? drawn?.[selected.key]);
  if (explanations[selected.key] && (isSelected || rescaled)) main.draw(view(selected), palette);
  if (isSelected) instrument.drawn(explanation, main.words.texts);
  if (other && explanations[other.key] && (!isSelected || rescaled || !beside.isDrawn)) turns.drawSecond(() => beside.draw(view(other), palette));
  else if (other && isSelected && !explanations[other.key] && !request.scenes.some((scene) => scene.key === other.key)) beside.wait(text);
  await turns.painted();
  if (isSelected && since !== null) performance.measure("explain", { start: since, end: performance.now() });
  if (drawn === explanations) finish(request);
}

/** What need not delay what people see. @param {Request} request */
async function finish({ text, scenes, explanations }) {
  await main.finishIdly();
  await beside.finishIdly();
  if (explanations !== newest || scenes.some(({ key }) => !explanations[key])) return; // More is on its way.
  const missing = needed().filter(({ key }) => !explanations[key]);
  if (missing.some(({ model }) => explainer.has(model))) return explain(); // It was loaded meanwhile.
  page.toggleAttribute("data-awaits", missing.some(({ model }) => !catalogue.broken.has(model)));
  enter("ready");
  instrument.rests();
  wonder.again(); // What is held is still to be asked about.
  document.dispatchEvent(new CustomEvent("explained", { detail: { text, explanations, milliseconds: running?.time } }));
}

/** @param {"loading" | "ready" | "busy" | "error"} next */
function enter(next) {
  page.dataset.state = next;
  if (next === "error") for (const [scene, panel] of panels()) panel.lack(state.text, scene?.without ?? "", awaited(scene?.model ?? ""));
  if (next === "loading" || next === "error") describe();
  settle();
}

/** Does what can wait until nothing has changed for a while. */
function settle() {
  clearTimeout(rest);
  rest = setTimeout(() => {
    describe();
    keep(state.text);
    address.write(state);
  }, RESTS_AFTER);
}

/** Says what is going on. */
function describe() {
  const explanation = drawn?.[needed()[0].key];
  const isBroken = catalogue.broken.has(state.model);
  const failed = isBroken ? catalogue.awaited(state.model) : stopped ? "Nothing is running." : "This text could not be explained.";
  tell(status, statusLine(page.dataset.state, loading.toString(), failed, explanation), [...catalogue.titles, ...classNames(explanation)]);
  if (!running) return;
  tell(backendLine, backendInUse(running.device, running.reason, running.time), [running.device.adapter ?? ""]);
  backendLine.dataset.backend = running.device.backend;
}

function listen() {
  inputs.listen(() => state, change);
  inputs.link.addEventListener("click", async () => inputs.tell(...(await address.copy(state))));
  addEventListener("hashchange", () => (change(address.read()), lookFor(location.hash)));
  addEventListener("pagehide", () => (keep(state.text), address.write(state)));
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
  offerExperiments((view) => change({ ...USUAL_CHOICES, theme: state.theme, backend: state.backend, ...view }));
  new Tour((view) => change(view), () => main.explanation);
  show();
  listen();
  explain();
  if (!assets.single) keepForOffline();
  if (!assets.modules.full) {
    complete(assets, explainer, (problem) => notices.show(problem)).then(() => explainer.use(state.backend));
  }
  explainer.use(state.backend);
  takeUp();
}

/** @param {string} hash */
const lookFor = (hash) => address.lookFor(hash, { model: state.model, beside: companion() ?? "" });

/** What earlier visits left: the user's own models, and a run in progress. */
async function takeUp() {
  await tuning.library.open();
  change(address.own(state));
  lookFor(address.opened);
  await tuning.runs.restore();
}

start();
