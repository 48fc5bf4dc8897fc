import type { OnnxBuilder } from "./contracts.js";

/**
 * [rows, columns] of 1 where the two numbers are equal, else 0: as a factor it moves, spreads, leaves out or adds cells along an
 * axis in one pass by all threads, exactly (sums of one number and zeros). Made in the graph of two short constants.
 */
export function selectionMatrix(onnx: OnnxBuilder, rows: readonly number[], columns: readonly number[]): string {
  const [down = ""] = onnx.node("Reshape", [onnx.floats(rows), onnx.int64s([rows.length, 1])]);
  const [equal = ""] = onnx.node("Equal", [down, onnx.floats(columns)]);
  return onnx.node("Cast", [equal], { to: 1 })[0] ?? "";
}
