// Packages that are installed only where the comparison runs, and so are not there to be checked against.
declare module "@tensorflow/tfjs-backend-wasm";
declare module "@tensorflow/tfjs-core";
declare module "@tensorflow/tfjs-core/dist/register_all_gradients";
declare module "onnxruntime-web/wasm";
