// @ts-check
/** Files dropped anywhere on the page: taken, or refused with a reason. Otherwise the browser would leave the page and open them. */

/** What models are stored in. */
const OF_MODEL = /\.(zip|safetensors)$/i;

/**
 * @typedef {object} Takers
 * @property {(file: File) => void} data
 * @property {(files: File[]) => void} model
 * @property {() => void} tooMany several files that are not a model
 */

/** @param {HTMLElement} own where models are loaded, whatever their files are called @param {Takers} takers */
export function takeDrops(own, takers) {
  addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    const files = [...(event.dataTransfer?.files ?? [])];
    const isModel = own.contains(/** @type {Node} */ (event.target)) || files.some(({ name }) => OF_MODEL.test(name));
    if (isModel) takers.model(files);
    else if (files.length === 1) takers.data(files[0]);
    else takers.tooMany();
  });
}

/** Text that is dragged goes where it is dropped. @param {DragEvent} event */
const hasFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files") ?? false;
