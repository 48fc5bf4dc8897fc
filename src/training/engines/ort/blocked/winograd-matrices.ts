/*
 * Winograd's minimal filtering F(m, r): m results of a filter with r taps from m + r - 1 products, y = A' [(G w) . (B' d)], by the
 * method of Cook and Toom. The tile d, the filter and the result are polynomials, evaluated at m + r - 2 points and at infinity.
 * The gradient for the filter is G' [(A dy) . (B' d)]: the same products, the other way round.
 * Sources: Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks"; Barabasz et al. 2020, "Error Analysis and
 * Improving the Accuracy of Winograd Convolution" (points).
 */

type Matrix = readonly (readonly number[])[];

export interface MinimalFilter {
  /** Results of one tile, m. */
  readonly results: number;
  /** Taps of the filter, r. */
  readonly taps: number;
  /** B', [m + r - 1, m + r - 1]. */
  readonly input: Matrix;
  /** G, [m + r - 1, r]. */
  readonly filter: Matrix;
  /** A', [m, m + r - 1]. */
  readonly output: Matrix;
}

/** Products of these with each other lose few digits; a negative reciprocal keeps powers of both signs small. */
const points = [0, 1, -1, 0.5, -2] as const;

/** Coefficients of the product of (x - p), the lowest first. */
const monic = (roots: readonly number[]): readonly number[] =>
  roots.reduce<readonly number[]>(
    (product, root) =>
      Array.from({ length: product.length + 1 }, (_, i) => (product[i - 1] ?? 0) - root * (product[i] ?? 0)),
    [1],
  );

const powers = (point: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, exponent) => point ** exponent);

const lastOf = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => (i === count - 1 ? 1 : 0));

/** F(m, r) for as many points as there are. */
export function minimalFilter(results: number, taps: number): MinimalFilter {
  const size = results + taps - 1;
  const used = points.slice(0, size - 1);
  const others = (i: number): readonly number[] => used.filter((_, j) => j !== i);
  const input = [
    ...used.map((_, i) => [...monic(others(i)), 0]),
    // At infinity: what is left of the polynomial's leading coefficient.
    monic(used),
  ];
  // Lagrange's denominators go to the filter: the tile's coefficients stay exact in binary.
  const filter = [
    ...used.map((point, i) => {
      const scale = others(i).reduce((product, other) => product * (point - other), 1);
      return powers(point, taps).map((power) => power / scale);
    }),
    lastOf(taps),
  ];
  const columns = [...used.map((point) => powers(point, results)), lastOf(results)];
  const output = Array.from({ length: results }, (_, row) => columns.map((column) => column[row] ?? 0));
  return { results, taps, input, filter, output };
}

/** Of two axes the matrix over both: rows (i, j), columns (u, v). */
export function bothAxes(down: Matrix, right: Matrix): readonly number[] {
  return down.flatMap((row) => right.flatMap((column) => row.flatMap((a) => column.map((b) => a * b))));
}

export const transposed = (matrix: Matrix): Matrix =>
  (matrix[0] ?? []).map((_, column) => matrix.map((row) => row[column] ?? 0));
