import { invariant } from "../diagnostics/invariant.js";
import { type Graph, typeOf, type ValueId } from "../ir/graph.js";
import { bindShape } from "../ir/shape.js";
import type { Tensor } from "../ops/contracts.js";
import { findOp } from "../ops/registry.js";

export interface Feed {
  /** By input name. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** By slot name. */
  readonly slots: Readonly<Record<string, Tensor>>;
  /** What N is. */
  readonly batch: number;
}

const sameSizes = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** The number of the last node that reads each value; outputs are never let go. */
function lastReaders(graph: Graph): ReadonlyMap<ValueId, number> {
  const last = new Map<ValueId, number>();
  for (const [index, node] of graph.nodes.entries()) for (const value of node.inputs) last.set(value, index);
  for (const { value } of graph.outputs) last.set(value, graph.nodes.length);
  return last;
}

/**
 * Runs a graph in float64, op by op: the executable specification that engines and passes are compared with. Every
 * executed shape must be the inferred one; tensors are let go after their last reader.
 */
export function interpret(graph: Graph, feed: Feed): Record<string, Tensor> {
  const values = new Map<ValueId, Tensor>();
  const put = (value: ValueId, tensor: Tensor | undefined, what: string): void => {
    invariant(tensor !== undefined, `no tensor is given for ${what}`);
    const shape = bindShape(typeOf(graph, value).shape, feed.batch);
    const fits =
      sameSizes(tensor.shape, shape) && tensor.data.length === shape.reduce((count, size) => count * size, 1);
    invariant(fits, `${what}: [${tensor.shape.join(", ")}] is executed, [${shape.join(", ")}] was inferred`);
    values.set(value, tensor);
  };
  const take = (value: ValueId): Tensor => {
    const tensor = values.get(value);
    invariant(tensor !== undefined, `%${value} is read before it is made`);
    return tensor;
  };
  for (const { name, value } of graph.inputs) put(value, ownEntry(feed.inputs, name), `input ${name}`);
  for (const { name, value } of graph.slots) put(value, ownEntry(feed.slots, name), `slot ${name}`);
  const last = lastReaders(graph);
  for (const [index, node] of graph.nodes.entries()) {
    const op = findOp(node.op);
    invariant(op !== undefined, `unknown op ${node.op} at ${node.path}`, node.span);
    const results = op.evaluate(node.inputs.map(take), node.attributes);
    for (const [i, value] of node.outputs.entries()) put(value, results[i], `${node.op} at ${node.path}`);
    for (const value of [...node.inputs, ...node.outputs]) if ((last.get(value) ?? -1) <= index) values.delete(value);
  }
  return Object.fromEntries(graph.outputs.map(({ name, value }) => [name, take(value)]));
}

function ownEntry(record: Readonly<Record<string, Tensor>>, name: string): Tensor | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
