import type { Tensor as OrtTensor } from "onnxruntime-node";
import * as assert from "uvu/assert";
import { problem } from "../../src/diagnostics/diagnostic.js";
import { typeOf } from "../../src/ir/graph.js";
import { bindShape, elementCount } from "../../src/ir/shape.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { interpretStep } from "../../src/reference/interpret.js";
import { stepOfRecipe } from "../../src/step/from-recipe.js";
import { type TrainingStepSource, trainingStep } from "../../src/step/training-step.js";
import { readMetadataProps } from "../../src/targets/onnx/read-props.js";
import type { StepBuildResult, StepFile } from "../../src/targets/onnx-train/build-step.js";
import { buildStepFiles, type StepFileOptions } from "../../src/training/step-file.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
import { writeSafetensors } from "../../src/weights/safetensors.js";
import { ort } from "../support/onnx-runtime.js";
import { suite } from "../support/suite.js";
import { plainRecipe, recipeText } from "./small-recipe.js";

type Built = StepFile & Pick<Extract<StepBuildResult, { kind: "built" }>, "runtimeMissing">;

const options: StepFileOptions = {
  opset: 18,
  weights: { kind: "seed", seed: 3 },
  verify: false,
  loadRuntime: () => Promise.resolve(ort),
  provenance: { lferVersion: "0", sourceSha256: "ab", settings: new Map() },
};

async function build(text = recipeText(), more: Partial<StepFileOptions> = {}): Promise<Built> {
  const built = await buildStepFiles(await plainRecipe(text), { ...options, ...more });
  if (built.kind === "refused") throw new Error(built.diagnostics.map(({ message }) => message).join("\n"));
  const { files, ...rest } = built;
  assert.is(files.length, 1);
  return { ...rest, ...(files[0] as StepFile) };
}

const bytesOf = ({ pieces }: StepFile): Buffer => Buffer.concat(pieces);

const propsOf = (built: Built): ReadonlyMap<string, string> => {
  const read = readMetadataProps(bytesOf(built));
  assert.is(read.kind, "props");
  return read.kind === "props" ? read.props : new Map();
};

/** A batch of pictures by a formula, whose labels depend on their brightness. */
function batchOf(count: number, size: number, at: number): Readonly<Record<string, OrtTensor>> {
  const pictures = Float32Array.from({ length: count * 3 * size * size }, (_, i) => {
    const sample = Math.floor(i / (3 * size * size)) + at;
    return Math.sin(i * 12.9898 + at) * 0.5 + (sample % 3) - 1;
  });
  const labels = Float32Array.from({ length: count * 3 }, (_, i) => ((Math.floor(i / 3) + at) % 3 === i % 3 ? 1 : 0));
  return {
    image: new ort.Tensor("float32", pictures, [count, 3, size, size]),
    "data.label": new ort.Tensor("float32", labels, [count, 3]),
    learning_rate: new ort.Tensor("float32", Float32Array.of(0.1), []),
  };
}

/** The loop of docs/training-onnx.md. */
async function losses(bytes: Uint8Array, steps: number, count = 6): Promise<readonly number[]> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  let state: Record<string, OrtTensor> = Object.fromEntries(
    session.inputMetadata.flatMap((input) => {
      if (!input.isTensor || !input.name.startsWith("state.")) return [];
      const shape = input.shape as readonly number[];
      return [[input.name, new ort.Tensor("float32", new Float32Array(elementCount(shape)), shape)]];
    }),
  );
  const found: number[] = [];
  for (let step = 0; step < steps; step++) {
    const results = await session.run({ ...batchOf(count, 12, step), ...state });
    state = Object.fromEntries(
      Object.entries(results)
        .filter(([name]) => name.startsWith("next."))
        .map(([name, value]) => [name.replace("next.", "state."), value]),
    );
    const { loss } = results as { loss: OrtTensor };
    found.push((loss.data as Float32Array)[0] as number);
  }
  await session.release();
  return found;
}

/** The same steps in float64. */
async function referenceLosses(text: string, steps: number): Promise<readonly number[]> {
  const recipe = await plainRecipe(text);
  const step = trainingStep(stepOfRecipe(recipe) as TrainingStepSource);
  const shape = (value: number): readonly number[] => bindShape(typeOf(step, value).shape, 1);
  const begun = initialiseWeights(step, 3);
  let slots: Readonly<Record<string, Tensor>> = Object.fromEntries(
    step.slots.map(({ name, value }) => [
      name,
      { shape: shape(value), data: Float64Array.from(begun.get(name) ?? []) },
    ]),
  );
  const found: number[] = [];
  for (let i = 0; i < steps; i++) {
    const inputs = Object.entries(batchOf(6, 12, i)).map(([name, { dims, data }]) => [
      name,
      { shape: dims, data: Float64Array.from(data as Float32Array) },
    ]);
    const after = interpretStep(step, { inputs: Object.fromEntries(inputs), slots, batch: 1 });
    slots = after.slots;
    found.push(after.outputs.loss?.data[0] as number);
  }
  return found;
}

