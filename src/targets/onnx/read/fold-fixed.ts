/** Computes values that depend only on constants and shapes, such as sizes computed by an exporter. These nodes are not counted. */
import { type Dim, type DType, elementCount } from "../../../ir/shape.js";
import { countOf } from "../../../ops/expand.js";
import { type FixedOperand, mostAxes, type Operand } from "../../../ops/onnx-node.js";
import type { FileNode } from "./node-site.js";
import { computed, dimArithmetic, dimsOf, mostNumbers } from "./operand.js";
import { dtypeOf } from "./tensor-numbers.js";

type Inputs = readonly (Operand | undefined)[];

/** The results of a node, or undefined if they cannot be computed in advance. */
type Fold = (inputs: Inputs, node: FileNode) => readonly FixedOperand[] | undefined;

const fixed = (operand: Operand | undefined): FixedOperand | undefined =>
  operand?.kind === "fixed" ? operand : undefined;

const numbersOf = (operand: Operand | undefined): readonly Dim[] | undefined => fixed(operand)?.numbers;

const plain = (operand: Operand | undefined): readonly number[] | undefined => {
  const numbers = numbersOf(operand);
  const sizes = numbers?.filter((each) => typeof each === "number");
  return sizes?.length === numbers?.length ? sizes : undefined;
};

/** The same numbers, or the same weight, in another shape. */
function reshaped(input: FixedOperand, dims: readonly number[]): readonly FixedOperand[] | undefined {
  if (dims.length > mostAxes) return undefined;
  return countOf(dims) === countOf(input.dims) ? [{ ...input, dims }] : undefined;
}

/** Axes from an input or, in older files, an attribute; as indices from 0. */
function axesOf(inputs: Inputs, node: FileNode, rank: number): readonly number[] | undefined {
  const given = plain(inputs[1]) ?? node.attributes.ints("axes");
  const axes = given?.map((axis) => (axis < 0 ? axis + rank : axis));
  const isSound = axes?.every((axis, i) => axis >= 0 && axis < rank && axes.indexOf(axis) === i);
  return isSound ? axes : undefined;
}

const shapeOf: Fold = ([input], node) => {
  if (input === undefined) return undefined;
  const dims = dimsOf(input);
  const [start, end] = [node.attributes.int("start", 0), node.attributes.int("end", dims.length)];
  return [computed(dims.slice(start, end))];
};

const arithmetic =
  (operator: "+" | "-" | "*" | "/"): Fold =>
  ([a, b]) => {
    const [left, right] = [fixed(a), fixed(b)];
    const [x, y] = [left?.numbers, right?.numbers];
    if (left === undefined || x === undefined || y === undefined || left.isTrained || right?.isTrained)
      return undefined;
    if (x.length !== y.length && x.length !== 1 && y.length !== 1) return undefined;
    const whole = left.dtype !== "float32";
    const numbers: Dim[] = [];
    for (let i = 0; i < Math.max(x.length, y.length); i++) {
      const result = dimArithmetic(operator, x[x.length === 1 ? 0 : i] as Dim, y[y.length === 1 ? 0 : i] as Dim, whole);
      if (result === undefined) return undefined;
      numbers.push(result);
    }
    return [computed(numbers, left.dtype, x.length >= y.length ? [...left.dims] : [...(right?.dims ?? [])])];
  };

const rounded =
  (round: (x: number) => number): Fold =>
  ([input]) => {
    const [operand, numbers] = [fixed(input), plain(input)];
    if (operand === undefined || numbers === undefined) return undefined;
    return [computed(numbers.map(round), operand.dtype, [...operand.dims])];
  };

const gather: Fold = ([data, indices], node) => {
  const [numbers, at, where] = [numbersOf(data), plain(indices), fixed(indices)];
  if (numbers === undefined || at === undefined || where === undefined || dimsOf(data as Operand).length !== 1) {
    return undefined;
  }
  if (node.attributes.int("axis", 0) > 0) return undefined;
  const taken = at.map((index) => numbers.at(index));
  if (taken.some((each) => each === undefined)) return undefined;
  return [computed(taken as readonly Dim[], fixed(data)?.dtype, [...where.dims])];
};

const concat: Fold = (inputs, node) => {
  const numbers: Dim[] = [];
  const axis = node.attributes.int("axis", 0);
  if (axis !== 0 && axis !== -1) return undefined;
  for (const input of inputs) {
    const own = numbersOf(input);
    if (own === undefined || fixed(input)?.dims.length !== 1) return undefined;
    numbers.push(...own);
    // Lists that double at each node would fill the memory.
    if (numbers.length > mostNumbers) return undefined;
  }
  return [computed(numbers, fixed(inputs[0])?.dtype)];
};

