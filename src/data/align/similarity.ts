/** A point in a picture: 0, 0 is the centre of the first pixel. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Rotation, scaling and translation: `x' = a x - b y + moveX`, `y' = b x + a y + moveY`. */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly moveX: number;
  readonly moveY: number;
}

/**
 * The similarity that maps `from` to `to` with the least sum of squares (Umeyama 1991, without reflection; in the plane it has
 * a closed form). Undefined if all points of `from` coincide.
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
  // Rejects a face smaller than a thousandth of a pixel, or one enlarged from a point.
  if (!(spread > 1e-6) || !(Math.hypot(a, b) > 1e-6)) return undefined;
  return { a, b, moveX: end.x - (a * start.x - b * start.y), moveY: end.y - (b * start.x + a * start.y) };
}

function middleOf(points: readonly Point[]): Point {
  const sum = points.reduce((so, { x, y }) => ({ x: so.x + x, y: so.y + y }), { x: 0, y: 0 });
  return { x: sum.x / points.length, y: sum.y / points.length };
}

export const scaleOf = ({ a, b }: Similarity): number => Math.hypot(a, b);
