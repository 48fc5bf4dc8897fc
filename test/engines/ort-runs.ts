/** Steps on ONNX Runtime, in the requested form. */
import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { probeBlock } from "../../src/engines/ort/block-probe.js";
import { ortEngine } from "../../src/engines/ort/ort-engine.js";
import { loadNativeRuntime } from "../../src/engines/ort/ort-runtime.js";
import type { Graph } from "../../src/ir/graph.js";
import { runOnce, type Stepped } from "./step-comparison.js";
import type { StepFeed } from "./step-networks.js";

const ort = await loadNativeRuntime();

/** The block of this machine, if its kernels have one. */
export const block = isProblem(ort) ? undefined : await probeBlock(ort);

export async function run(step: Graph, { batch, state }: StepFeed, portable: boolean): Promise<Stepped> {
  const running = await ortEngine({ portable }).create(step, { state, threads: 1 });
  if (isProblem(running)) throw new Error(running.diagnose({}).message);
  assert.is(running.description, portable || block === undefined ? "ort, portable" : `ort, blocks of ${block}`);
  return runOnce(running, batch);
}
