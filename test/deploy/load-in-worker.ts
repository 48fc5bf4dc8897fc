/** ONNX Runtime, loaded in a worker thread. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";

// A worker thread does not inherit the TypeScript loader of its process.
const script = `
const { parentPort, workerData } = require("node:worker_threads");
(async () => {
  const { register } = await import(workerData.tsx);
  register();
  const { loadNativeRuntime } = await import(workerData.loader);
  const found = await loadNativeRuntime();
  parentPort.postMessage(found.kind === "problem" ? found.diagnose({}).code : "loaded");
})();`;

/** The error code in a worker thread with this environment, or "loaded". */
export async function loadedInWorker(env: Readonly<Record<string, string>>): Promise<string> {
  const workerData = {
    tsx: import.meta.resolve("tsx/esm/api"),
    loader: new URL("../../src/deploy/onnx-runtime.ts", import.meta.url).href,
  };
  const worker = new Worker(script, { eval: true, env, workerData });
  const [answer] = await once(worker, "message");
  await worker.terminate();
  return String(answer);
}
