import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { gpuEngine } from "../../src/engines/ort/gpu-engines.js";
import type { GpuProvider } from "../../src/engines/ort/provider-probe.js";
import { findEngine } from "../../src/engines/registry.js";
import { loadTfjsNode } from "../../src/engines/tfjs/tfjs-runtime.js";
import { smallStep, stepFeed } from "../engines/step-networks.js";
import { reportedCodes } from "../support/in-process.js";
import { inFolder } from "../support/lferc.js";

const codesOf = (answer: unknown): readonly string[] => (isProblem(answer) ? [answer.diagnose({}).code] : []);

const step = () => smallStep("quadrants", 2);

/** An engine whose provider says this of itself. */
const saying = (provider: GpuProvider, reason: string | undefined) =>
  gpuEngine("tried", provider, () => Promise.resolve(reason));

async function creating(provider: GpuProvider, reason: string | undefined): Promise<readonly string[]> {
  const graph = await step();
  return codesOf(await saying(provider, reason).create(graph, { state: stepFeed(graph, 1).state }));
}

export const engineScenarios = {
  "engine/unknown": async () => codesOf(findEngine("ort-webgup")),
  "engine/no-webgpu": () => creating("webgpu", "no adapter"),
  "engine/no-cuda": async () => codesOf(await saying("cuda", "no library").availability()),
  "engine/no-tfjs-node": async () => codesOf(await loadTfjsNode(undefined, "@tensorflow/tfjs-abacus")),
  "engine/fixed-threads": () =>
    inFolder({ "m.onnx": "" }, (cwd) =>
      reportedCodes(["bench", "m.onnx", "--engine", "ort-wasm", "--threads", "4"], cwd),
    ),
  // A provider that no ONNX Runtime has, whatever the machine.
  "engine/refuses-step": () => creating("abacus" as GpuProvider, undefined),
};
