import type { OnnxBuilder } from "./contracts.js";

/**
 * ONNX's Pad with one value; `pads` are the beginnings of all axes, then their ends. Zeros are written as -0, which is the same
 * number: ONNX Runtime (1.30, pad_fusion.cc) moves a Pad whose value has no bit set into the pool or convolution behind it,
 * where a MaxPool takes its padding for -inf, an AveragePool may not count it, and both refuse as much as a kernel.
 */
export function padWith(
  onnx: OnnxBuilder,
  x: string,
  pads: readonly number[],
  value: number,
  outputs: readonly string[] | number = 1,
): readonly string[] {
  const written = onnx.floats(value === 0 ? -0 : value);
  return onnx.node("Pad", [x, onnx.int64s(pads), written], { mode: "constant" }, outputs);
}
