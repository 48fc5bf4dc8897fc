import type { OnnxBuilder } from "./contracts.js";

/**
 * A [rows, columns] matrix with 1 where the two numbers are equal, else 0. As a factor it moves, spreads, drops or adds cells
 * along an axis in one multithreaded pass, exactly (sums of one number and zeros). Computed in the graph from two short
 * constants.
 */
export function selectionMatrix(onnx: OnnxBuilder, rows: readonly number[], columns: readonly number[]): string {
  const [down = ""] = onnx.node("Reshape", [onnx.floats(rows), onnx.int64s([rows.length, 1])]);
  const [equal = ""] = onnx.node("Equal", [down, onnx.floats(columns)]);
  return onnx.node("Cast", [equal], { to: 1 })[0] ?? "";
}
