/** What follows from the file and from shapes alone: sizes that an exporter computes in the graph. Nothing of it is counted. */
import { type Dim, elementCount } from "../../../ir/shape.js";
import type { FileNode } from "./node-site.js";
import { computed, countOf, dimArithmetic, type FixedOperand, mostAxes, mostNumbers, type Operand } from "./operand.js";
import { dtypeOf } from "./tensor-numbers.js";

type Inputs = readonly (Operand | undefined)[];

/** The results of a node, or undefined where it cannot be known beforehand. */
type Fold = (inputs: Inputs, node: FileNode) => readonly FixedOperand[] | undefined;

const fixed = (operand: Operand | undefined): FixedOperand | undefined =>
  operand?.kind === "fixed" ? operand : undefined;

const numbersOf = (operand: Operand | undefined): readonly Dim[] | undefined => fixed(operand)?.numbers;

const plain = (operand: Operand | undefined): readonly number[] | undefined => {
  const numbers = numbersOf(operand);
  const sizes = numbers?.filter((each) => typeof each === "number");
  return sizes?.length === numbers?.length ? sizes : undefined;
};

const intOf = (node: FileNode, name: string, unlessTold: number): number => {
  const attribute = node.attributes.get(name);
  return attribute === undefined ? unlessTold : Number(attribute.i ?? 0);
};

/** The same numbers, or the same weight, in another shape. */
function reshaped(input: FixedOperand, dims: readonly number[]): readonly FixedOperand[] | undefined {
  if (dims.length > mostAxes) return undefined;
  return countOf(dims) === countOf(input.dims) ? [{ ...input, dims }] : undefined;
}

/** Axes from an input or, in older files, an attribute; counted from the front of `rank` axes. */
function axesOf(inputs: Inputs, node: FileNode, rank: number): readonly number[] | undefined {
  const given = plain(inputs[1]) ?? node.attributes.get("axes")?.ints?.map(Number);
  return given?.map((axis) => (axis < 0 ? axis + rank : axis));
}

function dimsOf(operand: Operand): readonly Dim[] {
  return operand.kind === "fixed" ? operand.dims : operand.type.shape;
}

const shapeOf: Fold = ([input], node) => {
  if (input === undefined) return undefined;
  const dims = dimsOf(input);
  const [start, end] = [intOf(node, "start", 0), intOf(node, "end", dims.length)];
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
  if (intOf(node, "axis", 0) > 0) return undefined;
  const taken = at.map((index) => numbers.at(index));
  if (taken.some((each) => each === undefined)) return undefined;
  return [computed(taken as readonly Dim[], fixed(data)?.dtype, [...where.dims])];
};

const concat: Fold = (inputs) => {
  const numbers: Dim[] = [];
  for (const input of inputs) {
    const own = numbersOf(input);
    if (own === undefined || fixed(input)?.dims.length !== 1) return undefined;
    numbers.push(...own);
    // Lists that double from node to node would fill the memory.
    if (numbers.length > mostNumbers) return undefined;
  }
  return [computed(numbers, fixed(inputs[0])?.dtype)];
};

const slice: Fold = ([data, ...bounds], node) => {
  const [numbers, operand] = [numbersOf(data), fixed(data)];
  const given = (index: number, name: string): number | undefined =>
    plain(bounds[index])?.[0] ?? node.attributes.get(name)?.ints?.map(Number)[0];
  const [from, to, step] = [given(0, "starts"), given(1, "ends"), given(3, "steps") ?? 1];
  if (numbers === undefined || operand?.dims.length !== 1 || from === undefined || to === undefined || step !== 1) {
    return undefined;
  }
  return [computed(numbers.slice(from, to), operand.dtype)];
};

const unsqueeze: Fold = (inputs, node) => {
  const input = fixed(inputs[0]);
  const added = plain(inputs[1])?.length ?? node.attributes.get("axes")?.ints?.length ?? 0;
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
  return reshaped(
    input,
    input.dims.filter((dim, axis) => (axes === undefined ? dim !== 1 : !axes.includes(axis))),
  );
};

