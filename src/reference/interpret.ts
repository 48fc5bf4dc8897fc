import { invariant } from "../diagnostics/invariant.js";
import { type Graph, type Node, typeOf, type ValueId } from "../ir/graph.js";
import { bindShape } from "../ir/shape.js";
import type { Tensor } from "../ops/contracts.js";
import { findOp } from "../ops/registry.js";

export interface Feed {
  /** By input name. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** By slot name. */
  readonly slots: Readonly<Record<string, Tensor>>;
  /** The batch size N. */
  readonly batch: number;
}

/**
 * Runs a graph in float64, op by op: the executable specification with which engines and passes are compared. Every computed
 * shape must be the inferred one; tensors are freed after their last use.
 */
export function interpret(graph: Graph, feed: Feed, { watch, recall }: RunOptions = {}): Record<string, Tensor> {
  const values = new TensorTable(graph, feed.batch);
  for (const { name, value } of graph.inputs) values.put(value, ownEntry(feed.inputs, name), `input ${name}`);
  for (const { name, value } of graph.slots) values.put(value, ownEntry(feed.slots, name), `slot ${name}`);
  runNodes(graph, values, (node) => recall?.(node, tensorsOf(values, node)), watch);
  return Object.fromEntries(graph.outputs.map(({ name, value }) => [name, values.take(value)]));
}

/** The outputs of one training step, and the values of all slots after it. */
export interface StepResult {
  readonly outputs: Record<string, Tensor>;
  readonly slots: Record<string, Tensor>;
}

/** {@link interpret}, plus the slots' next values, for a graph that is a training step. */
export function interpretStep(graph: Graph, feed: Feed): StepResult {
  const after = graph.slots.map((slot, i) => ({ name: `next ${i}`, value: slot.next ?? slot.value }));
  const all = interpret({ ...graph, outputs: [...graph.outputs, ...after] }, feed);
  const outputs = graph.outputs.map(({ name }) => [name, all[name] as Tensor] as const);
  const slots = graph.slots.map(({ name }, i) => [name, all[`next ${i}`] as Tensor] as const);
  return { outputs: Object.fromEntries(outputs), slots: Object.fromEntries(slots) };
}

function ownEntry(record: Readonly<Record<string, Tensor>>, name: string): Tensor | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** The tensors of a run; each must have its inferred shape. */
export class TensorTable {
  readonly #graph: Graph;
  readonly #batch: number;
  readonly #tensors = new Map<ValueId, Tensor>();

  constructor(graph: Graph, batch: number) {
    this.#graph = graph;
    this.#batch = batch;
  }

  has(value: ValueId): boolean {
    return this.#tensors.has(value);
  }

  put(value: ValueId, tensor: Tensor | undefined, what: string): void {
    invariant(tensor !== undefined, `no tensor is given for ${what}`);
    const shape = bindShape(typeOf(this.#graph, value).shape, this.#batch);
    const fits =
      tensor.shape.length === shape.length &&
      shape.every((size, axis) => size === tensor.shape[axis]) &&
      tensor.data.length === shape.reduce((count, size) => count * size, 1);
    invariant(fits, `${what}: [${tensor.shape.join(", ")}] is executed, [${shape.join(", ")}] was inferred`);
    this.#tensors.set(value, tensor);
  }

  take(value: ValueId): Tensor {
    const tensor = this.#tensors.get(value);
    invariant(tensor !== undefined, `%${value} is read before it is made`);
    return tensor;
  }

  drop(value: ValueId): void {
    this.#tensors.delete(value);
  }
}

/** The index of the last node that reads each value; outputs are never freed. */
function lastReaders(graph: Graph): ReadonlyMap<ValueId, number> {
  const last = new Map<ValueId, number>();
  for (const [index, node] of graph.nodes.entries()) for (const value of node.inputs) last.set(value, index);
  for (const { value } of graph.outputs) last.set(value, graph.nodes.length);
  return last;
}

/** Called for every node that was run, with its inputs and results, for progress reports. */
export type WatchNode = (node: Node, inputs: readonly Tensor[], results: readonly Tensor[]) => void;

export interface RunOptions {
  readonly watch?: WatchNode | undefined;
  /** The results of a node, if they are known. */
  readonly recall?: ((node: Node, inputs: readonly Tensor[]) => readonly Tensor[] | undefined) | undefined;
}

const tensorsOf = (values: TensorTable, { inputs }: Node): readonly Tensor[] =>
  inputs.map((value) => values.take(value));

/** May provide a node's inputs (slots) just before it runs, and its results if they are known. */
export type PrepareNode = (node: Node) => readonly Tensor[] | undefined;

/** Runs all nodes in order. */
export function runNodes(graph: Graph, values: TensorTable, prepare: PrepareNode, watch?: WatchNode): void {
  const last = lastReaders(graph);
  for (const [index, node] of graph.nodes.entries()) {
    const op = findOp(node.op);
    invariant(op !== undefined, `unknown op ${node.op} at ${node.path}`, node.span);
    const made = prepare(node);
    const inputs = tensorsOf(values, node);
    const results = made ?? op.evaluate(inputs, node.attributes);
    for (const [i, value] of node.outputs.entries()) values.put(value, results[i], `${node.op} at ${node.path}`);
    for (const value of [...node.inputs, ...node.outputs]) if ((last.get(value) ?? -1) <= index) values.drop(value);
    watch?.(node, inputs, results);
  }
}