const everything = {
  optimizer:
    'adamw(lr: lr, clip_norm: 1, decay_norm_and_bias: false, freeze: ["stem.conv"], groups: [group(at: "logits", lr_scale: 0.5)])',
  run: "run(batch: 6, epochs: 20, accumulate: 2, average: 0.9)",
};

suite("a training step as an ONNX file", (test) => {
  for (const [what, text] of [
    ["SGD", recipeText()],
    ["AdamW with all that a recipe can ask for", recipeText(everything)],
  ] as const) {
    test.native(`${what}: fed zeros as its state it starts by itself, and goes on as the reference does`, async () => {
      const found = await losses(bytesOf(await build(text)), 6);
      const wanted = await referenceLosses(text, 6);
      assert.ok(
        found.every((loss, i) => Math.abs(loss - (wanted[i] as number)) < 2e-4 * Math.abs(wanted[i] as number)),
        `${found}, in float64 ${wanted}`,
      );
      assert.ok(found.some((loss) => Math.abs(loss - (found[0] as number)) > 1e-3));
    });
  }

  test.native("it learns", async () => {
    const found = await losses(bytesOf(await build()), 40);
    assert.ok((found.at(-1) as number) < 0.5 * (found[0] as number), `${found[0]} to ${found.at(-1)}`);
  });

  test.native("what never changes is no state", async () => {
    const session = await ort.InferenceSession.create(bytesOf(await build(recipeText(everything))));
    assert.not.ok(session.inputNames.includes("state.stem.conv.weight"));
    assert.not.ok(session.outputNames.includes("next.stem.conv.weight"));
    assert.equal(
      session.inputNames.filter((name) => name.startsWith("state.")).map((name) => name.slice("state.".length)),
      session.outputNames.filter((name) => name.startsWith("next.")).map((name) => name.slice("next.".length)),
    );
    assert.ok(session.outputNames.includes("next.average.logits.linear.weight"));
    assert.equal(session.outputNames.slice(0, 2), ["logits", "loss"]);
    await session.release();
  });

  test("says what it is, for whoever has only the file", async () => {
    const props = propsOf(await build());
    const at = (key: string): unknown => JSON.parse(props.get(key) ?? "null");
    assert.is(props.get("lfer.target"), "onnx-train");
    assert.is(props.get("lfer.recipe"), "Plain");
    assert.is(props.get("lfer.weights"), "seed 3");
    assert.is(props.get("lfer.input"), "image");
    assert.equal(at("lfer.labels"), ["a", "b", "c"]);
    assert.equal(at("lfer.batch"), 6);
    assert.equal(at("lfer.training"), {
      learningRate: 0.1,
      schedule: { kind: "cosine", floor: 1e-4, epochs: 20, moves: "epoch", warmupEpochs: 1 },
      optimizer: {
        name: "sgd",
        lr: 0.1,
        momentum: 0.9,
        weight_decay: 1e-3,
        nesterov: false,
        decay_norm_and_bias: true,
        groups: [],
        freeze: [],
        clip_norm: 0,
      },
      run: {
        ...{ name: "run", batch: 6, epochs: 20, last_batch: "drop", seed: 0, accumulate: 1, average: 0 },
        ...{ best_by: "accuracy", patience: 0, min_delta: 0, folds: 1 },
      },
    });
    const { parameters, statistics, optimizer } = at("lfer.state") as Record<string, readonly string[]>;
    assert.ok(parameters?.includes("logits.linear.bias"));
    assert.ok(statistics?.includes("stem.batch_norm.running_mean"));
    assert.equal(
      optimizer,
      parameters?.map((name) => `velocity.${name}`),
    );
  });

  test("a teacher's answers are taken in the order that the metadata say", async () => {
    const taught = (labels: string, teacher = `frozen(Large, weights: "w")`) =>
      recipeText({ loss: "kl(softmax(teacher.logits), student.logits)" })
        .replace("{ cross_entropy }", "{ kl }")
        .replace("  data ", `  teacher   = ${teacher}\n  data `)
        .replace(/model Small([^}]*)}/, (small, inside: string) => {
          return `${small}\nmodel Large${inside.replace(/: labels\(.*\)/, labels)}}`;
        });
    const orderOf = async (text: string): Promise<unknown> =>
      JSON.parse(propsOf(await build(text)).get("lfer.labels.teacher.logits") ?? "null");
    assert.equal(await orderOf(taught(`: labels(["c", "a", "b"])`)), ["c", "a", "b"]);
    const written = `frozen(Large, weights: "w", labels: ["b", "a", "c"])`;
    assert.equal(await orderOf(taught(`: labels(["c", "a", "b"])`, written)), ["b", "a", "c"]);
    assert.equal(await orderOf(taught("")), ["a", "b", "c"], "without labels it takes the student's order");
    const open = taught(`: labels(["c", "a", "b"])`).replace(`: labels(["a", "b", "c"])`, "");
    assert.is(await orderOf(open), null, "beside a student without labels it is the order of data.label");
  });

  test.native("what dropout drops is an input, with its share in the metadata", async () => {
    const text = recipeText().replace("flatten -> linear(3)", "flatten -> dropout(0.25) -> linear(3)");
    const built = await build(text, { verify: true });
    assert.ok(built.verification);
    const masks = JSON.parse(propsOf(built).get("lfer.masks") ?? "") as Record<string, number>;
    assert.equal(masks, { "mask.logits.dropout": 0.75 });
    const session = await ort.InferenceSession.create(bytesOf(built));
    assert.ok(session.inputNames.includes("mask.logits.dropout"));
    await session.release();
    assert.not.ok(propsOf(await build()).has("lfer.masks"));
  });

  test("the same recipe gives the same bytes, another seed others", async () => {
    const first = bytesOf(await build());
    assert.ok(first.equals(bytesOf(await build())));
    assert.not.ok(first.equals(bytesOf(await build(recipeText(), { weights: { kind: "seed", seed: 4 } }))));
  });

  test.native("the batch is the recipe's unless told", async () => {
    const found = await losses(bytesOf(await build(recipeText(), { batch: 4 })), 1, 4);
    assert.ok(Number.isFinite(found[0]));
  });

  test.native("a weight file is where it begins, and must fit", async () => {
    const { student } = await plainRecipe(recipeText());
    const weights = initialiseWeights(student.graph, 3);
    const tensors = student.graph.slots.map(({ name, value }) => {
      const shape = bindShape(typeOf(student.graph, value).shape, 1);
      return [name, { shape, data: weights.get(name) ?? new Float32Array(elementCount(shape)) }] as const;
    });
    const write = (entries: typeof tensors): Uint8Array => Buffer.concat(writeSafetensors(new Map(entries)));
    const from = (bytes: Uint8Array) => ({ weights: { kind: "file", file: "w.safetensors", bytes } }) as const;
    const whole = await build(recipeText(), from(write(tensors)));
    assert.equal(await losses(bytesOf(whole), 2), await losses(bytesOf(await build()), 2));
    assert.match(propsOf(whole).get("lfer.weights") ?? "", /^sha256 [0-9a-f]{64}$/);
    const refused = await buildStepFiles(await plainRecipe(recipeText()), {
      ...options,
      ...from(write(tensors.slice(1))),
    });
    assert.equal(refused.kind === "refused" && refused.diagnostics.map(({ code }) => code), ["weights/missing-tensor"]);
  });

  test.native("it is verified at every opset that is written", async () => {
    for (const opset of [13, 17, 18, 21, 26]) {
      const { verification } = await build(recipeText(everything), { opset, verify: true });
      assert.ok(verification !== undefined && verification.error < 1e-5 && verification.error > 0);
      assert.match(verification.input, /^image \[2, 3, \d+, \d+\]$/);
    }
  });

  test("without ONNX Runtime it says that nothing was verified", async () => {
    const missing = problem("onnx/no-runtime", { reason: "not here" });
    const built = await build(recipeText(), { verify: true, loadRuntime: () => Promise.resolve(missing) });
    assert.is(built.verification, undefined);
    assert.is(built.runtimeMissing?.code, "onnx/no-runtime");
  });

  test("refuses a batch in which a batch norm sees one value, and an unknown opset", async () => {
    const pooled = recipeText()
      .replace("linear(3)", "linear(3)")
      .replace("-> flatten ->", "-> batch_norm -> flatten ->");
    const lone = await buildStepFiles(await plainRecipe(pooled), { ...options, batch: 1 });
    assert.equal(lone.kind === "refused" && lone.diagnostics.map(({ code }) => code), ["recipe/one-value-per-channel"]);
    const old = await buildStepFiles(await plainRecipe(recipeText()), { ...options, opset: 12 });
    assert.equal(old.kind === "refused" && old.diagnostics.map(({ code }) => code), ["onnx/unsupported-opset"]);
  });

  test.native("a loss that is no number at the very start is no step to write", async () => {
    const diverging = recipeText({
      loss: "mean(log(student.logits - student.logits - 1)) + cross_entropy(student.logits, data.label)",
    });
    const refused = await buildStepFiles(await plainRecipe(diverging), { ...options, verify: true });
    assert.equal(refused.kind === "refused" && refused.diagnostics.map(({ code }) => code), [
      "onnx/weights-not-finite",
    ]);
  });
});
