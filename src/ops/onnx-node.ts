/** A node of an ONNX file as the ops see it when they read it back: nothing here knows of protobuf. */
import type { Problem } from "../diagnostics/diagnostic.js";
import type { Attributes, SlotRole, ValueId } from "../ir/graph.js";
import type { Dim, DType, Shape, TensorType } from "../ir/shape.js";

/** Networks have tensors of up to six axes; a file may ask for any number, of each of its nodes. */
export const mostAxes = 64;

/** A tensor that the network computes, or its input. */
export interface TensorOperand {
  readonly kind: "tensor";
  readonly value: ValueId;
  readonly type: TensorType;
}

/** A tensor that stands in the file, or follows from what stands there and from shapes. */
export interface FixedOperand {
  readonly kind: "fixed";
  /** The initializer's; undefined for what was computed. */
  readonly name: string | undefined;
  /** Whether training may have made it: an initializer, or one put into another shape. */
  readonly isTrained: boolean;
  readonly dtype: DType;
  readonly dims: readonly number[];
  /** Row-major, sizes that depend on the batch among them; undefined where they are many or in another file. */
  readonly numbers: readonly Dim[] | undefined;
}

export type Operand = TensorOperand | FixedOperand;

/**
 * The attributes of a node. One that is set and that nobody asks for refuses the node by name, for it may change what the node
 * computes; so does one of another type.
 */
export interface OnnxNodeAttributes {
  int(name: string, unlessTold: number): number;
  ints(name: string): readonly number[] | undefined;
  float(name: string, unlessTold: number): number;
  floats(name: string): readonly number[] | undefined;
  text(name: string, unlessTold: string): string;
  /** Passes over attributes that change neither a shape nor what a layer is; the caller says why. */
  pass(...names: readonly string[]): void;
}

/** A node to look at. What is asked for counts as read; an input that nobody asks for refuses the node, as an attribute does. */
export interface OnnxNode {
  readonly opset: number;
  readonly opType: string;
  readonly attributes: OnnxNodeAttributes;
  /** How many results it has. */
  readonly outputCount: number;
  /** How many inputs are given or left out before the last one that is given. */
  readonly inputCount: number;
  /** An input; undefined where it is left out. */
  input(index: number): Operand | undefined;
  has(index: number): boolean;
  /** A fixed input; undefined where it is computed or missing. */
  fixed(index: number): FixedOperand | undefined;
  /** The sizes of an input; none where it is left out. */
  shapeOf(index: number): Shape;
  /** Whether two inputs are the same value. */
  isSame(index: number, other: number): boolean;
  /** The numbers of an input; undefined where it is left out. */
  numbers(index: number): readonly Dim[] | Problem | undefined;
  /** The same, where none of them may depend on the batch. */
  plainNumbers(index: number): readonly number[] | Problem | undefined;
  /** That this node cannot be counted, and why. */
  refuse(reason: string): Problem;
}

/** What a node becomes: its results, or why it cannot be counted. */
export type Reading = readonly ValueId[] | Problem;

/** A node being read by an op with attributes `A`: what may be made of it. */
export interface OnnxReadSite<A> extends OnnxNode {
  typeOf(value: ValueId): TensorType;
  /** An input as a value of the graph; what stands in the file becomes a constant, or a weight. */
  tensor(index: number): ValueId | Problem;
  /** All inputs as values of the graph. */
  tensors(): readonly ValueId[] | Problem;
  /** An input as a weight of this shape (its own unless told). */
  weight(index: number, role?: SlotRole, dims?: readonly number[]): ValueId | Problem;
  /** Applies the op that reads; its results. */
  make(inputs: readonly (ValueId | Problem)[], attributes: A): Reading;
  /** Applies another op, where the node is more than the op that reads; its only result. */
  one(op: string, inputs: readonly (ValueId | Problem)[], attributes?: Attributes): ValueId | Problem;
}

/**
 * How one node of a file is read back into an op. Of each node type one op takes all nodes that no other takes: it has no
 * `takes`. The forms that others take must not overlap; then the order of the ops does not matter.
 */
export interface OnnxReader<A> {
  /** ONNX's op types; `lfer.X` is a form of several nodes, put together by the patterns of targets/onnx/read/fused-nodes.ts. */
  readonly nodeTypes: readonly string[];
  /** Whether the node has the form that this op stands for. */
  takes?(node: OnnxNode): boolean;
  read(site: OnnxReadSite<A>): Reading;
}

/** An op that no node of a file becomes, and why. */
export interface NotReadBack {
  readonly notReadBack: string;
}

export function notReadBack(why: string): NotReadBack {
  return { notReadBack: why };
}
