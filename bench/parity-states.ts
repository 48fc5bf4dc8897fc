/**
 * Compares training steps with PyTorch number by number: LFER-LDL with the same initial weights and batches, trained by cross-entropy
 * and SGD with momentum and weight decay:
 *   node --import tsx bench/parity-states.ts --python PYTHON [--size 32] [--batch 16] [--steps 20] [--seed 0] [--rate 3e-5]
 * It compares the loss of each step, and after some steps weights, momentum buffers (after the first step these are the gradients plus
 * weight decay), running statistics, and the logits of a batch in inference. The float64 reference is compared with PyTorch in double
 * precision: a difference above 1e-9 ends the run with exit code 1. The engines compute in float32; their distance is printed as a
 * multiple of the distance between PyTorch's own two layouts.
 *
 * The rate is small on purpose. At 0.01 this network amplifies rounding errors ten to a hundred times per step: after ten steps no two
 * runs agree, not even PyTorch's own two layouts in double precision, which are printed beside ours.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isProblem } from "../src/diagnostics/diagnostic.js";
import type { Values } from "../src/engines/engine.js";
import { ortEngine } from "../src/engines/ort/ort-engine.js";
import { typeOf } from "../src/ir/graph.js";
import { bindShape, elementCount } from "../src/ir/shape.js";
import type { Tensor } from "../src/ops/contracts.js";
import { interpret, interpretStep } from "../src/reference/interpret.js";
import { probeWeights } from "../src/reference/probe-weights.js";
import { learningRateInput } from "../src/step/step-state.js";
import { initialiseWeights } from "../src/weights/initialise.js";
import { partOf, tiledData } from "./parity-data.js";
import { stepGraphs } from "./step-graphs.js";

const { values: options } = parseArgs({
  options: {
    python: { type: "string" },
    size: { type: "string", default: "32" },
    batch: { type: "string", default: "16" },
    steps: { type: "string", default: "20" },
    seed: { type: "string", default: "0" },
    rate: { type: "string", default: "0.00003" },
  },
});
if (options.python === undefined) throw new Error("--python names a Python with torch");
const whole = (text: string): number => Number.parseInt(text, 10);
const [size, batch, steps, seed] = [options.size, options.batch, options.steps, options.seed].map(whole) as [
  number,
  number,
  number,
  number,
];
const tolerance = 1e-9;
const classes = 7;
const batches = Math.min(steps, 5);
const rate = Number(options.rate);
const kept = [1, 2, 5, 10, 20, 50, 100].filter((step) => step <= steps);
const kinds = ["float64", "float64 channels_last", "nchw", "channels_last"] as const;

type Numbers = ArrayLike<number>;

/** The values after some number of steps, by slot name, and the `logits`. */
interface Course {
  readonly losses: readonly number[];
  readonly states: ReadonlyMap<number, ReadonlyMap<string, Numbers>>;
}

const { step, network } = await stepGraphs({ file: "lfer_ldl", model: "LferLdl", size, batch });
// Fitted so that every layer's outputs vary. With the default initialisation deep outputs are nearly equal, and norms amplify
// rounding errors a hundred times per step: after ten steps no two runs agree, not even PyTorch's own in double precision.
const fitted = probeWeights(network, seed);
const initial = new Map(
  [...initialiseWeights(step, seed)].map(([name, values]) => [name, Float32Array.from(fitted[name]?.data ?? values)]),
);
const data = tiledData({ batches, batch, size, classes }, seed);
const own = step.slots.filter(({ role }) => role !== "optimizer");
const memories = own.flatMap(({ name }) => step.slots.filter((slot) => slot.name === `velocity.${name}`));

const imagesOf = (i: number): Float32Array => partOf(data.images, batches, i % batches);
const labelsOf = (i: number): Float32Array => partOf(data.labels, batches, i % batches);

