/**
 * Types of the edges that exist only inside a lowering (a composed Mish, the Transpose of a shuffle): they are not in the
 * graph, but every edge of the file gets a type. The rules are ONNX's own (Operators.md), for the ops that lowerings use.
 */

import { invariant } from "../../diagnostics/invariant.js";
import { broadcastShapes, isMismatch } from "../../ir/broadcast.js";
import { type BatchDim, type Dim, elementCount, type Shape, type TensorType } from "../../ir/shape.js";
import type { OnnxAttribute } from "../../ops/contracts.js";
import { windowPositions } from "../../ops/window-arithmetic.js";

/** The inputs of a rule: types of the inputs, values of constant ones, attributes, and the number of results. */
export interface EdgeContext {
  readonly opType: string;
  readonly inputs: readonly (TensorType | undefined)[];
  readonly constants: readonly (readonly number[] | undefined)[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
  readonly resultCount: number;
}

type EdgeRule = (context: EdgeContext) => readonly TensorType[];

const input = (c: EdgeContext, at: number): TensorType => {
  const type = c.inputs[at];
  invariant(type !== undefined, `${c.opType}: input ${at} has no type`);
  return type;
};

const constant = (c: EdgeContext, at: number): readonly number[] => {
  const values = c.constants[at];
  invariant(values !== undefined, `${c.opType}: input ${at} must be a constant`);
  return values;
};

const ints = (c: EdgeContext, name: string, otherwise: readonly number[] = []): readonly number[] => {
  const value = c.attributes[name];
  return Array.isArray(value) ? value : otherwise;
};

const int = (c: EdgeContext, name: string, otherwise: number): number => {
  const value = c.attributes[name];
  return typeof value === "number" ? value : otherwise;
};

const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

const sameAsInput: EdgeRule = (c) => [input(c, 0)];

const broadcast = (c: EdgeContext, dtype: TensorType["dtype"], from = 0): readonly TensorType[] => {
  const shapes = c.inputs.slice(from).map((_, i) => input(c, from + i).shape);
  const shape = shapes.reduce((a, b) => {
    const both = broadcastShapes(a, b);
    invariant(!isMismatch(both), `${c.opType}: shapes do not broadcast`);
    return both;
  });
  return [{ dtype, shape }];
};

const elementwise: EdgeRule = (c) => broadcast(c, input(c, 0).dtype);
const comparison: EdgeRule = (c) => broadcast(c, "bool");

const reduction: EdgeRule = (c) => {
  const { dtype, shape } = input(c, 0);
  // The axes were an attribute before they became an input (ReduceSum 13, the others 18).
  const given = c.inputs[1] === undefined ? ints(c, "axes") : constant(c, 1);
  const axes = new Set(given.length === 0 ? shape.keys() : given.map((axis) => axisOf(axis, shape.length)));
  const keep = int(c, "keepdims", 1) === 1;
  const reduced = shape.flatMap((dim, axis): Dim[] => (axes.has(axis) ? (keep ? [1] : []) : [dim]));
  return [{ dtype, shape: reduced }];
};

const argMax: EdgeRule = (c) => {
  const { shape } = input(c, 0);
  const axis = axisOf(int(c, "axis", 0), shape.length);
  const keep = int(c, "keepdims", 1) === 1;
  return [{ dtype: "int64", shape: shape.flatMap((dim, i): Dim[] => (i === axis ? (keep ? [1] : []) : [dim])) }];
};

/** The dimension of a -1 in Reshape: the rest of the elements. */
function remainder(from: Shape, others: Shape): Dim {
  const left = elementCount(from) / elementCount(others);
  const isBatch = (dim: Dim): dim is BatchDim => typeof dim !== "number";
  return from.some(isBatch) && !others.some(isBatch) ? { batch: left } : left;
}

const reshape: EdgeRule = (c) => {
  const { dtype, shape } = input(c, 0);
  const target = constant(c, 1).map((size, axis): Dim => (size === 0 ? (shape[axis] ?? 1) : size));
  const rest = remainder(
    shape,
    target.filter((dim) => dim !== -1),
  );
  return [{ dtype, shape: target.map((dim) => (dim === -1 ? rest : dim)) }];
};

const transpose: EdgeRule = (c) => {
  const { dtype, shape } = input(c, 0);
  const order = ints(c, "perm", [...shape.keys()].reverse());
  return [{ dtype, shape: order.map((axis) => shape[axis] ?? 1) }];
};

const concat: EdgeRule = (c) => {
  const { dtype, shape } = input(c, 0);
  const axis = axisOf(int(c, "axis", 0), shape.length);
  const along = c.inputs.map((_, i) => input(c, i).shape[axis] ?? 1);
  const total = along.reduce((a, b) => {
    invariant(typeof a === typeof b, "Concat: a batch meets a number");
    return typeof a === "number" ? a + (b as number) : { batch: a.batch + (b as BatchDim).batch };
  });
  return [{ dtype, shape: shape.with(axis, total) }];
};

const split: EdgeRule = (c) => {
  const { dtype, shape } = input(c, 0);
  const axis = axisOf(int(c, "axis", 0), shape.length);
  const whole = shape[axis] ?? 1;
  const sizes = c.inputs[1] === undefined ? undefined : constant(c, 1);
  return Array.from({ length: c.resultCount }, (_, i): TensorType => {
    const equal: Dim = typeof whole === "number" ? whole / c.resultCount : { batch: whole.batch / c.resultCount };
    return { dtype, shape: shape.with(axis, sizes?.[i] ?? equal) };
  });
};

const slice: EdgeRule = (c) => {
  const { dtype, shape } = input(c, 0);
  const [starts, ends] = [constant(c, 1), constant(c, 2)];
  const axes = c.inputs[3] === undefined ? [...starts.keys()] : constant(c, 3);
  const steps = c.inputs[4] === undefined ? starts.map(() => 1) : constant(c, 4);
  const sliced = [...shape];
  axes.forEach((given, i) => {
    const axis = axisOf(given, shape.length);
    const size = shape[axis];
    const step = steps[i] ?? 1;
    invariant(typeof size === "number", "Slice: only along known axes");
    if (step < 0) {
      // Backwards, the end may be before the first element: -1.
      const turned = (at: number) => Math.min(size - 1, Math.max(-1, at < 0 ? at + size : at));
      sliced[axis] = Math.max(0, Math.ceil((turned(starts[i] ?? 0) - turned(ends[i] ?? 0)) / -step));
      return;
    }
    const clamp = (at: number) => Math.min(size, Math.max(0, at < 0 ? at + size : at));
    sliced[axis] = Math.max(0, Math.ceil((clamp(ends[i] ?? size) - clamp(starts[i] ?? 0)) / step));
  });
  return [{ dtype, shape: sliced }];
};

const gather: EdgeRule = (c) => {
  const { dtype, shape } = input(c, 0);
  const axis = axisOf(int(c, "axis", 0), shape.length);
  return [{ dtype, shape: [...shape.slice(0, axis), ...input(c, 1).shape, ...shape.slice(axis + 1)] }];
};

const pool: EdgeRule = (c) => {
  const { dtype, shape } = input(c, 0);
  const [kernel, pads, strides] = [ints(c, "kernel_shape"), ints(c, "pads"), ints(c, "strides")];
  const windows = shape.slice(2).map((size, axis): Dim => {
    const padding = (pads[axis] ?? 0) + (pads[axis + 2] ?? 0);
    return windowPositions(size as number, kernel[axis] ?? 1, strides[axis] ?? 1, padding, 1);
  });
  return [{ dtype, shape: [...shape.slice(0, 2), ...windows] }];
};

const unsqueeze: EdgeRule = (c) => {
  const { dtype, shape } = input(c, 0);
  const axes = constant(c, 1).map((axis) => axisOf(axis, shape.length + constant(c, 1).length));
  const rest = [...shape];
  const full = Array.from({ length: shape.length + axes.length }, (_, axis) =>
    axes.includes(axis) ? 1 : (rest.shift() ?? 1),
  );
  return [{ dtype, shape: full }];
};

const squeeze: EdgeRule = (c) => {
  const { dtype, shape } = input(c, 0);
  const given = c.inputs[1] === undefined ? undefined : constant(c, 1).map((axis) => axisOf(axis, shape.length));
  return [{ dtype, shape: shape.filter((dim, axis) => (given === undefined ? dim !== 1 : !given.includes(axis))) }];
};

const flatten: EdgeRule = (c) => {
  const { dtype, shape } = input(c, 0);
  const axis = axisOf(int(c, "axis", 1), shape.length);
  const product = (dims: Shape): Dim => remainder(dims, []);
  return [{ dtype, shape: [product(shape.slice(0, axis)), product(shape.slice(axis))] }];
};

const globalPool: EdgeRule = (c) => {
  const { dtype, shape } = input(c, 0);
  return [{ dtype, shape: shape.map((dim, axis) => (axis < 2 ? dim : 1)) }];
};

const conv: EdgeRule = (c) => {
  const [{ dtype, shape }, weight] = [input(c, 0), input(c, 1)];
  const positions = shape.slice(2).map((size, axis): Dim => {
    const pads = ints(c, "pads", [0, 0, 0, 0]);
    const padding = (pads[axis] ?? 0) + (pads[axis + 2] ?? 0);
    const [stride = 1, dilation = 1] = [ints(c, "strides", [1, 1])[axis], ints(c, "dilations", [1, 1])[axis]];
    return windowPositions(size as number, weight.shape[axis + 2] as number, stride, padding, dilation);
  });
  return [{ dtype, shape: [shape[0] ?? 1, weight.shape[0] ?? 1, ...positions] }];
};

const gemm: EdgeRule = (c) => {
  const [a, b] = [input(c, 0), input(c, 1)];
  const rows = a.shape[int(c, "transA", 0) === 1 ? 1 : 0] ?? 1;
  const columns = b.shape[int(c, "transB", 0) === 1 ? 0 : 1] ?? 1;
  return [{ dtype: a.dtype, shape: [rows, columns] }];
};

const matMul: EdgeRule = (c) => {
  const [a, b] = [input(c, 0), input(c, 1)];
  invariant(a.shape.length >= 2 && b.shape.length >= 2, "MatMul: vectors are not lowered");
  const [outer] = broadcast({ ...c, inputs: [a, b].map((t) => ({ ...t, shape: t.shape.slice(0, -2) })) }, a.dtype);
  return [{ dtype: a.dtype, shape: [...(outer?.shape ?? []), a.shape.at(-2) ?? 1, b.shape.at(-1) ?? 1] }];
};

const pad: EdgeRule = (c) => {
  const { dtype, shape } = input(c, 0);
  const pads = constant(c, 1);
  const padded = shape.map((dim, axis): Dim => {
    const more = (pads[axis] ?? 0) + (pads[axis + shape.length] ?? 0);
    invariant(typeof dim === "number" || more === 0, "Pad: the batch is never padded");
    return typeof dim === "number" ? dim + more : dim;
  });
  return [{ dtype, shape: padded }];
};

const expand: EdgeRule = (c) => {
  const { dtype } = input(c, 0);
  const shape: TensorType = { dtype: "int64", shape: constant(c, 1) };
  return broadcast({ ...c, inputs: [input(c, 0), shape] }, dtype);
};

/** ONNX's numbers of element types (TensorProto.DataType). */
export const elementTypes = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

const cast: EdgeRule = (c) => {
  const to = int(c, "to", 0);
  const dtype = (Object.keys(elementTypes) as (keyof typeof elementTypes)[]).find((name) => elementTypes[name] === to);
  invariant(dtype !== undefined, `Cast: unknown element type ${to}`);
  return [{ dtype, shape: input(c, 0).shape }];
};

const named = (names: string, rule: EdgeRule): [string, EdgeRule][] => names.split(" ").map((name) => [name, rule]);

const rules: ReadonlyMap<string, EdgeRule> = new Map([
  ...named(
    "Abs Atanh Ceil Clip Erf Exp Floor HardSigmoid HardSwish Identity LeakyRelu Log LogSoftmax Mish Neg",
    sameAsInput,
  ),
  ...named("Not Reciprocal Relu Sigmoid Sign Softmax Softplus Sqrt Tanh BatchNormalization", sameAsInput),
  ...named("Add Div Max Min Mul Pow Sub", elementwise),
  ...named("And Equal Greater GreaterOrEqual Less LessOrEqual Or", comparison),
  ...named("ReduceL2 ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare", reduction),
  ["ArgMax", argMax],
  ["Where", (c) => broadcast(c, input(c, 1).dtype)],
  ["Reshape", reshape],
  ["Transpose", transpose],
  ["Concat", concat],
  ["Split", split],
  ["Slice", slice],
  ["Gather", gather],
  ["MaxPool", pool],
  ["Unsqueeze", unsqueeze],
  ["Squeeze", squeeze],
  ["Flatten", flatten],
  ...named("Elu Gelu LayerNormalization PRelu Selu", sameAsInput),
  ...named("GlobalAveragePool GlobalMaxPool", globalPool),
  ["Conv", conv],
  ["Gemm", gemm],
  ["MatMul", matMul],
  ["Pad", pad],
  ["Expand", expand],
  ["Cast", cast],
]);

/** The types of a node's results; an op type without a rule is a bug in lferc, found by the tests of the ops. */
export function inferEdgeTypes(context: EdgeContext): readonly TensorType[] {
  const rule = rules.get(context.opType);
  invariant(rule !== undefined, `no edge rule for ${context.opType}: add one to targets/onnx/edge-types.ts`);
  return rule(context);
}
