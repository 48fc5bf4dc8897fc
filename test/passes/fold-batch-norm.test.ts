import fc from "fast-check";
import * as assert from "uvu/assert";
import type { Graph } from "../../src/ir/graph.js";
import { foldBatchNorm } from "../../src/passes/fold-batch-norm.js";
import { suite } from "../support/suite.js";
import { batch, miniShuffleNet, Net } from "../targets/onnx/networks.js";
import { assertSameOutputs, opsOf, probed } from "./equal-outputs.js";

const image = (net: Net, channels = 3) => net.input("image", [batch, channels, 6, 5]);

/** Folds, checks that nothing changed, and returns the remaining ops. */
const folded = (graph: Graph) => {
  const before = probed(graph);
  const after = foldBatchNorm.run(before);
  assertSameOutputs(before, after);
  return after;
};

const one = (build: (net: Net) => number): Graph => {
  const net = new Net("M");
  net.output("y", build(net));
  return net.finish();
};

suite("folding batch norm", (test) => {
  test("folds every batch norm of a ShuffleNet into its convolution", () => {
    const after = folded(miniShuffleNet());
    assert.not.ok(opsOf(after).includes("batch_norm"));
    assert.ok(after.weights.has("stage2.unit_1.conv_2.bias"));
    assert.not.ok([...after.weights.keys()].some((name) => name.includes("running")));
  });

  test("any convolution: bias, groups, kernel, epsilon", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 4),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom(1, 3),
        fc.boolean(),
        fc.constantFrom(1e-5, 1e-3, 0.5),
        (groups, perGroup, kernel, bias, epsilon) => {
          const graph = one((net) => {
            const y = net.conv("conv", image(net, 4), groups * perGroup, kernel, { groups, bias });
            return net.one("batch_norm", "norm", [y], { epsilon, momentum: 0.1 });
          });
          assert.equal(opsOf(folded(graph)), ["conv2d"]);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("folds into a linear layer of vectors", () => {
    const graph = one((net) =>
      net.norm("norm", net.one("linear", "linear", [net.input("x", [batch, 5])], { features: 4, bias: true })),
    );
    assert.equal(opsOf(folded(graph)), ["linear"]);
  });

  test("leaves a linear layer over the last of three axes: its channels are not axis 1", () => {
    const graph = one((net) =>
      net.norm("norm", net.one("linear", "linear", [net.input("x", [batch, 4, 5])], { features: 4, bias: true })),
    );
    assert.equal(opsOf(folded(graph)), ["linear", "batch_norm"]);
  });

  test("folds one batch norm after the other", () => {
    const graph = one((net) => net.norm("norm_2", net.norm("norm_1", net.conv("conv", image(net), 4, 3))));
    const after = folded(graph);
    assert.equal(opsOf(after), ["conv2d"]);
    assert.equal([...after.weights.keys()], ["conv.weight", "conv.bias"]);
  });

  test("leaves a batch norm whose input somebody else reads", () => {
    const net = new Net("M");
    const y = net.conv("conv", image(net), 4, 3);
    net.output("normed", net.norm("norm", y));
    net.output("raw", y);
    assert.equal(opsOf(folded(net.finish())), ["conv2d", "batch_norm"]);
    const sum = one((other) => {
      const x = other.conv("conv", image(other), 4, 3);
      return other.one("add", "add", [other.norm("norm", x), x]);
    });
    assert.equal(opsOf(folded(sum)), ["conv2d", "batch_norm", "add"]);
  });

  test("leaves a batch norm behind anything else", () => {
    const graph = one((net) => net.norm("norm", net.one("relu", "relu", [net.conv("conv", image(net), 4, 3)])));
    const before = probed(graph);
    assert.is(foldBatchNorm.run(before), before, "nothing to do gives the very same graph");
  });

  test("layers that share convolution and batch norm share the folded weights", () => {
    const graph = one((net) => {
      const x = image(net);
      const a = net.norm("norm_a", net.conv("conv_a", x, 4, 3), "norm");
      const turned = net.one("neg", "neg", [x]);
      const b = net.norm("norm_b", net.conv("conv_b", turned, 4, 3, { weightsOf: "conv_a" }), "norm");
      return net.one("maximum", "max", [a, b]);
    });
    const after = folded(graph);
    assert.equal(opsOf(after), ["conv2d", "neg", "conv2d", "maximum"]);
    assert.equal([...after.weights.keys()], ["conv_a.weight", "conv_a.bias"]);
  });

  test("layers that share only the convolution get weights of their own", () => {
    const graph = one((net) => {
      const x = image(net);
      const a = net.norm("norm_a", net.conv("conv_a", x, 4, 3));
      const b = net.norm("norm_b", net.conv("conv_b", x, 4, 3, { weightsOf: "conv_a" }));
      const plain = net.conv("conv_c", x, 4, 3, { weightsOf: "conv_a" });
      return net.one("maximum", "max", [net.one("add", "add", [a, plain]), b]);
    });
    const after = folded(graph);
    assert.not.ok(opsOf(after).includes("batch_norm"));
    assert.equal([...after.weights.keys()].sort(), [
      "conv_a.bias",
      "conv_a.weight",
      "conv_a.weight_2",
      "conv_b.bias",
      "conv_b.weight",
    ]);
  });
});
