import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { Graph } from "../../src/ir/graph.js";
import { optimize } from "../../src/passes/pipeline.js";
import type { TfjsRuntime } from "../../src/targets/tfjs-model/run-folder.js";
import { type VerifyFolderOptions, verifyFolder } from "../../src/targets/tfjs-model/verify-folder.js";
import { reportedCodes } from "../support/in-process.js";
import { inFolder } from "../support/lferc.js";
import { compile } from "../support/tester.js";
import { cpuRuntime } from "../support/tfjs-cpu.js";

const model = `lfer 1

model M {
  input image: float32[N, 3, 8, 8]
  logits = image -> conv(4) -> relu -> flatten
  output logits
}
`;

const building =
  (...args: readonly string[]) =>
  (): Promise<readonly string[]> =>
    inFolder({ "m.lfer": model, "more/notes.txt": "mine" }, (cwd) =>
      reportedCodes(["build", "m.lfer", "--target", "tfjs", "--no-verify", ...args], cwd),
    );

async function graphOf(): Promise<Graph> {
  const [made] = (await compile(model)).models;
  if (made === undefined) throw new Error("does not compile");
  return made.graph;
}

const verifying = (options: Omit<VerifyFolderOptions, "level">) => async (): Promise<readonly string[]> => {
  const found = await verifyFolder(await graphOf(), { level: 1, ...options });
  return isProblem(found) ? [found.diagnose({}).code] : [];
};

/** TensorFlow.js, but all results are zeros. */
const forgetful: TfjsRuntime = {
  ...cpuRuntime,
  loadGraphModel: async (handler) => {
    const loaded = await cpuRuntime.loadGraphModel(handler);
    return {
      dispose: () => loaded.dispose(),
      execute: (inputs, outputs) =>
        [loaded.execute(inputs, outputs)].flat().map((tensor) => ({
          shape: tensor.shape,
          dispose: () => tensor.dispose(),
          data: async () => Array.from(await tensor.data(), () => 0),
        })),
    };
  },
};

const refusing: TfjsRuntime = {
  ...cpuRuntime,
  loadGraphModel: () => Promise.reject(new Error("it does not like the model")),
};

/** Provokes each `tfjs/` diagnostic. */
export const tfjsScenarios: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  "tfjs/kernels-differ": verifying({
    rewrite: (given) => {
      const { graph, weights } = optimize(given, 1);
      return { graph, weights: new Map([...weights].map(([name, values]) => [name, values.map((x) => x * 1.001)])) };
    },
  }),
  "tfjs/runtime-differs": verifying({ runtime: forgetful }),
  "tfjs/runtime-refuses": verifying({ runtime: refusing }),
  "tfjs/not-a-model-folder": building("-o", "more"),
  "tfjs/cannot-write-folder": building("-o", "no/such/folder"),
};
