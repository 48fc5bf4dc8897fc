import { entry } from "../../entry.js";

const good = { command: "lferc stats model.onnx" };

/** An op type that is not counted, its number of nodes, and the first of them. */
export interface UnknownOp {
  readonly opType: string;
  readonly count: number;
  readonly first: string;
}

const named = ({ opType, count, first }: UnknownOp): string =>
  `${opType} (${count === 1 ? "" : `${count} times, first `}at "${first}")`;

export const onnxReadEntries = {
  "onnx/not-a-model": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `${h.path} cannot be read as an ONNX model: ${h.reason}`,
    help: () =>
      "Export it again, and copy it completely. Python's `onnx.checker.check_model` says more about damaged files.",
    explanation: "Counts of a damaged file, or of a file of another kind, would be wrong.",
    bad: { command: "lferc stats damaged.onnx" },
    good,
  }),
  "onnx/unknown-ops": entry<{ path: string; ops: readonly UnknownOp[] }>({
    severity: "error",
    message: (h) =>
      `${h.path} has ${h.ops.length === 1 ? "an op" : `${h.ops.length} ops`} that lferc does not count: ${h.ops.map(named).join(", ")}`,
    help: () =>
      "Export the network without them: for inference, not quantised, without pre- and post-processing. Op types with `::` are not ONNX's own.",
    explanation: "A node that is not counted would add zero to the total, so a file that has one gets no total.",
    bad: { command: "lferc stats detector.onnx" },
    good,
  }),
  "onnx/unreadable-node": entry<{ path: string; node: string; opType: string; reason: string }>({
    severity: "error",
    message: (h) => `${h.path}: ${h.opType} at "${h.node}" cannot be counted: ${h.reason}`,
    help: () =>
      "Only what lferc has an op for is counted: docs/ops.md lists them. `lferc stats` counts all of a file, or none.",
    explanation: "A node in an unknown form would make the total wrong, so the file gets none.",
    bad: { command: "lferc stats audio.onnx" },
    good,
  }),
  "onnx/unsupported-input": entry<{ path: string; input: string; type: string }>({
    severity: "error",
    message: (h) =>
      `${h.path}: the input "${h.input}" is ${h.type}; lferc counts networks of floats with 16 bits or more`,
    help: () => "Export the part of the network behind its embeddings, which takes real numbers.",
    explanation: "The counting conventions are defined for float32 networks; whole numbers and texts need other ops.",
    bad: { command: "lferc stats text.onnx" },
    good,
  }),
  "onnx/open-size": entry<{ path: string; input: string; axis: number; name: string }>({
    severity: "error",
    message: (h) =>
      `${h.path}: axis ${h.axis} of the input "${h.input}" has no size${h.name === "" ? "" : `, only the name "${h.name}"`}`,
    help: (h) =>
      h.name === ""
        ? "Export the model with fixed sizes; only the batch, the first axis, may be open."
        : `Set it: \`--set ${h.name}=224\`.`,
    explanation:
      "How much a network computes depends on the size of its input. The first axis is the batch, which is 1.",
    bad: { command: "lferc stats any-size.onnx" },
    good: { command: "lferc stats any-size.onnx --set height=224" },
  }),
  "onnx/fixed-batch": entry<{ path: string; input: string; batch: number }>({
    severity: "warning",
    message: (h) =>
      `${h.path}: the input "${h.input}" is a batch of ${h.batch}: figures are for all ${h.batch} samples`,
    help: () => "Export it for a batch of 1, or with an open first axis, to compare it with other networks.",
    explanation:
      "The figures of lferc are for one sample, where a file leaves the batch open. A file for a fixed batch computes all of its samples.",
    bad: { command: "lferc stats batch-of-8.onnx" },
    good,
  }),
  "onnx/counted-as-float32": entry<{ path: string; types: readonly string[] }>({
    severity: "warning",
    message: (h) => `${h.path} has ${h.types.join(" and ")} numbers; it is counted as the same network in float32`,
    help: () => "Counts do not depend on the type. Bytes, of weights and of activations, are those of float32.",
    explanation:
      "The counting conventions are defined for float32 networks. Nodes that quantise and dequantise are passed over, and nothing is counted for them.",
    bad: { command: "lferc stats half-precision.onnx" },
    good,
  }),
  "onnx/counted-without-preprocessing": entry<{ path: string }>({
    severity: "warning",
    message: (h) => `${h.path} has preprocessing inside; its network is counted, for one view of a picture`,
    help: () => "`lferc bench` measures the whole file.",
    explanation:
      "Figures of networks are comparable because they begin at the normalised picture. What such a file does before that, and after the logits, is not counted; nor are further views, such as the mirrored one.",
    bad: { command: "lferc stats preprocessed.onnx" },
    good,
  }),
} as const;