function reference(): Course {
  const tensor = (shape: readonly number[], values: Numbers): Tensor => ({ shape, data: Float64Array.from(values) });
  let slots = Object.fromEntries(
    step.slots.map(({ name, value }) => [
      name,
      tensor(bindShape(typeOf(step, value).shape, 1), initial.get(name) as Float32Array),
    ]),
  );
  const image = (i: number): Tensor => tensor([batch, 3, size, size], imagesOf(i));
  const losses: number[] = [];
  const states = new Map<number, ReadonlyMap<string, Numbers>>();
  for (let i = 0; i < steps; i++) {
    const inputs = {
      image: image(i),
      "data.label": tensor([batch, classes], labelsOf(i)),
      [learningRateInput]: tensor([], [rate]),
    };
    const after = interpretStep(step, { inputs, slots, batch });
    losses.push(after.outputs.loss?.data[0] ?? Number.NaN);
    slots = after.slots;
    if (!kept.includes(i + 1)) continue;
    const { logits } = interpret(network, { inputs: { image: image(0) }, slots, batch });
    const named = Object.entries(slots).map(([name, { data: values }]) => [name, values] as const);
    states.set(i + 1, new Map<string, Numbers>([...named, ["logits", logits?.data ?? []]]));
  }
  return { losses, states };
}

async function engine(portable: boolean): Promise<Course> {
  const made = ortEngine({ portable });
  const running = await made.create(step, { state: initial });
  if (isProblem(running)) throw new Error(running.diagnose({}).message);
  const losses: number[] = [];
  const states = new Map<number, ReadonlyMap<string, Numbers>>();
  for (let i = 0; i < steps; i++) {
    const inputs: [string, Values][] = [
      ["image", imagesOf(i)],
      ["data.label", labelsOf(i)],
      [learningRateInput, Float32Array.of(rate)],
    ];
    losses.push((await running.run(new Map(inputs))).get("loss")?.[0] ?? Number.NaN);
    if (!kept.includes(i + 1)) continue;
    const state = await running.state();
    const evaluator = await made.evaluator(network, { weights: state });
    if (isProblem(evaluator)) throw new Error(evaluator.diagnose({}).message);
    const { logits } = Object.fromEntries(await evaluator.run(new Map([["image", imagesOf(0)]]), batch));
    await evaluator.dispose();
    states.set(i + 1, new Map([...state, ["logits", logits ?? []]]));
  }
  await running.dispose();
  return { losses, states };
}

