/** A convolution's geometry, shared by all ways to compute it. */
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

/** The padding with which a convolution over the gradient with inserted zeros gives the input's size, if no cropping is needed. */
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
