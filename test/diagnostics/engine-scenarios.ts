import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { gpuEngine } from "../../src/engines/ort/gpu-engines.js";
import type { GpuProvider } from "../../src/engines/ort/provider-probe.js";
import { findEngine } from "../../src/engines/registry.js";
import { findTfjsNodeGpu } from "../../src/engines/tfjs/gpu-probe.js";
import { tfjsNode, tfjsWasm } from "../../src/engines/tfjs/tfjs-kinds.js";
import { loadTfjs } from "../../src/engines/tfjs/tfjs-runtime.js";
import { smallStep, stepFeed } from "../engines/step-networks.js";
import { reportedCodes } from "../support/in-process.js";
import { inFolder } from "../support/lferc.js";

const codesOf = (answer: unknown): readonly string[] => (isProblem(answer) ? [answer.diagnose({}).code] : []);

const abacus = ["@tensorflow/tfjs-abacus"] as const;

const step = () => smallStep("quadrants", 2);

/** An engine whose provider has this state. */
const saying = (provider: GpuProvider, reason: string | undefined) =>
  gpuEngine("tried", provider, () => Promise.resolve(reason));

async function creating(provider: GpuProvider, reason: string | undefined): Promise<readonly string[]> {
  const graph = await step();
  return codesOf(await saying(provider, reason).create(graph, { state: stepFeed(graph, 1).state }));
}

export const engineScenarios = {
  "engine/unknown": async () => codesOf(findEngine("ort-webgup")),
  "engine/no-webgpu": () => creating("webgpu", "no adapter"),
  "engine/no-cuda": async () => codesOf(await saying("cuda", "no library").found()),
  "engine/no-tfjs-node": async () => codesOf(await loadTfjs({ ...tfjsNode, packages: abacus })),
  "engine/no-tfjs-node-gpu": async () => codesOf(await findTfjsNodeGpu("@tensorflow/tfjs-abacus")),
  "engine/no-tfjs-backend": async () => codesOf(await loadTfjs({ ...tfjsWasm, packages: abacus })),
  "engine/fixed-threads": () =>
    inFolder({ "m.onnx": "" }, (cwd) =>
      reportedCodes(["bench", "m.onnx", "--engine", "ort-wasm", "--threads", "4"], cwd),
    ),
  // A provider that no ONNX Runtime has, on any machine.
  "engine/refuses-step": () => creating("abacus" as GpuProvider, undefined),
};
