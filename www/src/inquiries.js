// @ts-check
/** Questions that take many passes: asked one at a time, piece by piece, whenever nothing else is to be done. */

/** @import { Host } from "./host.js" */
/** @import { Answer, Problem, Question } from "./protocol.js" */

/**
 * @typedef {object} Inquiry
 * @property {string} model
 * @property {string} text
 * @property {Question} question
 * @property {(done: number, of: number) => void} progress
 * @property {(answer: Answer) => void} answered
 * @property {(problem: Problem) => void} failed
 */

export class Inquiries {
  /** Those that are open; the first is being answered. @type {Inquiry[]} */
  #open = [];
  /** The one that the worker has been asked, and which worker that is. @type {{inquiry: Inquiry, host: Host} | null} */
  #asked = null;

  /** Puts `inquiry` before those that wait, in the place of one of its kind about this model. @param {Inquiry} inquiry */
  ask(inquiry) {
    this.#open = this.#open.filter(({ question, model }) => question !== inquiry.question || model !== inquiry.model);
    this.#open.unshift(inquiry);
  }

  /** Nobody waits for the answer to this question any more. @param {Question} question */
  drop(question) {
    this.#open = this.#open.filter((other) => other.question !== question);
  }

  /** The first that the models of `host` can answer. @param {Host} host */
  next(host) {
    return this.#open.find(({ model }) => host.models.has(model));
  }

  /** Works for a moment on the first. @param {Host} host */
  async advance(host) {
    const inquiry = this.next(host);
    if (!inquiry) return;
    try {
      if (this.#asked?.inquiry !== inquiry || this.#asked.host !== host) {
        await host.client.call("inquire", inquiry.model, inquiry.text, inquiry.question);
        this.#asked = { inquiry, host };
      }
      const { done, of, answer } = await host.client.call("advance");
      if (!this.#open.includes(inquiry)) return; // It was dropped meanwhile.
      if (!answer) return inquiry.progress(done, of);
      this.#close(inquiry);
      inquiry.answered(answer);
    } catch (cause) {
      const problem = /** @type {Problem} */ (cause);
      this.#asked = null;
      if (problem.kind === "stopped" || !this.#open.includes(inquiry)) return; // Another worker will be asked.
      this.#close(inquiry);
      inquiry.failed(problem);
    }
  }

  /** @param {Inquiry} inquiry */
  #close(inquiry) {
    this.#open = this.#open.filter((other) => other !== inquiry);
    this.#asked = null;
  }
}
