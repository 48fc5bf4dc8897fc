/** How a convolution lies over its map, as all ways to compute it share it. */
import type { Attributes } from "../../../ir/graph.js";
import type { Padding, Pair } from "../../../ops/window-arithmetic.js";

export interface ConvolutionWindow {
  readonly stride: Pair;
  readonly padding: Padding;
  readonly dilation: Pair;
}

export const windowOf = (a: Attributes): ConvolutionWindow => ({
  stride: a.stride as unknown as Pair,
  padding: a.padding as unknown as Padding,
  dilation: a.dilation as unknown as Pair,
});

/** Padding with which a convolution over the spread-out gradient gives the input's size, if no cell has to be cut away. */
export function paddingBack(size: Pair, result: Pair, kernel: Pair, w: ConvolutionWindow): Padding | undefined {
  const side = (axis: 0 | 1): Pair => {
    const reach = w.dilation[axis] * (kernel[axis] - 1);
    const before = reach - w.padding[axis];
    return [before, size[axis] - result[axis] * w.stride[axis] - before + reach];
  };
  const [[top, bottom], [left, right]] = [side(0), side(1)];
  const padding: Padding = [top, left, bottom, right];
  return padding.every((cells) => cells >= 0) ? padding : undefined;
}
