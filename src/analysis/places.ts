/**
 * The positions of the picture's rows and columns in a tensor. An axis is a product of factors, the slowest first: the token
 * axis of a 7x5 map is [7 rows, 5 columns]; windows of attention have [8 blocks of rows] on one axis and [7 rows] on another.
 * Sizes are those at N = 1.
 */
export interface Factor {
  readonly size: number;
  /** Rows or columns; both if they are interleaved in an order that is not followed; none for channels, crops and the like. */
  readonly sides: readonly Side[];
  /** Distance between neighbouring places of the factor, in rows (columns) of the map; meaningless for both. */
  readonly step: number;
}

/** 0: rows, 1: columns. */
export type Side = 0 | 1;

/** The factors of each axis. */
export type Places = readonly (readonly Factor[])[];

export const plain = (size: number): readonly Factor[] => [{ size, sides: [], step: 1 }];

export const rowsOrColumns = (side: Side, size: number): Factor => ({ size, sides: [side], step: 1 });

/** An axis that contains the rows and columns of these factors in an unknown order. */
export function somehow(size: number, factors: readonly Factor[]): readonly Factor[] {
  const sides = ([0, 1] as const).filter((side) => factors.some((factor) => factor.sides.includes(side)));
  return size === 1 || sides.length === 0 ? plain(size) : [{ size, sides, step: Number.NaN }];
}

/** The side of a factor of rows or columns with known positions. */
export const sideOf = ({ sides, step }: Factor): Side | undefined => (Number.isNaN(step) ? undefined : sides[0]);

export const hasSides = ({ sides }: Factor): boolean => sides.length > 0;

/** Whether any rows or columns are left. */
export const isMap = (places: Places): boolean => places.some((factors) => factors.some(hasSides));

export const sizeOf = (factors: readonly Factor[]): number => factors.reduce((product, { size }) => product * size, 1);

/** Whether some of the rows (columns) that a factor distinguishes are also distinguished here. */
export const liesIn = (places: Places, factor: Factor): boolean =>
  places.flat().some((other) => {
    if (!factor.sides.some((side) => other.sides.includes(side))) return false;
    const [last, otherLast] = [factor.step * factor.size, other.step * other.size];
    return Number.isNaN(last + otherLast) || (other.step < last && factor.step < otherLast);
  });

const sameFactor = (a: Factor | undefined, b: Factor): boolean =>
  a?.size === b.size && a.sides.join() === b.sides.join() && Object.is(a.step, b.step);

export const sameFactors = (a: readonly Factor[], b: readonly Factor[]): boolean =>
  a.length === b.length && b.every((factor, i) => sameFactor(a[i], factor));

/** Merges adjacent factors that belong together: blocks of rows, and the rows within them. */
function fused(factors: readonly Factor[]): readonly Factor[] {
  const out: Factor[] = [];
  for (const factor of factors) {
    const last = out.at(-1);
    const [before, side] = [last?.sides[0], factor.sides[0]];
    const continues = before === side && (side === undefined || last?.step === factor.step * factor.size);
    if (last !== undefined && continues) out[out.length - 1] = { ...factor, size: last.size * factor.size };
    else out.push(factor);
  }
  return out;
}

/**
 * The same elements in row-major order under other sizes; undefined if an axis would contain a part of a factor that does not
 * divide.
 */
export function regrouped(places: Places, sizes: readonly number[]): Places | undefined {
  const rest = places.flat().filter(({ size }) => size > 1);
  const axes: (readonly Factor[])[] = [];
  for (const size of sizes) {
    const factors: Factor[] = [];
    let wanted = size;
    while (wanted > 1) {
      const factor = rest.shift();
      if (factor === undefined) return undefined;
      if (wanted % factor.size === 0) {
        factors.push(factor);
        wanted /= factor.size;
      } else if (factor.size % wanted === 0 && !Number.isNaN(factor.step)) {
        const inner = factor.size / wanted;
        factors.push({ ...factor, size: wanted, step: factor.step * inner });
        rest.unshift({ ...factor, size: inner });
        wanted = 1;
      } else return undefined;
    }
    axes.push(factors.length === 0 ? plain(1) : fused(factors));
  }
  return axes;
}
