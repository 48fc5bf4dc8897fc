/*
 * The TensorFlow.js kernels that lowerings use, with the names that its registry gives to inputs and attributes (kernel_names.ts
 * of tfjs-core). The kernels check nothing themselves: Max given `axis` reduces over all axes.
 */

/** The place of a tensor while a program runs. */
export type Register = number;

interface Kernel<Inputs, Attributes = Readonly<Record<never, never>>> {
  readonly inputs: Inputs;
  readonly attributes: Attributes;
}

type Named<Name extends string> = Readonly<Record<Name, Register>>;
type Ints = readonly number[];
/** [down, right]. */
type Pair = readonly [number, number];

type Unary = Kernel<Named<"x">>;
type Binary = Kernel<Named<"a" | "b">>;
type Reduction = Kernel<Named<"x">, { readonly axis: Ints; readonly keepDims: boolean }>;

export interface ConvolutionAttributes {
  readonly strides: Pair;
  readonly pad: "valid" | "same";
  readonly dataFormat: "NHWC";
  readonly dilations: Pair;
}
type OfInput = ConvolutionAttributes & { readonly inputShape: Ints };
type OfFilter = ConvolutionAttributes & { readonly filterShape: Ints };

export interface PoolKernelAttributes {
  readonly filterSize: Pair;
  readonly strides: Pair;
  readonly pad: "valid" | "same";
}

export interface KernelSignatures {
  readonly Abs: Unary;
  readonly Erf: Unary;
  readonly Exp: Unary;
  readonly Expm1: Unary;
  readonly Identity: Unary;
  readonly Log: Unary;
  readonly Log1p: Unary;
  readonly LogicalNot: Unary;
  readonly Neg: Unary;
  readonly Relu: Unary;
  readonly Relu6: Unary;
  readonly Sigmoid: Unary;
  readonly Softplus: Unary;
  readonly Sqrt: Unary;
  readonly Square: Unary;
  readonly Tanh: Unary;

  readonly Add: Binary;
  readonly Equal: Binary;
  readonly Greater: Binary;
  readonly GreaterEqual: Binary;
  readonly Less: Binary;
  readonly LessEqual: Binary;
  readonly LogicalAnd: Binary;
  readonly LogicalOr: Binary;
  readonly Maximum: Binary;
  readonly Minimum: Binary;
  readonly Multiply: Binary;
  readonly NotEqual: Binary;
  readonly Pow: Binary;
  readonly RealDiv: Binary;
  readonly Sub: Binary;

  readonly Max: Kernel<Named<"x">, { readonly reductionIndices: Ints; readonly keepDims: boolean }>;
  readonly Mean: Reduction;
  readonly Min: Reduction;
  readonly Sum: Reduction;
  readonly ArgMax: Kernel<Named<"x">, { readonly axis: number }>;
  readonly Cumsum: Kernel<Named<"x">, { readonly axis: number; readonly exclusive: false; readonly reverse: boolean }>;

  readonly Cast: Kernel<Named<"x">, { readonly dtype: "float32" }>;
  readonly Concat: Kernel<readonly Register[], { readonly axis: number }>;
  readonly GatherV2: Kernel<Named<"x" | "indices">, { readonly axis: number; readonly batchDims: 0 }>;
  readonly PadV2: Kernel<Named<"x">, { readonly paddings: readonly Ints[]; readonly constantValue: number }>;
  readonly Reshape: Kernel<Named<"x">, { readonly shape: Ints }>;
  /** All three have the same sizes: only `tf.where` and the GraphModel node broadcast. */
  readonly Select: Kernel<Named<"condition" | "t" | "e">>;
  readonly Slice: Kernel<Named<"x">, { readonly begin: Ints; readonly size: Ints }>;
  readonly SplitV: Kernel<Named<"x">, { readonly numOrSizeSplits: Ints; readonly axis: number }>;
  readonly Tile: Kernel<Named<"x">, { readonly reps: Ints }>;
  readonly Transpose: Kernel<Named<"x">, { readonly perm: Ints }>;

  readonly AvgPool: Kernel<Named<"x">, PoolKernelAttributes>;
  readonly BatchMatMul: Kernel<Named<"a" | "b">, { readonly transposeA: boolean; readonly transposeB: boolean }>;
  readonly Conv2D: Kernel<Named<"x" | "filter">, ConvolutionAttributes>;
  readonly Conv2DBackpropFilter: Kernel<Named<"x" | "dy">, OfFilter>;
  readonly Conv2DBackpropInput: Kernel<Named<"dy" | "filter">, OfInput>;
  readonly DepthwiseConv2dNative: Kernel<Named<"x" | "filter">, ConvolutionAttributes>;
  readonly DepthwiseConv2dNativeBackpropFilter: Kernel<Named<"x" | "dy">, OfFilter>;
  readonly DepthwiseConv2dNativeBackpropInput: Kernel<Named<"dy" | "filter">, OfInput>;
  readonly FusedBatchNorm: Kernel<
    Named<"x" | "scale" | "offset" | "mean" | "variance">,
    { readonly varianceEpsilon: number }
  >;
  readonly MaxPool: Kernel<Named<"x">, PoolKernelAttributes>;
  readonly MaxPoolGrad: Kernel<Named<"dy" | "input" | "output">, PoolKernelAttributes>;
}

export type KernelName = keyof KernelSignatures;

export type KernelInputs<K extends KernelName> = KernelSignatures[K]["inputs"];
export type KernelAttributes<K extends KernelName> = KernelSignatures[K]["attributes"];

/** The kernels with this signature. */
type Like<Signature> = { [K in KernelName]: KernelSignatures[K] extends Signature ? K : never }[KernelName];

type Plain = Readonly<Record<never, never>>;
/** Kernels without attributes. */
export type PlainKernel = {
  [K in KernelName]: Plain extends KernelAttributes<K> ? K : never;
}[KernelName];
export type UnaryKernel = Extract<PlainKernel, Like<Unary>>;
export type BinaryKernel = Extract<PlainKernel, Like<Binary>>;
export type ReductionKernel = "Max" | "Mean" | "Min" | "Sum";

/** libtensorflow's own ops: see native-ops.ts. */
export type NativeOp =
  | "Bitcast"
  | "Complex"
  | "FusedBatchNormV3"
  | "FusedBatchNormGradV3"
  | "Imag"
  | "Real"
  | "ReluGrad"
  | "Relu6Grad";

/** The ops actually called for them. */
export type CalledOp = NativeOp | "FusedBatchNormGradV2";
