// Networks of models/ as TensorFlow.js kernels: the number of transpositions besides the network's own.
import * as assert from "uvu/assert";
import { compile, load, nodeHost } from "../../src/index.js";
import { type Graph, typeOf } from "../../src/ir/graph.js";
import { elementCount } from "../../src/ir/shape.js";
import { bindBatch } from "../../src/ops/bind-batch.js";
import { compileStep } from "../../src/targets/tfjs/compile.js";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

/** Ops that transpose maps themselves. */
const turning = ["channel_shuffle", "transpose"];

/** How often a map changes its layout, by file: resizing works on channels first. */
const layoutChanges: Readonly<Record<string, number>> = {
  affectnet: 0,
  efficientface: 0,
  mobilenet_v2: 0,
  mobilenet_v3: 0,
  resnet: 0,
  shufflenet_v2: 0,
  squeezenet: 0,
  unet: 10,
};

function changesOf(graph: Graph): number {
  const turned = new Set(graph.nodes.flatMap(({ op, path }) => (turning.includes(op) ? [path] : [])));
  const { calls } = compileStep(bindBatch(graph, 2), { native: false, mapsAre: "channels last" });
  return calls.filter(({ name, path }) => name === "Transpose" && !turned.has(path ?? "")).length;
}

const weightsOf = (graph: Graph): number =>
  graph.slots.reduce((sum, { value }) => sum + elementCount(typeOf(graph, value).shape), 0);

suite("networks of models/ as kernels of TensorFlow.js", (test) => {
  for (const [file, changes] of Object.entries(layoutChanges)) {
    test(file, async () => {
      const { models } = compile(await load(nodeHost(root), `models/${file}.lfer`), { graphsOnly: true });
      // The smallest variant of each model: the others have the same ops.
      const smallest = new Map<string, Graph>();
      for (const { base, graph } of models) {
        const other = smallest.get(base);
        if (other === undefined || weightsOf(graph) < weightsOf(other)) smallest.set(base, graph);
      }
      for (const graph of smallest.values()) {
        assert.is(changesOf(graph), changes, graph.name);
      }
    });
  }

  test("LFER-LDL in every variant has none", async () => {
    const { models } = compile(await load(nodeHost(root), "models/lfer_ldl.lfer"), { graphsOnly: true });
    assert.ok(models.length > 3);
    for (const { graph } of models) assert.is(changesOf(graph), 0, graph.name);
  });
});
