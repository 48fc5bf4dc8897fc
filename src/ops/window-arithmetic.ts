import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { type Dim, type Shape, sameShape } from "../ir/shape.js";
import { type AttributesOf, attributesOf } from "./attributes.js";
import type { Window } from "./contracts.js";

export type Pair = readonly [number, number];
export type Padding = readonly [number, number, number, number];

/** Cells that a dilated kernel spans: `dilation * (kernel - 1) + 1`. */
export function spanOfKernel(kernel: number, dilation: number): number {
  return dilation * (kernel - 1) + 1;
}

/** Padding that keeps the size at stride 1: `dilation * (kernel - 1) / 2` for odd kernels, 0 for even ones. */
export function keepingPadding(kernel: Pair, dilation: Pair): Padding {
  const side = (k: number, d: number): number => (k % 2 === 1 ? (d * (k - 1)) / 2 : 0);
  const [h, w] = [side(kernel[0], dilation[0]), side(kernel[1], dilation[1])];
  return [h, w, h, w];
}

/** One number for all sides, [height, width], or all four. Default: the size is kept at stride 1. */
export function resolvePadding(given: readonly number[] | undefined, kernel: Pair, dilation: Pair): Padding | Problem {
  if (given === undefined) return keepingPadding(kernel, dilation);
  const [a = 0, b = a, c = a, d = b] = given;
  if (given.length === 3 || given.length > 4 || given.length === 0) {
    return problem("value/wrong-length", { what: "padding", expected: "1, 2 or 4", actual: given.length }, "padding");
  }
  return [a, b, c, d];
}

/** Positions of a window along one axis: floor((in + pads - span) / stride) + 1 (ONNX Conv, PyTorch Conv2d). */
export function windowPositions(
  size: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation: number,
): number {
  return Math.floor((size + padding - spanOfKernel(kernel, dilation)) / stride) + 1;
}

/** The same for rows and columns: how many windows fit on a map of `[height, width]` cells. */
export function windowsOver([height, width]: Pair, { kernel, stride, padding, dilation }: Geometry): Pair {
  const [top, left, bottom, right] = padding;
  return [
    windowPositions(height, kernel[0], stride[0], top + bottom, dilation[0]),
    windowPositions(width, kernel[1], stride[1], left + right, dilation[1]),
  ];
}

/** `[out height, out width]` of a window over an NCHW shape, or a problem. */
export function windowedSize(op: string, input: Shape, window: Window): Pair | Problem {
  const [, , height, width] = input;
  if (input.length !== 4) return problem("shape/wrong-rank", { op, expected: 4, actual: input }, "input");
  if (typeof height !== "number" || typeof width !== "number") {
    const axis = typeof height === "number" ? 3 : 2;
    return problem("shape/needs-fixed-size", { op, axis, actual: input }, "input");
  }
  const { kernel, padding, dilation } = window;
  const [outHeight, outWidth] = windowsOver([height, width], window);
  if (outHeight < 1 || outWidth < 1) {
    return problem(
      "shape/kernel-larger-than-map",
      {
        op,
        kernel: [spanOfKernel(kernel[0], dilation[0]), spanOfKernel(kernel[1], dilation[1])],
        map: [height + padding[0] + padding[2], width + padding[1] + padding[3]],
      },
      "kernel",
    );
  }
  return [outHeight, outWidth];
}

/** The geometry of a window, shared by ops and their gradients. */
type Geometry = Pick<Window, "kernel" | "stride" | "padding" | "dilation">;

/** Rows and columns at the end (after bottom padding) that no window reaches: the remainder of the strides. */
export function uncoveredCells(size: Pair, { kernel, stride, padding, dilation }: Geometry): Pair {
  const rest = (axis: 0 | 1): number => {
    const padded = size[axis] + padding[axis] + padding[(axis + 2) as 2 | 3];
    return (padded - spanOfKernel(kernel[axis], dilation[axis])) % stride[axis];
  };
  return [rest(0), rest(1)];
}

/** Checks a result's gradient: it must have the shape that the window gives over a map of `size`. */
export function windowProblem(
  op: string,
  gradient: Shape,
  outer: readonly [Dim, Dim],
  size: Pair,
  geometry: Geometry,
  input = "result_gradient",
): Problem | undefined {
  const positions = windowedSize(op, [...outer, ...size], geometry);
  if (isProblem(positions)) return positions;
  const wanted = [...outer, ...positions];
  if (sameShape(gradient, wanted)) return undefined;
  return problem("graph/wrong-operand", { op, input, given: gradient, needed: wanted }, "input");
}

/** Attributes of convolutions; kernel and number of filters follow from the weight. */
export const convolveAttributes = attributesOf({
  stride: { kind: "ints", length: 2, min: 1, doc: "[down, right]" },
  padding: { kind: "ints", length: 4, min: 0, doc: "[top, left, bottom, right]" },
  dilation: { kind: "ints", length: 2, min: 1, doc: "[down, right]" },
  groups: { kind: "int", min: 1, doc: "independent groups of channels" },
});

export type ConvolveOptions = AttributesOf<typeof convolveAttributes>;
