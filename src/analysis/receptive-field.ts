import { type Graph, type Node, typeOf } from "../ir/graph.js";
import type { Window } from "../ops/contracts.js";
import { findOp } from "../ops/registry.js";
import { spanOfKernel } from "../ops/window-arithmetic.js";

/** What one cell of a map sees of the picture, in picture cells, [height, width]. */
export interface ReceptiveField {
  /** Side lengths of the patch that one cell sees, along the path with the largest windows. */
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

/** Ops that mix cells from all over a map, or lay them out anew: behind them no window of fixed size is left. */
const endsPath = new Set([
  "global_avg_pool",
  "reduce_mean",
  "reduce_sum",
  "reduce_max",
  "reduce_min",
  "matmul",
  "reshape",
  "transpose",
]);

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
      if (field !== undefined && (widest === undefined || sees(field) > sees(widest))) widest = field;
    }
    if (widest === undefined || endsPath.has(node.op)) continue;
    const window = findOp(node.op)?.window(node.attributes);
    const field = window === undefined ? widest : through(widest, window, node.path);
    for (const value of node.outputs) {
      if (typeOf(graph, value).shape.length === 4) fields[value] = field;
    }
    if (sees(field) > sees(largest) && (among === undefined || among(node))) largest = field;
  }
  return largest;
}
