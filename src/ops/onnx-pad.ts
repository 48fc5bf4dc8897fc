import type { OnnxBuilder } from "./contracts.js";

/**
 * ONNX's Pad with one value; `pads` has the beginnings of all axes, then their ends. Zeros are written as -0, which is an equal
 * number. ONNX Runtime (1.30, pad_fusion.cc) merges a Pad whose value has all bits 0 into the next pool or convolution. There a
 * MaxPool treats padding as -inf, an AveragePool may not count it, and both reject padding as large as the kernel.
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
