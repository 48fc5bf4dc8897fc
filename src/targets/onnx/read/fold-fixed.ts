/** Computes values that depend only on constants and shapes, such as sizes computed by an exporter. These nodes are not counted. */
import { type Dim, type DType, elementCount } from "../../../ir/shape.js";
import { countOf, rowMajorStrides } from "../../../ops/expand.js";
import { type FixedOperand, mostAxes, type Operand } from "../../../ops/onnx-node.js";
import { areAxes, counted } from "../../../ops/read-nodes.js";
import {
  alike,
  broadcast,
  constantOf,
  type Fold,
  fixedOf,
  held,
  type Inputs,
  isSmall,
  knownOf,
  listOf,
  moved,
  ofSizes,
  plainOf,
} from "./fold.js";
import { arithmeticFolds } from "./fold-arithmetic.js";
import { gatherPlaces, scatter } from "./fold-places.js";
import type { FileNode } from "./node-site.js";
import { computed, dimsOf } from "./operand.js";
import { dtypeOf, fixedOf as tensorOf } from "./tensor-numbers.js";

/** The same numbers, or the same weight, in another shape. */
function reshaped(input: FixedOperand, dims: readonly number[]): readonly FixedOperand[] | undefined {
  if (dims.length > mostAxes) return undefined;
  return countOf(dims) === countOf(input.dims) ? [{ ...input, dims }] : undefined;
}

/** Axes from an input or, in older files, an attribute; as indices from 0. */
function axesOf(inputs: Inputs, node: FileNode, rank: number): readonly number[] | undefined {
  const axes = listOf(inputs, node, 1, "axes")?.map((axis) => counted(axis, rank));
  return axes !== undefined && areAxes(axes, rank) ? axes : undefined;
}

const shapeOf: Fold = ([input], node) => {
  if (input === undefined) return undefined;
  const dims = dimsOf(input);
  const [start, end] = [node.attributes.int("start", 0), node.attributes.int("end", dims.length)];
  return [computed(dims.slice(start, end))];
};

const gatherRows: Fold = ([data, indices], node) => {
  const [input, at] = [constantOf(data), constantOf(indices)];
  if (input === undefined || at === undefined) return undefined;
  const axis = counted(node.attributes.int("axis", 0), input.dims.length);
  const size = input.dims[axis];
  if (size === undefined) return undefined;
  const [before, after] = [input.dims.slice(0, axis), input.dims.slice(axis + 1)];
  const dims = [...before, ...at.dims, ...after];
  const [known, places] = [knownOf(data), plainOf(indices)];
  const wanted = places?.map((index) => counted(index, size));
  if (wanted?.some((index) => index < 0 || index >= size)) return undefined;
  if (known === undefined || wanted === undefined || !isSmall(dims)) return ofSizes(dims, input.dtype);
  const run = countOf(after);
  const numbers: Dim[] = [];
  for (let outer = 0; outer < countOf(before); outer++) {
    for (const index of wanted) {
      const from = (outer * size + index) * run;
      numbers.push(...known.numbers.slice(from, from + run));
    }
  }
  return [computed(numbers, input.dtype, dims)];
};

const concat: Fold = (inputs, node) => {
  const all = inputs.map(constantOf).filter((each) => each !== undefined);
  const [first] = all;
  if (first === undefined || all.length !== inputs.length) return undefined;
  const axis = counted(node.attributes.int("axis", 0), first.dims.length);
  const others = (dims: readonly number[]): string => dims.filter((_, i) => i !== axis).join();
  if (first.dims[axis] === undefined || all.some(({ dims }) => others(dims) !== others(first.dims))) return undefined;
  const joined = all.reduce((sum, { dims }) => sum + (dims[axis] ?? 0), 0);
  const dims = first.dims.map((dim, i) => (i === axis ? joined : dim));
  const known = all.map(knownOf).filter((each) => each !== undefined);
  // Lists that double at each node would fill the memory.
  if (known.length < all.length || !isSmall(dims)) return ofSizes(dims, first.dtype);
  const numbers: Dim[] = [];
  for (let outer = 0; outer < countOf(first.dims.slice(0, axis)); outer++) {
    for (const each of known) {
      const run = countOf(each.dims.slice(axis));
      numbers.push(...each.numbers.slice(outer * run, (outer + 1) * run));
    }
  }
  return [computed(numbers, first.dtype, dims)];
};

