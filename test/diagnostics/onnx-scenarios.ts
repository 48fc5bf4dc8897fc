import { rmSync } from "node:fs";
import { join } from "node:path";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { preprocessorFor } from "../../src/deploy/inside-preprocessing.js";
import { isProblem, type Problem } from "../../src/diagnostics/diagnostic.js";
import { type Graph, typeOf } from "../../src/ir/graph.js";
import { bindShape } from "../../src/ir/shape.js";
import { stepOfRecipe } from "../../src/step/from-recipe.js";
import { buildOnnx } from "../../src/targets/onnx/build.js";
import type { Verification } from "../../src/targets/onnx/prove.js";
import type { VerificationRuntime } from "../../src/targets/onnx/run-file.js";
import { verifyOnnx } from "../../src/targets/onnx/verify.js";
import { verifyStep } from "../../src/targets/onnx-train/verify-step.js";
import { probeStep } from "../../src/training/step-file.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
import { writeSafetensors } from "../../src/weights/safetensors.js";
import { loadedInWorker } from "../deploy/load-in-worker.js";
import { reportedCodes } from "../support/in-process.js";
import { codesIn, inFolder, runLferc, standAlone } from "../support/lferc.js";
import { ort } from "../support/onnx-runtime.js";
import { compile } from "../support/tester.js";
import { plainRecipe, recipeText } from "../training/small-recipe.js";

const model = (body: string): string => `lfer 1

model M {
  input image: float32[N, 3, 8, 8]
  logits = ${body}
  output logits
}
`;

const usual = "image -> conv(4) -> relu -> flatten";

const building =
  (...args: readonly string[]) =>
  (): Promise<readonly string[]> =>
    inFolder({ "m.lfer": model(usual), "more/a.lfer": model(usual), "more/b.lfer": model(usual) }, (cwd) =>
      reportedCodes(["build", ...args], cwd),
    );

async function graphOf(body: string): Promise<Graph> {
  const [made] = (await compile(model(body))).models;
  if (made === undefined) throw new Error(`does not compile: ${body}`);
  return made.graph;
}

const codesOf = (answer: Verification | Problem): readonly string[] =>
  isProblem(answer) ? [answer.diagnose({}).code] : [];

/** ONNX Runtime, but all results are zeros. */
const forgetful = (): VerificationRuntime => ({
  Tensor: ort.Tensor,
  InferenceSession: {
    async create(bytes, options) {
      const session = await ort.InferenceSession.create(bytes, options);
      const run = session.run.bind(session) as (feeds: InferenceSession.FeedsType) => Promise<Record<string, Tensor>>;
      session.run = async (feeds: InferenceSession.FeedsType) => {
        const answers = await run(feeds);
        for (const answer of Object.values(answers)) (answer.data as Float32Array).fill(0);
        return answers;
      };
      return session;
    },
  },
});

/** The same for files that take bytes only. */
const forgetfulOfBytes = (): VerificationRuntime => ({
  Tensor: ort.Tensor,
  InferenceSession: {
    async create(bytes, options) {
      const session = await ort.InferenceSession.create(bytes, options);
      const takesBytes = session.inputMetadata.some((input) => input.isTensor && input.type === "uint8");
      if (!takesBytes) return session;
      await session.release();
      return forgetful().InferenceSession.create(bytes, options);
    },
  },
});

const refusing = (): VerificationRuntime => ({
  Tensor: ort.Tensor,
  InferenceSession: { create: () => Promise.reject(new Error("it does not like the file")) },
});

/** Those of {@link onnxScenarios} that need onnxruntime-node. */
export const nativeScenarios: readonly string[] = [
  "onnx/runtime-differs",
  "onnx/step-differs",
  "onnx/runtime-refuses",
  "onnx/preprocessing-differs",
];

const pictures = `lfer 1

model M {
  input image: float32[N, 3, 8, 8] = picture(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
  logits = image -> conv(4) -> global_avg_pool -> flatten
  output logits: labels(["a", "b", "c", "d"])
}
`;

