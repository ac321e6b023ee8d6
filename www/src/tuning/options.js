// @ts-check
/** What a person chooses for a run: one table of fields, each with a line that says what it does. */

import { byId, html } from "../html.js";
import { BACKEND_CHOICES } from "../status.js";

/** @import { ModelAsset, Problem } from "../protocol.js" */
/** @import { DataChoices, TuningInfo, TuningOptions } from "../tuning-protocol.js" */

/** @typedef {{id: string, label: string, help: string, least?: number, most?: number, whole?: boolean, choices?: [string, string][]}} Field */

/** @type {Field[]} */
const FIELDS = [
  { id: "tune-model", label: "Start model", help: "What the new model knows before it sees your texts.", choices: [] },
  {
    id: "tune-learns",
    label: "What learns",
    help: "The less learns, the quicker it is, and the more stays of what the start model knows.",
    choices: [["all", "Everything, the embeddings too"], ["layers", "Head, gate and layers"], ["last", "Head, gate and last layer"]],
  },
  {
    id: "tune-objective-of",
    label: "Objective",
    help: "What is minimised. Cross entropy alone leaves out the λ terms, and what keeps the gate from closing.",
    choices: [["own", "The start model’s, with these λ"], ["cross-entropy", "Cross entropy alone"]],
  },
  { id: "tune-epochs", label: "Epochs", help: "How many times training goes through all texts, at most.", least: 1, whole: true },
  { id: "tune-patience", label: "Patience", help: "Training ends after this many epochs without a better held-out accuracy.", least: 1, whole: true },
  { id: "tune-lambda-importance", label: "λ importance", help: "How strongly important words are pushed to have neurons of their own; 0 for not at all.", least: 0 },
  { id: "tune-lambda-interaction", label: "λ interaction", help: "How strongly related words are pushed to share neurons; 0 for not at all.", least: 0 },
  { id: "tune-learning-rate", label: "Learning rate", help: "How far each step goes. Too far, and the loss jumps around.", least: 0 },
  { id: "tune-batch-size", label: "Batch size", help: "Texts per step. Smaller batches take less memory.", least: 1, whole: true },
  { id: "tune-hold-out", label: "Held out, in %", help: "Share of each class that is not trained on, but measured with.", least: 1, most: 90 },
  { id: "tune-seed", label: "Seed", help: "Everything random follows from it: the hold-out, the order, a new head.", least: 0, most: Number.MAX_SAFE_INTEGER, whole: true },
  {
    id: "tune-backend",
    label: "Backend",
    help: "Automatic uses a GPU if there is one, otherwise the CPU.",
    choices: BACKEND_CHOICES,
  },
];

export class Options {
  /** Ids of the fields that a person has changed: these keep their values. @type {Set<string>} */
  #changed = new Set();
  /** How many layers the start model has below the last. */
  #below = 0;
  /** Shown until the data are there, and with them the defaults. */
  #empty = html("p", { class: "remark" }, "Empty fields get defaults that suit the start model as soon as there are texts.");

  /** @param {HTMLElement} root @param {() => void} onModel @param {() => void} onHoldOut */
  constructor(root, onModel, onHoldOut) {
    root.append(this.#empty, ...FIELDS.map(field));
    this.model = byId("tune-model", HTMLSelectElement);
    this.backend = byId("tune-backend", HTMLSelectElement);
    this.learns = byId("tune-learns", HTMLSelectElement);
    this.objective = byId("tune-objective-of", HTMLSelectElement);
    this.inputs = [.../** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll("input"))];
    root.addEventListener("input", ({ target }) => this.#changed.add(/** @type {HTMLElement} */ (target).id));
    this.model.addEventListener("change", onModel);
    for (const id of ["tune-hold-out", "tune-seed"]) byId(id, HTMLInputElement).addEventListener("change", onHoldOut);
  }

  /** Models to start from; the chosen one stays, if it is there. @param {ModelAsset[]} models @param {string} usual */
  offer(models, usual) {
    const chosen = this.model.value || usual;
    this.model.replaceChildren(...models.map(({ id, title }) => html("option", { value: id }, title)));
    this.model.value = models.some(({ id }) => id === chosen) ? chosen : models[0].id;
  }

