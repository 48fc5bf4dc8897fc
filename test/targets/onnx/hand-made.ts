/** ONNX files made by hand, with contents that no exporter writes. */
import { onnx } from "../../../src/targets/onnx/generated/onnx.js";

export type NodeProto = onnx.NodeProto.$Properties;
export type TensorProto = onnx.TensorProto.$Properties;

const float = 1;
const info = (name: string, dims: readonly (number | string)[], type = float) => ({
  name,
  type: {
    tensor_type: {
      elem_type: type,
      shape: { dim: dims.map((d) => (typeof d === "number" ? { dim_value: d } : { dim_param: d })) },
    },
  },
});

/** A file of one input `x` and one output `y`. */
export function fileOf(
  node: readonly NodeProto[],
  { input = ["N", 4, 8, 8], type = float, initializer = [] as readonly TensorProto[], opset = 18 } = {},
): Uint8Array {
  return onnx.ModelProto.encode({
    ir_version: 8,
    opset_import: [{ domain: "", version: opset }],
    graph: {
      name: "g",
      input: [info("x", input, type)],
      output: [info("y", [])],
      initializer: [...initializer],
      node: [...node],
    },
  }).finish();
}

export const weight = (dims: readonly number[], more: TensorProto = {}): TensorProto => ({
  name: "w",
  data_type: float,
  dims: [...dims],
  ...more,
});

export const convolution: NodeProto = { op_type: "Conv", name: "c", input: ["x", "w"], output: ["y"] };
