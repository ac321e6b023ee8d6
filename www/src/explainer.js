// @ts-check
/** Which worker explains, and on which backend: the newest text wins, and a worker that dies is replaced. */

import { Host } from "./host.js";
import { Inquiries } from "./inquiries.js";
import { idle } from "./paint.js";
import { addressed } from "./spawn.js";

/** @import { Assets, Backend, Deletion, Device, Explanation, ModelAsset, ModelInfo, NeuronCards, Prediction, Problem, Question as Asked, Wanted } from "./protocol.js" */
/** @import { Answer } from "./host.js" */
/** @import { Inquiry } from "./inquiries.js" */
/** @import { Scene } from "./scenes.js" */

/** Deaths in a row, with no answer between them, after which the page stops trying. */
const STRIKES = 3;

/** After so long, in milliseconds, a faster backend is looked for even while the browser is busy. */
const PATIENCE = 2000;

/**
 * @typedef {object} Request
 * @property {string} text
 * @property {Scene[]} scenes the selected one first
 * @property {number | null} since time of the keystroke, if it was one
 * @property {{[id: string]: Explanation}} explanations those that have arrived so far, by the scene's key
 */

/**
 * What becomes of the answers of `models` to `text` when a word of it is deleted.
 * @typedef {{text: string, word: number, models: string[]}} Question
 */

/**
 * @typedef {object} Events
 * @property {(label: string, loaded: number, total: number) => void} progress
 * @property {() => void} quiet nothing is loading any more
 * @property {(info: ModelInfo) => void} model a model can answer
 * @property {(problem: Problem, model: string) => void} badModel
 * @property {(device: Device, reason: string) => void} backend what runs now, and why
 * @property {(problem: Problem) => void} refused the chosen backend does not work here; the CPU explains
 * @property {(problem: Problem) => void} fellBack the CPU takes over from something that failed
 * @property {(request: Request, scene: Scene, answer: Answer) => void} explained by one of the models that could answer
 * @property {(request: Request, scene: Scene, prediction: Prediction) => void} steered what a changed model answers; its explanation follows
 * @property {(question: Question, model: string, deletion: Deletion) => void} deleted
 * @property {(problem: Problem) => void} unexplained the newest text has no explanation
 * @property {(problem: Problem) => void} stopped nothing runs any more
 */

export class Explainer {
  /** The worker that answers. @type {Host | null} */
  #host = null;
  /** The worker that is to take over. @type {Host | null} */
  #candidate = null;
  /** @type {Device} */
  #device = { backend: "none" };
  /** The newest text, until it is asked for. @type {Request | null} */
  #wanted = null;
  /** The text that was asked for last. @type {Request | null} */
  #explaining = null;
  /** The newest question, until it is asked. @type {Question | null} */
  #question = null;
  #inquiries = new Inquiries();
  /** Ids of the models that are needed, the first one first. @type {string[]} */
  #needed;
  #asking = false;
  #strikes = 0;
  /** Why there is nothing but the CPU yet, in a sentence; empty where there is more. */
  lacking = "";

  /** @param {Assets} assets @param {string} first id of the model that is needed first @param {Events} events */
  constructor(assets, first, events) {
    this.assets = assets;
    this.#needed = [first];
    this.events = events;
  }

