import * as assert from "uvu/assert";
import { optimize } from "../../src/passes/pipeline.js";
import { removeDeadNodes } from "../../src/passes/remove-dead-nodes.js";
import { removeNoOps } from "../../src/passes/remove-no-ops.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
import { suite } from "../support/suite.js";
import { batch, miniShuffleNet, Net } from "../targets/onnx/networks.js";
import { assertSameOutputs, opsOf, probed } from "./equal-outputs.js";

suite("passes", (test) => {
  test("nodes that do nothing go, those that only look like it stay", () => {
    const net = new Net("M");
    const x = net.input("x", [batch, 4, 3, 3]);
    const idle = [
      ["identity", {}],
      ["concat", { axis: 1 }],
      ["channel_shuffle", { groups: 1 }],
      ["channel_shuffle", { groups: 4 }],
      ["transpose", { permutation: [0, 1, 2, 3] }],
      ["slice", { axis: 2, from: 0, to: 3 }],
    ] as const;
    const same = idle.reduce((value, [op, attributes], i) => net.one(op, `idle_${i}`, [value], attributes), x);
    const turned = net.one("transpose", "turned", [same], { permutation: [0, 1, 3, 2] });
    net.output("y", net.one("channel_shuffle", "shuffled", [turned], { groups: 2 }));
    const before = probed(net.finish());
    const after = removeNoOps.run(before);
    assertSameOutputs(before, after);
    assert.equal(opsOf(after), ["transpose", "channel_shuffle"]);
  });

  test("an output may become an input's or another output's value", () => {
    const net = new Net("M");
    const x = net.input("x", [batch, 4]);
    const y = net.one("relu", "relu", [x]);
    net.output("first", y);
    net.output("second", net.one("identity", "again", [y]));
    net.output("third", net.one("identity", "through", [x]));
    const before = probed(net.finish());
    const after = removeNoOps.run(before);
    assertSameOutputs(before, after);
    assert.equal(opsOf(after), ["relu"]);
  });

  test("what no output depends on goes, weights too; inputs stay", () => {
    const net = new Net("M");
    const x = net.input("x", [batch, 3, 4, 4]);
    net.input("unread", [batch, 3]);
    net.norm("dead_norm", net.conv("dead_conv", x, 4, 3));
    net.output("y", net.conv("conv", x, 4, 3));
    const before = probed(net.finish());
    const after = removeDeadNodes.run(before);
    assertSameOutputs(before, after);
    assert.equal(opsOf(after), ["conv2d"]);
    assert.equal([...after.weights.keys()], ["conv.weight"]);
    assert.equal(
      after.graph.inputs.map(({ name }) => name),
      ["x", "unread"],
    );
    assert.is(removeDeadNodes.run(after), after);
  });

  test("levels: 0 hands the graph on, 1 leaves no batch norm and no dead tap", () => {
    const before = probed(miniShuffleNet());
    assert.is(optimize(before, 0), before);
    const after = optimize(before, 1);
    assertSameOutputs(before, after);
    const depthwise = after.graph.nodes.find(({ path }) => path === "output_module.depthwise");
    assert.equal(depthwise?.attributes.kernel, [1, 1]);
    assert.is(after.weights.get("output_module.depthwise.weight")?.length, 16);
    assert.is(opsOf(before).length - opsOf(after).length, 10);
    assert.is(optimize(after, 1), after, "a second run finds nothing to do");
  });

  test("float32 weights stay float32 and lose no more than their own rounding", () => {
    const graph = miniShuffleNet();
    const single = optimize({ graph, weights: initialiseWeights(graph, 1) }, 1);
    const doubled = new Map(
      [...initialiseWeights(graph, 1)].map(([name, values]) => [name, Float64Array.from(values)]),
    );
    const double = optimize({ graph, weights: doubled }, 1);
    for (const [name, values] of single.weights) {
      assert.instance(values, Float32Array);
      assert.equal([...values], [...Float32Array.from(double.weights.get(name)!)]);
    }
  });

  test("a chain of ten thousand layers neither overflows nor takes long", () => {
    const net = new Net("Deep");
    let x = net.input("x", [batch, 1, 2, 2]);
    for (let i = 0; i < 5000; i++) x = net.norm(`norm_${i}`, net.conv(`conv_${i}`, x, 1, 1));
    net.output("y", x);
    const graph = net.finish();
    const after = optimize({ graph, weights: initialiseWeights(graph, 1) }, 1);
    assert.is(after.graph.nodes.length, 5000);
    assert.is(after.graph.slots.length, 10_000);
  });
});
