// @ts-check
/** Rounds in which programs take turns, so that what slows the machine for a while slows all of them. */

/**
 * @typedef {(turn: number) => Promise<unknown>} Program
 * @typedef {object} Task
 * @property {string} task
 * @property {number} repetitions in a round, of which the median counts
 * @property {number} calls in a repetition: a worker's clock has steps of a tenth of a millisecond
 * @property {{[name: string]: Program}} programs the first is ours
 * @typedef {{task: string, times: [string, number[]][]}} Measured milliseconds of a call of each program, one for each round
 */

const ROUNDS = 7;

/** @param {number[]} values */
const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
};

/** @param {Task} task @param {(line: string) => void} say @returns {Promise<Measured>} */
export async function measure({ task, repetitions, calls, programs }, say) {
  const times = Object.fromEntries(Object.keys(programs).map((name) => [name, /** @type {number[]} */ ([])]));
  // The first round warms up.
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [name, program] of Object.entries(programs)) {
      const repeated = [];
      for (let repetition = 0; repetition < repetitions; repetition += 1) {
        const start = performance.now();
        for (let call = 0; call < calls; call += 1) await program(repetition * calls + call);
        repeated.push((performance.now() - start) / calls);
      }
      if (round >= 0) times[name].push(median(repeated));
    }
  }
  say(`${task}: ${Object.entries(times).map(([name, of]) => `${name} ${median(of).toPrecision(3)} ms`).join(", ")}`);
  return { task, times: Object.entries(times) };
}
