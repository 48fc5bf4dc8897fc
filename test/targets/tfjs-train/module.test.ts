// The whole module of `build --target tfjs-train`: its initial state, its schedule, its masks, its losses.
import * as assert from "uvu/assert";
import { typeOf } from "../../../src/ir/graph.js";
import { bindShape } from "../../../src/ir/shape.js";
import type { Tensor } from "../../../src/ops/contracts.js";
import { interpretStep } from "../../../src/reference/interpret.js";
import { scheduleOfRecipe, stepOfRecipe } from "../../../src/step/from-recipe.js";
import { drawMasks } from "../../../src/step/masks.js";
import { learningRate, type Measured } from "../../../src/step/schedules.js";
import { type TrainingStepSource, trainingStep } from "../../../src/step/training-step.js";
import type { BuiltModule } from "../../../src/targets/tfjs-train/build-module.js";
import { buildStepModule, type StepModuleOptions } from "../../../src/training/step-module.js";
import { initialiseWeights } from "../../../src/weights/initialise.js";
import { loadWeights } from "../../../src/weights/load-weights.js";
import { writeSafetensors } from "../../../src/weights/safetensors.js";
import { suite } from "../../support/suite.js";
import { tfjs } from "../../support/tfjs-cpu.js";
import { plainRecipe, recipeText } from "../../training/small-recipe.js";
import { loadModule, type Numbers } from "./printed.js";

const options: StepModuleOptions = {
  weights: { kind: "seed", seed: 3 },
  seed: 3,
  verify: false,
  loadTfjs: () => Promise.resolve({ tf: tfjs, title: "tfjs on its CPU backend" }),
  provenance: { lferVersion: "0", sourceSha256: "ab", settings: new Map() },
};

async function build(text = recipeText(), more: Partial<StepModuleOptions> = {}): Promise<BuiltModule> {
  const built = await buildStepModule(await plainRecipe(text), { ...options, ...more });
  if (built.kind === "refused") throw new Error(built.diagnostics.map(({ message }) => message).join("\n"));
  return built;
}

const stepOf = async (text: string) => trainingStep(stepOfRecipe(await plainRecipe(text)) as TrainingStepSource);

const bits = (values: ArrayLike<number> | undefined): string =>
  Buffer.from(Float32Array.from(values ?? []).buffer).toString("base64");

function assertSameNumbers(found: Numbers, wanted: ReadonlyMap<string, Float32Array>): void {
  assert.equal(Object.keys(found).sort(), [...wanted.keys()].sort());
  for (const [name, values] of wanted) assert.is(bits(found[name]), bits(values), name);
}

/** A batch of pictures by a formula, whose labels depend on their brightness. */
function batchOf(count: number, at: number): Readonly<Record<string, Float32Array>> {
  const image = Float32Array.from({ length: count * 3 * 12 * 12 }, (_, i) => {
    const sample = Math.floor(i / (3 * 12 * 12)) + at;
    return Math.sin(i * 12.9898 + at) * 0.5 + (sample % 3) - 1;
  });
  const labels = Float32Array.from({ length: count * 3 }, (_, i) => ((Math.floor(i / 3) + at) % 3 === i % 3 ? 1 : 0));
  return { image, "data.label": labels };
}

async function losses(text: string, steps: number): Promise<readonly number[]> {
  const module = await loadModule(text);
  const { step, dispose } = module.createStep(tfjs);
  let state = module.initialState(tfjs);
  const found: number[] = [];
  for (let i = 0; i < steps; i++) {
    const made = step(state, { ...batchOf(6, i), learning_rate: 0.1, ...module.drawMasks?.(0, i) });
    state = made.state;
    found.push(made.outputs.loss?.dataSync()[0] as number);
    tfjs.dispose(made.outputs);
  }
  tfjs.dispose([...state]);
  dispose();
  return found;
}

/** The same steps in float64. */
async function referenceLosses(text: string, steps: number): Promise<readonly number[]> {
  const step = await stepOf(text);
  const shapes = new Map([...step.inputs, ...step.slots].map(({ name, value }) => [name, typeOf(step, value).shape]));
  const tensor = (name: string, data: ArrayLike<number>): [string, Tensor] => {
    return [name, { shape: bindShape(shapes.get(name) ?? [], 1), data: Float64Array.from(data) }];
  };
  const begun = [...initialiseWeights(step, 3)].map(([name, values]) => tensor(name, values));
  let slots: Readonly<Record<string, Tensor>> = Object.fromEntries(begun);
  const found: number[] = [];
  for (let i = 0; i < steps; i++) {
    const masks = drawMasks(step, { seed: 3, epoch: 0, step: i });
    const fed = [...Object.entries(batchOf(6, i)), ["learning_rate", [Math.fround(0.1)]] as const, ...masks];
    const inputs = Object.fromEntries(fed.map(([name, values]) => tensor(name, values)));
    const after = interpretStep(step, { inputs, slots, batch: 1 });
    slots = after.slots;
    found.push(after.outputs.loss?.data[0] as number);
  }
  return found;
}

