/**
 * Reads every generated node test of PyPI's `onnx` as `lferc stats` does, and compares the sizes of what it gives with the test's own:
 *
 *     node --import tsx bench/onnx-node-tests.ts FOLDER
 *
 * FOLDER is what bench/peers/onnx_node_tests.py wrote. Writes bench/results/onnx-node-tests.json; the exit code is 1 if a size is
 * wrong, or if a file ends in neither figures nor a diagnostic.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { statsOf } from "../src/analysis/stats.js";
import { isProblem } from "../src/diagnostics/diagnostic.js";
import { bindShape } from "../src/ir/shape.js";
import { readOnnxModel } from "../src/targets/onnx/read/read-model.js";

const [folder = ""] = process.argv.slice(2);
const { onnx, shapes } = JSON.parse(readFileSync(join(folder, "shapes.json"), "utf8")) as {
  readonly onnx: string;
  readonly shapes: Readonly<Record<string, readonly (readonly number[] | null)[]>>;
};

/** The reason without what differs from file to file. */
const kindOf = (message: string): string =>
  message
    .replace(/".*?"/g, '"..."')
    .replace(/\[[^\]]*\]/g, "[...]")
    .replace(/-?\d+(?:\.\d+)?(?:e-?\d+)?/g, "#");

const wrong: string[] = [];
const counted: string[] = [];
const refused = new Map<string, string[]>();

for (const [name, wanted] of Object.entries(shapes)) {
  const bytes = readFileSync(join(folder, `${name}.onnx`));
  const found = readOnnxModel({ bytes, path: "FILE", name, sizes: new Map() });
  if (isProblem(found)) {
    const { code, message } = found.diagnose({});
    // By code and words; ops that lferc does not have are one kind.
    const kind =
      code === "onnx/unknown-ops" ? `${code}: FILE has ops that lferc does not count` : `${code}: ${kindOf(message)}`;
    refused.set(kind, [...(refused.get(kind) ?? []), name]);
    continue;
  }
  // A graph that is read must be countable too: this throws where it is not.
  statsOf(found);
  const given = found.outputs.map(({ value }) => bindShape(found.types[value]?.shape ?? [], 1));
  if (JSON.stringify(given) === JSON.stringify(wanted)) counted.push(name);
  else wrong.push(`${name}: ${JSON.stringify(given)}, not ${JSON.stringify(wanted)}`);
}

const kinds = [...refused].sort(([, a], [, b]) => b.length - a.length);
const record = {
  what: "generated node tests of PyPI's onnx, read as lferc stats reads a file; sizes of the outputs compared",
  onnx,
  tests: Object.keys(shapes).length,
  counted: counted.length,
  wrong,
  refused: Object.fromEntries(kinds.map(([kind, names]) => [kind, { tests: names.length, first: names[0] }])),
};
const path = fileURLToPath(new URL("results/onnx-node-tests.json", import.meta.url));
writeFileSync(path, `${JSON.stringify(record, null, 1)}\n`);
console.log(`${record.tests} tests: ${counted.length} counted, ${wrong.length} wrong`);
for (const each of wrong) console.log(`  ${each}`);
for (const [kind, names] of kinds) console.log(`${String(names.length).padStart(5)} ${kind}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
