/**
 * A value that depends only on weights and constants is the same in every run: it is computed here once, and becomes a weight.
 * A value with more bytes than its operands (an expanded table, for example) stays computed, so that a file never grows; its
 * operands are folded where possible.
 */
import { invariant } from "../diagnostics/invariant.js";
import { type Graph, type Node, typeOf, type ValueId } from "../ir/graph.js";
import { dtypeBytes, elementCount } from "../ir/shape.js";
import type { Tensor } from "../ops/contracts.js";
import { findOp } from "../ops/registry.js";
import { GraphRewriter } from "./graph-rewriter.js";
import { type Pass, valuesLike, type WeightedGraph, type WeightValues } from "./weighted-graph.js";

export const foldConstants: Pass = { name: "fold-constants", run: fold };

/** Approximate size of a node in a file: op, names, attributes, sizes that are inputs (measured: 300 in a transformer's). */
const nodeBytes = 256;

function fold<W extends WeightValues>(model: WeightedGraph<W>): WeightedGraph<W> {
  const { graph } = model;
  const constants = constantsOf(graph);
  const wanted = worthFolding(graph, constants);
  if (wanted.length === 0) return model;
  const rewriter = new GraphRewriter(model);
  const [like = new Float64Array() as W] = model.weights.values();
  const known = new Map<ValueId, Tensor>();
  const folded = new Map<ValueId, ValueId>();
  for (const value of wanted) {
    const { shape, data } = evaluate(graph, constants, rewriter, known, value);
    const values = valuesLike(like, data.length);
    values.set(data);
    const { path, span } = constants.get(value) as Node;
    const type = { dtype: "float32", shape } as const;
    folded.set(
      value,
      rewriter.addSlot({ name: path, otherwise: `${path}.folded`, role: "parameter", type, values, span }),
    );
  }
  const moved = (value: ValueId): ValueId => folded.get(value) ?? value;
  const nodes = graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(moved) }));
  const outputs = graph.outputs.map((output) => ({ ...output, value: moved(output.value) }));
  return rewriter.finish(nodes, outputs);
}

/** The nodes of values that depend on no input of the graph, by value. */
function constantsOf(graph: Graph): ReadonlyMap<ValueId, Node> {
  const fixed = new Set(graph.slots.filter(({ next }) => next === undefined).map(({ value }) => value));
  const nodes = new Map<ValueId, Node>();
  for (const node of graph.nodes) {
    const isSized = node.outputs.every((value) => typeOf(graph, value).shape.every((dim) => typeof dim === "number"));
    if (!isSized || !node.inputs.every((value) => fixed.has(value))) continue;
    for (const value of node.outputs) {
      fixed.add(value);
      nodes.set(value, node);
    }
  }
  return nodes;
}

/** Values that are read by non-constant nodes, and outputs. */
function dynamicReads(graph: Graph, constants: ReadonlyMap<ValueId, Node>): readonly ValueId[] {
  const others = graph.nodes.filter(({ outputs }) => !constants.has(outputs[0] as ValueId));
  return [...new Set([...others.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ value }) => value)])];
}

const bytesOf = (graph: Graph, value: ValueId): number => {
  const { shape, dtype } = typeOf(graph, value);
  return elementCount(shape) * dtypeBytes[dtype];
};

/**
 * The values that become weights. Values that share an operand are decided together: a weight is removed only if all its
 * readers are folded.
 */
function worthFolding(graph: Graph, constants: ReadonlyMap<ValueId, Node>): readonly ValueId[] {
  const isMade = (value: ValueId): boolean => (constants.get(value)?.op ?? "constant") !== "constant";
  const inFile = (value: ValueId): number => (isMade(value) ? nodeBytes : bytesOf(graph, value));
  const asWeight = (value: ValueId): number =>
    typeOf(graph, value).dtype === "float32" ? bytesOf(graph, value) : Number.POSITIVE_INFINITY;
  const read = dynamicReads(graph, constants);
  const stays = new Set(read.filter((value) => !isMade(value)));
  return sharing(constants, read.filter(isMade)).flatMap((group) => {
    const members = new Map(group.map((value) => [value, asWeight(value)]));
    const saved = new Map<ValueId, number>();
    for (const value of cone(constants, group)) if (!stays.has(value)) saved.set(value, inFile(value));
    let left = total(saved.values());
    while (members.size > 0 && total(members.values()) > left) {
      // The largest value stays computed; its operands may still be folded.
      const [dearest] = [...members].reduce((most, member) => (member[1] > most[1] ? member : most));
      members.delete(dearest);
      const inputs = constants.get(dearest)?.inputs ?? [];
      for (const value of [dearest, ...inputs.filter((input) => !isMade(input))]) {
        left -= saved.get(value) ?? 0;
        saved.delete(value);
      }
      for (const value of inputs.filter(isMade)) members.set(value, asWeight(value));
    }
    return [...members.keys()];
  });
}

const total = (numbers: Iterable<number>): number => {
  let sum = 0;
  for (const each of numbers) sum += each;
  return sum;
};

/** Groups of values that have no operands in common. */
function sharing(constants: ReadonlyMap<ValueId, Node>, values: readonly ValueId[]): readonly (readonly ValueId[])[] {
  const parents = new Map<ValueId, ValueId>();
  const rootOf = (value: ValueId): ValueId => {
    let root = value;
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up;
    for (let at = value; at !== root; ) {
      const up = parents.get(at) as ValueId;
      parents.set(at, root);
      at = up;
    }
    return root;
  };
  for (const [value, { inputs }] of constants) {
    for (const input of inputs) {
      const [one, other] = [rootOf(value), rootOf(input)];
      if (one !== other) parents.set(one, other);
    }
  }
  const groups = new Map<ValueId, ValueId[]>();
  for (const value of values) {
    const group = groups.get(rootOf(value));
    if (group === undefined) groups.set(rootOf(value), [value]);
    else group.push(value);
  }
  return [...groups.values()];
}

/** Values and everything that they depend on. */
function cone(constants: ReadonlyMap<ValueId, Node>, values: readonly ValueId[]): readonly ValueId[] {
  const seen = new Set(values);
  for (const value of seen) for (const input of constants.get(value)?.inputs ?? []) seen.add(input);
  return [...seen];
}

/** The value in float64; `known` caches intermediate results. */
function evaluate<W extends WeightValues>(
  graph: Graph,
  constants: ReadonlyMap<ValueId, Node>,
  rewriter: GraphRewriter<W>,
  known: Map<ValueId, Tensor>,
  value: ValueId,
): Tensor {
  const pending = [value];
  for (let next = pending.at(-1); next !== undefined; next = pending.at(-1)) {
    const node = constants.get(next);
    const missing = node?.inputs.filter((input) => !known.has(input)) ?? [];
    if (missing.length > 0 && !known.has(next)) {
      pending.push(...missing);
      continue;
    }
    pending.pop();
    if (known.has(next)) continue;
    if (node === undefined) {
      const { shape } = typeOf(graph, next);
      known.set(next, {
        shape: shape as readonly number[],
        data: Float64Array.from(rewriter.slot(next)?.values ?? []),
      });
      continue;
    }
    const results = findOp(node.op)?.evaluate(
      node.inputs.map((input) => known.get(input) as Tensor),
      node.attributes,
    );
    for (const [i, output] of node.outputs.entries()) known.set(output, results?.[i] as Tensor);
  }
  const tensor = known.get(value);
  invariant(tensor !== undefined, `value ${value} of ${graph.name} is no constant`);
  return tensor;
}
