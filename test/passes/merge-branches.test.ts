import { fileURLToPath } from "node:url";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { compile, load } from "../../src/compiler.js";
import { nodeHost } from "../../src/hosts/node-host.js";
import type { Attributes, Graph, ValueId } from "../../src/ir/graph.js";
import { mergeBranches } from "../../src/passes/merge-branches.js";
import { optimize } from "../../src/passes/pipeline.js";
import { suite } from "../support/suite.js";
import { batch, Net } from "../targets/onnx/networks.js";
import { assertSameOutputs, opsOf, probed } from "./equal-outputs.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const image = (net: Net, channels = 4) => net.input("image", [batch, channels, 7, 6]);
const one = (build: (net: Net) => ValueId): Graph => {
  const net = new Net("M");
  net.output("y", build(net));
  return net.finish();
};
/** Merges, checks that nothing changed, and returns the result. */
const merged = (graph: Graph) => {
  const before = probed(graph);
  const after = mergeBranches.run(before);
  assertSameOutputs(before, after);
  return after;
};
const add = (net: Net, path: string, a: ValueId, b: ValueId): ValueId => net.one("add", path, [a, b]);
/** A convolution with a kernel of two sizes and the padding of four sides. */
const window = (kernel: readonly number[], padding: readonly number[], more: Attributes = {}): Attributes => ({
  kernel,
  padding,
  ...more,
});

