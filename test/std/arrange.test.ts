import * as assert from "uvu/assert";
import { interpret } from "../../src/reference/interpret.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";

const [batch, channels, height, width] = [2, 4, 4, 6] as const;

/** The element's own index in each place, after `layers`. */
async function arranged(
  layers: string,
): Promise<{ readonly shape: readonly number[]; readonly data: readonly number[] }> {
  const text = `lfer 1

import { from_windows, pixel_shuffle, pixel_unshuffle, roll, windows } from "std/arrange"

model M {
  input image: float32[N, ${channels}, ${height}, ${width}]
  y = image -> identity -> ${layers}
  used = (image -> from_windows(1, 1)) + (image -> pixel_unshuffle -> pixel_shuffle) + (image -> windows(2) -> from_windows(2, 3))
         + (image -> roll(0, 1))
  output y
  output used
}
`;
  const { models, diagnostics } = await compile(text);
  assert.equal(
    diagnostics.map(({ message }) => message),
    [],
  );
  const [model] = models;
  assert.ok(model !== undefined);
  const shape = [batch, channels, height, width];
  const image = { shape, data: Float64Array.from({ length: batch * channels * height * width }, (_, i) => i) };
  const { y, used } = interpret(model.graph, { inputs: { image }, slots: {}, batch });
  // There and back, four times, gives the original.
  assert.equal([...(used?.data ?? [])], [...image.data.map((i) => 4 * i)]);
  return { shape: y?.shape ?? [], data: [...(y?.data ?? [])] };
}

const at = (n: number, c: number, h: number, w: number): number => ((n * channels + c) * height + h) * width + w;

suite("std/arrange: cells stand where PyTorch's documentation says", (test) => {
  test("pixel_shuffle: result [n, c, h * r + i, w * r + j] is [n, c * r * r + i * r + j, h, w]", async () => {
    const { shape, data } = await arranged("pixel_shuffle");
    assert.equal(shape, [batch, 1, 2 * height, 2 * width]);
    for (const [index, from] of data.entries()) {
      const [column, row] = [index % (2 * width), Math.floor(index / (2 * width)) % (2 * height)];
      const n = Math.floor(index / (4 * height * width));
      const channel = (row % 2) * 2 + (column % 2);
      assert.is(from, at(n, channel, Math.floor(row / 2), Math.floor(column / 2)));
    }
  });

  for (const by of [1, -2, 8, 0]) {
    test(`roll by ${by}: result [w + by] is [w], around the end`, async () => {
      const { data } = await arranged(`roll(${by}, -1)`);
      for (const [index, from] of data.entries()) {
        const [row, column] = [Math.floor(index / width), index % width];
        const before = (((column - by) % width) + width) % width;
        assert.is(from, row * width + before);
      }
    });
  }

  test("windows: sample n * 6 + window, row by row", async () => {
    const { shape, data } = await arranged("windows(2)");
    assert.equal(shape, [batch * 6, channels, 2, 2]);
    for (const [index, from] of data.entries()) {
      const [w, h] = [index % 2, Math.floor(index / 2) % 2];
      const [c, sample] = [Math.floor(index / 4) % channels, Math.floor(index / (4 * channels))];
      const [n, window] = [Math.floor(sample / 6), sample % 6];
      assert.is(from, at(n, c, Math.floor(window / 3) * 2 + h, (window % 3) * 2 + w));
    }
  });
});
