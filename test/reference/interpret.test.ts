import * as assert from "uvu/assert";
import { GraphBuilder } from "../../src/ir/builder.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { interpret } from "../../src/reference/interpret.js";
import { probeInputs, probeWeights } from "../../src/reference/probe-weights.js";
import { N, Network } from "../ops/network.js";
import { runInOnnxRuntime } from "../ops/onnx-runtime.js";
import { smallNetwork } from "../ops/small-network.js";
import { suite } from "../support/suite.js";
import { distance } from "./distance.js";

const vector = (...data: number[]): Tensor => ({ shape: [data.length], data: Float64Array.from(data) });

suite("reference: interpreter", (test) => {
  test.native("a small network does what its ONNX form does in ONNX Runtime", async () => {
    const graph = smallNetwork();
    const feed = { inputs: probeInputs(graph, 3, 1), slots: probeWeights(graph, 2), batch: 3 };
    const expected = interpret(graph, feed).logits as Tensor;
    for (const opset of [13, 18]) {
      const actual = await runInOnnxRuntime(graph, feed, opset);
      assert.ok(distance(actual.logits as Tensor, expected) < 1e-6, `opset ${opset}`);
    }
  });

  test("a sample's scores do not depend on its batch", () => {
    const graph = smallNetwork();
    const slots = probeWeights(graph, 2);
    const inputs = probeInputs(graph, 2, 1);
    const image = inputs.image as Tensor;
    const second = { shape: [1, 3, 32, 32], data: image.data.slice(image.data.length / 2) };
    const both = interpret(graph, { inputs, slots, batch: 2 }).logits as Tensor;
    const alone = interpret(graph, { inputs: { image: second }, slots, batch: 1 }).logits as Tensor;
    assert.equal([...alone.data], [...both.data.slice(both.data.length / 2)]);
  });

  test("inputs and slots may be outputs, a value may be read twice, an output may be read again", () => {
    const net = new Network();
    const x = net.input("x", [N]);
    const double = net.layer("add", [x, x], {}, "double");
    const four = net.layer("add", [double, double], {}, "four");
    const graph = net.finish({ x, double, four });
    const out = interpret(graph, { inputs: { x: vector(1, -2) }, slots: {}, batch: 2 });
    assert.equal(
      [out.x?.data, out.double?.data, out.four?.data].map((d) => [...(d ?? [])]),
      [
        [1, -2],
        [2, -4],
        [4, -8],
      ],
    );
  });

  test("refuses what does not have the inferred shape", () => {
    const net = new Network();
    const x = net.input("x", [N]);
    const graph = net.finish({ y: net.layer("relu", [x], {}, "relu") });
    const run = (x: Tensor) => () => interpret(graph, { inputs: { x }, slots: {}, batch: 2 });
    assert.throws(run(vector(1, 2, 3)), /input x: \[3\] is executed, \[2\] was inferred/);
    assert.throws(run({ shape: [2], data: new Float64Array(3) }), /input x/);
    assert.throws(() => interpret(graph, { inputs: {}, slots: {}, batch: 2 }), /no tensor is given for input x/);

    const builder = new GraphBuilder("Wrong");
    const input = builder.input({ name: "x" }, { dtype: "float32", shape: [N] });
    const [value = 0] = builder.node({ op: "relu", attributes: {}, inputs: [input], path: "relu" }, [
      { dtype: "float32", shape: [3] },
    ]);
    builder.output({ name: "y", value });
    const wrong = builder.finish();
    const feed = { inputs: { x: vector(1, 2) }, slots: {}, batch: 2 };
    assert.throws(() => interpret(wrong, feed), /relu at relu: \[2\] is executed, \[3\] was inferred/);
  });
});
