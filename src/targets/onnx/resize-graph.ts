import { isProblem } from "../../diagnostics/diagnostic.js";
import type { Attributes, Graph, Node } from "../../ir/graph.js";
import type { Shape, TensorType } from "../../ir/shape.js";
import { findOp } from "../../ops/registry.js";
import { retypeGraph } from "../../ops/retype.js";

/**
 * The same network for pictures of another size, or undefined if it does not fit. It also adapts the splits of a map into equal
 * parts (`grid`), which a graph stores as numbers.
 */
export function resizeGraph(graph: Graph, inputShapes: ReadonlyMap<string, Shape>): Graph | undefined {
  const found = retypeGraph(graph, Object.fromEntries(inputShapes), (node, [input]) => cutAnew(node, input));
  return isProblem(found) ? undefined : found;
}

/** The attributes of a split of height or width into equal parts, for a map of another size. */
function cutAnew(node: Node, input: TensorType | undefined): Attributes {
  const { axis, sizes } = node.attributes;
  if (
    findOp(node.op)?.pieces(node.attributes).kind !== "cut" ||
    typeof axis !== "number" ||
    axis < 2 ||
    !Array.isArray(sizes)
  )
    return node.attributes;
  const size = input?.shape[axis];
  const parts = sizes.length;
  if (typeof size !== "number" || size % parts !== 0 || sizes.some((part) => part !== sizes[0])) return node.attributes;
  return size / parts === sizes[0]
    ? node.attributes
    : { ...node.attributes, sizes: new Array<number>(parts).fill(size / parts) };
}
