// Builds the networks under models/, and the training steps of the recipes there, as ONNX files, or for TensorFlow.js:
//   node tools/build-all-models.mjs OUT [--every-variant] [--check PYTHON] OPSET...
//   node tools/build-all-models.mjs OUT [--every-variant] [--verify] tfjs
// With --check they go through test/onnx-checker/check.py --load, a few at a time, and are removed.
// `oldest` and `newest` are opsets that lferc writes, `all` means every one. By default only the smallest variant of each model is built:
// the others contain the same ops, and some have half a gigabyte.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compile, load, nodeHost } from "../dist/index.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const lferc = join(root, "dist/lferc.js");
const options = {
  "every-variant": { type: "boolean", default: false },
  check: { type: "string" },
  verify: { type: "boolean", default: false },
};
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const [out = "", ...asked] = positionals;

/** The oldest and the newest opset, from lferc's own help. */
function knownOpsets() {
  const help = spawnSync(process.execPath, [lferc, "build", "--help"], { encoding: "utf8" }).stdout.replace(
    /\s+/g,
    " ",
  );
  const [, oldest, newest] = /operator set, (\d+) to (\d+)/.exec(help)?.map(Number) ?? [];
  if (newest === undefined) throw new Error("lferc build --help names no newest opset");
  return { oldest, newest };
}

const { oldest, newest } = knownOpsets();
const every = Array.from({ length: newest - oldest + 1 }, (_, i) => String(oldest + i));
const named = { all: every, oldest: [String(oldest)], newest: [String(newest)] };
const opsets = asked.flatMap((opset) => named[opset] ?? [opset]);

const parameters = ({ graph }) =>
  graph.slots.reduce(
    (sum, { value }) => sum + graph.types[value].shape.reduce((product, size) => product * size, 1),
    0,
  );

/** The models to build: all, or, of those with a common `model`, the one with the fewest parameters. */
function chosen(models) {
  if (values["every-variant"]) return models;
  const smallest = new Map();
  for (const model of models) {
    const other = smallest.get(model.base);
    if (other === undefined || parameters(model) < parameters(other)) smallest.set(model.base, model);
  }
  return [...smallest.values()];
}

let failures = 0;
let unchecked = [];

/** Checks and removes the pending files. */
function checkAll() {
  if (unchecked.length === 0) return;
  const args = [join(root, "test/onnx-checker/check.py"), "--load", ...unchecked];
  if (spawnSync(values.check, args, { stdio: "inherit" }).status !== 0) failures++;
  for (const file of unchecked) rmSync(file, { force: true });
  unchecked = [];
}

/** The maximum size of pending files, in bytes. */
const mostBytes = 2e9;

/** Runs `lferc build`, which writes `made`, or what `-o` names. */
function build(file, { output, args, made = [output] }) {
  const all = ["build", join(root, "models", file), ...args, ...(values.verify ? [] : ["--no-verify"]), "-o", output];
  if (spawnSync(process.execPath, [lferc, ...all], { stdio: "inherit" }).status !== 0) {
    failures++;
    return;
  }
  if (values.check === undefined) return;
  unchecked.push(...made);
  if (unchecked.reduce((bytes, path) => bytes + statSync(path).size, 0) > mostBytes) checkAll();
}

/** What is built as ONNX files of an opset. One recipe's step is built in halves as well: they contain what every step does. */
function onnxBuilds(folder, opset, models, recipes) {
  const step = (name) => ["--recipe", name, "--batch", "4", "--target", "onnx-train", "--opset", opset];
  const halves = (name) => ({
    output: join(folder, `${name}.step.onnx`),
    made: ["gradients", "update"].map((half) => join(folder, `${name}.step.${half}.onnx`)),
    args: [...step(name), "--split"],
  });
  return [
    ...models.map((name) => ({
      output: join(folder, `${name}.onnx`),
      args: ["--model", name, "--target", "onnx", "--opset", opset],
    })),
    ...recipes.map((name) => ({ output: join(folder, `${name}.step.onnx`), args: step(name) })),
    ...recipes.filter((name) => name === "CrossEntropy").map(halves),
  ];
}

/** What is built for TensorFlow.js. Nothing looks at the folders, which have up to half a gigabyte: each replaces the last. */
const tfjsBuilds = (folder, models, recipes) => [
  ...models.map((name) => ({ output: join(folder, "model"), args: ["--model", name, "--target", "tfjs"] })),
  ...recipes.map((name) => ({
    output: join(folder, `${name}.step.mjs`),
    args: ["--recipe", name, "--batch", "4", "--target", "tfjs-train"],
  })),
];

for (const file of readdirSync(join(root, "models")).filter((name) => name.endsWith(".lfer"))) {
  const { models, recipes } = compile(await load(nodeHost(root), `models/${file}`));
  const names = [chosen(models), recipes].map((all) => all.map(({ name }) => name));
  for (const opset of opsets) {
    const folder = join(out, opset);
    mkdirSync(folder, { recursive: true });
    const builds = opset === "tfjs" ? tfjsBuilds(folder, ...names) : onnxBuilds(folder, opset, ...names);
    for (const each of builds) build(file, each);
  }
}
checkAll();
process.exit(failures === 0 ? 0 : 1);
