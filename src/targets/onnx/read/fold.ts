/** What every rule for computing a node in advance needs: numbers of the file that are no weights, and their places. */
import type { Dim, DType } from "../../../ir/shape.js";
import { countOf, expandTo, gather } from "../../../ops/expand.js";
import { type FixedOperand, mostAxes, type Operand } from "../../../ops/onnx-node.js";
import type { FileNode } from "./node-site.js";
import { computed, mostNumbers } from "./operand.js";

export type Inputs = readonly (Operand | undefined)[];

/** The results of a node, or undefined if they cannot be computed in advance. */
export type Fold = (inputs: Inputs, node: FileNode) => readonly FixedOperand[] | undefined;

/** A constant whose numbers are known. */
export interface Known extends FixedOperand {
  readonly numbers: readonly Dim[];
}

export const fixedOf = (operand: Operand | undefined): FixedOperand | undefined =>
  operand?.kind === "fixed" ? operand : undefined;

/** Trained numbers are not computed with in advance: they would be lost from the parameters. */
const isWeight = ({ isTrained, dtype, dims }: FixedOperand): boolean =>
  isTrained && (dtype === "float32" || dtype === "float16") && countOf(dims) > 1;

/** A constant that is no weight; its numbers may be unknown. */
export function constantOf(operand: Operand | undefined): FixedOperand | undefined {
  const fixed = fixedOf(operand);
  return fixed === undefined || isWeight(fixed) ? undefined : fixed;
}

export function knownOf(operand: Operand | undefined): Known | undefined {
  const constant = constantOf(operand);
  return constant?.numbers === undefined ? undefined : { ...constant, numbers: constant.numbers };
}

/**
 * A constant of these sizes whose numbers are unknown: it is too large, or made of such. No size depends on it; what needs its numbers
 * refuses it.
 */
export function ofSizes(dims: readonly number[], dtype: DType): readonly FixedOperand[] | undefined {
  const isPossible = dims.length <= mostAxes && dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0);
  if (!isPossible || !Number.isSafeInteger(countOf(dims))) return undefined;
  return [{ ...computed([], dtype, [...dims]), numbers: undefined }];
}

/** Its numbers, if none depends on the batch. */
export function plainOf(operand: Operand | undefined): readonly number[] | undefined {
  const numbers = fixedOf(operand)?.numbers;
  const plain = numbers?.filter((each) => typeof each === "number");
  return plain?.length === numbers?.length ? plain : undefined;
}

/** A list of numbers from an input or, in older files, an attribute. */
export function listOf(inputs: Inputs, node: FileNode, index: number, name: string): readonly number[] | undefined {
  return inputs[index] === undefined ? node.attributes.ints(name) : plainOf(inputs[index]);
}

/** Whether a result of these sizes may be computed: a file may repeat, join and broadcast without end. */
export const isSmall = (dims: readonly number[]): boolean =>
  dims.length <= mostAxes && dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0) && countOf(dims) <= mostNumbers;

/** As ONNX's int and float32 types hold a number. */
export function held(value: Dim, dtype: DType): Dim {
  if (typeof value !== "number") return value;
  if (dtype === "bool") return Number(value !== 0);
  return dtype === "float32" || dtype === "float16" ? Math.fround(value) : Math.trunc(value);
}

const places = (count: number): Float64Array => Float64Array.from({ length: count }, (_, i) => i);

function taken(input: Known, at: Float64Array, dims: readonly number[]): Known {
  const numbers = Array.from(at, (place) => input.numbers[place] as Dim);
  return { ...computed(numbers, input.dtype, [...dims]), numbers };
}

/** The numbers at `start` + index * strides, for each index of `dims` (see {@link gather}). */
export function moved(
  input: FixedOperand,
  dims: readonly number[],
  strides: readonly number[],
  start = 0,
): readonly FixedOperand[] | undefined {
  const known = knownOf(input);
  if (known === undefined || !isSmall(dims)) return ofSizes(dims, input.dtype);
  const at = countOf(dims) === 0 ? new Float64Array() : gather(places(known.numbers.length), dims, strides, start);
  return [taken(known, at, dims)];
}

/** The sizes of two tensors broadcast to each other; undefined if they do not fit. */
export function broadcast(a: readonly number[], b: readonly number[]): readonly number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const dims: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const [x, y] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (x !== y && x !== 1 && y !== 1) return undefined;
    dims.push(x === 1 ? y : x);
  }
  return dims;
}

/** The tensor repeated to these sizes, which fit; undefined if there are too many. */
function expanded(input: Known, dims: readonly number[]): Known | undefined {
  if (!isSmall(dims)) return undefined;
  if (countOf(dims) === 0) return taken(input, new Float64Array(), dims);
  return taken(input, expandTo({ shape: input.dims, data: places(input.numbers.length) }, dims).data, dims);
}

/** The common sizes of tensors that are broadcast to each other. */
export const commonSizes = (all: readonly FixedOperand[]): readonly number[] | undefined =>
  all.reduce<readonly number[] | undefined>((sizes, each) => sizes && broadcast(sizes, each.dims), []);

/** The tensors repeated to these sizes, which fit; undefined if some numbers are unknown, or there are too many. */
export function alike(all: readonly FixedOperand[], dims: readonly number[]): readonly Known[] | undefined {
  const repeated = all.map((each) => {
    const known = knownOf(each);
    return known === undefined ? undefined : expanded(known, dims);
  });
  const found = repeated.filter((each) => each !== undefined);
  return found.length === all.length ? found : undefined;
}
