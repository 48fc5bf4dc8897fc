/** The libraries that run networks, loaded when they are first wanted. */

/** The bytes of a file of this site. */
export async function fetchFile(path) {
  const response = await fetch(path).catch(() => undefined);
  if (!response?.ok) {
    throw new Error(
      `${path} is not here. In a clone of lfer, npm run pages makes it: give it a minute or two, then reload.`,
    );
  }
  return new Uint8Array(await response.arrayBuffer());
}

const onnxBuilds = { wasm: "./libraries/ort.wasm.min.mjs", webgpu: "./libraries/ort.webgpu.min.mjs" };

/** onnxruntime-web in the build for that execution provider. */
export async function loadOnnxRuntime(provider) {
  const ort = await import(onnxBuilds[provider]);
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  return ort;
}

/** TensorFlow.js on that backend; tf.es2017.min.js is a script of the page. */
export async function loadTensorFlow(backend) {
  const tf = globalThis.tf;
  if (tf === undefined) throw new Error("libraries/tf.es2017.min.js is not here: npm run pages puts it there.");
  if (backend === "wasm") tf.wasm.setWasmPaths("libraries/");
  const isThere = await tf.setBackend(backend).catch(() => false);
  if (!isThere || tf.getBackend() !== backend) throw new Error(`TensorFlow.js has no ${backend} in this browser.`);
  return tf;
}

/** Whether the browser gives pages a graphics card by WebGPU. */
export async function hasWebGpu() {
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  return adapter !== null && adapter !== undefined;
}
