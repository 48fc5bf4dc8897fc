import * as assert from "uvu/assert";
import {
  bothAxes,
  type MinimalFilter,
  minimalFilter,
  transposed,
  turnedFilter,
} from "../../src/engines/ort/blocked/winograd-matrices.js";
import { suite } from "../support/suite.js";

type Matrix = readonly (readonly number[])[];

const times = (matrix: Matrix, vector: readonly number[]): readonly number[] =>
  matrix.map((row) => row.reduce((sum, a, i) => sum + a * (vector[i] as number), 0));

const products = (a: readonly number[], b: readonly number[]): readonly number[] =>
  a.map((value, i) => value * (b[i] as number));

const some = (count: number, seed: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) + seed));

function assertNear(found: readonly number[], wanted: readonly number[]): void {
  assert.is(found.length, wanted.length);
  for (const [i, value] of wanted.entries()) assert.ok(Math.abs((found[i] as number) - value) < 1e-13);
}

const filters: readonly MinimalFilter[] = [minimalFilter(2, 3), minimalFilter(4, 3), minimalFilter(2, 5)];

suite("minimal filtering", (test) => {
  for (const { results, taps, input, filter, output } of filters) {
    const size = results + taps - 1;
    const [tile, weight, gradient] = [some(size, 1), some(taps, 2), some(results, 3)];

    test(`F(${results}, ${taps}) slides the filter over the tile, with ${size} products`, () => {
      assert.is(input.length, size);
      const found = times(output, products(times(filter, weight), times(input, tile)));
      const wanted = some(results, 0).map((_, i) =>
        weight.reduce((sum, tap, k) => sum + tap * (tile[i + k] as number), 0),
      );
      assertNear(found, wanted);
    });

    test(`F(${results}, ${taps}): the filter turned round, with the filter's own side as it was`, () => {
      const turned = turnedFilter({ results, taps, input, filter, output });
      const found = times(turned.output, products(times(filter, weight), times(turned.input, tile)));
      const wanted = some(results, 0).map((_, i) =>
        weight.toReversed().reduce((sum, tap, k) => sum + tap * (tile[i + k] as number), 0),
      );
      assertNear(found, wanted);
    });

    test(`F(${results}, ${taps}): the filter's gradient by the same products`, () => {
      const found = times(transposed(filter), products(times(transposed(output), gradient), times(input, tile)));
      const wanted = weight.map((_, k) => gradient.reduce((sum, dy, i) => sum + dy * (tile[i + k] as number), 0));
      assertNear(found, wanted);
    });
  }

  test("a matrix over both axes is the product of one for each", () => {
    assert.equal(bothAxes([[1, 2]], [[3], [4]]), [3, 6, 4, 8]);
  });
});
