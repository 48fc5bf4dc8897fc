/** The process that bench/epoch.ts starts. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { augmenterOf } from "../src/data/augment/from-recipe.js";
import { type DataSet, hardTargets, type Sample } from "../src/data/data-set.js";
import { loadDecoder } from "../src/data/decode.js";
import { type Crew, startCrew, usualCrewSize } from "../src/data/loader/crew.js";
import { readPlace } from "../src/data/picture-place.js";
import { PictureStore } from "../src/data/picture-store.js";
import { epochDraws } from "../src/data/sampling.js";
import { isProblem, type Problem } from "../src/diagnostics/diagnostic.js";
import { usesAllCores, type Values } from "../src/engines/engine.js";
import { ortEngine } from "../src/engines/ort/ort-engine.js";
import { learningRateInput } from "../src/step/step-state.js";
import { compileText } from "../src/testing/compile-text.js";
import { BatchMaker } from "../src/training/batches.js";
import { evaluate } from "../src/training/evaluate.js";
import { planOf } from "../src/training/plan.js";
import { SharedSteps } from "../src/training/shared-steps.js";

const usual =
  "[horizontal_flip(0.5), rotation(degrees: 10), random_crop(padding: 11), color_jitter(brightness: 0.2, contrast: 0.2)]";
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    models: { type: "string", default: "models" },
    list: { type: "string", default: "list_five.txt" },
    validation: { type: "string", default: "list_five_validation.txt" },
    size: { type: "string", default: "112" },
    batch: { type: "string", default: "32" },
    threads: { type: "string", default: "2" },
    /** The number of threads that make batches; 0: only the main thread. */
    crew: { type: "string", default: String(usualCrewSize()) },
    /** Batches are made ahead, during the steps, as if the pictures did not fit in memory. */
    beside: { type: "boolean", default: false },
    stretch: { type: "string", default: "30" },
    rounds: { type: "string", default: "4" },
    augment: { type: "string", default: usual },
  },
});
const [folder] = positionals;
if (folder === undefined) throw new Error("which folder? One in RAF-DB's layout");

function there<T>(found: T | Problem): T {
  if (isProblem(found)) throw new Error(found.diagnose({}).message);
  return found;
}

/** The five classes of list_five.txt. */
const numbers = ["1", "4", "5", "6", "7"];

async function rafDb(path: string): Promise<DataSet> {
  const decode = there(await loadDecoder());
  const lines = (name: string): readonly string[] =>
    readFileSync(join(path, "EmoLabel", name), "utf8")
      .split("\n")
      .filter(Boolean);
  const held = new Set(lines(options.validation).map((line) => line.split(" ")[0]));
  const targets = hardTargets(numbers.length);
  const samples = lines(options.list).flatMap((line): Sample[] => {
    const [key = "", number = ""] = line.split(" ");
    const label = numbers.indexOf(number);
    const target = targets[label];
    return target === undefined || !key.startsWith("train") ? [] : [{ key, label, target }];
  });
  const place = ({ key }: Sample) => ({ path: join(path, "Image/aligned", key.replace(".jpg", "_aligned.jpg")) });
  return {
    description: path,
    classes: numbers,
    training: samples.filter(({ key }) => !held.has(key)),
    heldOut: samples.filter(({ key }) => held.has(key)),
    heldOutIs: options.validation,
    heldOutWasDrawn: false,
    warnings: [],
    place,
    read: (sample) => readPlace(place(sample), decode),
  };
}

