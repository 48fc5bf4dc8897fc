import * as assert from "uvu/assert";
import { foldConstants } from "../../src/passes/fold-constants.js";
import { optimize } from "../../src/passes/pipeline.js";
import { suite } from "../support/suite.js";
import { batch, Net } from "../targets/onnx/networks.js";
import { assertSameOutputs, opsOf, probed } from "./equal-outputs.js";

const learnt = (net: Net, name: string, shape: readonly number[]) =>
  net.builder.slot(
    { name, role: "parameter", initializer: { kind: "constant", value: 0 } },
    { dtype: "float32", shape },
  );

const number = (net: Net, value: number) => net.one("constant", `n${value}`, [], { shape: [], values: [value] });

/** Folds, and checks that nothing changed. */
const folded = (net: Net) => {
  const before = probed(net.finish());
  const after = foldConstants.run(before);
  assertSameOutputs(before, after);
  return after;
};

const bytesOf = ({ weights }: ReturnType<typeof probed>) =>
  [...weights.values()].reduce((sum, { length }) => sum + 4 * length, 0);

suite("folding what depends on no input", (test) => {
  test("a standardised weight is computed once", () => {
    const net = new Net("M");
    const w = learnt(net, "w", [4, 3]);
    const mean = net.one("reduce_mean", "mean", [w], { axes: [1], keep: true });
    const centred = net.one("sub", "centred", [w, mean]);
    const turned = net.one("transpose", "turned", [net.one("mul", "scaled", [centred, number(net, 3)])], {
      permutation: [1, 0],
    });
    net.output("y", net.one("matmul", "product", [net.input("x", [batch, 3]), turned]));
    const after = folded(net);
    assert.equal(opsOf(after), ["matmul"]);
    assert.equal([...after.weights.keys()], ["turned"]);
  });

  test("what would take more bytes than it is made of stays, and what that is made of is folded", () => {
    const net = new Net("M");
    const table = net.one("exp", "table", [learnt(net, "w", [64, 1])]);
    const spread = net.one("broadcast_to", "spread", [table], { sizes: [64, 64] });
    net.output("y", net.one("add", "sum", [net.input("x", [batch, 64, 64]), spread]));
    const after = folded(net);
    assert.equal(opsOf(after), ["broadcast_to", "add"]);
    assert.equal([...after.weights.keys()], ["table"]);
  });

  test("many parts of one table are not each held against all of it", () => {
    const net = new Net("M");
    const table = learnt(net, "w", [32, 64]);
    const x = net.input("x", [batch, 31, 64]);
    const parts = [0, 1].map((from) =>
      net.one("exp", `part_${from}`, [net.one("slice", `cut_${from}`, [table], { axis: 0, from, to: from + 31 })]),
    );
    net.output(
      "y",
      parts.reduce((sum, part, i) => net.one("add", `sum_${i}`, [sum, part]), x),
    );
    const after = folded(net);
    assert.ok(bytesOf(after) <= 32 * 64 * 4 + 4 * 256, `${bytesOf(after)} bytes`);
  });

  test("a weight that is read as it is, too, does not pay for what is made of it", () => {
    const net = new Net("M");
    const w = learnt(net, "w", [64, 64]);
    const x = net.one("matmul", "raw", [net.input("x", [batch, 64]), w]);
    net.output("y", net.one("matmul", "made", [x, net.one("exp", "exp", [w])]));
    assert.equal(opsOf(folded(net)), ["matmul", "exp", "matmul"]);
  });

  test("numbers alone, several results, and outputs that are constant", () => {
    const net = new Net("M");
    const [first = 0, second = 0] = net.many("split", "split", [learnt(net, "w", [6])], { axis: 0, sizes: [2, 4] });
    net.output("constant", net.one("neg", "neg", [first]));
    net.output("y", net.one("add", "sum", [net.input("x", [batch, 4]), second]));
    const before = probed(net.finish());
    const after = foldConstants.run(before);
    assertSameOutputs(before, after, { mustVary: false });
    assert.equal(opsOf(after), ["add"]);
  });

  test("what is true or false stays computed: files hold weights as numbers", () => {
    const net = new Net("M");
    const isLarge = net.one("greater", "greater", [learnt(net, "w", [4]), number(net, 0)]);
    net.output("y", net.one("where", "where", [isLarge, net.input("x", [batch, 4]), number(net, 1)]));
    assert.ok(opsOf(folded(net)).includes("greater"));
  });

  test("a number that is written as such is left where it is", () => {
    const net = new Net("M");
    net.output("y", net.one("mul", "mul", [net.input("x", [batch, 4]), number(net, 2)]));
    const before = probed(net.finish());
    assert.is(foldConstants.run(before), before);
  });

  test("level 1 does it, level 0 does not", () => {
    const net = new Net("M");
    net.output(
      "y",
      net.one("mul", "mul", [net.input("x", [batch, 4]), net.one("exp", "exp", [learnt(net, "w", [4])])]),
    );
    const before = probed(net.finish());
    assert.equal(opsOf(optimize(before, 1)), ["mul"]);
    assert.equal(opsOf(optimize(before, 0)), ["exp", "mul"]);
  });

  test("a chain of ten thousand constants overflows nothing", () => {
    const net = new Net("Deep");
    let w = learnt(net, "w", [2]);
    for (let i = 0; i < 10_000; i++) w = net.one("neg", `neg_${i}`, [w]);
    net.output("y", net.one("add", "sum", [net.input("x", [batch, 2]), w]));
    assert.equal(opsOf(folded(net)), ["add"]);
  });
});
