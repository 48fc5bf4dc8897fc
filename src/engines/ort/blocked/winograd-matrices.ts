/*
 * Winograd's minimal filtering F(m, r): m results of a filter with r taps from m + r - 1 products, y = A' [(G w) . (B' d)], by the
 * method of Cook and Toom. The tile d, the filter and the result are polynomials, evaluated at m + r - 2 points and at infinity.
 * The gradient for the filter is G' [(A dy) . (B' d)]: the same products, the other way round.
 * Sources: Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks"; Barabasz et al. 2020, "Error Analysis and
 * Improving the Accuracy of Winograd Convolution" (points).
 */

type Matrix = readonly (readonly number[])[];

export interface MinimalFilter {
  /** The results per tile, m. */
  readonly results: number;
  /** The taps of the filter, r. */
  readonly taps: number;
  /** B', [m + r - 1, m + r - 1]. */
  readonly input: Matrix;
  /** G, [m + r - 1, r]. */
  readonly filter: Matrix;
  /** A', [m, m + r - 1]. */
  readonly output: Matrix;
}

/** Products of these lose few digits; a negative reciprocal keeps powers of both signs small. */
const points = [0, 1, -1, 0.5, -2] as const;

/** The coefficients of the product of (x - p), lowest first. */
const monic = (roots: readonly number[]): readonly number[] =>
  roots.reduce<readonly number[]>(
    (product, root) =>
      Array.from({ length: product.length + 1 }, (_, i) => (product[i - 1] ?? 0) - root * (product[i] ?? 0)),
    [1],
  );

/** The factors of a polynomial's coefficients at a point; at infinity only the leading one remains. */
const powers = (point: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, exponent) =>
    Number.isFinite(point) ? point ** exponent : exponent === count - 1 ? 1 : 0,
  );

/** F(m, r) at these points, in their order; infinity is one of them. */
function filterAt(places: readonly number[], results: number, taps: number): MinimalFilter {
  const finite = places.filter(Number.isFinite);
  const others = (point: number): readonly number[] => finite.filter((other) => other !== point);
  const input = places.map((point) => (Number.isFinite(point) ? [...monic(others(point)), 0] : monic(finite)));
  // Lagrange's denominators go to the filter: the tile's coefficients stay exact in binary.
  const filter = places.map((point) => {
    const scale = Number.isFinite(point) ? others(point).reduce((product, other) => product * (point - other), 1) : 1;
    return powers(point, taps).map((power) => power / scale);
  });
  const output = transposed(places.map((point) => powers(point, results)));
  return { results, taps, input, filter, output };
}

const placesFor = (results: number, taps: number): readonly number[] => [
  ...points.slice(0, results + taps - 2),
  Number.POSITIVE_INFINITY,
];

/** F(m, r) with as many points as it needs. */
export const minimalFilter = (results: number, taps: number): MinimalFilter =>
  filterAt(placesFor(results, taps), results, taps);

/**
 * The same for the flipped filter, from the filter's products of {@link minimalFilter}: the polynomial with reversed coefficients has
 * at 1 / p the value of the original at p, up to a factor, which goes to the tile.
 */
export function turnedFilter({ results, taps, filter }: MinimalFilter): MinimalFilter {
  const reciprocals = placesFor(results, taps).map((point) => {
    if (point === 0) return Number.POSITIVE_INFINITY;
    return Number.isFinite(point) ? 1 / point : 0;
  });
  const { input, filter: own, output } = filterAt(reciprocals, results, taps);
  const factors = own.map((row, i) => {
    const first = filter[i] ?? [];
    const tap = first.findIndex((value) => value !== 0);
    return (row[taps - 1 - tap] as number) / (first[tap] as number);
  });
  const scaled = input.map((row, i) => row.map((value) => value * (factors[i] as number)));
  return { results, taps, input: scaled, filter, output };
}

/** The matrix over two axes from the matrices of each: rows (i, j), columns (u, v). */
export function bothAxes(down: Matrix, right: Matrix): readonly number[] {
  return down.flatMap((row) => right.flatMap((column) => row.flatMap((a) => column.map((b) => a * b))));
}

export const transposed = (matrix: Matrix): Matrix =>
  (matrix[0] ?? []).map((_, column) => matrix.map((row) => row[column] ?? 0));
