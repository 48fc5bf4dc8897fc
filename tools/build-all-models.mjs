// Builds the networks under models/, and the training steps of the recipes there, as ONNX files: node tools/build-all-models.mjs OUT [--every-variant] OPSET...
// `newest` stands for the newest opset that lferc writes. Of each model the smallest variant, unless every one is asked for:
// the others have the same ops in them, and some are half a gigabyte.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, load, nodeHost } from "../dist/index.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const lferc = join(root, "dist/lferc.js");
const [out = "", ...asked] = process.argv.slice(2);
const opsets = asked.filter((argument) => argument !== "--every-variant");

/** lferc's own help says which opsets it knows. */
function newestOpset() {
  const help = spawnSync(process.execPath, [lferc, "build", "--help"], { encoding: "utf8" }).stdout.replace(
    /\s+/g,
    " ",
  );
  const [, newest = ""] = /operator set, \d+ to (\d+)/.exec(help) ?? [];
  if (newest === "") throw new Error("lferc build --help names no newest opset");
  return newest;
}

const parameters = ({ graph }) =>
  graph.slots.reduce(
    (sum, { value }) => sum + graph.types[value].shape.reduce((product, size) => product * size, 1),
    0,
  );

/** The models to build: all, or of those with a common `model` the one with the fewest parameters. */
function chosen(models) {
  if (opsets.length < asked.length) return models;
  const smallest = new Map();
  for (const model of models) {
    const other = smallest.get(model.base);
    if (other === undefined || parameters(model) < parameters(other)) smallest.set(model.base, model);
  }
  return [...smallest.values()];
}

/** Runs `lferc build`; whether it failed. */
function build(file, output, args) {
  const all = ["build", join(root, "models", file), ...args, "--no-verify", "-o", output];
  return spawnSync(process.execPath, [lferc, ...all], { stdio: "inherit" }).status !== 0;
}

let failures = 0;
for (const file of readdirSync(join(root, "models")).filter((name) => name.endsWith(".lfer"))) {
  const { models, recipes } = compile(await load(nodeHost(root), `models/${file}`));
  for (const wanted of opsets) {
    const opset = wanted === "newest" ? newestOpset() : wanted;
    const folder = join(out, opset);
    mkdirSync(folder, { recursive: true });
    for (const { name } of chosen(models)) {
      const args = ["--model", name, "--target", "onnx", "--opset", opset];
      if (build(file, join(folder, `${name}.onnx`), args)) failures++;
    }
    for (const { name } of recipes) {
      const args = ["--recipe", name, "--batch", "4", "--target", "onnx-train", "--opset", opset];
      if (build(file, join(folder, `${name}.step.onnx`), args)) failures++;
    }
  }
}
process.exit(failures === 0 ? 0 : 1);
