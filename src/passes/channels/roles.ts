/** What the nodes of a graph do with channels (axis 1), from what their ops say about themselves. */
import { type Graph, type Node, typesOf, type ValueId } from "../../ir/graph.js";
import type { GraphIndex } from "../../ir/graph-index.js";
import { type Dim, sameDim, type TensorType } from "../../ir/shape.js";
import type { ChannelUse } from "../../ops/channel-use.js";
import type { AnyOp } from "../../ops/contracts.js";
import { findOp } from "../../ops/registry.js";
import type { AxisMove } from "../../ops/spatial.js";

/** Channels are moved to other places, and nothing is computed: for each result, what it takes, in order. */
interface Taken {
  readonly kind: "taken";
  readonly results: readonly (readonly TakenRun[])[];
}

/** Channels of one input, in order: all numbers of a range, or those listed. */
interface TakenRun {
  readonly input: number;
  readonly channels: readonly number[];
}

/** Channel by channel. */
export interface Each {
  readonly kind: "each";
  readonly use: Extract<ChannelUse, { kind: "free" | "own" }>;
  /** Channels of a result for each of an operand: 1, or more for a depthwise convolution with a multiplier. */
  readonly fan: number;
  /** The inputs that have the channels and are computed. */
  readonly carried: readonly number[];
  /** Weights that have entries for channels, and along which axis. */
  readonly fixed: readonly { readonly input: number; readonly axis: number }[];
}

/** Every channel of the result is a sum over all channels of the input. */
export interface Sums {
  readonly kind: "sums";
  readonly use: Extract<ChannelUse, { kind: "sums" }>;
}

/** The channels must be in their order, all of them and no others. */
interface Natural {
  readonly kind: "natural";
}

export type Role = Taken | Each | Sums | Natural;

const natural: Natural = { kind: "natural" };

/** The number of channels; undefined if a tensor has none that are known. */
export function channelsOf({ shape }: TensorType): number | undefined {
  const channels: Dim | undefined = shape.length < 2 ? undefined : shape[1];
  return typeof channels === "number" ? channels : undefined;
}

const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, i) => from + i);

export function roleOf(graph: Graph, node: Node, { isSlot }: GraphIndex): Role {
  const op = findOp(node.op);
  const inputs = typesOf(graph, node.inputs);
  const outputs = typesOf(graph, node.outputs);
  const isComputed = (value: ValueId | undefined): boolean => value !== undefined && isSlot[value] !== 1;
  if (op === undefined || !outputs.every((type) => channelsOf(type) !== undefined)) return natural;
  const use = op.channels(inputs, node.attributes);
  const [first] = inputs;
  switch (use.kind) {
    case "natural":
      return natural;
    case "permuted":
      if (!isComputed(node.inputs[0])) return natural;
      return { kind: "taken", results: [[{ input: 0, channels: use.order }]] };
    case "sums": {
      const isPlain = isComputed(node.inputs[0]) && !node.inputs.slice(1).some(isComputed);
      return isPlain && first !== undefined && channelsOf(first) !== undefined ? { kind: "sums", use } : natural;
    }
    default:
      return takenBy(op, node, inputs, isComputed) ?? eachOf(op, node, use, { inputs, outputs, isComputed });
  }
}

function takenBy(
  op: AnyOp,
  node: Node,
  inputs: readonly TensorType[],
  isComputed: (value: ValueId | undefined) => boolean,
): Taken | Natural | undefined {
  const pieces = op.pieces(node.attributes);
  if ((pieces.kind !== "cut" && pieces.kind !== "joined") || pieces.axis !== 1) return undefined;
  const sizes = inputs.map(channelsOf);
  if (!node.inputs.every(isComputed) || sizes.includes(undefined)) return natural;
  if (pieces.kind === "joined") {
    return { kind: "taken", results: [sizes.map((size, input) => ({ input, channels: range(0, size ?? 0) }))] };
  }
  return { kind: "taken", results: pieces.ranges.map(([from, to]) => [{ input: 0, channels: range(from, to) }]) };
}

interface Site {
  readonly inputs: readonly TensorType[];
  readonly outputs: readonly TensorType[];
  readonly isComputed: (value: ValueId | undefined) => boolean;
}

function eachOf(op: AnyOp, node: Node, use: Each["use"], { inputs, outputs, isComputed }: Site): Each | Natural {
  const channels = outputs.map(channelsOf);
  const [count = 0] = channels;
  const fan = use.kind === "own" ? use.results : 1;
  if (channels.some((each) => each !== count)) return natural;
  if (use.kind === "own") {
    const [first, ...weights] = node.inputs;
    if (!isComputed(first) || weights.some(isComputed) || channelsOf(inputs[0] as TensorType) !== count / fan)
      return natural;
    return { kind: "each", use, fan, carried: [0], fixed: weights.map((_, i) => ({ input: i + 1, axis: 0 })) };
  }
  const moves = op.spatial(inputs, outputs, node.attributes);
  const fixed: { input: number; axis: number }[] = [];
  if (moves === "same order") {
    const [from, to] = [inputs[0]?.shape ?? [], outputs[0]?.shape ?? []];
    const isKept = isComputed(node.inputs[0]) && sameDim(from[0] ?? 0, to[0] ?? 0) && from[1] === to[1];
    return isKept ? { kind: "each", use, fan, carried: [0], fixed } : natural;
  }
  const carried: number[] = [];
  for (const [input, value] of node.inputs.entries()) {
    if (op.inputs !== "many" && op.inputs[input]?.role !== "tensor") {
      if (isComputed(value)) return natural;
      continue;
    }
    const along: readonly AxisMove[] | undefined = moves[input];
    if (along === undefined) return natural;
    const axis = along.findIndex(({ to }) => to === 1);
    if (axis < 0) continue;
    if (!isPlaceByPlace(along[axis]) || inputs[input]?.shape[axis] !== count) return natural;
    if (!isComputed(value)) fixed.push({ input, axis });
    else if (axis === 1) carried.push(input);
    else return natural;
  }
  return carried.length > 0 ? { kind: "each", use, fan, carried, fixed } : natural;
}

const isPlaceByPlace = (move: AxisMove | undefined): boolean => move?.seen === 1 && move.step === 1 && move.isAlike;
