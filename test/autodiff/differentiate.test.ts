import * as assert from "uvu/assert";
import { differentiate } from "../../src/autodiff/differentiate.js";
import { trainingForm } from "../../src/autodiff/training-form.js";
import type { Graph, ValueId } from "../../src/ir/graph.js";
import { bindBatch } from "../../src/ops/bind-batch.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { interpret, interpretStep } from "../../src/reference/interpret.js";
import { N, Network } from "../ops/network.js";
import { suite } from "../support/suite.js";

const vector = (...data: number[]): Tensor => ({ shape: [data.length], data: Float64Array.from(data) });

/** The ops of the nodes that were added to the given graph. */
const appended = (before: Graph, after: Graph): readonly string[] =>
  after.nodes.slice(before.nodes.length).map(({ op }) => op);

function evaluated(graph: Graph, value: ValueId, inputs: Record<string, Tensor>): readonly number[] {
  const out = interpret({ ...graph, outputs: [{ name: "out", value }] }, { inputs, slots: {}, batch: 1 });
  return [...(out.out?.data ?? [])];
}

suite("differentiate", (test) => {
  test("what is read several times gets the sum, one add less than readers", () => {
    const net = new Network();
    const x = net.input("x", [3]);
    const parts = ["exp", "square", "neg"].map((op) => net.layer(op, [x], {}, op));
    const total = parts.reduce((a, b, i) => net.layer("add", [a, b], {}, `add_${i}`));
    const loss = net.layer("sum", [total], {}, "loss");
    const graph = net.finish({ loss });
    const made = differentiate(graph, loss, [x]);
    assertSound(made.graph);
    const at = [0.5, -1, 2];
    assert.equal(
      evaluated(made.graph, made.gradients[0] as ValueId, { x: vector(...at) }).map((v) => v.toFixed(10)),
      at.map((v) => (Math.exp(v) + 2 * v - 1).toFixed(10)),
    );
    assert.is(appended(graph, made.graph).filter((op) => op === "add").length, 2);
  });

  test("one value read twice by one node", () => {
    const net = new Network();
    const x = net.input("x", [2]);
    const loss = net.layer("sum", [net.layer("mul", [x, x], {}, "mul")], {}, "loss");
    const { graph, gradients } = differentiate(net.finish({ loss }), loss, [x]);
    assert.equal(evaluated(graph, gradients[0] as ValueId, { x: vector(3, -1) }), [6, -2]);
  });

  test("the forward pass keeps its values; gradients that nobody wants are not computed", () => {
    const net = new Network();
    const image = net.input("image", [2, 3, 8, 8]);
    const first = net.layer("conv", [image], { channels: 4, bias: true }, "first");
    const second = net.layer("conv", [net.layer("relu", [first], {}, "relu")], { channels: 5 }, "second");
    const loss = net.layer("sum", [second], {}, "loss");
    const graph = net.finish({ loss });
    const slot = (name: string): ValueId => graph.slots.find((s) => s.name === name)?.value ?? -1;
    const last = differentiate(graph, loss, [slot("second.weight")]);
    assert.equal(last.graph.nodes.slice(0, graph.nodes.length), graph.nodes);
    assert.equal(last.graph.types.slice(0, graph.types.length), graph.types);
    // Neither the gradient for the first convolution nor anything before it.
    assert.equal(appended(graph, last.graph), ["constant", "broadcast_to", "conv2d_weight_gradient"]);
    const both = differentiate(graph, loss, [slot("first.weight"), slot("second.weight")]);
    const ops = appended(graph, both.graph);
    assert.is(ops.filter((op) => op === "conv2d_input_gradient").length, 1, "none for the picture");
    assert.is(ops.filter((op) => op === "reduce_sum").length, 0, "none for the bias");
  });

  test("what the loss does not depend on has zeros", () => {
    const net = new Network();
    const [x, y] = [net.input("x", [2]), net.input("y", [3])];
    const isPositive = net.layer("greater", [y, y], {}, "greater");
    const loss = net.layer("sum", [net.layer("exp", [x], {}, "exp")], {}, "loss");
    const graph = net.finish({ loss, isPositive });
    const made = differentiate(graph, loss, [x, y]);
    assertSound(made.graph);
    const inputs = { x: vector(0, 0), y: vector(1, 2, 3) };
    assert.equal(evaluated(made.graph, made.gradients[1] as ValueId, inputs), [0, 0, 0]);
  });

  test("the loss itself has gradient 1; values between may be asked for", () => {
    const net = new Network();
    const x = net.input("x", [2]);
    const middle = net.layer("square", [x], {}, "square");
    const loss = net.layer("mean", [middle], {}, "loss");
    const made = differentiate(net.finish({ loss }), loss, [loss, middle]);
    const inputs = { x: vector(5, 7) };
    assert.equal(evaluated(made.graph, made.gradients[0] as ValueId, inputs), [1]);
    assert.equal(evaluated(made.graph, made.gradients[1] as ValueId, inputs), [0.5, 0.5]);
  });

  test("no slope leads through a truth value", () => {
    const net = new Network();
    const x = net.input("x", [2]);
    const zero = net.node("constant", [], { shape: [], values: [0] }, "zero")[0] as ValueId;
    const chosen = net.layer("where", [net.layer("greater", [x, zero], {}, "greater"), x, zero], {}, "where");
    const loss = net.layer("sum", [chosen], {}, "loss");
    const { graph, gradients } = differentiate(net.finish({ loss }), loss, [x]);
    assert.equal(evaluated(graph, gradients[0] as ValueId, { x: vector(-1, 2) }), [0, 1]);
  });

  test("a batch that is not bound, several numbers and second order are refused", () => {
    const net = new Network();
    const x = net.input("x", [N, 2]);
    const rows = net.layer("square", [x], {}, "square");
    const loss = net.layer("mean", [rows], {}, "loss");
    const graph = net.finish({ loss });
    assert.throws(() => differentiate(graph, loss, [x]), /bind the batch/);
    const bound = bindBatch(graph, 2);
    assert.throws(() => differentiate(bound, rows, [x]), /only a single number/);
    const net2 = new Network();
    const y = net2.input("y", [2]);
    const [masked = 0] = net2.node("inside", [y], { low: 0, high: 1, closed: true }, "inside");
    const second = net2.layer("sum", [masked], {}, "loss");
    assert.throws(() => differentiate(net2.finish({ second }), second, [y]), /first order only/);
  });

  test("a chain of 20,000 nodes: no recursion, and nodes in proportion", () => {
    const net = new Network();
    const x = net.input("x", [1]);
    let value = x;
    for (let i = 0; i < 20_000; i++)
      value = net.layer(i % 2 === 0 ? "tanh" : "add", i % 2 === 0 ? [value] : [value, x], {}, `n${i}`);
    const loss = net.layer("sum", [value], {}, "loss");
    const graph = net.finish({ loss });
    const made = differentiate(graph, loss, [x]);
    assert.ok(made.graph.nodes.length < 5 * graph.nodes.length);
    assert.is(new Set(made.graph.nodes.map(({ path }) => path)).size, made.graph.nodes.length);
  });
});

