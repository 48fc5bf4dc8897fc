import { type Graph, type Node, typeOf } from "../ir/graph.js";
import type { Window } from "../ops/contracts.js";
import { findOp } from "../ops/registry.js";
import { spanOfKernel } from "../ops/window-arithmetic.js";

/** What one cell of a map sees of the picture, in picture cells, [height, width]. */
export interface ReceptiveField {
  /** Side lengths of the patch that one cell sees; each side along the path that sees most that way. */
  readonly size: readonly [number, number];
  /** Picture cells between two neighbouring cells of the map. */
  readonly jump: readonly [number, number];
  /** Path of the first node that sees this much; undefined where no window looks around. */
  readonly at: string | undefined;
}

/** The windows' rule, per axis: size += (span of the kernel - 1) * jump, then jump *= stride. */
function through(field: ReceptiveField, window: Window, at: string): ReceptiveField {
  const { kernel, dilation, stride } = window;
  const along = (axis: 0 | 1): number =>
    field.size[axis] + (spanOfKernel(kernel[axis], dilation[axis]) - 1) * field.jump[axis];
  return {
    size: [along(0), along(1)],
    jump: [field.jump[0] * stride[0], field.jump[1] * stride[1]],
    at,
  };
}

const sees = (field: ReceptiveField): number => Math.max(field.size[0], field.size[1]);

/** Whether it sees more in one direction and no less in the other, or has the larger side. */
function covers(field: ReceptiveField, other: ReceptiveField): boolean {
  if (sees(field) !== sees(other)) return sees(field) > sees(other);
  return field.size[0] * field.size[1] > other.size[0] * other.size[1];
}

/** Ops that mix cells from all over a map, or lay them out anew: behind them no window of fixed size is left. */
const endsPath = new Set([
  "global_avg_pool",
  "adaptive_avg_pool",
  "adaptive_max_pool",
  "conv2d_transpose",
  "resize",
  "group_norm",
  "instance_norm",
  "matmul",
  "reshape",
  "transpose",
]);

/** Reductions end the path unless they leave height and width alone (`mean(axes: [1], keep: true)`). */
function mixesMap({ op, attributes }: Node): boolean {
  if (endsPath.has(op)) return true;
  if (!op.startsWith("reduce_")) return false;
  const axes = attributes.axes as readonly number[];
  return axes.some((axis) => axis >= 2);
}

/** What a cell sees that is made from cells of two maps: the larger side of either, the coarser steps. */
function join(a: ReceptiveField, b: ReceptiveField): ReceptiveField {
  const larger = sees(b) > sees(a) ? b : a;
  const along = (pair: (field: ReceptiveField) => readonly [number, number]): readonly [number, number] => [
    Math.max(pair(a)[0], pair(b)[0]),
    Math.max(pair(a)[1], pair(b)[1]),
  ];
  return { size: along((field) => field.size), jump: along((field) => field.jump), at: larger.at };
}

const onePixel: ReceptiveField = { size: [1, 1], jump: [1, 1], at: undefined };

/**
 * The largest receptive field of any map in the network (or of those made by the nodes `among`). It may pass the picture's
 * edge. Whatever mixes a whole map (global pools, flatten) ends the path: it sees everything, not a window.
 */
export function receptiveField(graph: Graph, among?: (node: Node) => boolean): ReceptiveField {
  const fields: (ReceptiveField | undefined)[] = new Array(graph.types.length);
  for (const { value } of graph.inputs) fields[value] = onePixel;
  let largest = onePixel;
  for (const node of graph.nodes) {
    let widest: ReceptiveField | undefined;
    for (const value of node.inputs) {
      const field = fields[value];
      if (field !== undefined) widest = widest === undefined ? field : join(widest, field);
    }
    if (widest === undefined || mixesMap(node)) continue;
    const window = findOp(node.op)?.window(node.attributes);
    const field = window === undefined ? widest : through(widest, window, node.path);
    for (const value of node.outputs) {
      if (typeOf(graph, value).shape.length === 4) fields[value] = field;
    }
    if (covers(field, largest) && (among === undefined || among(node))) largest = field;
  }
  return largest;
}
