import { onnx } from "../../src/targets/onnx/generated/onnx.js";
import { asProps, type ModelMetadata, metadataEntries } from "../../src/targets/onnx/metadata.js";

const writeMetadata = (info: ModelMetadata): Readonly<Record<string, string>> =>
  Object.fromEntries(asProps(metadataEntries(info, "NCHW")));

export const tinyLabels = ["red", "green", "blue"] as const;

export interface TinyOptions {
  readonly size?: number;
  readonly labels?: readonly string[];
  readonly metadata?: boolean;
  /** The names of the model, its input and its nodes in the file. */
  readonly name?: string;
  /** Factor of the mean colours. */
  readonly gain?: number;
  /** The origin of the weights, in the file's metadata. */
  readonly weights?: string;
  /** How pictures are evaluated. */
  readonly evaluation?: string;
  /** Sizes of the input, which may be names. */
  readonly input?: readonly (number | string)[];
  /** Another file to which its only weight refers. */
  readonly external?: string;
}

/** An ONNX classifier whose logits are `gain` times the mean red, green and blue of the normalised picture. */
export function tinyClassifier({
  size = 8,
  labels = tinyLabels,
  metadata = true,
  name: model = "Tiny",
  gain = 4,
  weights = "tiny.safetensors",
  evaluation,
  input = ["N", 3, size, size],
  external,
}: TinyOptions = {}): Uint8Array {
  const float = onnx.TensorProto.DataType.FLOAT;
  const tensor = (name: string, dims: readonly (number | string)[]): onnx.ValueInfoProto.$Properties => ({
    name,
    type: {
      tensor_type: {
        elem_type: float,
        shape: { dim: dims.map((d) => (typeof d === "number" ? { dim_value: d } : { dim_param: d })) },
      },
    },
  });
  const described = writeMetadata({
    lferVersion: "0.1.0",
    model,
    sourceSha256: "00",
    graphSha256: "11",
    counts: {},
    picture: { name: "image", height: size, width: size, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
    output: { name: "logits", labels },
  });
  const judged = evaluation === undefined ? {} : { "lfer.evaluation": evaluation };
  const props = { ...described, "lfer.weights": weights, ...judged };
  return onnx.ModelProto.encode({
    ir_version: 8,
    opset_import: [{ domain: "", version: 18 }],
    metadata_props: metadata ? Object.entries(props).map(([key, value]) => ({ key, value })) : [],
    graph: {
      name: model,
      input: [tensor("image", input)],
      output: [tensor("logits", ["N", 3])],
      initializer: [
        external === undefined
          ? { name: "gain", data_type: float, dims: [1], float_data: [gain] }
          : {
              name: "gain",
              data_type: float,
              dims: [1],
              data_location: onnx.TensorProto.DataLocation.EXTERNAL,
              external_data: [{ key: "location", value: external }],
            },
      ],
      node: [
        { name: model === "Tiny" ? "" : model, op_type: "GlobalAveragePool", input: ["image"], output: ["means"] },
        { op_type: "Flatten", input: ["means"], output: ["flat"] },
        { op_type: "Mul", input: ["flat", "gain"], output: ["logits"] },
      ],
    },
  }).finish();
}

/** A model that passes strings through. */
export function textModel(): Uint8Array {
  const texts = (name: string): onnx.ValueInfoProto.$Properties => ({
    name,
    type: { tensor_type: { elem_type: onnx.TensorProto.DataType.STRING, shape: { dim: [{ dim_value: 2 }] } } },
  });
  return onnx.ModelProto.encode({
    ir_version: 8,
    opset_import: [{ domain: "", version: 18 }],
    graph: {
      name: "Texts",
      input: [texts("words")],
      output: [texts("same")],
      node: [{ op_type: "Identity", input: ["words"], output: ["same"] }],
    },
  }).finish();
}
