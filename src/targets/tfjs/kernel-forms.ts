/*
 * The forms of a kernel call outside our engine: a node of a GraphModel, and a printed `tf` call. Nodes follow the op list of
 * tfjs-converter 4.22 (src/operations/op_list): its names, its order of inputs, its kinds of attributes.
 */
import type {
  ConvolutionAttributes,
  KernelAttributes,
  KernelInputs,
  KernelName,
  PoolKernelAttributes,
} from "../../ops/tfjs/kernel-signatures.js";
import { literal } from "./literal.js";

/** An attribute of a node, by its kind. Integers and text are in the JSON form of protobuf. */
export type GraphAttribute =
  | { readonly b: boolean }
  | { readonly f: number }
  | { readonly i: string }
  | { readonly s: string }
  | { readonly type: "DT_FLOAT" | "DT_INT32" | "DT_BOOL" }
  | { readonly list: { readonly i: readonly string[] } }
  | { readonly shape: { readonly dim: readonly { readonly size: string }[] } };

export interface GraphNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, GraphAttribute>>;
}

/** A kernel's attribute is often an input of the node; these return the name of a constant with its value. */
export interface GraphConstants {
  int(value: number): string;
  ints(values: readonly number[]): string;
  /** Rows of equal length. */
  table(rows: readonly (readonly number[])[]): string;
  float(value: number): string;
}

/** A kernel for which tfjs-converter's op list has no node, and why none is needed. */
export interface NoGraphNode {
  readonly noGraphNode: string;
}

/** The inputs by name (a list stays a list), each as text: a node's name, or an expression. */
type Named<Inputs> = Inputs extends readonly unknown[]
  ? readonly string[]
  : { readonly [Name in keyof Inputs]: string };

export interface KernelForm<K extends KernelName> {
  readonly node:
    | ((inputs: Named<KernelInputs<K>>, attributes: KernelAttributes<K>, constants: GraphConstants) => GraphNode)
    | NoGraphNode;
  /** An expression; for a kernel with several results it is an array. */
  readonly print: (inputs: Named<KernelInputs<K>>, attributes: KernelAttributes<K>) => string;
}

const text = (value: string): GraphAttribute => ({ s: Buffer.from(value).toString("base64") });
/** Along N, H, W, C. */
const overMap = ([down, right]: readonly [number, number]): GraphAttribute => ({
  list: { i: ["1", String(down), String(right), "1"] },
});
const call = (name: string, ...args: readonly unknown[]): string =>
  `tf.${name}(${args.map((arg) => (typeof arg === "string" ? arg : literal(arg))).join(", ")})`;
const quoted = (value: string): string => JSON.stringify(value);

interface OneInput {
  readonly x: string;
}
interface TwoInputs {
  readonly a: string;
  readonly b: string;
}

const unary = (op: string, name: string) => ({
  node: ({ x }: OneInput): GraphNode => ({ op, inputs: [x], attributes: {} }),
  print: ({ x }: OneInput) => call(name, x),
});

const binary = (op: string, name: string) => ({
  node: ({ a, b }: TwoInputs): GraphNode => ({ op, inputs: [a, b], attributes: {} }),
  print: ({ a, b }: TwoInputs) => call(name, a, b),
});

const reduced = (
  op: string,
  x: string,
  axes: readonly number[],
  keepDims: boolean,
  { ints }: GraphConstants,
): GraphNode => ({
  op,
  inputs: [x, ints(axes)],
  attributes: { keep_dims: { b: keepDims } },
});

const reduction = (op: "Mean" | "Min" | "Sum", name: string): KernelForm<"Sum"> => ({
  node: ({ x }, { axis, keepDims }, constants) => reduced(op, x, axis, keepDims, constants),
  print: ({ x }, { axis, keepDims }) => call(name, x, axis, keepDims),
});

const windows = (strides: readonly [number, number], pad: "valid" | "same") => ({
  strides: overMap(strides),
  padding: text(pad.toUpperCase()),
  data_format: text("NHWC"),
});

const pool = (op: string, name: string) => ({
  node: ({ x }: OneInput, { filterSize, strides, pad }: PoolKernelAttributes): GraphNode => ({
    op,
    inputs: [x],
    attributes: { ksize: overMap(filterSize), ...windows(strides, pad) },
  }),
  print: ({ x }: OneInput, { filterSize, strides, pad }: PoolKernelAttributes) =>
    call(name, x, filterSize, strides, quoted(pad)),
});

