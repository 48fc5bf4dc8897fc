/**
 * The nodes before and after a network that takes pictures as bytes and gives probabilities. All before the network is exact: the
 * resize adds the same integers as `predict`'s (int32), and the normalisation looks up the same float32 numbers. So every runtime
 * gives the network the same bits, at every opset; ONNX's own Resize does not round between its passes, and is not used.
 */
import { elementTypes } from "../edge-types.js";
import type { OnnxGraphBuilder } from "../graph-builder.js";
import type { PictureNames } from "../metadata.js";
import type { PicturePass, Preprocessing } from "./preprocessing.js";

/** One pass: each target position takes its source positions, multiplies them by integers, adds them and shifts. */
function passNodes(onnx: OnnxGraphBuilder, from: string, pass: PicturePass, fractionBits: number): string {
  const { along, target, taps } = pass;
  const axis = along === "rows" ? 1 : 2;
  const indices = onnx.tensor("int64", [target, taps], BigInt64Array.from(pass.indices, BigInt));
  const weights = onnx.tensor("int32", [target, taps, ...(along === "rows" ? [1, 1] : [1])], pass.weights);
  const [taken = ""] = onnx.node("Gather", [from, indices], { axis });
  const [numbers = ""] = onnx.node("Cast", [taken], { to: elementTypes.int32 });
  const [products = ""] = onnx.node("Mul", [numbers, weights]);
  const [sums = ""] = onnx.node("ReduceSum", [products, onnx.int64s([axis + 1])], { keepdims: 0 });
  const [rounded = ""] = onnx.node("Add", [sums, onnx.tensor("int32", [], Int32Array.of(1 << (fractionBits - 1)))]);
  // No sum is negative, so the division cuts off as a shift does.
  return onnx.node("Div", [rounded, onnx.tensor("int32", [], Int32Array.of(1 << fractionBits))])[0] ?? "";
}

/** Bytes [N, height, width, 3] to the network's input [N * views, 3, height, width]. */
export function pictureNodes(onnx: OnnxGraphBuilder, names: PictureNames, preprocessing: Preprocessing): void {
  const { passes, fractionBits, table, views } = preprocessing;
  onnx.enter({ path: "preprocessing", docString: undefined, outputs: [names.networkInput] });
  const resized = passes.reduce((from, pass) => passNodes(onnx, from, pass, fractionBits), names.input);
  const bytes = passes.length > 0 ? resized : (onnx.node("Cast", [resized], { to: elementTypes.int32 })[0] ?? "");
  const [places = ""] = onnx.node("Add", [bytes, onnx.tensor("int32", [3], Int32Array.of(0, 256, 512))]);
  const [normalised = ""] = onnx.node("Gather", [onnx.tensor("float32", [table.length], table), places], { axis: 0 });
  const made = views.length === 1 && views[0] === "as it is" ? [names.networkInput] : 1;
  const [planes = ""] = onnx.node("Transpose", [normalised], { perm: [0, 3, 1, 2] }, made);
  if (typeof made !== "number") return;
  const shown = views.map((view) => (view === "as it is" ? planes : mirrored(onnx, planes)));
  onnx.node("Concat", shown, { axis: 0 }, [names.networkInput]);
}

/** Columns from the last to the first. */
const mirrored = (onnx: OnnxGraphBuilder, planes: string): string =>
  onnx.node("Slice", [planes, onnx.int64s([-1]), onnx.int64s([-(2 ** 31)]), onnx.int64s([3]), onnx.int64s([-1])])[0] ??
  "";

/** Logits [N * views, classes] to probabilities [N, classes]: their mean over the views. */
export function probabilityNodes(
  onnx: OnnxGraphBuilder,
  names: PictureNames,
  { views }: Preprocessing,
  classes: number,
): void {
  onnx.enter({ path: "probabilities", docString: undefined, outputs: [names.output] });
  const [all = ""] = onnx.node("Softmax", [names.networkOutput], { axis: 1 }, views.length === 1 ? [names.output] : 1);
  if (views.length === 1) return;
  const [byView = ""] = onnx.node("Reshape", [all, onnx.int64s([views.length, -1, classes])]);
  const [sums = ""] = onnx.node("ReduceSum", [byView, onnx.int64s([0])], { keepdims: 0 });
  onnx.node("Mul", [sums, onnx.floats(1 / views.length)], {}, [names.output]);
}
