import { isProblem, problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { sameShape, type TensorType } from "../ir/shape.js";
import { attributesOf, parameterOf } from "./attributes.js";
import { viewAlong } from "./axes.js";
import { defineOp, type Tensor, work } from "./contracts.js";
import { gather, rowMajorStrides } from "./expand.js";
import { only } from "./read-nodes.js";
import { targetShape } from "./read-shapes.js";
import { toSignedSizes } from "./signed-sizes.js";
import { alongAxes, gone } from "./spatial.js";
import { surface } from "./surface.js";
import type { TfjsBuilder } from "./tfjs/builder.js";
import { interleaved } from "./tfjs/interleaved-halves.js";
import { storedSizes } from "./tfjs/layout.js";
import { call, int } from "./torch/python.js";

const attributes = attributesOf({
  groups: { kind: "int", min: 1, doc: "how many groups of channels are interleaved" },
});

/** ShuffleNet (Zhang et al. 2018): reshapes the channels to [groups, C / groups] and transposes them to [C / groups, groups]. */
/** The two values of equal sizes whose channels a value has one behind the other. */
function joinedHalves(tfjs: TfjsBuilder, value: ValueId): readonly [ValueId, ValueId] | undefined {
  const maker = tfjs.makerOf(value);
  if (!tfjs.isNative || tfjs.dtypeOf(value) !== "float32") return undefined;
  if (maker?.op !== "concat" || maker.attributes.axis !== 1 || maker.inputs.length !== 2) return undefined;
  const [left, right] = maker.inputs as readonly [ValueId, ValueId];
  return tfjs.sizesOf(left)[1] === tfjs.sizesOf(right)[1] ? [left, right] : undefined;
}

/** For each place of the result, the channel that goes there. */
const shuffledOrder = (channels: number, groups: number): readonly number[] =>
  Array.from({ length: channels }, (_, place) => (place % groups) * (channels / groups) + Math.floor(place / groups));

export const channelShuffle = defineOp({
  name: "channel_shuffle",
  family: "movement",
  doc: "Channel i * (C / groups) + j goes to place j * groups + i.",
  inputs: [{ name: "input", role: "tensor" }],
  results: ["output"],
  attributes,
  surfaces: [
    surface({
      name: "channel_shuffle",
      kind: "function",
      doc: "Interleaves groups of channels, so that the next grouped convolution sees all of them.",
      inputs: ["input"],
      parameters: { groups: parameterOf(attributes.groups) },
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
    // The inverse of a shuffle with `groups` is a shuffle with C / groups.
    const channels = builder.typeOf(inputs[0] as ValueId).shape[1] as number;
    return [builder.node("channel_shuffle", [g as ValueId], { groups: channels / groups })];
  },
  readOnnx: [
    {
      // Reshape, Transpose, Reshape is a shuffle if the shape of the map is restored; otherwise these are three ops.
      nodeTypes: ["lfer.ChannelShuffle"],
      read: (site) => {
        const x = site.tensor(0);
        if (isProblem(x)) return x;
        const { shape } = site.typeOf(x);
        const apart = targetShape(site, shape, 1);
        if (isProblem(apart)) return apart;
        const turned = [0, 2, 1, 3, 4].map((axis) => apart[axis] ?? 0);
        const whole = targetShape(site, turned, 2);
        if (isProblem(whole)) return whole;
        const [, groups = 0] = apart;
        const isShuffle =
          sameShape(whole, shape) &&
          sameShape([...apart.slice(0, 1), ...apart.slice(3)], [...shape.slice(0, 1), ...shape.slice(2)]);
        if (isShuffle && typeof groups === "number") return site.make([x], { groups });
        const cut = site.one("reshape", [x], { shape: toSignedSizes(apart) });
        const moved = site.one("transpose", [cut], { permutation: [0, 2, 1, 3, 4] });
        return only(site.one("reshape", [moved], { shape: toSignedSizes(whole) }));
      },
    },
  ],
  lowerToOnnx: (onnx, { inputs: [x = ""], outputs, inputTypes }, { groups }) => {
    const [, channels, ...behind] = (inputTypes[0] as TensorType).shape;
    const perGroup = (channels as number) / groups;
    const perm = [0, 2, 1, ...behind.map((_, axis) => axis + 3)];
    // In the target of Reshape, 0 keeps the batch size.
    const target = (sizes: readonly number[]): string => onnx.int64s([0, ...sizes, ...(behind as readonly number[])]);
    const [grouped = ""] = onnx.node("Reshape", [x, target([groups, perGroup])]);
    const [turned = ""] = onnx.node("Transpose", [grouped], { perm });
    onnx.node("Reshape", [turned, target([channels as number])], {}, outputs);
  },
  // The channels as [groups, C / groups], transposed; of two halves that were joined just before, the channels in turn.
  lowerToTorch: (site, { groups }) => {
    const [x, many] = [site.tensor(0), int("groups", groups)];
    if ((site.inputTypes[0] as TensorType).shape.length > 2) return call("F.channel_shuffle", [x, many]);
    // PyTorch's function takes maps only.
    return `${x}.unflatten(1, (${many}, -1)).transpose(1, 2).flatten(1)`;
  },
  lowerToTfjs: (tfjs, { inputs: [x], outputs: [y] }, { groups }) => {
    const layout = tfjs.layoutOf(x);
    const stored = storedSizes(tfjs.sizesOf(x), layout);
    const { outer, length, inner } = viewAlong(stored, layout.indexOf(1));
    const halves = groups === 2 && inner === 1 ? joinedHalves(tfjs, x as ValueId) : undefined;
    if (halves !== undefined) {
      const [left, right] = halves;
      const both = [tfjs.inLayout(left, layout), tfjs.inLayout(right, layout)] as const;
      tfjs.set(y, interleaved(tfjs, both, outer, stored), layout);
      return;
    }
    const grouped = tfjs.reshape(tfjs.asHeld(x), [outer, groups, length / groups, inner]);
    const turned = tfjs.kernel("Transpose", { x: grouped }, { perm: [0, 2, 1, 3] });
    tfjs.set(y, tfjs.reshape(turned, stored), layout);
  },
  window: () => undefined,
  // The channel axis holds no rows or columns of the picture, or they lose their order here.
  spatial: (inputs) => alongAxes(inputs, (axis) => (axis === 1 ? gone : undefined)),
  isIdentity: ({ groups }, shape) => groups === 1 || groups === shape[1],
  facts: () => ({}),
  pieces: () => ({ kind: "none" }),
  outputChannels: () => undefined,
  channels: ([input], { groups }) => ({ kind: "permuted", order: shuffledOrder(input?.shape[1] as number, groups) }),
  probe: { kind: "none" },
  inPlace: false,
});
