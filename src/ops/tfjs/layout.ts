/** The axis order in which a value is stored: stored axis i is axis `layout[i]` of the graph. */
export type Layout = readonly number[];

/** Maps, from [N, C, H, W]: the layout of TensorFlow's CPU kernels. */
export const nhwc: Layout = [0, 2, 3, 1];
/** Filters of dense convolutions, from [O, I, H, W]. */
export const hwio: Layout = [2, 3, 1, 0];
/** Filters of depthwise convolutions, from [O, 1, H, W]; reshaped to [H, W, C, O / C] they are in TensorFlow's layout. */
export const hwoi: Layout = [2, 3, 0, 1];

export const natural = (rank: number): Layout => Array.from({ length: rank }, (_, axis) => axis);

export const isNatural = (layout: Layout): boolean => layout.every((axis, i) => axis === i);

export const sameLayout = (a: Layout, b: Layout): boolean =>
  a.length === b.length && a.every((axis, i) => axis === b[i]);

/** The sizes in storage order. */
export const storedSizes = (sizes: readonly number[], layout: Layout): readonly number[] =>
  layout.map((axis) => sizes[axis] as number);

/** Whether two layouts of these sizes differ only in axes of size 1: then the numbers have the same order. */
export function sameOrder(sizes: readonly number[], a: Layout, b: Layout): boolean {
  const wide = (layout: Layout): Layout => layout.filter((axis) => sizes[axis] !== 1);
  return sameLayout(wide(a), wide(b));
}

/** For each element in the graph's order, its storage index. */
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
