/** The interface of an op's TensorFlow.js lowering: kernel calls over registers, and how the graph's values are stored. */
import type { Attributes, ValueId } from "../../ir/graph.js";
import type { DType } from "../../ir/shape.js";
import type {
  KernelAttributes,
  KernelInputs,
  KernelName,
  NativeOp,
  PlainKernel,
  Register,
} from "./kernel-signatures.js";
import type { LackableKernel, LackableKernels } from "./lacking-kernels.js";
import type { Layout } from "./layout.js";

export type { Register } from "./kernel-signatures.js";

/** An attribute of one of libtensorflow's own ops; its kind is its type there. */
export type NativeAttribute =
  | string
  | boolean
  | readonly number[]
  | { readonly float: number }
  | { readonly type: "float32" | "complex64" };

/** Writes calls. Identical calls are written once. */
export interface TfjsCalls {
  /** The only result of a kernel. */
  kernel<K extends PlainKernel>(name: K, inputs: KernelInputs<K>): Register;
  kernel<K extends KernelName>(name: K, inputs: KernelInputs<K>, attributes: KernelAttributes<K>): Register;
  /** Whether {@link native} ops are called as they are, not composed: where a lowering has a better way without them. */
  readonly isNative: boolean;
  /** All results of a kernel. */
  kernels<K extends KernelName>(
    name: K,
    inputs: KernelInputs<K>,
    attributes: KernelAttributes<K>,
    outputs: number,
  ): readonly Register[];
  /** The single result of a kernel; on a backend that lacks it, what stands for it there (composed-kernels.ts), which may take more. */
  kernelOr<K extends LackableKernel>(
    name: K,
    inputs: KernelInputs<K>,
    attributes: KernelAttributes<K>,
    about: LackableKernels[K],
    more?: readonly Register[],
  ): Register;
  /**
   * The used results (native-ops.ts) of one of libtensorflow's own ops, or of the kernels that replace it on other backends.
   * `count`: the number of elements behind each statistic.
   */
  native(
    name: NativeOp,
    inputs: readonly Register[],
    attributes: Readonly<Record<string, NativeAttribute>>,
    count?: number,
  ): readonly Register[];
  /** The value with other sizes; of several reshapes in a row, only the last one becomes a call. */
  reshape(register: Register, sizes: readonly number[]): Register;
  /** Records the sizes of a register, so that a reshape to the same sizes needs no call. */
  hasSizes(register: Register, sizes: readonly number[]): Register;
  /** Everything but integers is stored as float32. */
  constant(values: Float64Array | Float32Array | Int32Array, shape: readonly number[]): Register;
  /** A scalar. */
  number(value: number): Register;
}

/** The calls, and for each value of the graph its register and axis order. All sizes are fixed. */
export interface TfjsBuilder extends TfjsCalls {
  sizesOf(value: ValueId | undefined): readonly number[];
  dtypeOf(value: ValueId): DType;
  /** The node that computed a value; undefined for graph inputs and state. */
  makerOf(value: ValueId): TfjsMaker | undefined;
  /** Sets the register of a value; its layout is the graph's axis order by default. */
  set(value: ValueId | undefined, register: Register, layout?: Layout): void;
  layoutOf(value: ValueId | undefined): Layout;
  /** The value in the layout in which it is stored. */
  asHeld(value: ValueId | undefined): Register;
  inLayout(value: ValueId | undefined, layout: Layout): Register;
  /** The value in the graph's axis order. */
  plain(value: ValueId | undefined): Register;
  /** A value of rank 4, channels last. */
  map(value: ValueId | undefined): Register;
  /** The value as an operand of an elementwise op whose result has this layout: broadcasting aligns the last axes. */
  operand(value: ValueId | undefined, layout: Layout): Register;
  /** The cheapest common layout of these operands: that of the largest one whose layout is not the graph's. */
  commonLayout(values: readonly ValueId[], rank: number): Layout;
}

/** A node that a lowering may inspect. */
export interface TfjsMaker {
  readonly op: string;
  readonly inputs: readonly ValueId[];
  readonly attributes: Attributes;
}

/** The node being lowered. */
export interface TfjsSite {
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
}

/** Reads the inputs from the builder and sets the outputs. */
export type LowerToTfjs<A> = (tfjs: TfjsBuilder, site: TfjsSite, attributes: A) => void;

/** A lowering whose kernels need the weight (input 1) in an axis order of their own; its slot is stored in that order throughout. */
export interface LowerWithWeight<A> {
  readonly lower: LowerToTfjs<A>;
  readonly weightLayout: (weight: readonly number[], attributes: A) => Layout;
}

/** An op that no TensorFlow.js program may contain, and the reason. */
export interface NotInTfjs {
  readonly notInTfjs: string;
}

export type TfjsLowering<A> = LowerToTfjs<A> | LowerWithWeight<A> | NotInTfjs;
