import { isProblem } from "../../diagnostics/diagnostic.js";
import { invariant } from "../../diagnostics/invariant.js";
import { type Attributes, type Graph, type Node, typeOf } from "../../ir/graph.js";
import type { Shape, TensorType } from "../../ir/shape.js";
import { findOp } from "../../ops/registry.js";
import { inferNodeTypes } from "../../ops/verify-types.js";

/**
 * The same network for pictures of another size, or undefined where it does not fit. Unlike `retypeGraph` it also moves the
 * cuts of a map into equal parts (`grid`), which a graph holds as numbers.
 */
export function resizeGraph(graph: Graph, inputShapes: ReadonlyMap<string, Shape>): Graph | undefined {
  const types: TensorType[] = [...graph.types];
  for (const { name, value } of graph.inputs) {
    const shape = inputShapes.get(name);
    if (shape !== undefined) types[value] = { dtype: typeOf(graph, value).dtype, shape };
  }
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const op = findOp(node.op);
    invariant(op !== undefined, `unknown op ${node.op} at ${node.path}`, node.span);
    const inputs = node.inputs.map((value) => types[value] as TensorType);
    const attributes = cutAnew(node, inputs[0]);
    const inferred = inferNodeTypes(op, inputs, attributes);
    if (isProblem(inferred)) return undefined;
    node.outputs.forEach((value, i) => {
      types[value] = inferred[i] as TensorType;
    });
    nodes.push(attributes === node.attributes ? node : { ...node, attributes });
  }
  return { ...graph, nodes, types };
}

/** The attributes of a split of height or width into equal parts, for a map of another size. */
function cutAnew(node: Node, input: TensorType | undefined): Attributes {
  const { axis, sizes } = node.attributes;
  if (node.op !== "split" || typeof axis !== "number" || axis < 2 || !Array.isArray(sizes)) return node.attributes;
  const size = input?.shape[axis];
  const parts = sizes.length;
  if (typeof size !== "number" || size % parts !== 0 || sizes.some((part) => part !== sizes[0])) return node.attributes;
  return size / parts === sizes[0]
    ? node.attributes
    : { ...node.attributes, sizes: new Array<number>(parts).fill(size / parts) };
}
