/** A point in a picture: 0, 0 is the middle of its first pixel. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Turning, scaling and moving: `x' = a x - b y + moveX`, `y' = b x + a y + moveY`. */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly moveX: number;
  readonly moveY: number;
}

/**
 * The similarity that brings `from` nearest to `to` in the sum of squares (Umeyama 1991, without mirroring; in the plane it has a
 * closed form). Undefined where the points of `from` are one.
 */
export function similarityBetween(from: readonly Point[], to: readonly Point[]): Similarity | undefined {
  const [start, end] = [middleOf(from), middleOf(to)];
  let along = 0;
  let across = 0;
  let spread = 0;
  for (const [i, { x, y }] of from.entries()) {
    const target = to[i] as Point;
    const [fromX, fromY] = [x - start.x, y - start.y];
    const [toX, toY] = [target.x - end.x, target.y - end.y];
    along += fromX * toX + fromY * toY;
    across += fromX * toY - fromY * toX;
    spread += fromX * fromX + fromY * fromY;
  }
  const [a, b] = [along / spread, across / spread];
  // A face of less than a thousandth of a pixel, or one blown up from a point, is none.
  if (!(spread > 1e-6) || !(Math.hypot(a, b) > 1e-6)) return undefined;
  return { a, b, moveX: end.x - (a * start.x - b * start.y), moveY: end.y - (b * start.x + a * start.y) };
}

function middleOf(points: readonly Point[]): Point {
  const sum = points.reduce((so, { x, y }) => ({ x: so.x + x, y: so.y + y }), { x: 0, y: 0 });
  return { x: sum.x / points.length, y: sum.y / points.length };
}

export const scaleOf = ({ a, b }: Similarity): number => Math.hypot(a, b);
