/**
 * Whether training is the same as PyTorch's: LFER-LDL from the same weights, on the same batches, by the same recipe
 * (cross-entropy, SGD with momentum and weight decay), losses step by step:
 *   node --import tsx bench/parity.ts --python PYTHON [--size 112] [--batch 32] [--steps 100] [--threads 2] [--seeds 0,1,2]
 *     [--float64]
 * Float32 sums in another order differ in the last digit, and training magnifies it: two runs that are both right drift
 * apart. So the measure is how far PyTorch's own two memory layouts drift apart, and with --float64 how far each is from
 * PyTorch in double precision.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isProblem } from "../src/diagnostics/diagnostic.js";
import type { Values } from "../src/engines/engine.js";
import { ortEngine } from "../src/engines/ort/ort-engine.js";
import { type Graph, typeOf } from "../src/ir/graph.js";
import { bindShape } from "../src/ir/shape.js";
import { initialiseWeights } from "../src/weights/initialise.js";
import { type ParityData, parityData, partOf } from "./parity-data.js";
import { stepGraph } from "./step-graphs.js";

const { values: options } = parseArgs({
  options: {
    python: { type: "string" },
    size: { type: "string", default: "112" },
    batch: { type: "string", default: "32" },
    steps: { type: "string", default: "100" },
    threads: { type: "string", default: "2" },
    seeds: { type: "string", default: "0,1,2" },
    float64: { type: "boolean", default: false },
  },
});
if (options.python === undefined) throw new Error("--python names a Python with torch");
const [size, batch, steps, threads] = [options.size, options.batch, options.steps, options.threads].map(Number) as [
  number,
  number,
  number,
  number,
];
/** Batches that are repeated, as in epochs. */
const batches = Math.min(steps, 25);
const classes = 7;
const rate = 0.01;

type Losses = readonly number[];

async function ours(
  step: Graph,
  portable: boolean,
  state: ReadonlyMap<string, Values>,
  data: ParityData,
): Promise<Losses> {
  const running = await ortEngine({ portable }).create(step, { state, threads });
  if (isProblem(running)) throw new Error(running.diagnose({}).message);
  const found: number[] = [];
  for (let i = 0; i < steps; i++) {
    const inputs: [string, Values][] = [
      ["image", partOf(data.images, batches, i % batches)],
      ["data.label", partOf(data.labels, batches, i % batches)],
      ["learning_rate", Float32Array.of(rate)],
    ];
    const { loss } = Object.fromEntries(await running.run(new Map(inputs)));
    found.push(loss?.[0] ?? Number.NaN);
  }
  await running.dispose();
  return found;
}

function torch(
  python: string,
  step: Graph,
  state: ReadonlyMap<string, Values>,
  data: ParityData,
): Readonly<Record<string, Losses>> {
  const folder = mkdtempSync(join(tmpdir(), "lfer-parity-"));
  try {
    const slots = step.slots.filter(({ role }) => role !== "optimizer");
    const plan = {
      size,
      batch,
      classes,
      steps,
      rate,
      momentum: 0.9,
      weightDecay: 1e-4,
      slots: slots.map(({ name, value }) => [name, bindShape(typeOf(step, value).shape, 1)]),
    };
    writeFileSync(join(folder, "plan.json"), JSON.stringify(plan));
    const bytes = (values: Float32Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    writeFileSync(
      join(folder, "weights.f32"),
      Buffer.concat(slots.map(({ name }) => bytes(state.get(name) ?? new Float32Array()))),
    );
    writeFileSync(join(folder, "images.f32"), bytes(data.images));
    writeFileSync(join(folder, "labels.f32"), bytes(data.labels));
    const script = fileURLToPath(new URL("peers/torch_parity.py", import.meta.url));
    const kinds = ["nchw", "channels_last", ...(options.float64 ? ["float64"] : [])];
    const run = spawnSync(python, [script, folder, `${threads}`, ...kinds], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (run.status !== 0) throw new Error(`the PyTorch script ended with ${run.status}`);
    return JSON.parse(run.stdout) as Readonly<Record<string, Losses>>;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Distance {
  /** The difference of the second loss: the effect of one step, before differences are amplified much. */
  readonly afterOneStep: number;
  /** Of all losses together. */
  readonly byNorm: number;
}

/** The relative distance of two sequences of losses. */
function distance(a: Losses, b: Losses): Distance {
  const norm = (values: Losses): number => Math.hypot(...values);
  const differences = a.map((loss, i) => loss - (b[i] as number));
  const afterOneStep = Math.abs((differences[1] ?? Number.NaN) / (b[1] ?? Number.NaN));
  return { afterOneStep, byNorm: norm(differences) / norm(b) };
}

const float32Courses = ["torch nchw", "torch channels_last", "ours blocked", "ours portable"];
const pairs: readonly (readonly [string, string])[] = [
  ["torch channels_last", "torch nchw"],
  ["ours blocked", "torch nchw"],
  ["ours blocked", "torch channels_last"],
  ["ours portable", "torch nchw"],
  ["ours portable", "torch channels_last"],
  ["ours blocked", "ours portable"],
  ...(options.float64 ? float32Courses.map((name) => [name, "torch float64"] as const) : []),
];

const step = await stepGraph({ file: "lfer_ldl", model: "LferLdl", size, batch });
const found = new Map<string, Distance[]>(pairs.map((pair) => [pair.join(" - "), []]));
console.log(
  `LFER-LDL, ${size} pixels, batch ${batch}, ${steps} steps, ${threads} threads; ||a - b|| / ||b|| of the losses\n`,
);
for (const seed of options.seeds.split(",").map(Number)) {
  const [state, data] = [initialiseWeights(step, seed), parityData({ batches, batch, size, classes }, seed)];
  const courses: Record<string, Losses> = {
    "ours blocked": await ours(step, false, state, data),
    "ours portable": await ours(step, true, state, data),
  };
  for (const [kind, losses] of Object.entries(torch(options.python, step, state, data))) {
    courses[`torch ${kind}`] = losses;
  }
  for (const [name, losses] of Object.entries(courses)) {
    const shown = [0, 1, 9, 49, 99].filter((i) => i < steps).map((i) => `${i + 1}: ${losses[i]?.toFixed(6)}`);
    console.log(`seed ${seed}  ${name.padEnd(20)} ${shown.join("  ")}`);
  }
  for (const [a, b] of pairs) {
    const apart = distance(courses[a] as Losses, courses[b] as Losses);
    found.get(`${a} - ${b}`)?.push(apart);
    const numbers = `after one step ${apart.afterOneStep.toExponential(2)}  all ${apart.byNorm.toExponential(2)}`;
    console.log(`seed ${seed}  ${`${a} - ${b}`.padEnd(40)} ${numbers}`);
  }
  console.log("");
}
const mean = (distances: readonly Distance[], of: keyof Distance): number =>
  distances.reduce((sum, each) => sum + each[of], 0) / distances.length;
const own = found.get("torch channels_last - torch nchw") ?? [];
console.log("means over the seeds, and as multiples of the distance between PyTorch's own two layouts:");
for (const [name, distances] of found) {
  const columns = (["afterOneStep", "byNorm"] as const).map((of) => {
    const value = mean(distances, of);
    return `${value.toExponential(2)} ${(value / mean(own, of)).toFixed(2)}`;
  });
  console.log(`  ${name.padEnd(42)} after one step ${columns[0]}   all ${columns[1]}`);
}
