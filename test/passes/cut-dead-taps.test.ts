import fc from "fast-check";
import * as assert from "uvu/assert";
import type { Attributes, Graph } from "../../src/ir/graph.js";
import { cutDeadTaps } from "../../src/passes/cut-dead-taps.js";
import { suite } from "../support/suite.js";
import { batch, Net } from "../targets/onnx/networks.js";
import { assertSameOutputs, probed } from "./equal-outputs.js";

const convOn = (map: readonly [number, number], attributes: Attributes): Graph => {
  const net = new Net("M");
  net.output("y", net.one("conv2d", "conv", [net.input("x", [batch, 2, ...map])], attributes));
  return net.finish();
};

const attributes = (given: Attributes): Attributes => ({
  channels: 4,
  kernel: [3, 3],
  stride: [1, 1],
  padding: [1, 1, 1, 1],
  dilation: [1, 1],
  groups: 1,
  bias: true,
  ...given,
});

const cutNode = (graph: Graph) => {
  const before = probed(graph);
  const after = cutDeadTaps.run(before);
  assertSameOutputs(before, after);
  return after.graph.nodes[0]!.attributes;
};

suite("cutting dead taps", (test) => {
  for (const [title, map, given, kernel, padding] of [
    ["3x3 on 1x1 is its centre", [1, 1], {}, [1, 1], [0, 0, 0, 0]],
    ["depthwise 3x3 on 1x1", [1, 1], { groups: 2 }, [1, 1], [0, 0, 0, 0]],
    ["a wide map one cell high", [1, 5], {}, [1, 3], [0, 1, 0, 1]],
    ["5x5 on 2x2", [2, 2], { kernel: [5, 5], padding: [2, 2, 2, 2] }, [3, 3], [1, 1, 1, 1]],
    ["5x5 on 2x2, one-sided padding", [2, 2], { kernel: [5, 5], padding: [3, 0, 3, 4] }, [5, 2], [3, 0, 3, 1]],
    ["stride 2 on 2x2 never sees the first row", [2, 2], { stride: [2, 2] }, [2, 2], [0, 0, 1, 1]],
    ["dilation 2 on 2x2", [2, 2], { dilation: [2, 2], padding: [2, 2, 2, 2] }, [1, 1], [0, 0, 0, 0]],
  ] as const) {
    test(title, () => {
      const cut = cutNode(convOn(map, attributes(given)));
      assert.equal([cut.kernel, cut.padding], [kernel, padding]);
    });
  }

  test("a kernel whose taps all live is left as it is, and so is the graph", () => {
    const before = probed(convOn([2, 2], attributes({})));
    assert.is(cutDeadTaps.run(before), before);
  });

  test("any window keeps its outputs", () => {
    const small = fc.integer({ min: 1, max: 4 });
    const side = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(small, small, small, small, small, small, small, small, side, side, side, side, (...numbers) => {
        const [height, width, kh, kw, sh, sw, dh, dw, top, left, bottom, right] = numbers;
        fc.pre(height + top + bottom > dh * (kh - 1) && width + left + right > dw * (kw - 1));
        const window = { kernel: [kh, kw], stride: [sh, sw], dilation: [dh, dw], padding: [top, left, bottom, right] };
        const graph = convOn([height, width], attributes(window));
        const before = probed(graph);
        const after = cutDeadTaps.run(before);
        // Most positions of such windows see only padding, and the output there is the bias.
        assertSameOutputs(before, after, { mustVary: false });
      }),
      { numRuns: 100 },
    );
  });

  test("layers that share a kernel share the cut one where they lose the same taps", () => {
    const net = new Net("M");
    const x = net.input("x", [batch, 4, 1, 1]);
    const first = net.conv("first", x, 4, 3);
    const second = net.conv("second", first, 4, 3, { weightsOf: "first" });
    const wide = net.conv("third", net.one("pad", "pad", [second], { padding: [1, 1, 1, 1], value: 0 }), 4, 3, {
      weightsOf: "first",
    });
    net.output("y", wide);
    const before = probed(net.finish());
    const after = cutDeadTaps.run(before);
    assertSameOutputs(before, after);
    assert.equal(
      [...after.weights].map(([name, { length }]) => [name, length]),
      [
        ["first.weight", 144],
        ["first.weight_2", 16],
      ],
    );
  });

  test("layers that share a kernel and lose other taps of it each get their own cut", () => {
    const net = new Net("M");
    // A row and a column: of 3x3, the middle row stays on one, the middle column on the other.
    const across = net.conv("across", net.input("a", [batch, 4, 1, 5]), 4, 3);
    const down = net.conv("down", net.input("b", [batch, 4, 5, 1]), 4, 3, { weightsOf: "across" });
    net.output("y", net.one("matmul", "product", [down, across]));
    const before = probed(net.finish());
    const after = cutDeadTaps.run(before);
    assertSameOutputs(before, after);
    assert.equal(
      after.graph.nodes.slice(0, 2).map(({ attributes }) => attributes.kernel),
      [
        [1, 3],
        [3, 1],
      ],
    );
    assert.is(after.weights.size, 2);
  });
});
