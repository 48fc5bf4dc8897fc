// What test/torch-train/check.py compares: node --import tsx test/torch-train/write-proofs.ts FOLDER writes, for each recipe, its scripts
// and modules, a table of drawn faces, batches with the losses and the state of our own engine, and the
// pixels and drawn values of augmentations.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateFace } from "../../src/data/generated-faces.js";
import { normaliseInto } from "../../src/data/normalise.js";
import { encodePng } from "../../src/data/png.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { ortEngine } from "../../src/engines/ort/ort-engine.js";
import type { Graph } from "../../src/ir/graph.js";
import { randomStream } from "../../src/random/stream.js";
import type { ElaboratedRecipe } from "../../src/semantics/recipes/recipes.js";
import { scheduleOfRecipe, stepOfRecipe } from "../../src/step/from-recipe.js";
import { drawMasks } from "../../src/step/masks.js";
import { learningRate } from "../../src/step/schedules.js";
import { trainingStep } from "../../src/step/training-step.js";
import { weightFile } from "../../src/training/run-folder.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
import { writeSafetensors } from "../../src/weights/safetensors.js";
import { callLferc } from "../support/in-process.js";
import { compile } from "../support/tester.js";
import { augmentationProofs } from "./augmentation-proofs.js";
import { texts } from "./recipe-texts.js";

const [folder = "."] = process.argv.slice(2);
const classes = ["surprise", "happiness", "neutral"] as const;
const [size, batch, steps] = [16, 8, 6] as const;

function put(path: string, content: string | Uint8Array | readonly Uint8Array[]): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), Array.isArray(content) ? Buffer.concat(content) : (content as string | Uint8Array));
}

const faces: string[] = [];
for (const [part, count] of [
  ["train", 16],
  ["val", 4],
] as const) {
  for (const label of classes) {
    for (let i = 0; i < count; i++) {
      const path = `${part}/${label}/${i}.png`;
      put(`faces/${path}`, encodePng(generateFace(label, part === "train" ? i : i + 100, 24)));
      faces.push(path);
    }
  }
}

/** Rows of shares, the same each time. */
function shares(rows: number, seed: number): Float32Array {
  const random = randomStream(seed, "shares");
  const drawn = Float64Array.from({ length: rows * classes.length }, () => 0.05 + random.uniform());
  return Float32Array.from(drawn, (value, i) => {
    const first = i - (i % classes.length);
    return value / drawn.subarray(first, first + classes.length).reduce((a, b) => a + b, 0);
  });
}

const distributions = faces.map((path, i) => [path, ...shares(1, i)].join(","));
const table = `path,${classes.join(",")}\n${distributions.join("\n")}\n`;

const ort = ortEngine();

/** What the network says of these numbers [n, 3, size, size]. */
async function answersOf(network: Graph, weights: ReadonlyMap<string, Float32Array>, numbers: Float32Array) {
  const evaluator = await ort.evaluator(network, { weights, threads: 1 });
  if (isProblem(evaluator)) throw new Error(evaluator.diagnose({}).message);
  const outputs = await evaluator.run(new Map([["image", numbers]]), numbers.length / (3 * size * size));
  await evaluator.dispose();
  return outputs;
}

/** Steps of our own engine, from the seed's weights, on pictures of noise. */
async function writeSteps(name: string, recipe: ElaboratedRecipe): Promise<void> {
  const source = stepOfRecipe(recipe);
  if (isProblem(source)) throw new Error(source.diagnose({}).message);
  const step = trainingStep(source);
  const { seed } = recipe.settings.train.fields;
  const running = await ort.create(step, { state: initialiseWeights(step, seed), threads: 1 });
  if (isProblem(running)) throw new Error(running.diagnose({}).message);
  const { schedule, lr } = scheduleOfRecipe(recipe);
  const picture = recipe.student.graph.inputs[0]?.picture;
  if (picture === undefined) throw new Error("no picture");
  const teacher = recipe.teacher?.model.graph;
  const taught = teacher === undefined ? new Map() : initialiseWeights(teacher, 5);
  if (teacher !== undefined) put(`${name}/teacher.safetensors`, weightFile(teacher, taught, new Map()));
  const told = [];
  for (let at = 0; at < steps; at++) {
    const random = randomStream(at, "noise");
    const pixels = Uint8Array.from({ length: batch * size * size * 3 }, () => Math.floor(256 * random.uniform()));
    const numbers = new Float32Array(pixels.length);
    for (let i = 0; i < batch; i++) {
      const own = pixels.subarray((i * pixels.length) / batch, ((i + 1) * pixels.length) / batch);
      normaliseInto(numbers, i, { width: size, height: size, pixels: own }, picture);
    }
    const [labels, others] = [shares(batch, at), shares(batch, at + 50)];
    const said = teacher === undefined ? [] : [...(await answersOf(teacher, taught, numbers))];
    const rate = learningRate(schedule, lr, 0, at, steps);
    const outputs = await running.run(
      new Map([
        ["image", numbers],
        ["data.label", labels],
        ["data.distribution", others],
        ...said.map(([output, values]) => [`teacher.${output}`, values] as const),
        ["learning_rate", Float32Array.of(rate)],
        ...drawMasks(step, { seed, epoch: 0, step: at }),
      ]),
    );
    told.push({
      pixels: Buffer.from(pixels).toString("base64"),
      labels: [...labels],
      distributions: [...others],
      rate,
      loss: outputs.get("loss")?.[0],
    });
  }
  put(`${name}/steps.json`, JSON.stringify(told));
  const state = [...(await running.state())].map(([slot, data]) => [slot, { shape: [data.length], data }] as const);
  put(`${name}/after.safetensors`, writeSafetensors(new Map(state)));
  await running.dispose();
}

/** Runs a command from the sources. */
async function lferc(...line: readonly string[]): Promise<void> {
  const ran = await callLferc(line, folder);
  if (ran.code !== 0) throw new Error(ran.stderr);
}

for (const [recipe, text] of Object.entries(texts)) {
  const name = recipe.toLowerCase();
  put(`${name}/model.lfer`, text);
  put(`${name}/distributions.csv`, table);
  await lferc("build", `${name}/model.lfer`, "--target", "torch", "--recipe", recipe, "-o", name);
  await lferc("data", "faces", "--for", `${name}/model.lfer`, "--manifest", `${name}/faces.csv`);
  const [elaborated] = (await compile(text, { recipe })).recipes;
  if (elaborated === undefined) throw new Error(`${recipe} does not compile`);
  await writeSteps(name, elaborated);
}
put("augmentations.json", JSON.stringify(augmentationProofs()));