const convolution = (op: string, name: string): KernelForm<"Conv2D"> => ({
  node: ({ x, filter }, { strides, pad, dilations }) => ({
    op,
    inputs: [x, filter],
    attributes: { ...windows(strides, pad), dilations: overMap(dilations) },
  }),
  print: ({ x, filter }, { strides, pad, dataFormat, dilations }: ConvolutionAttributes) =>
    call(name, x, filter, strides, quoted(pad), quoted(dataFormat), dilations),
});

/** Kernels that tfjs uses only in gradients: no `tf` function calls them, and they occur in no inference. */
const gradientKernel = <K extends KernelName>(name: K) => ({
  node: { noGraphNode: "only training has this kernel, and a GraphModel is not trained" },
  print: (inputs: Readonly<Record<string, string>>, attributes: KernelAttributes<K>): string => {
    const named = Object.entries(inputs).map(([input, value]) => `${input}: ${value}`);
    return `tf.engine().runKernel(${quoted(name)}, { ${named.join(", ")} }, ${literal(attributes)})`;
  },
});

export const kernelForms: { readonly [K in KernelName]: KernelForm<K> } = {
  Abs: unary("Abs", "abs"),
  Erf: unary("Erf", "erf"),
  Exp: unary("Exp", "exp"),
  Expm1: unary("Expm1", "expm1"),
  Identity: unary("Identity", "clone"),
  Log: unary("Log", "log"),
  Log1p: unary("Log1p", "log1p"),
  LogicalNot: unary("LogicalNot", "logicalNot"),
  Neg: unary("Neg", "neg"),
  Relu: unary("Relu", "relu"),
  Relu6: unary("Relu6", "relu6"),
  Sigmoid: unary("Sigmoid", "sigmoid"),
  Softplus: unary("Softplus", "softplus"),
  Sqrt: unary("Sqrt", "sqrt"),
  Square: unary("Square", "square"),
  Tanh: unary("Tanh", "tanh"),

  Add: binary("AddV2", "add"),
  Equal: binary("Equal", "equal"),
  Greater: binary("Greater", "greater"),
  GreaterEqual: binary("GreaterEqual", "greaterEqual"),
  Less: binary("Less", "less"),
  LessEqual: binary("LessEqual", "lessEqual"),
  LogicalAnd: binary("LogicalAnd", "logicalAnd"),
  LogicalOr: binary("LogicalOr", "logicalOr"),
  Maximum: binary("Maximum", "maximum"),
  Minimum: binary("Minimum", "minimum"),
  Multiply: binary("Mul", "mul"),
  NotEqual: binary("NotEqual", "notEqual"),
  Pow: binary("Pow", "pow"),
  RealDiv: binary("RealDiv", "div"),
  Sub: binary("Sub", "sub"),

  Max: {
    node: ({ x }, { reductionIndices, keepDims }, constants) =>
      reduced("Max", x, reductionIndices, keepDims, constants),
    print: ({ x }, { reductionIndices, keepDims }) => call("max", x, reductionIndices, keepDims),
  },
  Mean: reduction("Mean", "mean"),
  Min: reduction("Min", "min"),
  Sum: reduction("Sum", "sum"),
  ArgMax: {
    node: ({ x }, { axis }, { int }) => ({ op: "ArgMax", inputs: [x, int(axis)], attributes: {} }),
    print: ({ x }, { axis }) => call("argMax", x, axis),
  },
  Cumsum: {
    node: ({ x }, { axis, exclusive, reverse }, { int }) => ({
      op: "Cumsum",
      inputs: [x, int(axis)],
      attributes: { exclusive: { b: exclusive }, reverse: { b: reverse } },
    }),
    print: ({ x }, { axis, exclusive, reverse }) => call("cumsum", x, axis, exclusive, reverse),
  },

  Cast: {
    node: ({ x }) => ({ op: "Cast", inputs: [x], attributes: { DstT: { type: "DT_FLOAT" } } }),
    print: ({ x }, { dtype }) => call("cast", x, quoted(dtype)),
  },
  Concat: {
    node: (parts, { axis }, { int }) => ({
      op: "ConcatV2",
      inputs: [...parts, int(axis)],
      attributes: { N: { i: String(parts.length) } },
    }),
    print: (parts, { axis }) => call("concat", `[${parts.join(", ")}]`, axis),
  },
  GatherV2: {
    node: ({ x, indices }, { axis, batchDims }, { int }) => ({
      op: "GatherV2",
      inputs: [x, indices, int(axis)],
      attributes: { batch_dims: { i: String(batchDims) } },
    }),
    print: ({ x, indices }, { axis }) => call("gather", x, indices, axis),
  },
  PadV2: {
    node: ({ x }, { paddings, constantValue }, { table, float }) => ({
      op: "PadV2",
      inputs: [x, table(paddings), float(constantValue)],
      attributes: {},
    }),
    print: ({ x }, { paddings, constantValue }) => call("pad", x, paddings, constantValue),
  },
  Reshape: {
    node: ({ x }, { shape }, { ints }) => ({ op: "Reshape", inputs: [x, ints(shape)], attributes: {} }),
    print: ({ x }, { shape }) => call("reshape", x, shape),
  },
  Slice: {
    node: ({ x }, { begin, size }, { ints }) => ({ op: "Slice", inputs: [x, ints(begin), ints(size)], attributes: {} }),
    print: ({ x }, { begin, size }) => call("slice", x, begin, size),
  },
  Select: {
    node: ({ condition, t, e }) => ({ op: "SelectV2", inputs: [condition, t, e], attributes: {} }),
    print: ({ condition, t, e }) => call("where", condition, t, e),
  },
  SplitV: {
    node: ({ x }, { numOrSizeSplits, axis }, { int, ints }) => ({
      op: "SplitV",
      inputs: [x, ints(numOrSizeSplits), int(axis)],
      attributes: { num_split: { i: String(numOrSizeSplits.length) } },
    }),
    print: ({ x }, { numOrSizeSplits, axis }) => call("split", x, numOrSizeSplits, axis),
  },
  Tile: {
    node: ({ x }, { reps }, { ints }) => ({ op: "Tile", inputs: [x, ints(reps)], attributes: {} }),
    print: ({ x }, { reps }) => call("tile", x, reps),
  },
  Transpose: {
    node: ({ x }, { perm }, { ints }) => ({ op: "Transpose", inputs: [x, ints(perm)], attributes: {} }),
    print: ({ x }, { perm }) => call("transpose", x, perm),
  },

  AvgPool: pool("AvgPool", "avgPool"),
  BatchMatMul: {
    node: ({ a, b }, { transposeA, transposeB }) => ({
      op: "BatchMatMulV2",
      inputs: [a, b],
      attributes: { adj_x: { b: transposeA }, adj_y: { b: transposeB } },
    }),
    print: ({ a, b }, { transposeA, transposeB }) => call("matMul", a, b, transposeA, transposeB),
  },
  Conv2D: convolution("Conv2D", "conv2d"),
  Conv2DBackpropFilter: gradientKernel("Conv2DBackpropFilter"),
  // This is also the transposed convolution, which networks contain.
  Conv2DBackpropInput: {
    node: ({ dy, filter }, { strides, pad, dilations, inputShape }, { ints }) => ({
      op: "Conv2DBackpropInput",
      inputs: [ints(inputShape), filter, dy],
      attributes: { ...windows(strides, pad), dilations: overMap(dilations) },
    }),
    print: ({ dy, filter }, { strides, pad, inputShape }) =>
      call("conv2dTranspose", dy, filter, inputShape, strides, quoted(pad)),
  },
  DepthwiseConv2dNative: convolution("DepthwiseConv2dNative", "depthwiseConv2d"),
  DepthwiseConv2dNativeBackpropFilter: gradientKernel("DepthwiseConv2dNativeBackpropFilter"),
  DepthwiseConv2dNativeBackpropInput: gradientKernel("DepthwiseConv2dNativeBackpropInput"),
  FusedBatchNorm: {
    node: ({ x, scale, offset, mean, variance }, { varianceEpsilon }) => ({
      op: "FusedBatchNormV3",
      inputs: [x, scale, offset, mean, variance],
      attributes: { epsilon: { f: varianceEpsilon }, data_format: text("NHWC"), is_training: { b: false } },
    }),
    print: ({ x, scale, offset, mean, variance }, { varianceEpsilon }) =>
      call("batchNorm", x, mean, variance, offset, scale, varianceEpsilon),
  },
  MaxPool: pool("MaxPool", "maxPool"),
  MaxPoolGrad: gradientKernel("MaxPoolGrad"),
};
