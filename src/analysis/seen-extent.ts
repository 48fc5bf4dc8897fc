/**
 * The extent of one cell's receptive field along one axis of the picture. After an op that enlarges a map, windows have steps
 * of less than a `grain`, the step of the map before it: `count` neighbours then cover at most ceil((count - 1) * jump / grain)
 * + 1 of its cells.
 */
export interface Extent {
  /** The extent of one cell of the last enlarged map (or of the picture). */
  readonly base: number;
  readonly grain: number;
  /** Sum of (span - 1) * jump over all windows since. */
  readonly reach: number;
  readonly jump: number;
  /** The picture's size, if an op made every cell depend on all of it; else 0. Windows may reach beyond. */
  readonly whole: number;
}

/** The extent of a pixel. */
export const onePixel: Extent = { base: 1, grain: 1, reach: 0, jump: 1, whole: 0 };

export const seenBy = ({ base, grain, reach, whole }: Extent): number =>
  Math.max(whole, base + Math.ceil(reach / grain) * grain);

/** A window: size += (span of the kernel - 1) * jump, then jump *= stride. */
export function through(extent: Extent, span: number, stride: number): Extent {
  return { ...extent, reach: extent.reach + (span - 1) * extent.jump, jump: extent.jump * stride };
}

/** An enlarged map whose cells depend on `seen` neighbours each, with steps of `ratio`. */
export function enlarged(extent: Extent, seen: number, ratio: number): Extent {
  const { whole, jump } = extent;
  const base = seenBy({ ...extent, whole: 0 }) + (seen - 1) * jump;
  return { base, grain: jump, reach: 0, jump: jump * ratio, whole };
}

/** The extent of a cell computed from cells of two maps: the larger extent and the larger step. */
export function joined(one: Extent, other: Extent): Extent {
  const bare = (extent: Extent): number => seenBy({ ...extent, whole: 0 });
  const larger = bare(other) > bare(one) ? other : one;
  return { ...larger, jump: Math.max(one.jump, other.jump), whole: Math.max(one.whole, other.whole) };
}
