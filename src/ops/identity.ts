import type { TensorType } from "../ir/shape.js";
import type { Tensor } from "./contracts.js";
import { defineOp, work } from "./contracts.js";
import { cellByCell } from "./spatial.js";
import { surface } from "./surface.js";

export const identity = defineOp<Record<never, never>>({
  name: "identity",
  family: "passing",
  doc: "The tensor itself.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes: {},
  surfaces: [
    surface({
      name: "identity",
      kind: "function",
      doc: "The tensor itself: the layer that does nothing.",
      inputs: ["input"],
      parameters: {},
      resolve: () => ({}),
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input]) => [input as TensorType],
  work: () => work({}),
  evaluate: ([input]) => [input as Tensor],
  gradient: (_, __, gradients) => gradients,
  lowerToOnnx: (onnx, { inputs, outputs }) => {
    onnx.node("Identity", inputs, {}, outputs);
  },
  window: () => undefined,
  spatial: (inputs, outputs) => cellByCell(inputs.slice(0, 1), outputs),
  isIdentity: () => true,
  outputChannels: () => undefined,
  probe: { kind: "none" },
  inPlace: true,
});