const reshape: Fold = (inputs) => {
  const [input, target] = [fixed(inputs[0]), plain(inputs[1])];
  if (input === undefined || target === undefined) return undefined;
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
  const perm = node.attributes.get("perm")?.ints?.map(Number) ?? input.dims.map((_, i) => input.dims.length - 1 - i);
  if (perm.length !== input.dims.length) return undefined;
  const dims = perm.map((axis) => input.dims[axis] ?? 0);
  const isLine = input.dims.filter((dim) => dim !== 1).length <= 1;
  return countOf(dims) === countOf(input.dims)
    ? [{ ...input, dims, numbers: isLine ? input.numbers : undefined }]
    : undefined;
};

const cast: Fold = ([data], node) => {
  const [input, dtype] = [fixed(data), dtypeOf(intOf(node, "to", 0))];
  if (input === undefined || dtype === undefined) return undefined;
  const isWhole = dtype !== "float32" && dtype !== "float16";
  const numbers = input.numbers?.map((each) => (typeof each === "number" && isWhole ? Math.trunc(each) : each));
  return [{ ...input, dtype, numbers }];
};

const castLike: Fold = ([data, like]) => {
  const input = fixed(data);
  if (input === undefined || like === undefined) return undefined;
  return [{ ...input, dtype: like.kind === "fixed" ? like.dtype : like.type.dtype }];
};

/** PyTorch's exporter writes weights that are equal once, with an Identity for each other name: a weight of its own. */
const identity: Fold = ([data], node) => {
  const input = fixed(data);
  if (input === undefined) return undefined;
  return [input.isTrained ? { ...input, name: node.outputs[0] } : input];
};

const constantOfShape: Fold = ([shape], node) => {
  const dims = plain(shape);
  const count = countOf(dims ?? [Number.NaN]);
  if (dims === undefined || !(count <= mostNumbers)) return undefined;
  const given = node.attributes.get("value")?.t;
  const value = given?.int64_data?.[0] ?? given?.float_data?.[0];
  // The value may stand in raw bytes; what it is matters to no shape but one made of it.
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
  return [
    computed(
      x.map((each, i) => Number(each === y[y.length === 1 ? 0 : i])),
      "bool",
      [...(fixed(a)?.dims ?? [])],
    ),
  ];
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

const product: Fold = ([data]) => {
  const numbers = plain(data);
  return numbers === undefined ? undefined : [computed([countOf(numbers)], fixed(data)?.dtype, [])];
};

const size: Fold = ([data]) => {
  if (data === undefined) return undefined;
  const dims = dimsOf(data);
  const batch = dims.filter((dim) => typeof dim !== "number");
  if (batch.length > 1) return undefined;
  const count = elementCount(dims);
  return [computed([batch.length === 1 ? { batch: count } : count], "int64", [])];
};

/** The op types that may be computed beforehand; those that are nothing else stand in `shapeOps`. */
const folds: Readonly<Record<string, Fold>> = {
  Shape: shapeOf,
  Size: size,
  Gather: gather,
  Concat: concat,
  Slice: slice,
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Reshape: reshape,
  Transpose: transpose,
  Cast: cast,
  CastLike: castLike,
  Identity: identity,
  ConstantOfShape: constantOfShape,
  Range: range,
  Where: where,
  Equal: equal,
  ReduceProd: product,
  Add: arithmetic("+"),
  Sub: arithmetic("-"),
  Mul: arithmetic("*"),
  Div: arithmetic("/"),
  Floor: rounded(Math.floor),
  Ceil: rounded(Math.ceil),
};

/** Op types that are known only where they can be computed beforehand. */
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

/** What a node gives, where that can be known without a picture. */
export function foldFixed(node: FileNode, inputs: Inputs): readonly FixedOperand[] | undefined {
  const fold = Object.hasOwn(folds, node.opType) ? folds[node.opType] : undefined;
  return fold?.(inputs, node);
}
