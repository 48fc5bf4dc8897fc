import { isProblem } from "../diagnostics/diagnostic.js";
import type { TensorType } from "../ir/shape.js";
import { freeOfChannels } from "./channel-use.js";
import type { Tensor } from "./contracts.js";
import { defineOp, work } from "./contracts.js";
import { expandingNodes } from "./read-expand.js";
import { nodesOfOne } from "./read-nodes.js";
import { padsNothing, padsOf } from "./read-pads.js";
import { reducesNothing } from "./read-reductions.js";
import { cellByCell } from "./spatial.js";
import { surface } from "./surface.js";
import { passOn } from "./tfjs/passing.js";
import { torchPasses } from "./torch/plain-forms.js";

export const identity = defineOp({
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
  readOnnx: [
    nodesOfOne("Identity"),
    {
      // Rate and seed matter only in training.
      nodeTypes: ["Dropout"],
      read: (site) => {
        site.attributes.pass("ratio", "seed");
        site.input(1);
        const training = site.plainNumbers(2);
        if (isProblem(training)) return training;
        if ((training?.[0] ?? 0) !== 0) return site.refuse("it is in training mode: export the network for inference");
        return site.make([site.tensor(0)], {});
      },
    },
    {
      // A cast to the type that the value already has; lferc's networks are float32.
      nodeTypes: ["Cast"],
      read: (site) => {
        // About numbers that float32 cannot hold; a cast from float32 has none.
        site.attributes.pass("saturate", "round_mode");
        // Among real numbers: float32, float16, float64, bfloat16.
        return [1, 10, 11, 16].includes(site.attributes.int("to", 0))
          ? site.make([site.tensor(0)], {})
          : site.refuse("it changes the type of a tensor; lferc counts float32 networks");
      },
    },
    expandingNodes,
    {
      nodeTypes: ["Pad"],
      takes: (node) => {
        const pads = padsOf(node);
        return !isProblem(pads) && padsNothing(pads);
      },
      read: (site) => site.make([site.tensor(0)], {}),
    },
    {
      nodeTypes: ["ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin"],
      takes: reducesNothing,
      read: (site) => site.make([site.tensor(0)], {}),
    },
  ],
  lowerToOnnx: (onnx, { inputs, outputs }) => {
    onnx.node("Identity", inputs, {}, outputs);
  },
  lowerToTorch: torchPasses,
  lowerToTfjs: passOn,
  window: () => undefined,
  spatial: (inputs, outputs) => cellByCell(inputs.slice(0, 1), outputs),
  isIdentity: () => true,
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: freeOfChannels,
  probe: { kind: "none" },
  inPlace: true,
});
