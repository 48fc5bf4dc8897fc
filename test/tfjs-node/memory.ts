/**
 * Two thousand steps of a small network on tfjs-node: the number of tensors and the memory must not grow.
 *   node --import tsx test/tfjs-node/memory.ts [STEPS]
 * For `.ci/run --full`: memory leaks of a step show only after many steps.
 */
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { tfjsNodeEngine } from "../../src/engines/tfjs/tfjs-engine.js";
import { tfjsNode } from "../../src/engines/tfjs/tfjs-kinds.js";
import { loadTfjs } from "../../src/engines/tfjs/tfjs-runtime.js";
import { smallStep, stepFeed } from "../engines/step-networks.js";

const steps = Number(process.argv[2] ?? 2000);
/** Until then, allocators and caches fill. */
const warm = Math.floor(steps / 4);
const allowedMiB = 32;

const loaded = await loadTfjs(tfjsNode, 1);
if (isProblem(loaded)) throw new Error(loaded.diagnose({}).message);
const step = await smallStep("shuffle units", 4);
const { batch, state } = stepFeed(step, 1);
const running = await tfjsNodeEngine.create(step, { state });
if (isProblem(running)) throw new Error(running.diagnose({}).message);
const resident = (): number => process.memoryUsage().rss / 2 ** 20;
let [tensors, before] = [0, 0];
for (let i = 1; i <= steps; i++) {
  await running.run(batch);
  if (i === warm) [tensors, before] = [loaded.tf.memory().numTensors, resident()];
}
const [left, grown] = [loaded.tf.memory().numTensors, resident() - before];
console.log(
  `${steps - warm} steps: ${tensors} tensors, then ${left}; ${before.toFixed(0)} MiB, ${grown.toFixed(1)} MiB more at the end`,
);
if (left !== tensors || grown > allowedMiB) {
  console.log(`WRONG: the number of tensors may not change, and memory not grow by more than ${allowedMiB} MiB`);
  process.exitCode = 1;
}
