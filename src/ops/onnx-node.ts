/** A node of an ONNX file, as the ops' readers see it; protobuf is hidden. */
import type { Problem } from "../diagnostics/diagnostic.js";
import type { Attributes, SlotRole, ValueId } from "../ir/graph.js";
import type { Dim, DType, Shape, TensorType } from "../ir/shape.js";

/** Largest number of axes. Networks have tensors of up to six axes, but a file may declare any number for each node. */
export const mostAxes = 64;

/** A computed tensor, or an input of the network. */
export interface TensorOperand {
  readonly kind: "tensor";
  readonly value: ValueId;
  readonly type: TensorType;
}

/** A tensor that is in the file, or follows from constants in the file and from shapes. */
export interface FixedOperand {
  readonly kind: "fixed";
  /** The initializer's name; undefined for a computed tensor. */
  readonly name: string | undefined;
  /** Whether it may be trained: an initializer, or a reshaped one. */
  readonly isTrained: boolean;
  /** A filter that no training changes (a blur), though it is stored and used as a weight. */
  readonly isKept?: true;
  readonly dtype: DType;
  readonly dims: readonly number[];
  /** Row-major; sizes that depend on the batch may be among them. Undefined if there are many, or if they are in another file. */
  readonly numbers: readonly Dim[] | undefined;
  /** Of a trained tensor that the file transposes: axis i of it is axis permutation[i] of the initializer. */
  readonly permutation?: readonly number[];
}

export type Operand = TensorOperand | FixedOperand;

/**
 * The attributes of a node. If an attribute is set but never read, or has an unexpected type, the node is rejected with its
 * name, because it may change what the node computes.
 */
export interface OnnxNodeAttributes {
  int(name: string, unlessTold: number): number;
  ints(name: string): readonly number[] | undefined;
  float(name: string, unlessTold: number): number;
  floats(name: string): readonly number[] | undefined;
  text(name: string, unlessTold: string): string;
  /** Ignores attributes that change neither a shape nor the layer; the caller's comment says why. */
  pass(...names: readonly string[]): void;
}

/**
 * A node to be inspected. Inputs that are read are recorded; an input that is never read rejects the node, as an attribute
 * does.
 */
export interface OnnxNode {
  readonly opset: number;
  readonly opType: string;
  readonly attributes: OnnxNodeAttributes;
  /** Number of results. */
  readonly outputCount: number;
  /** Number of inputs up to the last one that is present. */
  readonly inputCount: number;
  /** An input; undefined if it is absent. */
  input(index: number): Operand | undefined;
  has(index: number): boolean;
  /** A constant input; undefined if it is computed or absent. */
  fixed(index: number): FixedOperand | undefined;
  /** The sizes of an input; empty if it is absent. */
  shapeOf(index: number): Shape;
  /** Whether two inputs are the same value. */
  isSame(index: number, other: number): boolean;
  /** The numbers of a constant input; undefined if it is absent. */
  numbers(index: number): readonly Dim[] | Problem | undefined;
  /** The same, if none of them may depend on the batch. */
  plainNumbers(index: number): readonly number[] | Problem | undefined;
  /** A problem: this node cannot be counted, with the reason. */
  refuse(reason: string): Problem;
}

/** The results of a node, or why it cannot be counted. */
export type Reading = readonly ValueId[] | Problem;

/** A node that an op with attributes `A` reads, with functions to build its replacement. */
export interface OnnxReadSite<A> extends OnnxNode {
  typeOf(value: ValueId): TensorType;
  /** An input as a value of the graph; a constant of the file becomes a constant or a weight. */
  tensor(index: number): ValueId | Problem;
  /** All inputs as values of the graph. */
  tensors(): readonly ValueId[] | Problem;
  /** An input as a weight of this shape (default: its own). `isTurned`: its two axes in the other order. */
  weight(index: number, role?: SlotRole, dims?: readonly number[], isTurned?: boolean): ValueId | Problem;
  /** A tensor with one number for each sample of an open batch, cut out of an input of the network. */
  sample(): ValueId | Problem;
  /** Applies the op whose reader this is; returns its results. */
  make(inputs: readonly (ValueId | Problem)[], attributes: A): Reading;
  /** Applies another op, if the node is more than this op; returns its only result. */
  one(op: string, inputs: readonly (ValueId | Problem)[], attributes?: Attributes): ValueId | Problem;
}

/**
 * How one node of a file becomes an op. For each node type, one op reads all nodes that no other op claims: its reader has no
 * `takes`. The forms claimed with `takes` must not overlap, so the order of ops does not matter.
 */
export interface OnnxReader<A> {
  /** ONNX's op types; `lfer.X` is a form of several nodes that the patterns in targets/onnx/read/fused-nodes.ts combined. */
  readonly nodeTypes: readonly string[];
  /** Whether the node has the form that this op claims. */
  takes?(node: OnnxNode): boolean;
  read(site: OnnxReadSite<A>): Reading;
}

/** An op that no ONNX node is read as, and why. */
export interface NotReadBack {
  readonly notReadBack: string;
}

export function notReadBack(why: string): NotReadBack {
  return { notReadBack: why };
}
