/** Models for which ONNX Runtime writes lines to stderr unless its log is off. */
import { onnx } from "../../src/targets/onnx/generated/onnx.js";

const { FLOAT, INT64 } = onnx.TensorProto.DataType;

const tensor = (name: string, sizes: readonly (number | string)[]): onnx.ValueInfoProto.$Properties => ({
  name,
  type: {
    tensor_type: {
      elem_type: FLOAT,
      shape: { dim: sizes.map((size) => (typeof size === "number" ? { dim_value: size } : { dim_param: size })) },
    },
  },
});

/** x [N, 4] as two rows of `columns`; one unused weight. */
const reshaping = (columns: number): Uint8Array =>
  onnx.ModelProto.encode({
    ir_version: 8,
    opset_import: [{ domain: "", version: 18 }],
    graph: {
      name: "Loud",
      input: [tensor("x", ["N", 4])],
      output: [tensor("y", ["rows", "columns"])],
      initializer: [
        { name: "unused", data_type: FLOAT, dims: [1], float_data: [1] },
        { name: "sizes", data_type: INT64, dims: [2], int64_data: [2, columns] },
      ],
      node: [{ op_type: "Reshape", input: ["x", "sizes"], output: ["y"] }],
    },
  }).finish();

/** Fails at run time: four numbers are not two rows of three. */
export const failingModel = (): Uint8Array => reshaping(3);

/** Runs, with a warning. */
export const talkativeModel = (): Uint8Array => reshaping(2);