/** A slice of a list of numbers. */
const slice: Fold = ([data, ...bounds], node) => {
  const [numbers, operand] = [numbersOf(data), fixed(data)];
  const given = (index: number, name: string): readonly number[] | undefined =>
    bounds[index] === undefined ? node.attributes.ints(name) : plain(bounds[index]);
  const [starts, ends, axes, steps] = [given(0, "starts"), given(1, "ends"), given(2, "axes"), given(3, "steps")];
  const [from, to, axis, step] = [starts?.[0], ends?.[0], axes?.[0] ?? 0, steps?.[0] ?? 1];
  const isOfList = operand?.dims.length === 1 && (axis === 0 || axis === -1) && starts?.length === 1;
  if (numbers === undefined || !isOfList || from === undefined || to === undefined || step !== 1) return undefined;
  return [computed(numbers.slice(from, to), operand.dtype)];
};

const unsqueeze: Fold = (inputs, node) => {
  const input = fixed(inputs[0]);
  const added = plain(inputs[1])?.length ?? node.attributes.ints("axes")?.length ?? 0;
  if (added > mostAxes) return undefined;
  const axes = input === undefined ? undefined : axesOf(inputs, node, input.dims.length + added);
  if (input === undefined || axes === undefined) return undefined;
  const dims = [...input.dims];
  for (const axis of [...axes].sort((a, b) => a - b)) dims.splice(axis, 0, 1);
  return reshaped(input, dims);
};

const squeeze: Fold = (inputs, node) => {
  const input = fixed(inputs[0]);
  if (input === undefined) return undefined;
  const axes = axesOf(inputs, node, input.dims.length);
  if (axes === undefined && (inputs[1] ?? node.attributes.ints("axes")) !== undefined) return undefined;
  return reshaped(
    input,
    input.dims.filter((dim, axis) => (axes === undefined ? dim !== 1 : !axes.includes(axis))),
  );
};

const reshape: Fold = (inputs, node) => {
  const [input, target] = [fixed(inputs[0]), plain(inputs[1]) ?? node.attributes.ints("shape")];
  const isZeroMeant = node.attributes.int("allowzero", 0) === 1;
  if (input === undefined || target === undefined || (isZeroMeant && target.includes(0))) return undefined;
  const kept = target.map((size, axis) => (size === 0 ? (input.dims[axis] ?? 0) : size));
  const rest = countOf(input.dims) / -countOf(kept);
  return reshaped(
    input,
    kept.map((size) => (size === -1 ? rest : size)),
  );
};

const transpose: Fold = ([data], node) => {
  const input = fixed(data);
  if (input === undefined) return undefined;
  const perm = node.attributes.ints("perm") ?? input.dims.map((_, i) => input.dims.length - 1 - i);
  if (perm.length !== input.dims.length) return undefined;
  const dims = perm.map((axis) => input.dims[axis] ?? 0);
  const isLine = input.dims.filter((dim) => dim !== 1).length <= 1;
  return countOf(dims) === countOf(input.dims)
    ? [{ ...input, dims, numbers: isLine ? input.numbers : undefined }]
    : undefined;
};

/** Attributes about types with few bits, which are never used for sizes. */
const passCastDetails = (node: FileNode): void => node.attributes.pass("saturate", "round_mode");

/** A number converted to a type. */
function held(value: number, dtype: DType): number {
  if (dtype === "bool") return Number(value !== 0);
  return dtype === "float32" || dtype === "float16" ? value : Math.trunc(value);
}

const cast: Fold = ([data], node) => {
  const [input, dtype] = [fixed(data), dtypeOf(node.attributes.int("to", 0))];
  if (input === undefined || dtype === undefined) return undefined;
  passCastDetails(node);
  const numbers = input.numbers?.map((each) => (typeof each === "number" ? held(each, dtype) : each));
  return [{ ...input, dtype, numbers }];
};

const castLike: Fold = ([data, like], node) => {
  const input = fixed(data);
  if (input === undefined || like === undefined) return undefined;
  passCastDetails(node);
  return [{ ...input, dtype: like.kind === "fixed" ? like.dtype : like.type.dtype }];
};

/** PyTorch's exporter writes equal weights once, with an Identity for each further name: a separate weight. */
const identity: Fold = ([data], node) => {
  const input = fixed(data);
  if (input === undefined) return undefined;
  return [input.isTrained ? { ...input, name: node.outputs[0] } : input];
};

const constantOfShape: Fold = ([shape], node) => {
  const dims = plain(shape);
  const count = countOf(dims ?? [Number.NaN]);
  if (dims === undefined || !(count <= mostNumbers)) return undefined;
  const given = node.attributes.tensor("value");
  const value = given?.int64_data?.[0] ?? given?.float_data?.[0];
  // The value may be stored as raw bytes; it matters only to shapes computed from it.
  const numbers = value === undefined && given ? undefined : new Array<number>(count).fill(Number(value ?? 0));
  return [{ ...computed(numbers ?? [], dtypeOf(given?.data_type ?? 1), [...dims]), numbers }];
};