const dropping = (text: string): string =>
  text.replace("flatten -> linear(3)", "flatten -> dropout(0.25) -> linear(3)");
const courses = {
  SGD: recipeText(),
  "AdamW with all that a recipe can ask for": recipeText({
    optimizer:
      'adamw(lr: lr, clip_norm: 1, decay_norm_and_bias: false, freeze: ["stem.conv"], groups: [group(at: "logits", lr_scale: 0.5)])',
    run: "run(batch: 6, epochs: 20, accumulate: 2, average: 0.9)",
  }),
  "SGD and dropout": dropping(recipeText()),
};

suite("a module that trains", (test) => {
  for (const [what, text] of Object.entries(courses)) {
    test(`${what}: it goes on as the reference does`, async () => {
      const found = await losses((await build(text)).text, 5);
      const wanted = await referenceLosses(text, 5);
      assert.ok(
        found.every((loss, i) => Math.abs(loss - (wanted[i] as number)) < 2e-4 * Math.abs(wanted[i] as number)),
        `${found}, in float64 ${wanted}`,
      );
      assert.ok(found.some((loss) => Math.abs(loss - (found[0] as number)) > 1e-3));
    });
  }

  test("it learns", async () => {
    const found = await losses((await build()).text, 30);
    assert.ok((found.at(-1) as number) < 0.5 * (found[0] as number), `${found[0]} to ${found.at(-1)}`);
  });

  test("it begins with what lferc draws, and goes on from what it read", async () => {
    const module = await loadModule((await build(courses.SGD)).text);
    const drawn = initialiseWeights(await stepOf(courses.SGD), 3);
    assertSameNumbers(module.initialValues(), drawn);
    const before = tfjs.memory().numTensors;
    const state = module.initialState(tfjs);
    assertSameNumbers(await module.readState(state), drawn);
    const moved = Object.fromEntries([...drawn].map(([name, values]) => [name, values.map((_, i) => i + 1)]));
    const other = module.initialState(tfjs, moved);
    assertSameNumbers(await module.readState(other), new Map(Object.entries(moved)));
    tfjs.dispose([...state, ...other]);
    assert.is(tfjs.memory().numTensors, before);
    const { "stem.conv.weight": _, ...rest } = moved;
    assert.throws(() => module.initialState(tfjs, rest), "stem.conv.weight needs 216 numbers, not none");
    assert.is(tfjs.memory().numTensors, before);
  });

  test("its weight file is one that lferc reads", async () => {
    const module = await loadModule((await build()).text);
    const state = module.initialState(tfjs);
    const bytes = await module.weightFile(state);
    tfjs.dispose([...state]);
    const { graph } = (await plainRecipe(recipeText())).student;
    const read = loadWeights(graph, { kind: "file", file: "trained.safetensors", bytes });
    assert.is(read.kind, "loaded");
    const drawn = initialiseWeights(graph, 3);
    if (read.kind === "loaded") assertSameNumbers(Object.fromEntries(read.weights), drawn);
  });

  test("masks are those that lferc train draws", async () => {
    const text = dropping(recipeText());
    const module = await loadModule((await build(text)).text);
    const step = await stepOf(text);
    for (const [epoch, index] of [
      [0, 0],
      [0, 7],
      [3, 1],
    ] as const) {
      assertSameNumbers(module.drawMasks?.(epoch, index) ?? {}, drawMasks(step, { seed: 3, epoch, step: index }));
    }
    assert.is(module.inputs["mask.logits.dropout"]?.keep, 0.75);
    assert.is((await loadModule((await build()).text)).drawMasks, undefined);
  });

  const schedules: Readonly<Record<string, string>> = {
    "always the same": "",
    "a warm-up alone": "constant_rate(warmup_epochs: 2)",
    "down in steps": "step(every_epochs: 2, factor: 0.3, warmup_epochs: 1)",
    "a cosine, by epochs": "cosine(floor: 1e-4, warmup_epochs: 1)",
    "a cosine, by steps": 'cosine(floor: 1e-4, moves: "step")',
    "one cycle": 'one_cycle(pct_start: 0.4, anneal: "linear", three_phase: true)',
    "a plateau": 'plateau(measure: "accuracy", factor: 0.5, patience: 1, threshold: 0.01, cooldown: 1, floor: 1e-5)',
  };
  for (const [what, schedule] of Object.entries(schedules)) {
    test(`the learning rate is lferc's: ${what}`, async () => {
      const line = schedule === "" ? "" : `  schedule  = ${schedule}\n`;
      const text = recipeText().replace(/ {2}schedule .*\n/, line);
      const module = await loadModule((await build(text)).text);
      const { schedule: own, lr } = scheduleOfRecipe(await plainRecipe(text));
      const measured: Measured[] = [];
      const rates = new Set<number>();
      for (let epoch = 0; epoch < 20; epoch++) {
        for (let step = 0; step < 5; step++) {
          const rate = module.learningRate(epoch, step, 5, measured);
          assert.is(rate, learningRate(own, lr, epoch, step, 5, measured), `epoch ${epoch}, step ${step}`);
          rates.add(rate);
        }
        measured.push({ loss: 1, accuracy: epoch < 5 ? epoch / 10 : 0.5, meanClassAccuracy: 0.5 });
      }
      assert.is(rates.size > 1, schedule !== "");
    });
  }

  test("says what it is", async () => {
    const { text } = await build();
    const module = await loadModule(text);
    assert.equal(module.inputs.image, { shape: [6, 3, 12, 12], dtype: "float32" });
    assert.equal(module.outputs.logits, { shape: [6, 3], labels: ["a", "b", "c"] });
    assert.is(module.metadata["lfer.target"], "tfjs-train");
    assert.is(module.metadata["lfer.recipe"], "Plain");
    assert.is(module.metadata["lfer.weights"], "seed 3");
    assert.is(module.seed, 3);
    assert.match(
      text,
      /^\/\*\n \* The training step of the recipe Plain \(Small, 6 pictures a step\), written by lferc 0\.\n/,
    );
    for (const line of ["// stem.conv", "// ---- Backward: the gradients. ----", "// ---- The next state. ----"]) {
      assert.ok(text.includes(`\n  ${line}\n`), line);
    }
    assert.not.match(text, /^import |\brequire\(/m);
  });

  test("labels are texts in it, whatever they contain", async () => {
    const labels = ['"];throw 1;//', `\`\${1}\\u2028 */`, "c"];
    const text = recipeText().replace('["a", "b", "c"]', JSON.stringify(labels));
    const module = await loadModule((await build(text)).text);
    assert.equal(module.outputs.logits?.labels, labels);
    assert.equal(JSON.parse(module.metadata["lfer.labels"] ?? ""), labels);
  });

  test("the same recipe gives the same bytes, another seed or batch others", async () => {
    const { text } = await build();
    assert.is((await build()).text, text);
    assert.is.not((await build(recipeText(), { weights: { kind: "seed", seed: 4 }, seed: 4 })).text, text);
    const small = await loadModule((await build(recipeText(), { batch: 4 })).text);
    assert.equal(small.inputs.image?.shape, [4, 3, 12, 12]);
  });

  test("a batch without an input, and one of another shape, are refused; a caller's tensors stay", async () => {
    const module = await loadModule((await build()).text);
    const { step } = module.createStep(tfjs);
    const state = module.initialState(tfjs);
    const held = tfjs.memory().numTensors;
    const data = batchOf(6, 0);
    const batch = { ...data, learning_rate: 0.1 };
    assert.throws(() => step(state, { ...batch, image: undefined }), 'the batch has no "image"');
    assert.throws(() => step(state, { ...batch, image: tfjs.zeros([6, 12, 12, 3]) }), /needs the shape \[6,3,12,12\]/);
    const image = tfjs.tensor(data.image as Float32Array, [6, 3, 12, 12]);
    const made = step(state, { ...batch, image });
    assert.not.ok(image.isDisposed);
    assert.is(tfjs.memory().numTensors, held + 2 + Object.keys(made.outputs).length);
  });
});

suite("building a module", (test) => {
  test("it is proven, op by op, where a TensorFlow.js is installed", async () => {
    const { verification } = await build(courses["AdamW with all that a recipe can ask for"], { verify: true });
    assert.ok(verification !== undefined && verification.error > 0 && verification.error < 1e-5);
    assert.match(verification?.input ?? "", /^image \[2, 3, \d+, \d+\]$/);
    assert.is(verification?.runtime, "tfjs on its CPU backend");
  });

  test("without one it says so", async () => {
    const built = await build(recipeText(), { verify: true, loadTfjs: () => Promise.resolve(undefined) });
    assert.is(built.verification, undefined);
  });

  test("a weight file stands in it, and must fit", async () => {
    const { student } = await plainRecipe(recipeText());
    const weights = initialiseWeights(student.graph, 5);
    const tensors = student.graph.slots.map(({ name, value }) => {
      const shape = bindShape(typeOf(student.graph, value).shape, 1);
      return [name, { shape, data: weights.get(name) as Float32Array }] as const;
    });
    const write = (entries: typeof tensors): Uint8Array => Buffer.concat(writeSafetensors(new Map(entries)));
    const from = (bytes: Uint8Array) => ({ weights: { kind: "file", file: "w.safetensors", bytes } }) as const;
    const { text, weightBytes } = await build(recipeText(), from(write(tensors)));
    const begins = (await loadModule(text)).initialValues();
    for (const [name, values] of weights) assert.is(bits(begins[name]), bits(values), name);
    assert.is(weightBytes, 4 * [...weights.values()].reduce((sum, { length }) => sum + length, 0));
    const missing = from(write(tensors.slice(1)));
    const refused = await buildStepModule(await plainRecipe(recipeText()), { ...options, ...missing });
    assert.equal(refused.kind === "refused" && refused.diagnostics.map(({ code }) => code), ["weights/missing-tensor"]);
  });
});
