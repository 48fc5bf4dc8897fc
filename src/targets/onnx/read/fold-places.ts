/** Numbers at listed places of a tensor: GatherND takes them out, ScatterND puts others there. */
import type { Dim } from "../../../ir/shape.js";
import { countOf, rowMajorStrides } from "../../../ops/expand.js";
import type { FixedOperand } from "../../../ops/onnx-node.js";
import { counted } from "../../../ops/read-nodes.js";
import { constantOf, type Fold, isSmall, knownOf, ofSizes, plainOf } from "./fold.js";
import { computed } from "./operand.js";

/** Where the slices begin that each row of indices names, row-major; undefined if one is outside. */
function startsOf({ dims }: FixedOperand, places: readonly number[], depth: number): readonly number[] | undefined {
  const strides = rowMajorStrides(dims);
  const starts: number[] = [];
  for (let row = 0; row < places.length; row += depth) {
    let start = 0;
    for (let axis = 0; axis < depth; axis++) {
      const size = dims[axis] ?? 0;
      const index = counted(places[row + axis] ?? 0, size);
      if (!(index >= 0 && index < size)) return undefined;
      start += index * (strides[axis] ?? 0);
    }
    starts.push(start);
  }
  return starts;
}

/** The number of leading axes that the indices go over: the size of their last axis. */
function depthOf(input: FixedOperand, indices: FixedOperand): number | undefined {
  const depth = indices.dims.at(-1);
  return depth !== undefined && depth >= 1 && depth <= input.dims.length ? depth : undefined;
}

export const gatherPlaces: Fold = ([data, at], node) => {
  const [input, indices] = [constantOf(data), constantOf(at)];
  const depth = input === undefined || indices === undefined ? undefined : depthOf(input, indices);
  if (input === undefined || indices === undefined || depth === undefined) return undefined;
  if (node.attributes.int("batch_dims", 0) !== 0) return undefined;
  const slice = input.dims.slice(depth);
  const dims = [...indices.dims.slice(0, -1), ...slice];
  const [known, places] = [knownOf(data), plainOf(at)];
  if (known === undefined || places === undefined || !isSmall(dims)) return ofSizes(dims, input.dtype);
  const starts = startsOf(input, places, depth);
  const run = countOf(slice);
  return (
    starts && [
      computed(
        starts.flatMap((start) => known.numbers.slice(start, start + run)),
        input.dtype,
        dims,
      ),
    ]
  );
};

export const scatter: Fold = ([data, at, updates], node) => {
  const [input, indices, given] = [constantOf(data), constantOf(at), constantOf(updates)];
  const depth = input === undefined || indices === undefined ? undefined : depthOf(input, indices);
  if (input === undefined || indices === undefined || given === undefined || depth === undefined) return undefined;
  if (node.attributes.text("reduction", "none") !== "none") return undefined;
  const slice = input.dims.slice(depth);
  if (given.dims.join() !== [...indices.dims.slice(0, -1), ...slice].join()) return undefined;
  const [known, others, places] = [knownOf(data), knownOf(updates), plainOf(at)];
  if (known === undefined || others === undefined || places === undefined) return ofSizes(input.dims, input.dtype);
  const starts = startsOf(input, places, depth);
  if (starts === undefined) return undefined;
  const numbers: Dim[] = [...known.numbers];
  const run = countOf(slice);
  for (const [row, start] of starts.entries()) {
    for (let i = 0; i < run; i++) numbers[start + i] = others.numbers[row * run + i] as Dim;
  }
  return [computed(numbers, input.dtype, [...input.dims])];
};
