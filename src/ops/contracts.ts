import type { Problem } from "../diagnostics/diagnostic.js";
import type { Attributes, Initializer, ValueId } from "../ir/graph.js";
import type { Shape, TensorType } from "../ir/shape.js";
import type { AttributeSpec, AttributeSpecs, AttributesOf } from "./attributes.js";
import type { NotReadBack, OnnxReader } from "./onnx-node.js";
import type { Spatial } from "./spatial.js";
import type { AnySurface } from "./surface.js";
import type { NotInTfjs, TfjsLowering } from "./tfjs/builder.js";

/** One thing an op takes. Parameters and statistics are inputs too; they come from slots. */
export interface OpInput {
  readonly name: string;
  readonly role: "tensor" | "parameter" | "statistic";
  /** Only the last inputs of an op may be optional. */
  readonly optional?: true;
}

/** The slot that an input with role `parameter` or `statistic` wants when a layer is made. */
export interface SlotSpec {
  readonly type: TensorType;
  readonly initializer: Initializer;
}

/**
 * The work of one application with N = 1: facts, never policy (a counting convention is policy, `analysis/conventions/`).
 * All are plain counts.
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

/** The named facts, zeros elsewhere. */
export function work(facts: Partial<Work>): Work {
  return { ...noWorkAtAll, ...facts };
}

/** A dense tensor of the reference interpreter: row-major, double precision whatever the dtype; bools are 0 and 1. */
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

/** What an op's ONNX lowering may do: nothing here knows of protobuf. Values are named by strings; `""` is an absent optional input. */
export interface OnnxBuilder {
  readonly opset: number;
  /** Adds a node. `outputs` are names from the {@link OnnxSite}, or a count of fresh ones (1 unless told); returns their names. */
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

/** Where an op stands when it is lowered: names and types of its inputs and results. */
export interface OnnxSite {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly inputTypes: readonly TensorType[];
  readonly outputTypes: readonly TensorType[];
  /** Whether an input is numbers that the file holds: runtimes prepare a convolution for those ahead, and only for those. */
  readonly isFixed: readonly boolean[];
}

/** What a gradient rule may do: append nodes of the same IR behind the forward pass. `autodiff/` has the implementation. */
export interface GradientBuilder {
  typeOf(value: ValueId): TensorType;
  /** Applies an op; its first result. */
  node(op: string, inputs: readonly ValueId[], attributes?: Attributes): ValueId;
  /** Applies an op; all its results. */
  nodes(op: string, inputs: readonly ValueId[], attributes?: Attributes): readonly ValueId[];
  /** A float32 scalar; equal numbers are one value. */
  number(value: number): ValueId;
}

/** The node whose gradient is asked for: what it read and what it gave, both at hand again. */
export interface GradientSite {
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
}

/**
 * From the loss' gradient for each result (undefined where none flows; at least one does) to that for each input. All
 * sizes are fixed: the batch is bound before. A rule may build more than is wanted: what nobody reads is swept away.
 */
export type Differentiate<A> = (
  builder: GradientBuilder,
  site: GradientSite,
  resultGradients: readonly (ValueId | undefined)[],
  attributes: A,
) => readonly (ValueId | undefined)[];

/** An op that no gradient may reach, and why. */
export interface NotDifferentiable {
  readonly notDifferentiable: string;
}

export function notDifferentiable(why: string): NotDifferentiable {
  return { notDifferentiable: why };
}

/** An op that no program of TensorFlow.js may have, and why. */
export function notInTfjs(why: string): NotInTfjs {
  return { notInTfjs: why };
}

/** How far one output position sees along H or W, and from where: for dead taps. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  /** top, left, bottom, right. */
  readonly padding: readonly [number, number, number, number];
  readonly dilation: readonly [number, number];
}

/** What an op does, as far as pictures and counters tell ops apart. */
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

/** What counting formulas may ask of an op besides the sizes of its tensors; what an op does not have is left out. */
export interface OwnFacts {
  /** Products that make one element of the result; of a transposed convolution, those that one element of its input takes part in. */
  readonly productsPerOutput?: number;
  /** Cells of its window, where `window` has none. */
  readonly windowCells?: number;
  /** Cells of the map that one element of the result averages, where its bins are the map cut up. */
  readonly averagedCells?: number;
  /** Runs of elements that a norm treats, each by itself. */
  readonly normalisedRuns?: number;
  /** 1 where a map is resized linearly, 0 where by nearest cells. */
  readonly isLinear?: number;
}

/** How results are put together of pieces of the inputs, for those who follow the entries of an axis. */
export type Pieces =
  /** Entry by entry, or as `spatial` says. */
  | { readonly kind: "none" }
  /** The numbers that stand in its attributes. */
  | { readonly kind: "numbers"; readonly values: readonly number[] }
  /** Of each result, which entries of the axis it has: [first, first left out). */
  | { readonly kind: "cut"; readonly axis: number; readonly ranges: readonly (readonly [from: number, to: number])[] }
  /** The inputs one after the other along the axis. */
  | { readonly kind: "joined"; readonly axis: number }
  /** A product of matrices: sums over the last axis of the first input and the last but one of the second. */
  | { readonly kind: "product" };

