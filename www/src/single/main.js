// @ts-check
/** The page as one file: unpacks what is in it, then starts. */

import { gunzip, unpacked } from "../unpack.js";

/** @import { Assets } from "../protocol.js" */

/**
 * What the build packs into the page besides the script, as `pkg-config/xtask/src/single.rs` writes it.
 * @typedef {object} Pack
 * @property {Assets} assets whose paths are those of the site
 * @property {{[path: string]: string}} files their contents: gzip, base64
 * @property {{[path: string]: string}} others files that a script asks for by name, likewise
 */

async function start() {
  const { assets, files, others } = /** @type {Pack} */ (JSON.parse(document.getElementById("pack")?.textContent ?? ""));
  document.getElementById("pack")?.remove(); // It has been read: its text would only fill the memory.
  const content = async (/** @type {string} */ path) => new Uint8Array(await gunzip(files[path]));
  const modules = { cpu: { ...assets.modules.cpu, content: await content(assets.modules.cpu.wasm) } };
  const models = assets.models.map(async (model) => {
    const names = [...Object.keys(model.files), ...(model.cards ? ["neurons.json"] : [])];
    const contents = names.map(async (name) => [name, await content(`${model.folder}/${name}`)]);
    return { ...model, content: Object.fromEntries(await Promise.all(contents)) };
  });
  const script = await content(assets.worker);
  const worker = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  for (const [path, packed] of Object.entries(others)) unpacked.set(path, new Uint8Array(await gunzip(packed)));
  const ready = { ...assets, worker, modules, models: await Promise.all(models), single: true };
  Object.assign(globalThis, { SAFR_ASSETS: ready });
  await import("../main.js");
}

start();
