// Networks of models/, built without optimisation and imported again: the same graph comes out (importOnnx refuses anything else), in blocks,
// and no longer than twice the source's own text. tools/import-models.ts does this for every variant, with outputs.
import { join } from "node:path";
import * as assert from "uvu/assert";
import { compile, load } from "../../src/compiler.js";
import { problem } from "../../src/diagnostics/diagnostic.js";
import { nodeHost } from "../../src/hosts/node-host.js";
import { importOnnx } from "../../src/import/import-file.js";
import { typeOf } from "../../src/ir/graph.js";
import { elementCount } from "../../src/ir/shape.js";
import { emitOnnx } from "../../src/targets/onnx/emit.js";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const modelsFolder = join(root, "models");

async function importedText(file: string, model: string): Promise<string> {
  const { models } = compile(await load(nodeHost(modelsFolder), file), { graphsOnly: true, model });
  const [{ graph } = { graph: undefined }] = models;
  if (graph === undefined) throw new Error(`no ${model} in ${file}`);
  const weights = new Map(
    graph.slots.map(({ name, value }) => [name, new Float32Array(elementCount(typeOf(graph, value).shape))]),
  );
  const made = await importOnnx({
    bytes: emitOnnx({ graph, weights }, { opset: 18, producerVersion: "0" }),
    path: `${model}.onnx`,
    name: model,
    sizes: new Map(),
    hasRecipe: false,
    verify: false,
    loadRuntime: async () => problem("onnx/no-runtime", { reason: "not asked for" }),
  });
  if (made.kind === "refused") throw new Error(made.diagnostics.map(({ message }) => message).join("\n"));
  return made.text;
}

const linesOf = (text: string): number =>
  text.split("\n").filter((line) => /\S/.test(line) && !/^\s*\/\//.test(line)).length;

/** The blocks and repetitions that must be found, and the most lines. */
const rows: readonly (readonly [file: string, model: string, lines: number, ...found: readonly RegExp[]])[] = [
  [
    "resnet.lfer",
    "resnet18",
    26,
    /block \w+\([^)]*stride: int/,
    /if stride == 1 and channels\(x\)|stride != 1 or channels\(x\)/,
  ],
  ["mobilenet_v3.lfer", "mobilenet_v3_small", 42, /activation: layer/, /const \w+ = \[/, /for width, .* do/],
  [
    "shufflenet_v2.lfer",
    "shufflenet_v2_x0_5",
    26,
    /split\(x\)/,
    /channel_shuffle\(2\)/,
    /repeat\(\w+, Unit\b|for .* in units do/,
  ],
  ["efficientnet.lfer", "efficientnet_b0", 40, /6 \* channels\(x\)/, /channels\(x\) \/ 4/, /block Gate/],
  ["densenet.lfer", "densenet121", 22, /repeat\(24, \w+\)/, /concat\(x, /],
  ["lfer_ldl.lfer", "lfer_ldl_shared", 50, /share shared_depthwise/],
];

suite("import/import-models", (test) => {
  for (const [file, model, lines, ...found] of rows) {
    test(`${model} of ${file}`, async () => {
      const text = await importedText(file, model);
      for (const pattern of found) assert.match(text.replace(/\n\s+/g, " "), pattern);
      assert.ok(linesOf(text) <= lines, `${linesOf(text)} lines:\n${text}`);
    });
  }
});