  /** Starts from the model in use, until another was chosen. @param {string} id */
  follow(id) {
    if (!this.#changed.has(this.model.id)) this.#startFrom(id);
  }

  /** @param {string} id */
  #startFrom(id) {
    if ([...this.model.options].some(({ value }) => value === id)) this.model.value = id;
  }

  /** Puts in the seed that an address names; empty: it names none. @param {string} seed */
  sow(seed) {
    const input = this.#input("seed");
    if (seed === "" || input.value === seed) return;
    input.value = seed;
    this.#changed.add(input.id);
  }

  /** @param {(seed: string) => void} chosen is told what a person puts in */
  watchSeed(chosen) {
    const input = this.#input("seed");
    input.addEventListener("change", () => chosen(input.checkValidity() ? input.value : ""));
  }

  /** The defaults, wherever nothing else was chosen. @param {TuningOptions} options @param {DataChoices} choices */
  show(options, choices) {
    this.#below = options.freeze_layers;
    if (this.#below === 0 && this.learns.value === "last") this.learns.value = "layers";
    this.#set(options, choices, ({ id }) => !this.#changed.has(id));
  }

  /** What a run was started with. @param {TuningInfo} info */
  fill({ start, options, data }) {
    this.#below = Math.max(this.#below, options.freeze_layers);
    this.#set(options, data, () => true);
    this.#startFrom(start);
    this.#changed.add(this.model.id);
  }

  /** @param {TuningOptions} options @param {DataChoices} choices @param {(control: HTMLElement) => boolean} where */
  #set(options, choices, where) {
    /** @type {[HTMLSelectElement | HTMLInputElement, string | number][]} */
    const values = [
      [this.learns, options.freeze_layers > 0 ? "last" : options.embeddings ? "all" : "layers"],
      [this.objective, options.objective],
      ...NUMBERS.map((name) => /** @type {[HTMLInputElement, number]} */ ([this.#input(name), options[name]])),
      [this.#input("hold_out"), Number((100 * choices.hold_out_share).toPrecision(12))],
    ];
    for (const [control, value] of values) if (where(control)) control.value = String(value);
    /** @type {HTMLOptionElement} */ (this.learns.querySelector('[value="last"]')).hidden = this.#below === 0;
    this.#empty.hidden = true;
  }

  /** @returns {TuningOptions} */
  get options() {
    const numbers = /** @type {Omit<TuningOptions, "embeddings" | "freeze_layers" | "objective">} */ (Object.fromEntries(NUMBERS.map((name) => [name, this.#input(name).valueAsNumber])));
    const objective = /** @type {TuningOptions["objective"]} */ (this.objective.value);
    const { value } = this.learns;
    return { embeddings: value === "all", freeze_layers: value === "last" ? this.#below : 0, objective, ...numbers };
  }

  /** How the data are split. */
  get holdOut() {
    return { hold_out_share: this.#input("hold_out").valueAsNumber / 100, hold_out_seed: this.#input("seed").valueAsNumber };
  }

  /** Why the value of a field cannot be used; null if all can. @returns {Problem | null} */
  get problem() {
    return problemOf(this.inputs);
  }

  /** The same for how the data are split. @returns {Problem | null} */
  get holdOutProblem() {
    return problemOf([this.#input("hold_out"), this.#input("seed")]);
  }

  /** @param {string} name */
  #input(name) {
    return byId(`tune-${name.replaceAll("_", "-")}`, HTMLInputElement);
  }
}

/** @param {HTMLInputElement[]} inputs @returns {Problem | null} */
function problemOf(inputs) {
  const wrong = inputs.find((input) => !input.checkValidity());
  return wrong ? { kind: "tuning", message: `${wrong.labels?.[0]?.textContent}: ${wrong.validationMessage}`, hint: "" } : null;
}

const NUMBERS = /** @type {const} */ (["epochs", "patience", "lambda_importance", "lambda_interaction", "learning_rate", "batch_size", "seed"]);

/** @param {Field} field */
function field({ id, label, help, least, most, whole, choices }) {
  const control = choices
    ? html("select", { id, "aria-describedby": `${id}-help` }, ...choices.map(([value, name]) => html("option", { value }, name)))
    : html("input", { type: "number", id, min: least, max: most ?? null, placeholder: "default", step: whole ? 1 : "any", required: "", "aria-describedby": `${id}-help` });
  return html("div", { class: "field" }, html("label", { for: id }, label), control, html("p", { id: `${id}-help` }, help));
}
