import * as assert from "uvu/assert";
import { bindBatch } from "../../src/ops/bind-batch.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { interpret } from "../../src/reference/interpret.js";
import { probeInputs } from "../../src/reference/probe-weights.js";
import { suite } from "../support/suite.js";
import { N, Network } from "./network.js";

suite("ops: the batch bound", (test) => {
  test("no type and no attribute holds an N, and the graph does the same", () => {
    const net = new Network();
    const x = net.input("x", [N, 4, 6]);
    const folded = net.layer("reshape", [x], { shape: [{ batch: 4 }, 6] }, "fold");
    const [front = 0, back = 0] = net.layers("split", [folded], { parts: 2, axis: 0 }, "halves");
    const graph = net.finish({ y: net.layer("concat", [back, front], { axis: 0 }, "swap") });
    const bound = bindBatch(graph, 3);
    assertSound(bound);
    assert.ok(bound.types.every(({ shape }) => shape.every((dim) => typeof dim === "number")));
    assert.equal(bound.nodes[0]?.attributes, { shape: [12, 6] });
    assert.equal(bound.nodes[1]?.attributes, { axis: 0, sizes: [6, 6] });
    const inputs = probeInputs(graph, 3, 1);
    assert.equal(interpret(bound, { inputs, slots: {}, batch: 1 }), interpret(graph, { inputs, slots: {}, batch: 3 }));
  });
});