function torch(python: string): Readonly<Record<(typeof kinds)[number], Course>> {
  const folder = mkdtempSync(join(tmpdir(), "lfer-parity-"));
  try {
    const plan = {
      ...{ size, batch, classes, steps, rate, kept, kinds },
      momentum: 0.9,
      weightDecay: 1e-4,
      slots: own.map(({ name, value }) => [name, bindShape(typeOf(step, value).shape, 1)]),
    };
    writeFileSync(join(folder, "plan.json"), JSON.stringify(plan));
    const bytes = (values: Float32Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    const weights = own.map(({ name }) => bytes(initial.get(name) ?? new Float32Array()));
    writeFileSync(join(folder, "weights.f32"), Buffer.concat(weights));
    writeFileSync(join(folder, "images.f32"), bytes(data.images));
    writeFileSync(join(folder, "labels.f32"), bytes(data.labels));
    const script = fileURLToPath(new URL("peers/torch_states.py", import.meta.url));
    const run = spawnSync(python, [script, folder, "2"], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
    if (run.status !== 0) throw new Error(`the PyTorch script ended with ${run.status}`);
    const losses = JSON.parse(run.stdout) as Readonly<Record<string, readonly number[]>>;
    const course = (kind: string): Course => ({
      losses: losses[kind] ?? [],
      states: new Map(kept.map((at) => [at, torchState(readFileSync(join(folder, `${kind}-${at}.f64`)))])),
    });
    return Object.fromEntries(kinds.map((kind) => [kind, course(kind)])) as Record<(typeof kinds)[number], Course>;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function torchState(bytes: Buffer): ReadonlyMap<string, Numbers> {
  const values = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const found = new Map<string, Numbers>();
  let at = 0;
  for (const { name, value } of [...own, ...memories]) {
    const count = elementCount(typeOf(step, value).shape);
    found.set(name, values.subarray(at, at + count));
    at += count;
  }
  found.set("logits", values.subarray(at));
  if (values.length - at !== batch * classes) throw new Error("the PyTorch script wrote another number of values");
  return found;
}

const isStatistic = (name: string): boolean => name.endsWith("running_mean") || name.endsWith("running_var");
const groups: readonly (readonly [string, (name: string) => boolean])[] = [
  ["weights", (name) => own.some((slot) => slot.name === name) && !isStatistic(name)],
  ["momentum buffers", (name) => name.startsWith("velocity.")],
  ["running statistics", isStatistic],
  ["logits in evaluation", (name) => name === "logits"],
];

/** ||a - b|| / ||b|| over all tensors of a group together. */
function distance(a: ReadonlyMap<string, Numbers>, b: ReadonlyMap<string, Numbers>, isOf: (name: string) => boolean) {
  let [apart, norm] = [0, 0];
  for (const [name, expected] of b) {
    if (!isOf(name)) continue;
    const found = a.get(name);
    if (found?.length !== expected.length) throw new Error(`${name} is missing, or of another size`);
    for (let i = 0; i < expected.length; i++) {
      apart += ((found[i] as number) - (expected[i] as number)) ** 2;
      norm += (expected[i] as number) ** 2;
    }
  }
  return Math.sqrt(apart / norm);
}

const lossDistance = (a: Course, b: Course): number =>
  Math.max(...b.losses.map((loss, i) => Math.abs((a.losses[i] as number) - loss) / Math.abs(loss)));

const { float64, nchw, channels_last, "float64 channels_last": other64 } = torch(options.python);
const ours = reference();
let worst = lossDistance(ours, float64);
const at = (course: Course, step: number): ReadonlyMap<string, Numbers> => course.states.get(step) ?? new Map();
console.log(`LFER-LDL, ${size} pixels, batch ${batch}, ${steps} steps, seed ${seed}; ||a - b|| / ||b||\n`);
console.log("the float64 reference and PyTorch in double precision");
console.log("(in brackets PyTorch's other layout, in double precision too)");
const own64 = lossDistance(other64, float64);
console.log(`  ${"losses, the largest".padEnd(24)} ${worst.toExponential(1)} (${own64.toExponential(1)})`);
for (const [name, isOf] of groups) {
  const [found, own] = [ours, other64].map((course) =>
    kept.map((step) => distance(at(course, step), at(float64, step), isOf)),
  ) as [number[], number[]];
  worst = Math.max(worst, ...found);
  const shown = kept.map((step, i) => `step ${step}: ${found[i]?.toExponential(1)} (${own[i]?.toExponential(1)})`);
  console.log(`  ${name.padEnd(24)} ${shown.join("  ")}`);
}

const float32: readonly (readonly [string, Course])[] = [
  ["torch nchw", nchw],
  ["torch channels_last", channels_last],
  ["ours blocked", await engine(false)],
  ["ours portable", await engine(true)],
];
console.log("\nfloat32, as far from PyTorch in double precision; in brackets: of the farther of PyTorch's layouts");
for (const [name, isOf] of groups) {
  console.log(`  ${name}`);
  const farthest = kept.map((step) =>
    Math.max(...[nchw, channels_last].map((course) => distance(at(course, step), at(float64, step), isOf))),
  );
  for (const [who, course] of float32) {
    const shown = kept.map((step, i) => {
      const found = distance(at(course, step), at(float64, step), isOf);
      return `${step}: ${found.toExponential(1)} (${(found / (farthest[i] as number)).toFixed(2)})`;
    });
    console.log(`    ${who.padEnd(20)} ${shown.join("  ")}`);
  }
}
console.log(`\nthe reference is within ${worst.toExponential(1)}; ${tolerance} is asked for`);
if (!(worst <= tolerance)) process.exitCode = 1;
