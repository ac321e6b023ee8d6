// @ts-check
/** Counts what a Worker asks of WebGPU, by wrapping its calls. */

/**
 * @typedef {object} Calls
 * @property {number} dispatches compute shaders started
 * @property {number} passes compute passes begun
 * @property {number} pipelines compute pipelines made
 * @property {number} submits submissions to the queue
 * @property {number} buffers buffers made
 * @property {number} copies copies from buffer to buffer
 * @property {number} uploads writes to the device
 * @property {number} bytesUp bytes in them
 * @property {number} readbacks buffers mapped for reading
 * @property {number} bytesDown bytes in them
 * @property {{[kernel: string]: number}} kernels dispatches by the name of the shader
 */

/** @returns {Calls} */
const none = () => ({
  dispatches: 0,
  passes: 0,
  pipelines: 0,
  submits: 0,
  buffers: 0,
  copies: 0,
  uploads: 0,
  bytesUp: 0,
  readbacks: 0,
  bytesDown: 0,
  kernels: {},
});

let calls = none();

/** The calls since this was last asked. */
export function takeGpuCalls() {
  const taken = calls;
  calls = none();
  return JSON.stringify(taken);
}

/**
 * Has `note` told of every call of `type.prototype[method]` before it happens.
 * @param {string} type
 * @param {string} method
 * @param {(self: any, ...given: any[]) => void} note
 */
function watch(type, method, note) {
  const { prototype } = /** @type {any} */ (globalThis)[type];
  const original = prototype[method];
  prototype[method] = function (/** @type {any[]} */ ...given) {
    note(this, ...given);
    return original.apply(this, given);
  };
}

/** Kernel that a compute pass runs next. @type {WeakMap<object, string>} */
const kernel = new WeakMap();

/** @param {object} pass */
function dispatch(pass) {
  const name = kernel.get(pass) ?? "";
  calls.dispatches += 1;
  calls.kernels[name] = (calls.kernels[name] ?? 0) + 1;
}

watch("GPUCommandEncoder", "beginComputePass", () => (calls.passes += 1));
watch("GPUCommandEncoder", "copyBufferToBuffer", () => (calls.copies += 1));
watch("GPUComputePassEncoder", "setPipeline", (pass, pipeline) => kernel.set(pass, pipeline.label));
watch("GPUComputePassEncoder", "dispatchWorkgroups", dispatch);
watch("GPUComputePassEncoder", "dispatchWorkgroupsIndirect", dispatch);
watch("GPUDevice", "createComputePipeline", () => (calls.pipelines += 1));
watch("GPUDevice", "createComputePipelineAsync", () => (calls.pipelines += 1));
watch("GPUDevice", "createBuffer", (_, { size, mappedAtCreation }) => {
  calls.buffers += 1;
  if (mappedAtCreation) upload(size);
});
watch("GPUQueue", "submit", () => (calls.submits += 1));
watch("GPUQueue", "writeBuffer", (_, _buffer, _at, data, from = 0, size = undefined) => {
  const unit = data.BYTES_PER_ELEMENT ?? 1;
  upload(size === undefined ? data.byteLength - from * unit : size * unit);
});
watch("GPUBuffer", "mapAsync", (buffer, mode, from = 0, size = buffer.size - from) => {
  if (mode & 2) return upload(size);
  calls.readbacks += 1;
  calls.bytesDown += size;
});

/** @param {number} bytes */
function upload(bytes) {
  calls.uploads += 1;
  calls.bytesUp += bytes;
}
