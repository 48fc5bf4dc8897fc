/** ONNX Runtime, loaded in a worker thread. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";

// A worker thread does not have the loader of TypeScript that the process was started with.
const script = `
const { parentPort, workerData } = require("node:worker_threads");
(async () => {
  const { register } = await import(workerData.tsx);
  register();
  const { loadNativeRuntime } = await import(workerData.loader);
  const found = await loadNativeRuntime();
  parentPort.postMessage(found.kind === "problem" ? found.diagnose({}).code : "loaded");
})();`;

/** The code of what a worker thread with this environment is told, or "loaded". */
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
