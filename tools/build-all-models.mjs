// Builds every model, every variant and the training step of every recipe under models/ as ONNX files: node tools/build-all-models.mjs OUT OPSET...
// `newest` stands for the newest opset that lferc writes.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, load, nodeHost } from "../dist/index.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const lferc = join(root, "dist/lferc.js");
const [out = "", ...opsets] = process.argv.slice(2);

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

/** Runs `lferc build`; whether it failed. */
function build(file, output, args) {
  const all = ["build", join(root, "models", file), ...args, "--no-verify", "-o", output];
  return spawnSync(process.execPath, [lferc, ...all], { stdio: "inherit" }).status !== 0;
}

let failures = 0;
for (const file of readdirSync(join(root, "models")).filter((name) => name.endsWith(".lfer"))) {
  const { models, recipes } = compile(await load(nodeHost(root), `models/${file}`));
  for (const asked of opsets) {
    const opset = asked === "newest" ? newestOpset() : asked;
    const folder = join(out, opset);
    mkdirSync(folder, { recursive: true });
    for (const { name } of models) {
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