suite("training form", (test) => {
  test("batch norms go by the batch, statistics follow with the unbiased variance", () => {
    const net = new Network();
    const x = net.input("x", [N, 1]);
    const graph = net.finish({ y: net.layer("batch_norm", [x], { eps: 0, momentum: 0.25 }, "norm") });
    const training = trainingForm(bindBatch(graph, 3));
    assertSound(training);
    assert.equal(
      training.nodes.filter(({ op }) => op.startsWith("batch_norm")).map(({ op, path }) => [op, path]),
      [["batch_norm_training", "norm"]],
    );
    const slots = {
      "norm.weight": vector(1),
      "norm.bias": vector(0),
      "norm.running_mean": vector(4),
      "norm.running_var": vector(10),
    };
    const inputs = { x: { shape: [3, 1], data: Float64Array.of(1, 2, 3) } };
    const after = interpretStep(training, { inputs, slots, batch: 1 });
    const spread = Math.sqrt(3 / 2);
    assert.equal([...(after.outputs.y?.data ?? [])], [-spread, 0, spread]);
    assert.equal([...(after.slots["norm.running_mean"]?.data ?? [])], [0.75 * 4 + 0.25 * 2]);
    assert.equal([...(after.slots["norm.running_var"]?.data ?? [])], [0.75 * 10 + 0.25 * 1]);
    assert.equal(after.slots["norm.weight"], slots["norm.weight"], "what has no next stays");
  });

  test("statistics that two applications share are followed one after the other", () => {
    const net = new Network();
    const [a, b] = [net.input("a", [2, 1]), net.input("b", [2, 1])];
    const first = net.layer("batch_norm", [a], { eps: 0, momentum: 0.5 }, "norm");
    const slots = net.builder.finish().slots.map(({ value }) => value);
    const types = [net.builder.typeOf(b)];
    const attributes = { epsilon: 0, momentum: 0.5 };
    const [second = 0] = net.builder.node(
      { op: "batch_norm", attributes, inputs: [b, ...slots], path: "again" },
      types,
    );
    const training = trainingForm(net.finish({ first, second }));
    assertSound(training);
    const column = (...data: number[]): Tensor => ({ shape: [data.length, 1], data: Float64Array.from(data) });
    const given = {
      "norm.weight": vector(1),
      "norm.bias": vector(0),
      "norm.running_mean": vector(0),
      "norm.running_var": vector(1),
    };
    const inputs = { a: column(0, 2), b: column(8, 12) };
    const after = interpretStep(training, { inputs, slots: given, batch: 1 });
    assert.equal([...(after.slots["norm.running_mean"]?.data ?? [])], [0.5 * (0.5 * 0 + 0.5 * 1) + 0.5 * 10]);
    assert.equal([...(after.slots["norm.running_var"]?.data ?? [])], [0.5 * (0.5 * 1 + 0.5 * 2) + 0.5 * 8]);
  });

  test("one value a channel has no variance", () => {
    const net = new Network();
    const x = net.input("x", [1, 2]);
    const graph = net.finish({ y: net.layer("batch_norm", [x], {}, "norm") });
    assert.throws(() => trainingForm(graph), /norm sees one value per channel/);
  });
});
