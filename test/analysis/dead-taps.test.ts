import * as fc from "fast-check";
import * as assert from "uvu/assert";
import { findDeadTaps, liveTaps } from "../../src/analysis/dead-taps.js";
import { lintGraph } from "../../src/analysis/lints.js";
import type { Window } from "../../src/ops/contracts.js";
import { suite } from "../support/suite.js";
import { Network } from "./network.js";
import { paperNetworks } from "./paper-networks.js";

/** Walks every tap over every position, as the convolution does. */
function walked(
  { kernel, stride, padding, dilation }: Window,
  [height, width]: readonly [number, number],
): boolean[][] {
  const taps = Array.from({ length: kernel[0] }, () => new Array<boolean>(kernel[1]).fill(false));
  for (let i = 0; i * stride[0] + (kernel[0] - 1) * dilation[0] < height + padding[0] + padding[2]; i++) {
    for (let j = 0; j * stride[1] + (kernel[1] - 1) * dilation[1] < width + padding[1] + padding[3]; j++) {
      for (let u = 0; u < kernel[0]; u++) {
        for (let v = 0; v < kernel[1]; v++) {
          const row = i * stride[0] + u * dilation[0] - padding[0];
          const column = j * stride[1] + v * dilation[1] - padding[1];
          if (row >= 0 && row < height && column >= 0 && column < width) (taps[u] as boolean[])[v] = true;
        }
      }
    }
  }
  return taps;
}

const pairOf = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));

suite("dead taps", (test) => {
  test("live taps are those that a walk over all positions meets", () => {
    const windows = fc.record({
      kernel: pairOf(1, 5),
      stride: pairOf(1, 4),
      padding: fc.tuple(...[0, 1, 2, 3].map(() => fc.integer({ min: 0, max: 5 }))) as fc.Arbitrary<
        [number, number, number, number]
      >,
      dilation: pairOf(1, 3),
    });
    void fc.assert(
      fc.property(windows, pairOf(1, 7), (window, map) => {
        const { rows, columns, live } = liveTaps(window, map);
        const wanted = walked(window, map);
        assert.equal(
          rows.map((row) => columns.map((column) => row && column)),
          wanted,
        );
        assert.is(live, wanted.flat().filter(Boolean).length);
      }),
      { numRuns: 300 },
    );
  });

  test("the output module of the paper: 8192 of 9216 weights", () => {
    const found = findDeadTaps((paperNetworks.lfer_ldl as () => ReturnType<Network["finish"]>)());
    assert.equal(
      found.map(({ node, deadWeights, weights, map }) => [node.path, deadWeights, weights, map]),
      [["head.conv2d", 8192, 9216, [1, 1]]],
    );
  });

  test("a dilated kernel wider than its map loses its corners, and the warning says so", () => {
    const net = new Network("M");
    net.output(net.conv(net.image([2, 3, 7]), 4, 3, { dilation: 4, padding: 4 }));
    const [warning, ...others] = lintGraph(net.finish());
    assert.is(others.length, 0);
    assert.is(warning?.code, "lint/dead-taps");
    assert.match(warning?.message ?? "", /only 3 of the 9 taps .* 3x7 map.*48 of 72 weights/);
  });

  test("a bias before batch norm is warned of, unless somebody else reads the convolution", () => {
    const net = new Network("M");
    const image = net.image([3, 8, 8]);
    const cancelled = net.conv(image, 4, 3, { bias: true });
    const kept = net.conv(image, 4, 3, { bias: true });
    net.output(net.op("add", [net.op("add", [net.norm(cancelled), net.norm(kept)]), kept]));
    const warnings = lintGraph(net.finish());
    assert.equal(
      warnings.map(({ code }) => code),
      ["lint/bias-before-batch-norm"],
    );
    assert.match(warnings[0]?.message ?? "", /bias of conv2d has no effect: batch_norm follows/);
  });
});
