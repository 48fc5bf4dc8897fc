import type { Problem } from "../diagnostics/diagnostic.js";
import type { Attributes, Initializer, ValueId } from "../ir/graph.js";
import type { Shape, TensorType } from "../ir/shape.js";
import type { AttributeSpec, AttributeSpecs, AttributesOf } from "./attributes.js";
import type { ChannelUse } from "./channel-use.js";
import type { NotReadBack, OnnxReader } from "./onnx-node.js";
import type { Spatial } from "./spatial.js";
import type { AnySurface } from "./surface.js";
import type { NotInTfjs, TfjsLowering } from "./tfjs/builder.js";
import type { TorchLowering } from "./torch/lowering.js";

/** An input of an op. Parameters and statistics are inputs too; their values are slots. */
export interface OpInput {
  readonly name: string;
  readonly role: "tensor" | "parameter" | "statistic";
  /** Only an op's last inputs may be optional. */
  readonly optional?: true;
}

/** The slot that is created for an input with role `parameter` or `statistic` when a layer is made. */
export interface SlotSpec {
  readonly type: TensorType;
  readonly initializer: Initializer;
}

/**
 * The work of one application with N = 1. These are facts; counting conventions (`analysis/conventions/`) decide what counts.
 * All are plain numbers.
 */
export interface Work {
  readonly multiplies: number;
  readonly adds: number;
  readonly compares: number;
  readonly exponentials: number;
  readonly logarithms: number;
  readonly divisions: number;
  readonly roots: number;
}

const noWorkAtAll: Work = {
  multiplies: 0,
  adds: 0,
  compares: 0,
  exponentials: 0,
  logarithms: 0,
  divisions: 0,
  roots: 0,
};

/** Work with the given facts; all others are 0. */
export function work(facts: Partial<Work>): Work {
  return { ...noWorkAtAll, ...facts };
}

/** A dense tensor of the reference interpreter: row-major, float64 for any dtype; bools are 0 and 1. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export type OnnxAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] };

/**
 * The interface that an op's ONNX lowering may use; it hides protobuf. Values are named by strings; `""` is an absent optional
 * input.
 */
export interface OnnxBuilder {
  readonly opset: number;
  /** Adds a node. `outputs`: names from the {@link OnnxSite}, or the number of new ones (default 1). Returns the names. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, OnnxAttribute>>,
    outputs?: readonly string[] | number,
  ): readonly string[];
  /** The name of an int64 constant (a vector; a scalar when `values` is a number). Equal constants share one name. */
  int64s(values: readonly number[] | number): string;
  /** The name of a float32 constant (a vector; a scalar when `values` is a number). */
  floats(values: readonly number[] | number): string;
}

/** The node that is lowered: names and types of its inputs and results. */
export interface OnnxSite {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly inputTypes: readonly TensorType[];
  readonly outputTypes: readonly TensorType[];
  /** Whether an input is a constant in the file. Runtimes prepare convolution weights in advance only then. */
  readonly isFixed: readonly boolean[];
}

/**
 * The interface that a gradient rule may use: it appends nodes of the same IR after the forward pass. Implemented in
 * `autodiff/`.
 */
export interface GradientBuilder {
  typeOf(value: ValueId): TensorType;
  /** Applies an op; returns its first result. */
  node(op: string, inputs: readonly ValueId[], attributes?: Attributes): ValueId;
  /** Applies an op; returns all results. */
  nodes(op: string, inputs: readonly ValueId[], attributes?: Attributes): readonly ValueId[];
  /** A float32 scalar; equal numbers share one value. */
  number(value: number): ValueId;
}

/** The node that is differentiated: its inputs and results, available again. */
export interface GradientSite {
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
}

/**
 * Maps the loss' gradients of the results (undefined if there is none; at least one is defined) to those of the inputs. All
 * sizes are fixed: the batch is bound before. A rule may build more nodes than needed: unused ones are removed.
 */
export type Differentiate<A> = (
  builder: GradientBuilder,
  site: GradientSite,
  resultGradients: readonly (ValueId | undefined)[],
  attributes: A,
) => readonly (ValueId | undefined)[];

/** An op that is never differentiated, and why. */
export interface NotDifferentiable {
  readonly notDifferentiable: string;
}

export function notDifferentiable(why: string): NotDifferentiable {
  return { notDifferentiable: why };
}

/** An op without a TensorFlow.js lowering, and why. */
export function notInTfjs(why: string): NotInTfjs {
  return { notInTfjs: why };
}

/** The window of one output position along H and W, for the dead-taps lint. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  /** top, left, bottom, right. */
  readonly padding: readonly [number, number, number, number];
  readonly dilation: readonly [number, number];
}

/** Groups of ops: colours in diagrams, and rows of counting conventions. */
export type OpFamily =
  | "convolution"
  | "product"
  | "norm"
  | "activation"
  | "softmax"
  | "function"
  | "passing"
  | "pooling"
  | "reduction"
  | "resizing"
  | "arithmetic"
  | "comparison"
  | "logic"
  | "joining"
  | "movement"
  | "training";

/** Facts for counting formulas, besides the sizes of the tensors; facts that do not apply are left out. */
export interface OwnFacts {
  /** Products per output element; for a transposed convolution, products per input element. */
  readonly productsPerOutput?: number;
  /** Cells of the window, if `window` does not describe it. */
  readonly windowCells?: number;
  /** Cells of the map averaged per output element, for pools with bins. */
  readonly averagedCells?: number;
  /** Runs of elements that a norm normalises separately. */
  readonly normalisedRuns?: number;
  /** 1 if a map is resized linearly, 0 for nearest neighbour. */
  readonly isLinear?: number;
}

