// @ts-check
/** The part of the page that fine-tunes: data, choices, the run and its result. */

import { plural, sentence } from "../format.js";
import { byId, focusFirst, tell } from "../html.js";
import { Notices } from "../notices.js";
import { Curves } from "./curves.js";
import { takeDrops } from "./drops.js";
import { Library } from "./library.js";
import { Options } from "./options.js";
import { Outcome } from "./outcome.js";
import { Preview } from "./preview.js";
import { DataSummary } from "./summary.js";
import { Sources } from "./sources.js";
import { Status } from "./status.js";
import { Runs } from "./runs.js";
import { Vault } from "./vault.js";

/** @import { Palette } from "../charts/palette.js" */
/** @import { Assets, ModelAsset, Problem } from "../protocol.js" */
/** @import { State } from "../state.js" */
/** @import { DataChoices, DataReport, TuningEvent, TuningInfo } from "../tuning-protocol.js" */
/** @import { Data } from "./sources.js" */
/** @import { Phase } from "./runs.js" */

/** Figures and curves are redrawn no more often than this, in milliseconds. */
const PAUSE = 200;

/**
 * @typedef {object} SectionEvents
 * @property {(models: ModelAsset[]) => void} models all of the user's own models
 * @property {(id: string) => void} loaded one that should be used to explain
 * @property {(seed: string) => void} seed what a person chose
 */

export class TuningSection {
  #vault = new Vault();
  #status = new Status();
  #curves = new Curves(byId("tune-curves", HTMLElement), (form) => this.runs.curves(form));
  #report = new DataSummary(byId("tune-report", HTMLElement), (change) => this.#examine(change));
  #options = new Options(byId("tune-options", HTMLElement), () => this.#restart(), () => this.#examine({}));
  #objective = byId("tune-objective", HTMLElement);
  #forms = byId("tune-forms", HTMLElement);
  #setup = byId("tune-setup", HTMLElement);
  #run = byId("tune-run", HTMLElement);
  #own = byId("own", HTMLElement);
  /** @type {Outcome} */
  #outcome;
  /** @type {Notices} */
  #dataNotices;
  /** @type {Sources} */
  #sources;
  /** @type {ModelAsset[]} */
  #models = [];
  /** @type {Data | null} */
  #data = null;
  /** @type {DataChoices | null} */
  #choices = null;
  /** Whether the data can be trained on. */
  #usable = false;
  /** How many texts there are. */
  #texts = 0;
  /** Events that are not shown yet. @type {TuningEvent[]} */
  #news = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;

