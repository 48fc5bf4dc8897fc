import { problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import type { TensorType } from "../ir/shape.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { gather, rowMajorStrides } from "./expand.js";
import { alongAxes, gone } from "./spatial.js";
import { surface } from "./surface.js";

type ChannelShuffleAttributes = { readonly groups: number };

/** ShuffleNet (Zhang et al. 2018): channels seen as [groups, C / groups] are transposed to [C / groups, groups]. */
export const channelShuffle = defineOp<ChannelShuffleAttributes>({
  name: "channel_shuffle",
  family: "movement",
  doc: "Channel i * (C / groups) + j goes to place j * groups + i.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes: { groups: { kind: "int", min: 1, doc: "how many groups of channels are interleaved" } },
  surfaces: [
    surface({
      name: "channel_shuffle",
      kind: "function",
      doc: "Interleaves groups of channels, so that the next grouped convolution sees all of them.",
      inputs: ["input"],
      parameters: { groups: { kind: "int", min: 1, doc: "how many groups of channels to interleave" } },
      resolve: (args) => args,
    }),
  ],
  slots: () => ({}),
  inferTypes: ([input], { groups }) => {
    const { shape } = input as TensorType;
    if (shape.length < 2) {
      return problem("shape/wrong-rank", { op: "channel_shuffle", expected: "two or more", actual: shape }, "input");
    }
    const channels = shape[1];
    const moving = shape.findIndex((dim, axis) => axis > 0 && typeof dim !== "number");
    if (typeof channels !== "number" || moving > 0) {
      return problem("shape/needs-fixed-size", { op: "channel_shuffle", axis: moving, actual: shape }, "input");
    }
    if (channels % groups !== 0) {
      const why = "its channels are dealt out to the groups";
      const what = "channel_shuffle's input channels";
      return problem("shape/not-divisible", { what, amount: channels, by: groups, why }, "groups");
    }
    return [input as TensorType];
  },
  work: () => work({}),
  evaluate: ([input], { groups }) => {
    const { shape, data } = input as Tensor;
    const [batch = 1, channels = 1, ...behind] = shape;
    const grouped = [batch, groups, channels / groups, ...behind];
    const [batchStride = 1, groupStride = 1, memberStride = 1, ...rest] = rowMajorStrides(grouped);
    const shuffled = [batch, channels / groups, groups, ...behind];
    return [{ shape, data: gather(data, shuffled, [batchStride, memberStride, groupStride, ...rest]) }];
  },
  gradient: (builder, { inputs }, [g], { groups }) => {
    // Dealing out to C / groups undoes dealing out to groups.
    const channels = builder.typeOf(inputs[0] as ValueId).shape[1] as number;
    return [builder.node("channel_shuffle", [g as ValueId], { groups: channels / groups })];
  },
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs, inputTypes }, { groups }) => {
    const [, channels, ...behind] = (inputTypes[0] as TensorType).shape;
    const perGroup = (channels as number) / groups;
    const perm = [0, 2, 1, ...behind.map((_, axis) => axis + 3)];
    // In Reshape's target 0 keeps the batch, whatever it is.
    const target = (sizes: readonly number[]): string => onnx.int64s([0, ...sizes, ...(behind as readonly number[])]);
    const [grouped = ""] = onnx.node("Reshape", [x, target([groups, perGroup])]);
    const [turned = ""] = onnx.node("Transpose", [grouped], { perm });
    onnx.node("Reshape", [turned, target([channels as number])], {}, outputs);
  },
  window: () => undefined,
  // No picture's rows lie among the channels, or they lose their order here.
  spatial: (inputs) => alongAxes(inputs, (axis) => (axis === 1 ? gone : undefined)),
  isIdentity: ({ groups }, shape) => groups === 1 || groups === shape[1],
  outputChannels: () => undefined,
  probe: { kind: "none" },
  inPlace: false,
});