/** How the entries of an axis of the results come from the inputs; used to follow classes. */
export type Pieces =
  /** Entry by entry, or as `spatial` describes. */
  | { readonly kind: "none" }
  /** The constant numbers in its attributes. */
  | { readonly kind: "numbers"; readonly values: readonly number[] }
  /** For each result, its range of entries along the axis: [from, to). */
  | { readonly kind: "cut"; readonly axis: number; readonly ranges: readonly (readonly [from: number, to: number])[] }
  /** The inputs are concatenated along the axis. */
  | { readonly kind: "joined"; readonly axis: number }
  /** A matrix product: sums over the last axis of the first input and the last but one of the second. */
  | { readonly kind: "product" };

/** How random weights of an op are drawn for probes (reference/probe-weights.ts), such that its outputs vary. */
export type ProbeRule<A extends Attributes> =
  /** No weights. `reach`: how far from 0 its input should extend, in standard deviations. */
  | { readonly kind: "none"; readonly reach?: number }
  /** A weight and an optional bias. `fanIn`: inputs per output; `channelAxis`: the result's axis that the bias is added along. */
  | {
      readonly kind: "layer";
      readonly fanIn: (weight: readonly number[], input: readonly number[], attributes: A) => number;
      readonly channelAxis: 1 | -1;
    }
  /** Scale, shift, and running mean and variance of the input. */
  | { readonly kind: "statistics" }
  /** Factors from a range, for an input that already has the right scale; with `scales`, they are scaled for a wider reach. */
  | { readonly kind: "factors"; readonly low: number; readonly high: number; readonly scales: boolean };

/**
 * Everything known about one op. All fields are required, so a missing rule does not compile. A rule that does not apply has an
 * explicit empty value (`surfaces: []`, `window: () => undefined`).
 */
export interface OpDefinition<A extends Attributes> {
  /** The op id: `conv2d`. Also its key in the registry. */
  readonly name: string;
  /** Its colour in diagrams, and its row in a counting convention that has no row with its name. */
  readonly family: OpFamily;
  /** One sentence, with the formula if there is one. */
  readonly doc: string;
  /** `"many"`: any number of tensors (concat). */
  readonly inputs: readonly OpInput[] | "many";
  /** Names of its results; `"many"` if an attribute sets their number (split). */
  readonly results: readonly string[] | "many";
  /** The attributes that a node must have, with their docs; the graph verifier checks them. */
  readonly attributes: { readonly [K in keyof A]: AttributeSpec };
  /** Its forms in `.lfer`: none, one or several names (`conv` and `depthwise` are both conv2d). */
  readonly surfaces: readonly AnySurface[];
  /** The slots to create for a new layer, by input name, from the tensor inputs. Empty if the op has no weights. */
  slots(tensors: readonly TensorType[], attributes: A): Readonly<Record<string, SlotSpec>>;
  /**
   * Types of the results from the types of all inputs (slots too), or a problem. Never throws. It uses the tensors only, so it
   * can be called before slots exist; `slotProblem` in verify-types.ts checks slots against `slots()`.
   */
  inferTypes(inputs: readonly TensorType[], attributes: A): readonly TensorType[] | Problem;
  work(inputs: readonly TensorType[], outputs: readonly TensorType[], attributes: A): Work;
  /** Reference evaluation in float64: slow, obvious, the executable specification. */
  evaluate(inputs: readonly Tensor[], attributes: A): readonly Tensor[];
  /** First order; PyTorch's tie rules. */
  readonly gradient: Differentiate<A> | NotDifferentiable;
  /** How a node of an ONNX file becomes this op: readers by node type, or why there is none. */
  readonly readOnnx: readonly OnnxReader<A>[] | NotReadBack;
  lowerToOnnx(onnx: OnnxBuilder, site: OnnxSite, attributes: A): void;
  /** The lowering to PyTorch: an expression of Python, a layer of `torch.nn`, or why there is none. */
  readonly lowerToTorch: TorchLowering<A>;
  /** The lowering to TensorFlow.js kernels, or why there is none. */
  readonly lowerToTfjs: TfjsLowering<A>;
  /** The window over height and width; undefined for ops without one. */
  window(attributes: A): Window | undefined;
  /**
   * For the receptive field: which positions of the inputs one element of a result depends on, and where it is itself
   * (ops/spatial.ts).
   */
  spatial(inputs: readonly TensorType[], outputs: readonly TensorType[], attributes: A): Spatial;
  /** Whether the op returns its only tensor unchanged, if the result has the same type. */
  isIdentity(attributes: A, shape: Shape): boolean;
  /** Facts for counting formulas that only ops of this kind have. */
  facts(inputs: readonly TensorType[], outputs: readonly TensorType[], attributes: A): OwnFacts;
  /** How the op slices and concatenates tensors. */
  pieces(attributes: A): Pieces;
  /**
   * The axis of the weight (input 1) that corresponds to output channels (axis 1 of a result of this rank); the bias has one
   * number per channel. A batch norm after such a layer can be folded into it. Undefined if there is none.
   */
  outputChannels(attributes: A, rank: number): number | undefined;
  /** How its weights and attributes belong to channels, for passes that reorder or pad these. */
  channels(inputs: readonly TensorType[], attributes: A): ChannelUse;
  readonly probe: ProbeRule<A>;
  /** Whether the result may overwrite the first input (element-wise activations), for peak memory with in-place ops. */
  readonly inPlace: boolean;
}

/** An op with unknown attribute types, as the registry returns it. */
export type AnyOp = OpDefinition<Attributes>;

/** Types one op file: its functions get the attributes that `attributes` declares. */
export function defineOp<const S extends AttributeSpecs>(
  op: Omit<OpDefinition<AttributesOf<NoInfer<S>>>, "attributes"> & { readonly attributes: S },
): OpDefinition<AttributesOf<S>> {
  return op;
}