  /** Asks for an explanation, in the place of one that still waits. @param {Request} request */
  explain(request) {
    this.#wanted = request;
    this.#question = null;
    this.#needed = [...new Set(request.scenes.map(({ model }) => model))];
    for (const host of [this.#host, this.#candidate]) host?.load(this.#neededAssets());
    this.#pump();
  }

  /** Asks about a word once no text waits, in the place of a question that still does. @param {Question} question */
  wonder(question) {
    this.#question = question;
    this.#pump();
  }

  /** Asks what takes many passes; only while nothing else is to be done. @param {Inquiry} inquiry */
  inquire(inquiry) {
    this.#inquiries.ask(inquiry);
    this.#pump();
  }

  /** Nobody waits for the answer to this question any more. @param {Asked} question */
  drop(question) {
    this.#inquiries.drop(question);
  }

  /** The cards of a model's neurons. @param {string} model @returns {Promise<NeuronCards>} */
  async cards(model) {
    const asset = this.assets.models.find(({ id }) => id === model);
    if (!asset || !this.#host) throw { kind: "cards", message: "The cards of the neurons cannot be had now.", hint: "" };
    return this.#host.client.call("cards", addressed(asset));
  }

  /** What a scene makes of a text, as a file's content. @param {Scene} scene @param {string} text @param {Wanted} wanted @returns {Promise<string>} */
  async take({ model, without, layer }, text, wanted) {
    if (!this.#host) throw { kind: "export", message: "Nothing is running that could draw it.", hint: "" };
    return this.#host.client.call("take", model, text, without, layer, wanted);
  }

  /** Whether a model can answer now. @param {string} model */
  has(model) {
    return this.#host?.models.has(model) ?? false;
  }

  /** What can be asked to explain from now on. @param {ModelAsset[]} models */
  offer(models) {
    this.assets = { ...this.assets, models };
  }

  #neededAssets() {
    return this.#needed.flatMap((needed) => this.assets.models.filter(({ id }) => id === needed));
  }

  /** Runs on `choice`; what runs now answers until that is able to. @param {Backend | "auto"} choice */
  async use(choice) {
    this.#strikes = 0;
    if (this.lacking) await this.#runOnCpu(this.lacking);
    else if (choice === "webgpu" || choice === "ndarray") await this.#runChosen(choice);
    else if (choice === "flex") await this.#runOnCpu("You chose it.");
    else await this.#runBest();
  }

  /** Loads everything again. @param {Backend | "auto"} choice */
  async restart(choice) {
    this.#host?.stop();
    this.#host = null;
    await this.use(choice);
  }

  /** The CPU at once, and what is faster as soon as it is known to be. */
  async #runBest() {
    await this.#runOnCpu("It starts fastest; whether WebGPU is faster is still being checked.");
    const host = this.#host;
    await idle(PATIENCE);
    if (host === null || host !== this.#host || this.#candidate) return;
    try {
      const choice = await host.client.call("choose");
      this.events.backend(this.#device, choice.reason);
      if (choice.backend === "flex") return;
      const candidate = await this.#bring("webgpu");
      const verdict = await candidate.host.client.call("judge");
      if (verdict.choice.backend === "flex") {
        this.#dismiss();
        this.events.backend(this.#device, verdict.choice.reason);
      } else {
        this.#takeOver({ host: candidate.host, device: verdict.device }, verdict.choice.reason);
      }
    } catch (cause) {
      const problem = /** @type {Problem} */ (cause);
      if (problem.kind === "stopped" || host !== this.#host) return; // Another choice was made meanwhile.
      this.#dismiss();
      this.events.backend(this.#device, `WebGPU was tried and failed: ${problem.message}`);
    }
  }

  /** @param {"webgpu" | "ndarray"} backend */
  async #runChosen(backend) {
    try {
      const candidate = await this.#bring(backend);
      const { agrees, difference } = await candidate.host.client.call("measure");
      if (!agrees) throw disagreement(difference);
      this.#takeOver(candidate, "You chose it.");
    } catch (cause) {
      const problem = /** @type {Problem} */ (cause);
      if (problem.kind === "stopped") return;
      this.#dismiss();
      this.events.refused(problem);
      await this.#runOnCpu("The backend that you chose could not be used.");
    }
  }

  /** The last resort: where this fails, nothing runs. @param {string} reason */
  async #runOnCpu(reason) {
    if (this.#host && this.#device.backend === "flex") {
      this.#dismiss();
      return this.events.backend(this.#device, reason);
    }
    try {
      this.#takeOver(await this.#bring("flex"), reason);
    } catch (cause) {
      const problem = /** @type {Problem} */ (cause);
      if (problem.kind === "stopped") return;
      this.#dismiss();
      this.events.stopped(problem);
    }
  }

  /** Starts a worker on `backend` and waits until it can answer. @param {Backend} backend */
  async #bring(backend) {
    this.#dismiss();
    const { progress, model, badModel } = this.events;
    const host = new Host(this.assets, { backend, models: this.#neededAssets() }, {
      progress,
      model: (info) => {
        model(info);
        this.#pump();
      },
      badModel: (problem, id) => {
        if (host === this.#host) badModel(problem, id); // A candidate's bad models matter once it takes over.
      },
      died: (problem) => this.#died(host, problem),
    });
    this.#candidate = host;
    return { host, device: await host.ready() };
  }

  /** @param {{host: Host, device: Device}} next @param {string} reason */
  #takeOver({ host, device }, reason) {
    this.#host?.stop();
    this.#host = host;
    this.#device = device;
    this.#candidate = null;
    this.events.backend(device, reason);
    for (const [id, problem] of host.badModels) this.events.badModel(problem, id);
    this.#pump();
  }

  #dismiss() {
    this.#candidate?.stop();
    this.#candidate = null;
    this.events.quiet();
  }

  /** @param {Host} host @param {Problem} problem */
  #died(host, problem) {
    if (host !== this.#host) return; // Whoever waits for the candidate is told.
    this.#host = null;
    this.#strikes += 1;
    if (this.#strikes >= STRIKES) return this.events.stopped(problem);
    this.events.fellBack({ ...problem, hint: "It is being restarted on the CPU; your text is still here." });
    this.#runOnCpu("The engine had stopped and was restarted on the CPU.");
  }

  /** If the worker is free, sends the newest request to one model after another: a text before a question. */
  async #pump() {
    const host = this.#host;
    const request = this.#wanted;
    if (!host || this.#asking) return;
    if (request && !host.models.has(request.scenes[0].model)) return;
    if (!request && !this.#question && !this.#inquiries.next(host)) return;
    this.#asking = true;
    if (request) await this.#explain(host, request);
    else if (this.#question) await this.#delete(host, this.#question);
    else await this.#inquiries.advance(host);
    this.#asking = false;
    this.#pump();
  }

  /** @param {Host} host @param {Request} request */
  async #explain(host, request) {
    this.#wanted = null;
    this.#explaining = request;
    const scenes = request.scenes.filter(({ model }) => host.models.has(model));
    let next = this.#answer(host, request, scenes[0]);
    for (const [at, scene] of scenes.entries()) {
      const answer = await next;
      if (!answer) return;
      this.#strikes = 0;
      // The worker is at the next one while this one is drawn.
      if (!this.#wanted && at + 1 < scenes.length) next = this.#answer(host, request, scenes[at + 1]);
      this.events.explained({ ...request, scenes }, scene, answer);
      if (this.#wanted) return; // A newer text goes first.
    }
  }

  /** What a scene makes of a text; nothing if it is no longer wanted, or failed. @param {Host} host @param {Request} request @param {Scene} scene */
  async #answer(host, request, scene) {
    const unanswered = (/** @type {Problem} */ problem) => this.#unanswered(host, request, problem);
    if (scene.without !== "") {
      const prediction = await host.client.call("steer", scene.model, request.text, scene.without).catch(unanswered);
      if (prediction) this.events.steered(request, scene, prediction);
      if (prediction === undefined || this.#wanted) return undefined;
    }
    return host.explain(request.text, scene).catch(unanswered);
  }

  /** @param {Host} host @param {Question} question */
  async #delete(host, question) {
    this.#question = null;
    for (const model of question.models.filter((id) => host.models.has(id))) {
      const deletion = await host.client.call("without", model, question.text, question.word).catch((problem) => this.#failed(host, problem));
      if (!deletion || this.#wanted || this.#question) return; // What is newer goes first, and nobody waits for this.
      this.events.deleted(question, model, deletion);
    }
  }

  /**
   * A text whose worker went away is asked again, but not if that happens twice.
   * @param {Host} host
   * @param {Request} request
   * @param {Problem} problem
   */
  #unanswered(host, request, problem) {
    this.#failed(host, problem);
    if (this.#wanted || request !== this.#explaining) return;
    const gone = ["stopped", "worker", "memory", "device"].includes(problem.kind);
    if (gone && this.#strikes < 2) this.#wanted = request;
    else this.events.unexplained(gone ? DEADLY : problem);
  }

  /** A device that fails, such as a lost GPU, does not recover: its worker is of no further use. @param {Host} host @param {Problem} problem */
  #failed(host, problem) {
    if (problem.kind !== "device" || host !== this.#host) return;
    host.stop();
    this.#died(host, problem);
  }
}

/** @type {Problem} */
const DEADLY = { kind: "text", message: "This text stops the engine.", hint: "Change it to continue." };

/** @param {number} difference @returns {Problem} */
const disagreement = (difference) => ({
  kind: "disagreement",
  message: `On this device, this backend’s numbers differ from the CPU’s by ${difference.toPrecision(2)}.`,
  hint: "The CPU explains instead. A newer browser or graphics driver may help.",
});