suite("merging branches that are summed", (test) => {
  test("RepVGG's unit is one 3x3 convolution", () => {
    const graph = one((net) => {
      const x = image(net);
      const dense = net.conv("dense", x, 4, 3, { bias: true });
      const point = net.conv("point", x, 4, 1, { groups: 1 });
      return add(net, "sum", add(net, "inner", net.norm("skip", x), dense), point);
    });
    const after = merged(graph);
    assert.equal(opsOf(after), ["conv2d"]);
    assert.equal([...after.weights.keys()], ["dense.weight", "dense.bias"]);
    assert.equal(after.graph.nodes[0]?.attributes.kernel, [3, 3]);
  });

  test("repvgg_a0 has one convolution a unit, as its authors deploy it, with their number of weights", async () => {
    const sources = await load(nodeHost(root), "models/repvgg.lfer");
    const set = new Map([["size", "64"]]);
    const [model] = compile(sources, { graphsOnly: true, model: "repvgg_a0", set }).models;
    assert.ok(model !== undefined);
    const before = probed(model.graph);
    const after = optimize(before, 1);
    assertSameOutputs(before, after);
    const count = (op: string): number => opsOf(after).filter((each) => each === op).length;
    assert.equal([count("conv2d"), count("batch_norm"), count("add")], [22, 0, 0]);
    // RepVGG-A0, deployed: 8.31 M (Ding et al. 2021, table 4).
    const weights = [...after.weights.values()].reduce((sum, { length }) => sum + length, 0);
    assert.is(Math.round(weights / 1e4), 831);
  });

  test("any windows of one stride and groups, where taps do not grow", () => {
    const size = fc.constantFrom(1, 2, 3, 5);
    const branch = fc.record({ height: size, width: size, down: fc.nat(2), across: fc.nat(2), bias: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(branch, { minLength: 2, maxLength: 3 }),
        fc.constantFrom(1, 2, 4),
        fc.constantFrom(1, 2),
        fc.constantFrom(1, 2),
        fc.constantFrom("none", "norm", "itself"),
        (branches, groups, stride, dilation, own) => {
          const graph = one((net) => {
            const x = image(net);
            // All results have the size of the map divided by the stride.
            const terms = branches.map(({ height, width, down, across, bias }, i) => {
              const [rows, columns] = [(height - 1) * dilation, (width - 1) * dilation];
              const [top, left] = [Math.min(down, rows), Math.min(across, columns)];
              return net.one("conv2d", `conv_${i}`, [x], {
                channels: 4,
                ...window([height, width], [top, left, rows - top, columns - left]),
                stride: [stride, stride],
                dilation: [dilation, dilation],
                groups,
                bias,
              });
            });
            if (stride === 1 && own === "norm") terms.push(net.norm("norm", x));
            if (stride === 1 && own === "itself") terms.push(x);
            return terms.reduce((sum, term, i) => add(net, `sum_${i}`, sum, term));
          });
          const after = merged(graph);
          const taps = (ops: Graph): number =>
            ops.nodes
              .filter(({ op }) => op === "conv2d")
              .reduce(
                (sum, { attributes: { kernel } }) => sum + (kernel as number[])[0]! * (kernel as number[])[1]!,
                0,
              );
          assert.ok(taps(after.graph) <= taps(graph));
        },
      ),
      { numRuns: 150 },
    );
  });

  test("other terms of the sum stay, whatever the order", () => {
    for (const order of [
      [0, 1, 2, 3],
      [2, 0, 3, 1],
      [3, 2, 1, 0],
    ]) {
      const after = merged(
        one((net) => {
          const x = image(net);
          const turned = net.one("neg", "neg", [x]);
          const terms = [
            net.conv("a", x, 4, 3),
            net.conv("b", x, 4, 1),
            net.conv("c", turned, 4, 3),
            net.one("relu", "relu", [x]),
          ];
          return order.map((i) => terms[i] as ValueId).reduce((sum, term, i) => add(net, `sum_${i}`, sum, term));
        }),
      );
      assert.equal(opsOf(after).filter((op) => op === "conv2d").length, 2);
      assert.equal(opsOf(after).filter((op) => op === "add").length, 2);
    }
  });

  test("nothing merges: a result that is read elsewhere, other inputs, strides or groups, a kernel that would grow", () => {
    const apart: readonly ((net: Net) => ValueId)[] = [
      (net) => {
        const x = image(net);
        const a = net.conv("a", x, 4, 3);
        net.output("a", a);
        return add(net, "sum", a, net.one("relu", "relu", [net.conv("b", x, 4, 1)]));
      },
      (net) => {
        const x = image(net);
        return add(net, "sum", net.conv("a", x, 4, 3), net.conv("b", net.one("neg", "neg", [x]), 4, 3));
      },
      (net) => {
        const x = image(net);
        return add(net, "sum", net.conv("a", x, 4, 3), net.conv("b", x, 4, 3, { groups: 2 }));
      },
      (net) => {
        const x = image(net);
        const tall = net.conv("a", x, 4, 3, window([3, 1], [1, 0, 1, 0]));
        return add(net, "sum", tall, net.conv("b", x, 4, 3, window([1, 3], [0, 1, 0, 1])));
      },
      (net) => {
        const x = image(net);
        return add(net, "sum", net.conv("a", x, 4, 3), net.conv("b", x, 1, 3));
      },
      (net) => {
        const x = image(net, 3);
        return add(
          net,
          "sum",
          net.conv("a", x, 3, 1),
          net.conv("b", x, 3, 3, window([3, 3], [2, 2, 2, 2], { dilation: [2, 2] })),
        );
      },
    ];
    for (const build of apart.slice(0, 5)) {
      const before = probed(one(build));
      assert.is(mergeBranches.run(before), before);
    }
    // A single tap may lie within a dilated kernel.
    assert.equal(opsOf(merged(one(apart[5] as (net: Net) => ValueId))), ["conv2d"]);
  });

  test("an addition that is read twice ends a sum; one tensor may be added twice", () => {
    const net = new Net("M");
    const x = image(net);
    const inner = add(net, "inner", net.conv("a", x, 4, 3), net.conv("b", x, 4, 1));
    net.output("inner", inner);
    net.output("twice", add(net, "outer", add(net, "double", net.conv("c", inner, 4, 3), inner), inner));
    const after = merged(net.finish());
    assert.equal(opsOf(after), ["conv2d", "conv2d"]);
  });

  test("layers that share their weights share the merged ones", () => {
    const after = merged(
      one((net) => {
        const x = image(net);
        const unit = (from: ValueId, i: number): ValueId =>
          add(
            net,
            `sum_${i}`,
            net.conv(`dense_${i}`, from, 4, 3, { weightsOf: "dense" }),
            net.conv(`point_${i}`, from, 4, 1, { weightsOf: "point" }),
          );
        return unit(net.one("relu", "relu", [unit(x, 0)]), 1);
      }),
    );
    assert.equal(opsOf(after), ["conv2d", "relu", "conv2d"]);
    assert.is(after.weights.size, 1);
  });
});
