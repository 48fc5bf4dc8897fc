import * as assert from "uvu/assert";
import type { Graph, ValueId } from "../../src/ir/graph.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { interpret } from "../../src/reference/interpret.js";
import { probeInputs, probeWeights } from "../../src/reference/probe-weights.js";
import { N, Network } from "../ops/network.js";
import { smallNetwork } from "../ops/small-network.js";
import { suite } from "../support/suite.js";
import { assertVaries, sameness, standardDeviation } from "./distance.js";

/** `depth` times convolution, batch norm (if wanted) and ReLU. */
function deepNetwork(depth: number, norm: boolean): Graph {
  const net = new Network("Deep");
  let x: ValueId = net.input("image", [N, 8, 6, 6]);
  for (let i = 0; i < depth; i++) {
    x = net.layer("conv", [x], { channels: 8, kernel: [3, 3], bias: true }, `conv_${i}`);
    if (norm) x = net.layer("batch_norm", [x], {}, `norm_${i}`);
    x = net.layer("relu", [x], {}, `relu_${i}`);
  }
  const pooled = net.layer("mean", [x], { axes: [2, 3] }, "mean");
  return net.finish({ logits: net.layer("linear", [pooled], { features: 5 }, "linear") });
}

const run = (graph: Graph, seed: number): Tensor =>
  interpret(graph, { inputs: probeInputs(graph, 3, seed), slots: probeWeights(graph, seed), batch: 3 })
    .logits as Tensor;

suite("reference: probe weights", (test) => {
  test("outputs vary and keep their scale, however deep the network", () => {
    for (const graph of [smallNetwork(), deepNetwork(40, true), deepNetwork(40, false)]) {
      for (const seed of [0, 1]) {
        const logits = run(graph, seed);
        assertVaries(logits);
        const scale = standardDeviation(logits.data);
        assert.ok(scale > 0.03 && scale < 20, `${graph.name}: ${scale}`);
      }
    }
  });

  test("ordinary initialisation would not do: a deep network forgets its input", () => {
    const graph = deepNetwork(40, false);
    const slots = Object.entries(probeWeights(graph, 0)).map(([name, { shape, data }]): [string, Tensor] => [
      name,
      // PyTorch's default has a sixth of He's variance; biases are left at zero here.
      { shape, data: data.map((w) => (shape.length === 1 ? 0 : w / Math.sqrt(6))) },
    ]);
    const logits = interpret(graph, {
      inputs: probeInputs(graph, 3, 0),
      slots: Object.fromEntries(slots),
      batch: 3,
    }).logits;
    assert.match(sameness(logits as Tensor) ?? "", "outputs spread by only");
  });

  test("statistics are away from 0 and 1, biases are not zero", () => {
    const weights = probeWeights(smallNetwork(), 0);
    const ofKind = (end: string) =>
      Object.entries(weights).flatMap(([name, { data }]) => (name.endsWith(end) ? [...data] : []));
    for (const kind of [".weight", ".bias", ".running_mean", ".running_var"]) {
      assert.ok(standardDeviation(ofKind(kind)) > 0.1, kind);
      assert.ok(
        ofKind(kind).every((x) => x !== 0 && x !== 1),
        kind,
      );
    }
    assert.ok(ofKind(".running_var").every((x) => x > 0));
  });

  test("one seed gives one set, another seed another", () => {
    const graph = smallNetwork();
    assert.equal(probeWeights(graph, 5), probeWeights(graph, 5));
    const [a, b] = [probeWeights(graph, 5), probeWeights(graph, 6)];
    for (const name of Object.keys(a)) assert.not.equal(a[name], b[name]);
  });

  test("shared weights are fitted once, tensors of no layer and slots nobody reads get numbers too", () => {
    const net = new Network();
    const x = net.input("x", [N, 4]);
    const type = (shape: readonly number[]) => ({ dtype: "float32", shape }) as const;
    const slot = { role: "parameter", initializer: { kind: "constant", value: 0 } } as const;
    const weight = net.builder.slot({ name: "weight", ...slot }, type([4, 4]));
    const scale = net.builder.slot({ name: "scale", ...slot }, type([4]));
    net.builder.slot({ name: "unread", ...slot }, type([2, 3]));
    const rows = { dtype: "float32", shape: [N, 4] } as const;
    const linear = { op: "linear", attributes: { features: 4, bias: false } };
    const [once = 0] = net.builder.node({ ...linear, inputs: [x, weight], path: "once" }, [rows]);
    const [twice = 0] = net.builder.node({ ...linear, inputs: [once, weight], path: "twice" }, [rows]);
    const graph = net.finish({ logits: net.layer("mul", [twice, scale], {}, "scaled") });
    assertSound(graph);
    assertVaries(run(graph, 0));
    const weights = probeWeights(graph, 0);
    assert.equal(Object.keys(weights), ["weight", "scale", "unread"]);
    for (const { data } of Object.values(weights)) assert.ok(standardDeviation(data) > 0.1);
  });
});
