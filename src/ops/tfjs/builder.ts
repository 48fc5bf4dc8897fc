/** What an op's TensorFlow.js lowering may do: calls of kernels over registers, and where the graph's values are held. */
import type { Attributes, ValueId } from "../../ir/graph.js";
import type {
  KernelAttributes,
  KernelInputs,
  KernelName,
  NativeOp,
  PlainKernel,
  Register,
} from "./kernel-signatures.js";
import type { Layout } from "./layout.js";

export type { Register } from "./kernel-signatures.js";

/** An attribute of one of libtensorflow's own ops; its kind says its type there. */
export type NativeAttribute =
  | string
  | boolean
  | readonly number[]
  | { readonly float: number }
  | { readonly type: "float32" };

type Way = (tfjs: TfjsCalls, inputs: readonly Register[]) => Register;

/** The same result by a kernel, and by others where a backend lacks it or has it wrong. */
export interface Ways {
  readonly kernel: Way;
  readonly composed: Way;
}

/** Writes calls. What is computed twice in the same way is computed once. */
export interface TfjsCalls {
  /** The single result of a kernel. */
  kernel<K extends PlainKernel>(name: K, inputs: KernelInputs<K>): Register;
  kernel<K extends KernelName>(name: K, inputs: KernelInputs<K>, attributes: KernelAttributes<K>): Register;
  /** All results of a kernel. */
  kernels<K extends KernelName>(
    name: K,
    inputs: KernelInputs<K>,
    attributes: KernelAttributes<K>,
    outputs: number,
  ): readonly Register[];
  /** What either way makes of the inputs: by the kernel, except on a backend that lacks it (lacking-kernels.ts). */
  either(name: KernelName, inputs: readonly Register[], ways: Ways): Register;
  /**
   * The used results (native-ops.ts) of one of libtensorflow's own ops, or of the kernels that it is composed of elsewhere.
   * `count`: how many numbers each statistic is of.
   */
  native(
    name: NativeOp,
    inputs: readonly Register[],
    attributes: Readonly<Record<string, NativeAttribute>>,
    count?: number,
  ): readonly Register[];
  /** The value under other sizes; of several reshapes in a row only the last one is a call. */
  reshape(register: Register, sizes: readonly number[]): Register;
  /** Tells the sizes of a register, so that a reshape to them is none. */
  hasSizes(register: Register, sizes: readonly number[]): Register;
  /** Whatever is no whole number is held as float32. */
  constant(values: Float64Array | Float32Array | Int32Array, shape: readonly number[]): Register;
  /** A single number. */
  number(value: number): Register;
}

/** The calls, and which register holds each value of the graph, in which order of axes. All sizes are fixed. */
export interface TfjsBuilder extends TfjsCalls {
  sizesOf(value: ValueId | undefined): readonly number[];
  /** The node that gave a value; undefined where it came from outside. */
  makerOf(value: ValueId): TfjsMaker | undefined;
  /** Says what holds a value; in the graph's order of axes unless told. */
  set(value: ValueId | undefined, register: Register, layout?: Layout): void;
  layoutOf(value: ValueId | undefined): Layout;
  /** The value as it is held. */
  asHeld(value: ValueId | undefined): Register;
  inLayout(value: ValueId | undefined, layout: Layout): Register;
  /** In the graph's own order. */
  plain(value: ValueId | undefined): Register;
  /** A value of rank 4 with its channels last. */
  map(value: ValueId | undefined): Register;
  /** The value as an operand of an element-wise op whose result is laid out so: broadcasting goes from the last axis. */
  operand(value: ValueId | undefined, layout: Layout): Register;
  /** The order in which these operands meet most cheaply: that of the largest that has one of its own. */
  commonLayout(values: readonly ValueId[], rank: number): Layout;
}

/** A node that a lowering looks back at. */
export interface TfjsMaker {
  readonly op: string;
  readonly inputs: readonly ValueId[];
  readonly attributes: Attributes;
}

/** The node that is lowered. */
export interface TfjsSite {
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
}

/** Reads the inputs from the builder and sets the outputs. */
export type LowerToTfjs<A> = (tfjs: TfjsBuilder, site: TfjsSite, attributes: A) => void;

/** A lowering whose kernels want the weight (input 1) in an order of axes of their own: a slot is stored so from the beginning. */
export interface LowerWithWeight<A> {
  readonly lower: LowerToTfjs<A>;
  readonly weightLayout: (weight: readonly number[], attributes: A) => Layout;
}

/** An op that no program of TensorFlow.js may have, and why. */
export interface NotInTfjs {
  readonly notInTfjs: string;
}

export type TfjsLowering<A> = LowerToTfjs<A> | LowerWithWeight<A> | NotInTfjs;
