import * as assert from "uvu/assert";
import type { Tensor } from "../../src/ops/contracts.js";
import { interpret } from "../../src/reference/interpret.js";
import { probeInputs, probeWeights } from "../../src/reference/probe-weights.js";
import { recallOf } from "../../src/reference/recall.js";
import { N, Network } from "../ops/network.js";
import { suite } from "../support/suite.js";

suite("recalling a run", (test) => {
  test("the same op on the very same numbers is not computed again; a bit elsewhere and it is", () => {
    const net = new Network("M");
    const x = net.input("x", [N, 4000]);
    const graph = net.finish({ y: net.layer("linear", [x], { features: 3000 }, "linear") });
    const feed = { inputs: probeInputs(graph, 1, 1), slots: probeWeights(graph, 1), batch: 1 };
    const recall = recallOf(graph);
    const first = interpret(graph, feed, { watch: recall.keep });
    const inputs = graph.nodes[0]!.inputs.map((value) => {
      const { name } = [...graph.inputs, ...graph.slots].find((each) => each.value === value)!;
      return (feed.inputs[name] ?? feed.slots[name]) as Tensor;
    });
    const copy = inputs.map(({ shape, data }) => ({ shape, data: data.slice() }));
    assert.is(recall.find(graph.nodes[0]!, copy)?.[0], first.y);
    copy[0]!.data[7]! += 1e-12;
    assert.is(recall.find(graph.nodes[0]!, copy), undefined);
    assert.is(recall.find({ ...graph.nodes[0]!, attributes: { features: 3000, bias: false } }, inputs), undefined);
  });
});
