/**
 * Imports every model and variant of models/ from its own ONNX file (`--optimize 0`, without names of weights that would help) and prints the
 * lines of the text, beside the lines of the source that the variant uses: `node --import tsx tools/import-models.ts [PATTERN] [--outputs]`.
 * With --outputs also their outputs are compared in ONNX Runtime. It fails if one cannot be imported, or takes more than twice the lines.
 */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, load } from "../src/compiler.js";
import { loadOnnxRuntime } from "../src/deploy/onnx-runtime.js";
import { nodeHost } from "../src/hosts/node-host.js";
import { importOnnx } from "../src/import/import-file.js";
import type { Graph } from "../src/ir/graph.js";
import { typeOf } from "../src/ir/graph.js";
import { elementCount } from "../src/ir/shape.js";
import type { Declaration } from "../src/syntax/ast.js";
import { emitOnnx } from "../src/targets/onnx/emit.js";
import { initialiseWeights } from "../src/weights/initialise.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [pattern = "", ...flags] = process.argv
  .slice(2)
  .toSorted((a, b) => Number(a.startsWith("-")) - Number(b.startsWith("-")));
const hasOutputs = [pattern, ...flags].includes("--outputs");

/** Lines with something to read in them. */
export const linesOf = (text: string): number =>
  text.split("\n").filter((line) => line.trim() !== "" && !/^\s*\/\//.test(line)).length;

const wordsIn = (text: string): ReadonlySet<string> => new Set(text.match(/[A-Za-z_]\w*/g) ?? []);

/** The lines of a source that a model uses: its own, and those of what it names, also in files that it imports. */
export function linesUsed(
  texts: ReadonlyMap<string, { readonly text: string; readonly declarations: readonly Declaration[] }>,
  name: string,
) {
  const all = [...texts.values()].flatMap(({ text, declarations }) =>
    declarations.map((each) => ({
      name: each.name.text,
      kind: each.kind,
      text: text.slice(each.span.start, each.span.end),
    })),
  );
  const used = new Set<(typeof all)[number]>();
  const waiting = [name];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const each of all) {
      if (each.name !== next || used.has(each) || each.kind === "RecipeDeclaration" || each.kind === "CheckDeclaration")
        continue;
      used.add(each);
      waiting.push(...wordsIn(each.text));
    }
  }
  return [...used].reduce((sum, { text }) => sum + linesOf(text), 1);
}

/** The bytes of the model, unoptimised. */
export function fileOf(graph: Graph): Uint8Array {
  const weights = hasOutputs
    ? initialiseWeights(graph, 0)
    : new Map(graph.slots.map(({ name, value }) => [name, new Float32Array(elementCount(typeOf(graph, value).shape))]));
  return emitOnnx({ graph, weights }, { opset: 18, producerVersion: "0" });
}

let [models, failed, long] = [0, 0, 0];
for (const file of readdirSync(join(root, "models")).filter((each) => each.endsWith(".lfer"))) {
  const sources = await load(nodeHost(join(root, "models")), file);
  const texts = new Map(
    [...sources.files]
      .filter(([path]) => !path.startsWith("std/"))
      .map(([path, source]) => [path, { text: source.text, declarations: source.tree.declarations }]),
  );
  for (const { name, graph } of compile(sources, { graphsOnly: true }).models) {
    if (!name.includes(pattern) && !file.includes(pattern) && !pattern.startsWith("-")) continue;
    models++;
    const own = linesUsed(texts, name);
    const imported = await importOnnx({
      bytes: fileOf(graph),
      path: `${name}.onnx`,
      name,
      sizes: new Map(),
      hasRecipe: false,
      verify: hasOutputs,
      loadRuntime: async () => loadOnnxRuntime(),
    });
    if (imported.kind === "refused") {
      failed++;
      console.log(`${name}: ${imported.diagnostics.map(({ message }) => message).join("; ")}`);
      continue;
    }
    const lines = linesOf(imported.text);
    if (lines > 2 * own) long++;
    const error = imported.proof === undefined ? "" : `, outputs differ by ${imported.proof.error.toExponential(1)}`;
    console.log(`${name}: ${lines} lines, ${own} in ${file} (${(lines / own).toFixed(2)})${error}`);
  }
}
console.log(`${models} models: ${failed} not imported, ${long} longer than twice their source`);
if (failed + long > 0) process.exitCode = 1;