async function planOfBench() {
  const models = Object.fromEntries(
    readdirSync(options.models)
      .filter((name) => name.endsWith(".lfer"))
      .map((name) => [name, readFileSync(join(options.models, name), "utf8")]),
  );
  const main = `lfer 1
import { LferLdl } from "./lfer_ldl.lfer"
import { cross_entropy } from "std/losses"
recipe Bench {
  student   = LferLdl(size: ${options.size}, classes: ["a", "b", "c", "d", "e"])
  data      = folder(augment: ${options.augment})
  loss      = cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: 0.01, momentum: 0.9, weight_decay: 1e-4)
  train     = run(batch: ${options.batch}, epochs: 1, seed: 0)
}
`;
  const { diagnostics, recipes } = await compileText({ "main.lfer": main, ...models });
  const [recipe] = recipes;
  if (recipe === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return there(planOf(recipe, recipe.student.graph));
}

/** Wall time and CPU time of all threads, in milliseconds. */
async function timed(work: () => Promise<unknown>): Promise<{ readonly wall: number; readonly cpu: number }> {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: performance.now() - wall, cpu: (user + system) / 1000 };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const ms = (value: number): string => `${value.toFixed(1)} ms`;

const plan = await planOfBench();
const set = await rafDb(folder);
const augmenter = there(augmenterOf(plan.augment, plan.picture, plan.seed));
const { picture, classCount } = plan;
const threads = Number(options.threads);
const crewSize = Number(options.crew);
const setting = { augment: plan.augment, target: picture, keepLarger: augmenter.takesParts, seed: plan.seed };
const crew: Crew | undefined = crewSize === 0 ? undefined : startCrew(setting, crewSize);
const store = new PictureStore(set, { target: picture, keepLarger: augmenter.takesParts, budgetBytes: 2e9 });
const all = [...set.training, ...set.heldOut];
const looked = await timed(() => store.inspect(all, { onProgress: () => {}, isStopped: () => false, crew }));
console.log(
  `first look: ${all.length} pictures, ${ms(looked.wall / all.length)} of wall and ${ms(looked.cpu / all.length)} of processor each`,
);

const stepsUseAllCores = !options.beside && usesAllCores(ortEngine(), threads);
const maker = new BatchMaker({ store, picture, classCount, augmenter, teacher: undefined, crew, stepsUseAllCores });
const steps = there(await SharedSteps.compile(plan, [plan.batch], ortEngine(), threads));
const rate = new Map<string, Values>([[learningRateInput, Float32Array.of(1e-3)]]);
const place = { seed: 0, epoch: 0, step: 0 };
const stretch = Number(options.stretch);
const rounds = Number(options.rounds);
let draws = 0;
async function epochPart(): Promise<void> {
  const order = epochDraws(set.training, plan.sampler, plan.seed, draws++).first(stretch * plan.batch);
  for await (const batch of maker.augmented(order, plan.batch, draws)) {
    await steps.run(new Map([...there(batch).inputs, ...rate]), plan.batch, place);
  }
}
const { value: first } = await maker
  .augmented(epochDraws(set.training, "shuffled", 0, 0).first(plan.batch), plan.batch, 0)
  .next();
if (first === undefined) throw new Error("no batch");
const kept = new Map([...there(first).inputs].map(([name, values]) => [name, values.slice()] as const));
async function inMemory(): Promise<void> {
  for (let step = 0; step < stretch; step++) await steps.run(new Map([...kept, ...rate]), plan.batch, place);
}
await inMemory();
await epochPart();
const before = { ...maker.times };
const [memory, epoch]: { wall: number; cpu: number }[][] = [[], []];
for (let round = 0; round < rounds; round++) {
  memory?.push(await timed(inMemory));
  epoch?.push(await timed(epochPart));
}
const per = (list: readonly { wall: number; cpu: number }[] | undefined, of: "wall" | "cpu"): number =>
  median((list ?? []).map((each) => each[of])) / stretch;
const count = rounds * stretch;
const of = (name: "read" | "make" | "wait"): string => ms((maker.times[name] - before[name]) / count);
console.log(`a step on a batch in memory: ${ms(per(memory, "wall"))} of wall, ${ms(per(memory, "cpu"))} of processor`);
console.log(`a step of an epoch:          ${ms(per(epoch, "wall"))} of wall, ${ms(per(epoch, "cpu"))} of processor`);
console.log(
  `its batch: reading ${of("read")}, making ${of("make")} (in ${crewSize} threads of its own), waiting ${of("wait")}`,
);
console.log(
  `epoch / steps in memory: ${(per(epoch, "wall") / per(memory, "wall")).toFixed(3)} of wall, ${(per(epoch, "cpu") / per(memory, "cpu")).toFixed(3)} of processor`,
);

const state = await steps.state();
const judged = await timed(async () => evaluate(plan, ortEngine(), state, set.heldOut, maker, threads));
console.log(`judging ${set.heldOut.length} pictures: ${ms(judged.wall / set.heldOut.length)} each`);
await steps.dispose();
await crew?.dispose();
