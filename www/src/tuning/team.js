// @ts-check
/** Those who help a run, as the worker that trains sees them: each is the other end of a port. */

import { Deferred } from "../deferred.js";

/** @import { Problem } from "../protocol.js" */
/** @import { Task } from "../tuning-protocol.js" */

/** @type {Problem} */
const GONE = { kind: "stopped", message: "Whoever helped is gone.", hint: "" };

export class Team {
  /** How many are asked at most. */
  most = Infinity;
  /** @type {MessagePort[]} */
  #ports = [];
  /** Those who owe an answer. @type {Set<Deferred<Float32Array>>} */
  #owed = new Set();

  /** How many can be asked. */
  get count() {
    return Math.min(this.#ports.length, this.most);
  }

  /** @param {MessagePort} port */
  join(port) {
    this.#ports.push(port);
  }

  /** The answers to some tasks, one for each helper. @param {Task[]} tasks */
  ask(tasks) {
    return Promise.all(tasks.map((task, at) => this.#answer(this.#ports[at], task)));
  }

  /** Nobody is asked any more, and nobody is waited for. */
  dismiss() {
    for (const port of this.#ports.splice(0)) port.close();
    for (const answer of this.#owed) answer.reject?.(GONE);
  }

  /** @param {MessagePort} port @param {Task} task */
  async #answer(port, task) {
    /** @type {Deferred<Float32Array>} */
    const answer = new Deferred();
    this.#owed.add(answer);
    port.onmessage = ({ data }) => (data ? answer.resolve?.(data) : answer.reject?.(GONE));
    port.postMessage(task, [task.values.buffer]);
    return answer.promise.finally(() => this.#owed.delete(answer));
  }
}

/**
 * Answers what comes through a port.
 * @param {MessagePort} port
 * @param {(task: Task) => Promise<Float32Array>} answer
 * @param {(cause: unknown) => void} broke
 */
export function help(port, answer, broke) {
  port.onmessage = async ({ data }) => {
    try {
      const numbers = await answer(data);
      port.postMessage(numbers, [numbers.buffer]);
    } catch (cause) {
      port.postMessage(null);
      broke(cause);
    }
  };
}