const slice: Fold = (inputs, node) => {
  const input = constantOf(inputs[0]);
  const [starts, ends] = [listOf(inputs, node, 1, "starts"), listOf(inputs, node, 2, "ends")];
  if (input === undefined || starts === undefined || starts.length !== ends?.length) return undefined;
  const axes = listOf(inputs, node, 3, "axes") ?? starts.map((_, i) => i);
  const steps = listOf(inputs, node, 4, "steps") ?? starts.map(() => 1);
  const rank = input.dims.length;
  const cut = axes.map((axis) => counted(axis, rank));
  if (!areAxes(cut, rank) || cut.length !== starts.length || steps.length !== starts.length) return undefined;
  const [dims, strides] = [[...input.dims], rowMajorStrides(input.dims)];
  let start = 0;
  for (const [i, axis] of cut.entries()) {
    const [size, step] = [dims[axis] ?? 0, steps[i] ?? 1];
    if (step === 0) return undefined;
    const hold = (index: number, low: number, high: number): number =>
      Math.min(high, Math.max(low, counted(index, size)));
    // A step backwards ends before the first index, which no index from 0 says.
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const [from, to] = [hold(starts[i] ?? 0, Math.max(0, low), high), hold(ends[i] ?? 0, low, high)];
    dims[axis] = Math.max(0, Math.ceil((to - from) / step));
    start += from * (strides[axis] ?? 0);
    strides[axis] = (strides[axis] ?? 0) * step;
  }
  return moved(input, dims, strides, start);
};

const unsqueeze: Fold = (inputs, node) => {
  const input = fixedOf(inputs[0]);
  const added = listOf(inputs, node, 1, "axes")?.length ?? 0;
  if (added > mostAxes) return undefined;
  const axes = input === undefined ? undefined : axesOf(inputs, node, input.dims.length + added);
  if (input === undefined || axes === undefined) return undefined;
  const dims = [...input.dims];
  for (const axis of [...axes].sort((a, b) => a - b)) dims.splice(axis, 0, 1);
  return reshaped(input, dims);
};

const squeeze: Fold = (inputs, node) => {
  const input = fixedOf(inputs[0]);
  if (input === undefined) return undefined;
  const axes = axesOf(inputs, node, input.dims.length);
  if (axes === undefined && (inputs[1] ?? node.attributes.ints("axes")) !== undefined) return undefined;
  return reshaped(
    input,
    input.dims.filter((dim, axis) => (axes === undefined ? dim !== 1 : !axes.includes(axis))),
  );
};

const reshape: Fold = (inputs, node) => {
  const [input, target] = [fixedOf(inputs[0]), listOf(inputs, node, 1, "shape")];
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
  const input = fixedOf(data);
  if (input === undefined) return undefined;
  const rank = input.dims.length;
  const perm = node.attributes.ints("perm") ?? input.dims.map((_, i) => rank - 1 - i);
  if (perm.length !== rank || !areAxes(perm, rank)) return undefined;
  const dims = perm.map((axis) => input.dims[axis] ?? 0);
  const known = knownOf(data);
  // Of a weight only the sizes are used.
  if (known === undefined) {
    const permutation = input.permutation ? perm.map((axis) => input.permutation?.[axis] ?? 0) : perm;
    return [{ ...input, dims, numbers: undefined, permutation }];
  }
  const strides = rowMajorStrides(input.dims);
  const turned = moved(
    known,
    dims,
    perm.map((axis) => strides[axis] ?? 0),
  )?.[0];
  return turned && [{ ...input, dims, numbers: turned.numbers }];
};

/** Attributes about types with few bits, which are never used for sizes. */
const passCastDetails = (node: FileNode): void => node.attributes.pass("saturate", "round_mode");

/** A long table of indices keeps its numbers among whole numbers. */
function asType(input: FixedOperand, dtype: DType): FixedOperand {
  if (isSmall(input.dims)) return { ...input, dtype, numbers: input.numbers?.map((each) => held(each, dtype)) };
  const areWhole = [input.dtype, dtype].every((type) => type === "int64" || type === "int32");
  return { ...input, dtype, numbers: areWhole ? input.numbers : undefined };
}