/** How an op's weights are drawn for a probe (reference/probe-weights.ts): so that whatever it gives varies. */
export type ProbeRule<A extends Attributes> =
  /** It has none. `reach`: how far from 0, in standard deviations, its input has to reach. */
  | { readonly kind: "none"; readonly reach?: number }
  /** A weight and perhaps a bias; `fanIn`: inputs of one output; `channelAxis`: where the result has a number of the bias. */
  | {
      readonly kind: "layer";
      readonly fanIn: (weight: readonly number[], input: readonly number[], attributes: A) => number;
      readonly channelAxis: 1 | -1;
    }
  /** Scale, shift and the running mean and variance of what it reads. */
  | { readonly kind: "statistics" }
  /** Numbers of a range that multiply what is of one size already; with `scales` they take part in a wider reach. */
  | { readonly kind: "factors"; readonly low: number; readonly high: number; readonly scales: boolean };

/**
 * Everything we know about one op. All fields are required, so that a forgotten rule does not compile; where a rule has
 * nothing to say, say so (`surfaces: []`, `window: () => undefined`).
 */
export interface OpDefinition<A extends Attributes> {
  /** The op id: `conv2d`. Also its key in the registry. */
  readonly name: string;
  /** Its colour in pictures, and the row of a counter's table that counts it where no row has its name. */
  readonly family: OpFamily;
  /** One sentence, with the formula where there is one. */
  readonly doc: string;
  /** `"many"`: any number of tensors (concat). */
  readonly inputs: readonly OpInput[] | "many";
  /** Names of its results; `"many"` where an attribute decides how many (split). */
  readonly results: readonly string[] | "many";
  /** The attributes a node must have, with a sentence each; the graph verifier holds nodes to them. */
  readonly attributes: { readonly [K in keyof A]: AttributeSpec };
  /** How `.lfer` writes it: none, one or several names (`conv` and `depthwise` are both conv2d). */
  readonly surfaces: readonly AnySurface[];
  /** The slots to make for a new layer, by input name; the tensor inputs are given. Empty where the op holds no weights. */
  slots(tensors: readonly TensorType[], attributes: A): Readonly<Record<string, SlotSpec>>;
  /**
   * Types of the results from types of all inputs (slots too), or what is wrong. Never throws. It judges by the tensors
   * alone, so it may be asked before slots are made; slots are held to `slots()` by `slotProblem` of verify-types.ts.
   */
  inferTypes(inputs: readonly TensorType[], attributes: A): readonly TensorType[] | Problem;
  work(inputs: readonly TensorType[], outputs: readonly TensorType[], attributes: A): Work;
  /** Reference evaluation in float64: slow, obvious, the executable specification. */
  evaluate(inputs: readonly Tensor[], attributes: A): readonly Tensor[];
  /** First order; tie rules are PyTorch's. */
  readonly gradient: Differentiate<A> | NotDifferentiable;
  /** How one node of an ONNX file becomes this op: by the types of such nodes, or not at all, and why. */
  readonly readOnnx: readonly OnnxReader<A>[] | NotReadBack;
  lowerToOnnx(onnx: OnnxBuilder, site: OnnxSite, attributes: A): void;
  /** In kernels of TensorFlow.js, or why no program there may have it. */
  readonly lowerToTfjs: TfjsLowering<A>;
  /** The spatial window, for ops that look around themselves; undefined for those that do not. */
  window(attributes: A): Window | undefined;
  /** How the op moves through space: which places of its inputs one element of a result sees, and where it lies itself. */
  spatial(inputs: readonly TensorType[], outputs: readonly TensorType[], attributes: A): Spatial;
  /** Whether it hands its only tensor on as it is, wherever the result has that tensor's type. */
  isIdentity(attributes: A, shape: Shape): boolean;
  /** What counting formulas ask for and only an op of its kind has. */
  facts(inputs: readonly TensorType[], outputs: readonly TensorType[], attributes: A): OwnFacts;
  /** How it cuts tensors up and puts them together. */
  pieces(attributes: A): Pieces;
  /**
   * The axis of the weight (input 1) along which each output channel (axis 1 of a result of this rank) has numbers of its own, and
   * the bias one: a batch norm behind such a layer folds into it. Undefined where there is none.
   */
  outputChannels(attributes: A, rank: number): number | undefined;
  readonly probe: ProbeRule<A>;
  /** May write its result over its first input (element-wise activations): for the in-place reading of peak memory. */
  readonly inPlace: boolean;
}

/** An op whose attribute types are not at hand, as the registry gives it. */
export type AnyOp = OpDefinition<Attributes>;

/** Types one op file: its rules see the attributes that its `attributes` say. */
export function defineOp<const S extends AttributeSpecs>(
  op: Omit<OpDefinition<AttributesOf<NoInfer<S>>>, "attributes"> & { readonly attributes: S },
): OpDefinition<AttributesOf<S>> {
  return op;
}
