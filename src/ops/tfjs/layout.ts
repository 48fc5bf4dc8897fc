/** In which order the axes of a value are stored: stored axis i is axis `layout[i]` of the graph. */
export type Layout = readonly number[];

/** Maps, from [N, C, H, W]: what TensorFlow's kernels on a CPU want. */
export const nhwc: Layout = [0, 2, 3, 1];
/** Filters of dense convolutions, from [O, I, H, W]. */
export const hwio: Layout = [2, 3, 1, 0];
/** Filters of depthwise convolutions, from [O, 1, H, W]; under the sizes [H, W, C, O / C] they are TensorFlow's. */
export const hwoi: Layout = [2, 3, 0, 1];

export const natural = (rank: number): Layout => Array.from({ length: rank }, (_, axis) => axis);

export const isNatural = (layout: Layout): boolean => layout.every((axis, i) => axis === i);

export const sameLayout = (a: Layout, b: Layout): boolean =>
  a.length === b.length && a.every((axis, i) => axis === b[i]);

/** The sizes as they are stored. */
export const storedSizes = (sizes: readonly number[], layout: Layout): readonly number[] =>
  layout.map((axis) => sizes[axis] as number);

/** Whether two layouts of these sizes differ by axes of one cell alone: then their numbers lie in the same order. */
export function sameOrder(sizes: readonly number[], a: Layout, b: Layout): boolean {
  const wide = (layout: Layout): Layout => layout.filter((axis) => sizes[axis] !== 1);
  return sameLayout(wide(a), wide(b));
}

/** For each element of the graph's order, where it is stored. */
export function storedPlaces(sizes: readonly number[], layout: Layout): Int32Array {
  const strides = new Array<number>(sizes.length).fill(1);
  let stride = 1;
  for (const axis of layout.toReversed()) {
    strides[axis] = stride;
    stride *= sizes[axis] as number;
  }
  const places = new Int32Array(stride);
  for (let i = 0; i < places.length; i++) {
    let [rest, place] = [i, 0];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      const size = sizes[axis] as number;
      place += (rest % size) * (strides[axis] as number);
      rest = Math.floor(rest / size);
    }
    places[i] = place;
  }
  return places;
}
