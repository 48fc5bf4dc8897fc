import * as assert from "uvu/assert";
import { type Stats, statsOf } from "../../src/analysis/stats.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { Graph } from "../../src/ir/graph.js";
import { optimize } from "../../src/passes/pipeline.js";
import { emitOnnx } from "../../src/targets/onnx/emit.js";
import { readOnnxModel } from "../../src/targets/onnx/read/read-model.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";

const macsOf = (graph: Graph): number | undefined => {
  const stats: Stats | ReturnType<typeof statsOf> = statsOf(graph, { conventions: ["onnx-tool"] });
  if (isProblem(stats)) throw new Error(stats.diagnose({}).message);
  return stats.counts["onnx-tool"]?.macs;
};

async function graphOf(input: string, statements: string): Promise<{ graph: Graph; codes: readonly string[] }> {
  const { models, diagnostics } = await compile(`lfer 1

model M {
  input x: float32[${input}]
  ${statements}
  output y
}
`);
  const [model] = models;
  if (model === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return { graph: model.graph, codes: diagnostics.map(({ code }) => code) };
}

/** The file that `lferc build` writes, read back. */
function fileOf(graph: Graph): Graph {
  const { graph: rewritten, weights } = optimize({ graph, weights: initialiseWeights(graph, 0) }, 1);
  const bytes = emitOnnx({ graph: rewritten, weights }, { opset: 18, producerVersion: "" });
  const found = readOnnxModel({ bytes, path: "x.onnx", name: "x", sizes: new Map() });
  if (isProblem(found)) throw new Error(found.diagnose({}).message);
  return found;
}

const map = "N, 4, 6, 6";
const layers = [
  [map, "conv(6)"],
  [map, "conv(6, bias: true)"],
  [map, "conv(8, kernel: 1, groups: 2)"],
  [map, "depthwise"],
  [map, "conv_transpose(4, stride: 2)"],
  [map, "linear(6)"],
  [map, "max_pool(3)"],
  ["N, 10", "linear(6)"],
  ["N, 10", "linear(6, bias: false)"],
  ["N, 4, 10", "linear(6)"],
] as const;

const placements = [
  ["right behind", "y = x -> LAYER -> batch_norm"],
  ["behind a dropout", "y = x -> LAYER -> dropout(0.5) -> identity -> batch_norm"],
  ["behind an activation", "y = x -> LAYER -> relu -> batch_norm"],
  ["twice", "y = x -> LAYER -> batch_norm -> batch_norm"],
  ["twice, with a dropout between", "y = x -> LAYER -> batch_norm -> dropout(0.5) -> batch_norm"],
  ["in front", "y = x -> batch_norm -> LAYER"],
  ["beside another reader", "z = x -> LAYER\n  y = (z -> batch_norm) * z"],
  ["beside another reader behind a dropout", "z = x -> LAYER\n  y = (z -> dropout(0.5) -> batch_norm) * z"],
  [
    "on both sides of a shared layer",
    "share layer = LAYER\n  y = (x -> layer -> batch_norm) * (x -> layer -> batch_norm)",
  ],
  ["shared", "share norm = batch_norm\n  y = (x -> LAYER -> norm) * (x -> LAYER -> norm)"],
] as const;

suite("what a batch norm folds into", (test) => {
  for (const [input, layer] of layers) {
    for (const [title, statements] of placements) {
      test(`${layer} of [${input}], the norm ${title}: counted alike from text and from the file that is built`, async () => {
        const { graph } = await graphOf(input, statements.replaceAll("LAYER", layer));
        assert.is(macsOf(graph), macsOf(fileOf(graph)));
      });
    }
  }

  test("a linear layer of vectors with a norm: its products and its bias, as the file has them", async () => {
    const { graph } = await graphOf("N, 16", "y = x -> linear(10, bias: false) -> batch_norm");
    assert.is(macsOf(graph), 160 + 10);
  });

  test("a bias is said to be lost where the norm folds, and only for the first norm", async () => {
    const lost = async (input: string, statements: string) =>
      (await graphOf(input, `y = x -> ${statements}`)).codes.includes("lint/bias-before-batch-norm");
    assert.is(await lost(map, "conv(6, bias: true) -> batch_norm"), true);
    assert.is(await lost(map, "conv(6, bias: true) -> dropout(0.5) -> batch_norm"), true);
    assert.is(await lost("N, 10", "linear(6) -> batch_norm"), true);
    assert.is(await lost(map, "conv(6) -> batch_norm -> batch_norm"), false);
    // Its bias is on the last axis, the norm's means are on axis 1.
    assert.is(await lost("N, 4, 10", "linear(6) -> batch_norm"), false);
  });
});
