// `npm run bench`: whole processes, medians, ratios to an empty Node process. Machines are noisy: only ratios mean something.
// LFER_BENCH_PYTHON=/path/to/venv/bin/python, with torch, torchvision and fvcore, adds the Python tools; ROUNDS=n (15).
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { flatModel, repeatedModel } from "./generate-model.js";
import { type Command, type Measured, measure } from "./measure.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const lferc = join(root, "dist/lferc.js");
const model = join(root, "models/lfer_ldl.lfer");
const rounds = Number(process.env.ROUNDS ?? 15);
const python = process.env.LFER_BENCH_PYTHON;

const node = (name: string, ...args: readonly string[]): Command => ({ name, file: process.execPath, args });
const empty = node("node -e 0", "-e", "0");

function printTable(title: string, measured: ReadonlyMap<string, Measured>): void {
  const base = measured.get(empty.name)?.medianMs ?? 1;
  console.log(`\n${title}\n`);
  console.log(
    "| process | median ms | least ms | ratio to node -e 0 | peak MiB |\n| --- | ---: | ---: | ---: | ---: |",
  );
  for (const [name, { medianMs, minMs, peakMiB }] of measured) {
    const memory = peakMiB === undefined ? "" : peakMiB.toFixed(0);
    console.log(
      `| ${name} | ${medianMs.toFixed(0)} | ${minMs.toFixed(0)} | ${(medianMs / base).toFixed(2)} | ${memory} |`,
    );
  }
}

function peers(): readonly Command[] {
  if (python === undefined) {
    console.log("Python tools: skipped (LFER_BENCH_PYTHON names no Python with torch and fvcore)");
    return [];
  }
  const script = join(root, "bench/peers/fvcore_stats.py");
  return [{ name: "fvcore on ShuffleNetV2 x1.0 (Python)", file: python, args: [script] }];
}

if (!existsSync(lferc)) throw new Error("dist/ is missing: npm run build");
const scratch = mkdtempSync(join(tmpdir(), "lfer-bench-"));
try {
  console.log(
    `node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} x ${cpus()[0]?.model ?? "?"}`,
  );
  const out = join(scratch, "model.onnx");
  const build = [lferc, "build", model, "--model", "LferLdl", "--target", "onnx", "-o", out];
  printTable(
    `LFER-LDL, ${rounds} rounds`,
    await measure(
      [
        empty,
        node("lferc --version", lferc, "--version"),
        node("lferc check", lferc, "check", model),
        node("lferc stats", lferc, "stats", model, "--model", "LferLdl"),
        node("lferc build --no-verify", ...build, "--no-verify"),
        node("lferc build", ...build),
        ...peers(),
      ],
      rounds,
    ),
  );
  const commands: Command[] = [empty];
  for (const layers of [1_000, 10_000, 100_000]) {
    for (const [kind, text] of [
      ["flat", flatModel(layers)],
      ["repeated", repeatedModel(layers)],
    ] as const) {
      const path = join(scratch, `${kind}-${layers}.lfer`);
      writeFileSync(path, text);
      commands.push(node(`check, ${kind}, ${layers} layers`, lferc, "check", path));
      commands.push(node(`stats, ${kind}, ${layers} layers`, lferc, "stats", path, "--depth", "1"));
    }
  }
  printTable("Generated models, 3 rounds", await measure(commands, 3));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
