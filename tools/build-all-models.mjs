// Builds every model and variant under models/ as ONNX files: node tools/build-all-models.mjs OUT OPSET...
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

let failures = 0;
for (const file of readdirSync(join(root, "models")).filter((name) => name.endsWith(".lfer"))) {
  const { models } = compile(await load(nodeHost(root), `models/${file}`), { graphsOnly: true });
  for (const { name } of models) {
    for (const asked of opsets) {
      const opset = asked === "newest" ? newestOpset() : asked;
      const folder = join(out, opset);
      mkdirSync(folder, { recursive: true });
      const args = [
        "build",
        join(root, "models", file),
        "--model",
        name,
        "--target",
        "onnx",
        "--opset",
        opset,
        "--no-verify",
      ];
      const run = spawnSync(process.execPath, [lferc, ...args, "-o", join(folder, `${name}.onnx`)], {
        stdio: "inherit",
      });
      if (run.status !== 0) failures++;
    }
  }
}
process.exit(failures === 0 ? 0 : 1);