const where: Fold = ([condition, a, b]) => {
  const [choice, yes, no] = [plain(condition), numbersOf(a), numbersOf(b)];
  if (choice === undefined || yes?.length !== choice.length || no?.length !== choice.length) return undefined;
  return [
    computed(
      choice.map((is, i) => (is !== 0 ? yes[i] : no[i]) as Dim),
      fixed(a)?.dtype,
    ),
  ];
};

const equal: Fold = ([a, b]) => {
  const [x, y] = [plain(a), plain(b)];
  if (x === undefined || y === undefined || (x.length !== y.length && y.length !== 1)) return undefined;
  const isSame = x.map((each, i) => Number(each === y[y.length === 1 ? 0 : i]));
  return [computed(isSame, "bool", [...(fixed(a)?.dims ?? [])])];
};

const range: Fold = ([start, limit, delta]) => {
  const [from, to, step] = [plain(start)?.[0], plain(limit)?.[0], plain(delta)?.[0]];
  if (from === undefined || to === undefined || step === undefined || step === 0) return undefined;
  const count = Math.ceil((to - from) / step);
  if (!(count <= mostNumbers)) return undefined;
  return [
    computed(
      Array.from({ length: Math.max(0, count) }, (_, i) => from + i * step),
      fixed(start)?.dtype,
    ),
  ];
};

/** The number of elements of a shape. */
const product: Fold = ([data, over], node) => {
  const [input, numbers] = [fixed(data), plain(data)];
  const axes = over === undefined ? node.attributes.ints("axes") : plain(over);
  const keep = node.attributes.int("keepdims", 1) === 1;
  const isForNothing = node.attributes.int("noop_with_empty_axes", 0) === 1 && (axes ?? []).length === 0;
  const isOfList = input?.dims.length === 1 && (axes ?? []).every((axis) => axis === 0 || axis === -1);
  if (numbers === undefined || !isOfList || isForNothing || (over !== undefined && axes === undefined))
    return undefined;
  return [computed([countOf(numbers)], input.dtype, keep ? [1] : [])];
};

const size: Fold = ([data]) => {
  if (data === undefined) return undefined;
  const dims = dimsOf(data);
  const batch = dims.filter((dim) => typeof dim !== "number");
  if (batch.length > 1) return undefined;
  const count = elementCount(dims);
  return [computed([batch.length === 1 ? { batch: count } : count], "int64", [])];
};

/** The op types that may be computed in advance, and the number of inputs that each reads. */
const folds: Readonly<Record<string, readonly [Fold, inputs: number]>> = {
  Shape: [shapeOf, 1],
  Size: [size, 1],
  Gather: [gather, 2],
  Concat: [concat, Number.POSITIVE_INFINITY],
  Slice: [slice, 5],
  Unsqueeze: [unsqueeze, 2],
  Squeeze: [squeeze, 2],
  Reshape: [reshape, 2],
  Transpose: [transpose, 1],
  Cast: [cast, 1],
  CastLike: [castLike, 2],
  Identity: [identity, 1],
  ConstantOfShape: [constantOfShape, 1],
  Range: [range, 3],
  Where: [where, 3],
  Equal: [equal, 2],
  ReduceProd: [product, 2],
  Add: [arithmetic("+"), 2],
  Sub: [arithmetic("-"), 2],
  Mul: [arithmetic("*"), 2],
  Div: [arithmetic("/"), 2],
  Floor: [rounded(Math.floor), 1],
  Ceil: [rounded(Math.ceil), 1],
};

/** Op types that are supported only if they can be computed in advance. */
export const shapeOps: ReadonlySet<string> = new Set([
  "Constant",
  "CastLike",
  "Shape",
  "Size",
  "ConstantOfShape",
  "Range",
  "ReduceProd",
  "Floor",
  "Ceil",
]);

/** The results of a node, if they can be computed without a picture; a text if it has unread attributes. */
export function foldFixed(node: FileNode, inputs: Inputs): readonly FixedOperand[] | string | undefined {
  const [fold, inputCount = 0] = (Object.hasOwn(folds, node.opType) ? folds[node.opType] : undefined) ?? [];
  // A fold without a result must not mark attributes as read for the reader.
  const attributes = node.attributes.again();
  const results = fold?.(inputs, { ...node, attributes });
  if (results === undefined) return undefined;
  const unread = inputs.findIndex((input, index) => input !== undefined && index >= inputCount);
  return attributes.fault ?? (unread === -1 ? results : `lferc does not read its input ${unread}`);
}