  /** @param {Assets} assets @param {SectionEvents} events */
  constructor(assets, events) {
    this.notices = new Notices(byId("tune-notices", HTMLElement));
    this.runs = new Runs(assets, this.#vault, {
      phase: (phase) => this.#enter(phase),
      progress: (label, loaded, total) => this.#status.loading(label, loaded, total),
      began: (info, source, device) => this.#began(info, source, device),
      workers: (count) => this.#status.workers(count),
      trained: (news) => this.#hear(news),
      problem: (problem) => this.#tell(problem),
      tuned: (files) => this.#outcome.show(files),
    });
    this.library = new Library(this.#vault, () => this.runs.desk(), new Notices(byId("own-notices", HTMLElement)), {
      changed: events.models,
      loaded: events.loaded,
    });
    this.#outcome = new Outcome(this.library, (text) => this.runs.explain("after", text), { kept: () => this.#kept(), undone: () => this.#undo() });
    this.preview = new Preview(byId("tune-preview", HTMLElement), (which, text) => this.runs.explain(which, text));
    this.#dataNotices = new Notices(byId("data-notices", HTMLElement));
    this.#sources = new Sources(this.#dataNotices, {
      changing: () => this.#forget(),
      data: (data) => this.#take(data),
      none: () => this.#forget(),
      holds: () => this.#texts > 0,
    });
    this.#options.watchSeed(events.seed);
    this.#listen();
    this.#enter("idle");
  }

  /** @param {ModelAsset[]} models to start from @param {string} usual */
  offer(models, usual) {
    this.#models = models;
    this.#options.offer(models, usual);
  }

  /** @param {string} text that models are compared on */
  show(text) {
    this.runs.helpers.yield();
    this.preview.show(text);
  }

  /** @param {State} state */
  choose(state) {
    this.preview.choose(state);
    this.#options.sow(state.seed);
    if (!this.#data && !this.#held) this.#options.follow(state.model);
  }

  /** @param {Palette} palette */
  recolour(palette) {
    this.#curves.recolour(palette);
    this.preview.recolour(palette);
  }

  #listen() {
    const { start, pause, stop } = this.#status;
    start.addEventListener("click", () => (this.#outcome.unkept ? this.#ask() : this.#start()));
    pause.addEventListener("click", () => {
      if (this.runs.phase !== "paused") return this.runs.pause();
      this.notices.clear("tuning"); // It may say that the run is paused.
      this.runs.goOn();
    });
    stop.addEventListener("click", () => {
      this.notices.clear("tuning");
      this.runs.stop();
    });
    takeDrops(this.#own, {
      data: (file) => this.#drop(() => this.#sources.take(file)),
      model: (files) => {
        this.#own.scrollIntoView({ block: "nearest" });
        this.library.load(files);
      },
      tooMany: () => this.#drop(() => this.#refuse("Only one file of labelled texts can be used at a time.", "Put them together, or drop one.")),
    });
  }

  /** Takes data that were dropped somewhere, and scrolls to where they go. @param {() => void} take */
  #drop(take) {
    this.#setup.scrollIntoView({ block: "nearest" });
    if (this.#held) this.#refuse("The data cannot be changed during a run.", "Stop the run first.");
    else take();
  }

  /** @param {string} message @param {string} hint */
  #refuse(message, hint) {
    this.#dataNotices.show({ kind: "data", message, hint });
  }

  /** Whether a run is using the data and the choices. */
  get #held() {
    return this.runs.phase === "running" || this.runs.phase === "paused";
  }

  get #model() {
    return /** @type {ModelAsset} */ (this.#models.find(({ id }) => id === this.#options.model.value));
  }

  #forget() {
    this.#data = null;
    this.#usable = false;
    this.#texts = 0;
    this.#report.clear();
    this.#status.clear();
    this.notices.clear("tuning");
    this.#enter("idle");
  }

  /** @param {Data} data */
  async #take(data) {
    const sameFile = data.bytes === this.#data?.bytes && this.#choices !== null;
    this.#data = data;
    if (sameFile) await this.#examine({});
    else await this.#restart();
  }

  /** Other data or another model: what was chosen for them no longer holds. */
  async #restart() {
    if (!this.#data) return;
    this.#enter("checking");
    try {
      const { choices, options } = await this.runs.defaults(this.#model);
      this.#choices = choices;
      this.#options.show(options, choices);
      await this.#examine({});
    } catch (problem) {
      this.notices.show({ .../** @type {Problem} */ (problem), kind: "tuning" }, { label: "Try again", act: () => this.#restart() });
      this.#enter("error");
    }
  }

  /** @param {Partial<DataChoices>} change */
  async #examine(change) {
    if (!this.#data || !this.#choices) return;
    this.notices.clear("tuning");
    this.#usable = false;
    const wrong = this.#options.holdOutProblem;
    if (wrong) {
      this.notices.show(wrong);
      return this.#enter("error");
    }
    const { bytes, typed } = this.#data;
    this.#choices = { ...this.#choices, ...change, ...this.#options.holdOut, typed };
    const report = await this.runs.examine(this.#model, bytes, this.#choices);
    if (!report) return;
    this.#show(report);
    this.#enter(this.runs.phase);
  }

  /** What the data hold. @param {DataReport} report */
  #show(report) {
    if (!this.#data || !this.#choices) return;
    this.#usable = !report.problem;
    this.#texts = report.texts;
    this.#report.show(named(this.#data.name, this.#data.typed.length), report, this.#choices);
  }

  /** Starts after a yes: a result that was not kept would be lost. */
  #ask() {
    const problem = { kind: "tuning", message: "The tuned model below is neither kept nor undone.", hint: "Another run will replace it." };
    const act = () => {
      this.#status.start.focus(); // The notice goes, and its button with it.
      this.#start();
    };
    this.notices.ask(problem, { label: "Start anyway", act });
  }

  async #start() {
    if (!this.#data || !this.#choices) return;
    this.notices.clear("tuning");
    const { problem } = this.#options;
    if (problem) return this.notices.show(problem);
    await this.runs.start({
      model: this.#model,
      data: this.#data.bytes,
      source: this.#data,
      choices: { ...this.#choices, ...this.#options.holdOut },
      options: this.#options.options,
      backend: /** @type {import("./runs.js").Plan["backend"]} */ (this.#options.backend.value),
    });
  }

  /** @type {import("./runs.js").RunsEvents["began"]} */
  #began(info, source, device) {
    this.#news = [];
    this.#run.hidden = false;
    this.#status.begin(info, device);
    this.#curves.begin(info);
    if (!this.#data) this.#takeUp(info, source); // The page was reopened.
    tell(this.#objective, minimised(info));
    this.#forms.hidden = info.options.objective === "cross-entropy";
    this.#forms.lastElementChild?.replaceChildren(sentence(info.objective));
    this.preview.begin(info.start_title);
    this.#outcome.expect(`${info.start_title}, tuned on ${named(source.name, info.data.typed.length)}`);
  }

  /** Shows the choices and the data of a run that was started before the page was opened. @param {TuningInfo} info @param {import("./runs.js").Source} source */
  async #takeUp(info, { kind, name }) {
    this.#options.fill(info);
    const data = await this.runs.data();
    if (!data || this.#data) return;
    this.#data = { kind, name, bytes: data.bytes, typed: info.data.typed };
    this.#choices = info.data;
    this.#sources.restore(this.#data);
    this.#show(data.report);
    this.#enter(this.runs.phase);
  }

  /** @param {TuningEvent[]} news */
  #hear(news) {
    this.#news.push(...news);
    const over = news.some(({ kind }) => kind === "finished");
    if (over) this.#showNews();
    else this.#rest ??= setTimeout(() => this.#showNews(), PAUSE);
  }

  #showNews() {
    clearTimeout(this.#rest);
    this.#rest = undefined;
    const news = this.#news.splice(0);
    this.#status.tell(news);
    this.#curves.add(news);
    this.#curves.draw();
    this.preview.refresh();
    const end = news.find((event) => event.kind === "finished");
    if (end?.result) this.#outcome.measured(end.result);
    else if (end) this.preview.hide(); // There is no “after”.
  }

  /** Shows a notice, in sight of whoever looks at the buttons. @param {Problem} problem */
  #tell(problem) {
    const { top, bottom } = this.#status.start.getBoundingClientRect();
    this.notices.show(problem);
    if (bottom > 0 && top < innerHeight) this.notices.root.scrollIntoView({ block: "nearest" });
  }

  /** @param {Phase} phase */
  #enter(phase) {
    if (this.#news.length > 0) this.#showNews();
    this.#status.enter(phase, this.#usable);
    const controls = /** @type {NodeListOf<HTMLInputElement>} */ (this.#setup.querySelectorAll(":is(input, select, textarea, button):not(.notice *)"));
    for (const control of controls) control.disabled = this.#held;
    this.#outcome.root.inert = phase === "checking"; // Another run may be about to replace it.
    if (phase === "done") this.preview.end();
  }

  #kept() {
    this.notices.clear("tuning");
    this.runs.kept();
  }

  #undo() {
    this.notices.clear("tuning");
    this.#run.hidden = true;
    this.preview.hide();
    this.#outcome.clear();
    this.#status.clear();
    this.runs.undo();
    focusFirst(this.#status.start, this.#sources.file); // The button is gone with the result.
  }
}

/** What a run minimises, in words. @param {TuningInfo} info */
function minimised({ options }) {
  if (options.objective === "cross-entropy") return "Minimised: cross entropy alone.";
  return `Minimised: cross entropy and the start model’s own losses, importance with λ ${options.lambda_importance} and interaction with λ ${options.lambda_interaction}.`;
}

/** Data as they are called. @param {string} name @param {number} typed */
const named = (name, typed) => (typed === 0 ? name : `${name} and ${plural(typed, "typed example")}`);
