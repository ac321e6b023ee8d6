// @ts-check
/** Which backend trains: the one that was chosen or suits this machine, or the CPU if that one fails. */

/** @import { Backend, ModelAsset, Problem } from "../protocol.js" */
/** @import { WorkerClient } from "../worker-client.js" */

/**
 * A worker that has the model.
 * @param {Backend | "auto"} backend
 * @param {ModelAsset} model
 * @param {(backend?: Backend) => WorkerClient} worker one on this backend, or any that there is
 * @param {(problem: Problem) => void} fellBack
 */
export async function open(backend, model, worker, fellBack) {
  const chosen = backend === "auto" ? (await worker().call("choose")).backend : backend;
  try {
    const client = worker(chosen);
    await client.need(model);
    if (chosen === "flex") return client;
    const { agrees, difference } = await client.call("measure", model.id);
    if (agrees) return client;
    throw { message: `its numbers differ from the CPU’s by ${difference.toPrecision(2)} here.` };
  } catch (problem) {
    if (chosen === "flex") throw problem;
    const { message } = /** @type {Problem} */ (problem);
    fellBack({ kind: "tuning", message: `The backend that was chosen failed: ${message}`, hint: "Training runs on the CPU instead." });
    const cpu = worker("flex");
    await cpu.need(model);
    return cpu;
  }
}