const cast: Fold = ([data], node) => {
  const [input, dtype] = [fixedOf(data), dtypeOf(node.attributes.int("to", 0))];
  if (input === undefined || dtype === undefined) return undefined;
  passCastDetails(node);
  return [asType(input, dtype)];
};

const castLike: Fold = ([data, like], node) => {
  const input = fixedOf(data);
  if (input === undefined || like === undefined) return undefined;
  passCastDetails(node);
  const dtype = like.kind === "fixed" ? like.dtype : like.type.dtype;
  return [asType(input, dtype)];
};

/** PyTorch's exporter writes equal weights once, with an Identity for each further name: a separate weight. */
const identity: Fold = ([data], node) => {
  const input = fixedOf(data);
  if (input === undefined) return undefined;
  return [input.isTrained ? { ...input, name: node.outputs[0] } : input];
};

const expand: Fold = (inputs) => {
  const [input, target] = [constantOf(inputs[0]), sharedBySamples(inputs[1])];
  const dims = input === undefined || target === undefined ? undefined : broadcast(input.dims, target);
  if (input === undefined || dims === undefined) return undefined;
  return alike([input], dims) ?? ofSizes(dims, input.dtype);
};

/**
 * The sizes of a constant tensor, which the file may make for a batch: it is the same for each sample, so 1 stands in place of the batch,
 * and broadcasting does the rest. A node that does not broadcast then refuses it.
 */
function sharedBySamples(sizes: Operand | undefined): readonly number[] | undefined {
  const [first, ...others] = fixedOf(sizes)?.numbers ?? [];
  if (first === undefined || typeof first === "number" || others.length === 0) return plainOf(sizes);
  const plain = others.filter((size) => typeof size === "number");
  return plain.length === others.length ? [1, ...plain] : undefined;
}

const constantOfShape: Fold = ([shape], node) => {
  const dims = sharedBySamples(shape);
  const given = node.attributes.tensor("value");
  const value = given === undefined ? computed([0], "float32") : tensorOf(given, undefined);
  if (dims === undefined || typeof value === "string") return undefined;
  const [number] = value.numbers ?? [];
  if (number === undefined || !isSmall(dims)) return ofSizes(dims, value.dtype);
  return [computed(new Array<Dim>(countOf(dims)).fill(number), value.dtype, [...dims])];
};

const range: Fold = ([start, limit, delta]) => {
  const [from, to, step] = [plainOf(start)?.[0], plainOf(limit)?.[0], plainOf(delta)?.[0]];
  if (from === undefined || to === undefined || step === undefined || step === 0) return undefined;
  const count = Math.max(0, Math.ceil((to - from) / step));
  const dtype = fixedOf(start)?.dtype ?? "int64";
  if (!isSmall([count])) return ofSizes([count], dtype);
  return [
    computed(
      Array.from({ length: count }, (_, i) => from + i * step),
      dtype,
    ),
  ];
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
  ...arithmeticFolds,
  Shape: [shapeOf, 1],
  Size: [size, 1],
  Gather: [gatherRows, 2],
  Concat: [concat, Number.POSITIVE_INFINITY],
  Slice: [slice, 5],
  Unsqueeze: [unsqueeze, 2],
  Squeeze: [squeeze, 2],
  Reshape: [reshape, 2],
  Transpose: [transpose, 1],
  Cast: [cast, 1],
  CastLike: [castLike, 2],
  Identity: [identity, 1],
  Expand: [expand, 2],
  ScatterND: [scatter, 3],
  GatherND: [gatherPlaces, 2],
  ConstantOfShape: [constantOfShape, 1],
  Range: [range, 3],
};

/** Op types that are supported only if they can be computed in advance. */
export const shapeOps: ReadonlySet<string> = new Set([
  // Passed over by quantisation.ts.
  ...["QuantizeLinear", "DequantizeLinear"],
  ...["Constant", "CastLike", "Shape", "Size", "ConstantOfShape", "Range", "ReduceProd"],
  ...["Floor", "Ceil", "Round", "Mod", "Sign", "Reciprocal", "Sin", "Cos"],
  "ScatterND",
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
