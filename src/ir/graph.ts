import type { Span } from "../diagnostics/span.js";
import type { TensorType } from "./shape.js";

/** Index into {@link Graph.types}; values are numbered in the order of their creation. */
export type ValueId = number;

/** Sizes are always written out per axis: `kernel: [3, 3]`, `padding: [top, left, bottom, right]` (ONNX's order). */
export type AttributeValue = number | boolean | string | readonly number[];

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** One application of an op. Weights are inputs like any other, so sharing means two nodes with one value. */
export interface Node {
  readonly op: string;
  readonly attributes: Attributes;
  /** In the order of the op's `inputs`; optional ones may be missing at the end. */
  readonly inputs: readonly ValueId[];
  /** In the order of the op's `results`. */
  readonly outputs: readonly ValueId[];
  /** Its path in the network: `stage2.unit_1.conv_2`. Unique in the graph. */
  readonly path: string;
  readonly span?: Span | undefined;
}

/** How a slot is initialised; every number is final (fan-in already applied). */
export type Initializer =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "normal"; readonly mean: number; readonly std: number };

export type SlotRole = "parameter" | "statistic" | "optimizer";

/**
 * Named state: a trained parameter, a statistic that training updates and inference reads, or optimiser state. In a training
 * step, each has a `next` value.
 */
export interface Slot {
  /** `stage2.unit_1.conv_2.weight`: the name in weight files. */
  readonly name: string;
  /** The name in weight files of earlier versions, if it was another one. */
  readonly formerName?: string | undefined;
  readonly value: ValueId;
  readonly role: SlotRole;
  readonly initializer: Initializer;
  /** The slot's value after a step; undefined if it is unchanged. */
  readonly next?: ValueId | undefined;
  readonly span?: Span | undefined;
}

/** How a picture becomes the input: RGB in 0..1, minus mean, divided by std, NCHW. */
export interface Picture {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Random input of a training step: 1 / keep with probability keep, else 0, independently. */
export interface Mask {
  readonly keep: number;
}

export interface GraphInput {
  readonly name: string;
  readonly value: ValueId;
  readonly picture?: Picture | undefined;
  /** The input is not data: the caller of the graph draws it (`step/masks.ts`). */
  readonly mask?: Mask | undefined;
}

export interface GraphOutput {
  readonly name: string;
  readonly value: ValueId;
  /** Class names along axis 1, in order. */
  readonly labels?: readonly string[] | undefined;
}

/**
 * An immutable network in NCHW: nodes in topological order, every value produced once (by an input, a slot or a node). Passes
 * return new graphs.
 */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly GraphInput[];
  readonly slots: readonly Slot[];
  readonly nodes: readonly Node[];
  readonly outputs: readonly GraphOutput[];
  /** The type of each value. */
  readonly types: readonly TensorType[];
}

/** The type of a value; an unknown id is a bug in lferc. */
export function typeOf(graph: Graph, value: ValueId): TensorType {
  const type = graph.types[value];
  if (type === undefined) throw new RangeError(`value ${value} is not in graph ${graph.name}`);
  return type;
}

export const typesOf = (graph: Graph, values: readonly ValueId[]): TensorType[] =>
  values.map((value) => typeOf(graph, value));
