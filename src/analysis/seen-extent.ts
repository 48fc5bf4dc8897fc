/**
 * How far one cell sees along one axis of the picture. Behind an op that makes a map larger, windows step by less than a
 * `grain`, the steps of the map before it: `count` neighbours there lie in at most ceil((count - 1) * jump / grain) + 1 of
 * its cells.
 */
export interface Extent {
  /** What one cell of the last map that was made larger (or of the picture) sees. */
  readonly base: number;
  readonly grain: number;
  /** (span - 1) * jump of all windows since. */
  readonly reach: number;
  readonly jump: number;
  /** The picture's own size, where an op let every cell see all of it; else 0. Windows may reach beyond. */
  readonly whole: number;
}

/** Of the picture itself. */
export const onePixel: Extent = { base: 1, grain: 1, reach: 0, jump: 1, whole: 0 };

export const seenBy = ({ base, grain, reach, whole }: Extent): number =>
  Math.max(whole, base + Math.ceil(reach / grain) * grain);

/** The windows' rule: size += (span of the kernel - 1) * jump, then jump *= stride. */
export function through(extent: Extent, span: number, stride: number): Extent {
  return { ...extent, reach: extent.reach + (span - 1) * extent.jump, jump: extent.jump * stride };
}

/** To a map whose cells see `seen` neighbours each and lie `ratio` of a step apart. */
export function enlarged(extent: Extent, seen: number, ratio: number): Extent {
  const { whole, jump } = extent;
  const base = seenBy({ ...extent, whole: 0 }) + (seen - 1) * jump;
  return { base, grain: jump, reach: 0, jump: jump * ratio, whole };
}

/** What a cell sees that is made from cells of two maps: the larger of both, the coarser steps. */
export function joined(one: Extent, other: Extent): Extent {
  const bare = (extent: Extent): number => seenBy({ ...extent, whole: 0 });
  const larger = bare(other) > bare(one) ? other : one;
  return { ...larger, jump: Math.max(one.jump, other.jump), whole: Math.max(one.whole, other.whole) };
}
