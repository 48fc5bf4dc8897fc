/** Target shapes of ONNX nodes. */
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { Dim, Shape } from "../ir/shape.js";
import type { OnnxNode } from "./onnx-node.js";
import { counted } from "./read-nodes.js";

/** The number of elements, as a number times a power of N. */
function factorsOf(shape: Shape): readonly [count: number, batches: number] {
  const count = shape.reduce<number>((all, dim) => all * (typeof dim === "number" ? dim : dim.batch), 1);
  return [count, shape.filter((dim) => typeof dim !== "number").length];
}

/** The sizes of several axes multiplied into one. */
export function productOf(dims: Shape): Dim {
  const [count, batches] = factorsOf(dims);
  return batches === 0 ? count : { batch: count };
}

/** The first axis that Flatten merges, as an index from 0. */
export const axisOfFlatten = (node: OnnxNode): number =>
  counted(node.attributes.int("axis", 1), node.shapeOf(0).length);

/** The target shape of a Reshape for a tensor of this shape: 0 keeps a size, -1 takes the rest. */
export function targetShape(node: OnnxNode, shape: Shape, index: number): Shape | Problem {
  const target = node.numbers(index) ?? node.attributes.ints("shape");
  if (target === undefined || isProblem(target)) return target ?? node.refuse("it has no target");
  const isZeroKept = node.attributes.int("allowzero", 0) === 0;
  const wanted = target.map((size, axis) => (size === 0 && isZeroKept ? (shape[axis] ?? 0) : size));
  const open = wanted.indexOf(-1);
  if (open === -1) return wanted;
  const [all, batches] = factorsOf(shape);
  const [known, knownBatches] = factorsOf(wanted.filter((_, axis) => axis !== open));
  const left: Dim = batches > knownBatches ? { batch: all / known } : all / known;
  return wanted.map((size, axis) => (axis === open ? left : size));
}