/** Provokes each `onnx/` diagnostic. */
export const onnxScenarios: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  "onnx/unsupported-opset": building("m.lfer", "-o", "m.onnx", "--opset", "12"),
  "onnx/unsupported-level": building("m.lfer", "-o", "m", "--target", "tfjs", "--optimize", "2"),
  "onnx/unsupported-target": building("m.lfer", "-o", "m.onnx", "--target", "triton"),
  "onnx/which-model": building("more", "-o", "m.onnx"),
  "onnx/output-is-input": building("m.lfer", "-o", "more/../m.lfer", "--target", "onnx"),
  "onnx/weights-not-finite": async () => {
    const graph = await graphOf("image -> conv(4) -> batch_norm -> flatten");
    const weights = initialiseWeights(graph, 0);
    weights.get("logits.batch_norm.running_var")?.fill(-1);
    const shapes = new Map(graph.slots.map(({ name, value }) => [name, bindShape(typeOf(graph, value).shape, 1)]));
    const tensors = [...weights].map(([name, data]) => [name, { shape: shapes.get(name) ?? [], data }] as const);
    const bytes = Buffer.concat(writeSafetensors(new Map(tensors)));
    const built = await buildOnnx(graph, {
      opset: 18,
      level: 1,
      weights: { kind: "file", file: "w.safetensors", bytes },
      verify: false,
      loadRuntime: () => Promise.resolve(refusing()),
      provenance: { lferVersion: "0", sourceSha256: "", settings: new Map() },
    });
    return built.kind === "refused" ? built.diagnostics.map(({ code }) => code) : [];
  },
  "onnx/cannot-write-file": building("m.lfer", "-o", "no/such/folder/m.onnx", "--no-verify"),
  "onnx/model-too-large": async () => {
    const graph = await graphOf("image -> flatten -> linear(2_800_000, bias: false)");
    const weights = { kind: "seed", seed: 0 } as const;
    const built = await buildOnnx(graph, {
      opset: 18,
      level: 1,
      weights,
      verify: false,
      loadRuntime: () => Promise.resolve(refusing()),
      provenance: { lferVersion: "0", sourceSha256: "0", settings: new Map() },
    });
    return built.kind === "refused" ? built.diagnostics.map((diagnostic) => diagnostic.code) : [];
  },
  // Without a node_modules above it, lferc has no optional packages.
  "onnx/no-runtime": () =>
    inFolder({ "m.onnx": "" }, (cwd) => {
      const script = standAlone(cwd);
      return codesIn(runLferc(["bench", "m.onnx", "--engine", "ort"], { cwd, script }).stderr);
    }),
  "onnx/no-webassembly": () =>
    inFolder({ "m.onnx": "" }, (cwd) => {
      const script = standAlone(cwd);
      rmSync(join(cwd, "dist/onnxruntime-web"), { recursive: true });
      return codesIn(runLferc(["bench", "m.onnx"], { cwd, script }).stderr);
    }),
  "onnx/worker-thread": async () => [await loadedInWorker({})],
  "onnx/optimiser-differs": async () => {
    const graph = await graphOf(usual);
    const double = (values: Float64Array): Float64Array => values.map((value) => 2 * value);
    return codesOf(
      await verifyOnnx(graph, {
        opset: 18,
        level: 1,
        rewrite: ({ graph, weights }) => ({
          graph,
          weights: new Map([...weights].map(([name, values]) => [name, double(values)])),
        }),
      }),
    );
  },
  "onnx/runtime-differs": async () =>
    codesOf(await verifyOnnx(await graphOf(usual), { opset: 18, level: 1, runtime: forgetful() })),
  "onnx/step-differs": async () => {
    const source = stepOfRecipe(await plainRecipe(recipeText()));
    if (isProblem(source)) throw new Error("the recipe makes no step");
    const found = await verifyStep(probeStep(source), { opset: 18, runtime: forgetful() });
    return isProblem(found) ? [found.diagnose({}).code] : [];
  },
  "onnx/runtime-refuses": async () =>
    codesOf(await verifyOnnx(await graphOf(usual), { opset: 18, level: 1, runtime: refusing() })),
  "onnx/no-preprocessing": building("m.lfer", "-o", "m.onnx", "--with-preprocessing"),
  "onnx/picture-too-large": () =>
    inFolder({ "p.lfer": pictures }, (cwd) =>
      reportedCodes(["build", "p.lfer", "-o", "m.onnx", "--no-verify", "--with-preprocessing=20000x20000"], cwd),
    ),
  "onnx/preprocessing-differs": async () => {
    const [made] = (await compile(pictures)).models;
    if (made === undefined) throw new Error("does not compile");
    const built = await buildOnnx(made.graph, {
      opset: 18,
      level: 1,
      weights: { kind: "seed", seed: 0 },
      preprocessor: preprocessorFor(undefined),
      verify: true,
      loadRuntime: () => Promise.resolve(forgetfulOfBytes()),
      provenance: { lferVersion: "0", sourceSha256: "0", settings: new Map() },
    });
    return built.kind === "refused" ? built.diagnostics.map(({ code }) => code) : [];
  },
  "onnx/nothing-to-compare": async () =>
    codesOf(await verifyOnnx(await graphOf("0 * (image -> conv(4) -> flatten)"), { opset: 18, level: 1 })),
};
