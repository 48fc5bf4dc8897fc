/**
 * A sum of convolutions of one input is one convolution. With kernels laid so that their taps meet the same cells,
 *
 *   W1 x + b1 + W2 x + b2  =  (W1 + W2) x + (b1 + b2)
 *
 * A batch norm of the input by stored statistics, and the input itself, are convolutions with one tap, that of their own channel:
 * with s = weight / sqrt(var + epsilon), s x + (bias - mean s). This is how RepVGG (Ding et al. 2021, section 3.3) and MobileOne
 * become plain networks. It is done where the merged kernel has no more taps than the kernels have together, so work never grows.
 */

import { type Graph, type Node, typeOf, type ValueId } from "../ir/graph.js";
import { indexGraph } from "../ir/graph-index.js";
import { sameShape } from "../ir/shape.js";
import { type Branch, branchOf, type Convolution, isConvolution, type Summed } from "./branches.js";
import { GraphRewriter } from "./graph-rewriter.js";
import { mergedWindow, sumOfBranches } from "./merged-kernel.js";
import type { Pass, WeightedGraph, WeightValues } from "./weighted-graph.js";

export const mergeBranches: Pass = { name: "merge-branches", run: merge };

function merge<W extends WeightValues>(model: WeightedGraph<W>): WeightedGraph<W> {
  const { graph } = model;
  const rewriter = new GraphRewriter(model);
  const sums = sumsOf(graph);
  const done = new Map<string, readonly ValueId[]>();
  /** The branches and additions in whose place others stand. */
  const gone = new Set<Node>();
  const nodes = graph.nodes.flatMap((node): readonly Node[] => {
    const sum = sums.get(node);
    if (sum === undefined) return [node];
    const groups = groupsOf(graph, sum.terms);
    if (groups.length === 0) return [node];
    const merged = groups.map((group): Node => {
      const key = JSON.stringify([
        group.window,
        group.branches.map(({ node: each }) => [each?.inputs.slice(1), each?.attributes]),
      ]);
      const weights = done.get(key) ?? sumOfBranches(rewriter, group);
      done.set(key, weights);
      const { node: base } = group.base;
      const attributes = { ...base.attributes, ...group.window, bias: weights.length > 1 };
      return { ...base, attributes, inputs: [group.base.source, ...weights] };
    });
    const branches = groups.flatMap((group) => group.branches);
    for (const each of [...sum.inner, ...branches.map((branch) => branch.node)]) if (each !== undefined) gone.add(each);
    const values = new Set(branches.map(({ value }) => value));
    const rest = sum.terms.map(({ value }) => value).filter((value) => !values.has(value));
    return [...merged.slice(0, -1), ...added(node, sum, merged, rest)];
  });
  return gone.size === 0 ? model : rewriter.finish(nodes.filter((node) => !gone.has(node)));
}

/** The last merged convolution, and the additions of what else is summed. */
function added(root: Node, { inner }: Sum, merged: readonly Node[], rest: readonly ValueId[]): readonly Node[] {
  const last = merged.at(-1) as Node;
  const terms = [...merged.map(({ outputs }) => outputs[0] as ValueId), ...rest];
  if (terms.length === 1) return [{ ...last, outputs: root.outputs }];
  const spare = [...inner];
  const nodes: Node[] = [last];
  let sum = terms[0] as ValueId;
  for (const [i, term] of terms.entries()) {
    if (i === 0) continue;
    const node = i === terms.length - 1 ? root : (spare.pop() as Node);
    nodes.push({ ...node, inputs: [sum, term] });
    sum = node.outputs[0] as ValueId;
  }
  return nodes;
}

interface Sum {
  readonly terms: readonly Branch[];
  /** The additions within it, whose results nothing else reads. */
  readonly inner: readonly Node[];
}

/** The terms of each sum, by its last addition; an addition whose result is only added to something is part of that sum. */
function sumsOf(graph: Graph): ReadonlyMap<Node, Sum> {
  const index = indexGraph(graph);
  const producerOf = (value: ValueId): Node | undefined => graph.nodes[index.producer[value] ?? -1];
  const isAddition = (node: Node): boolean => {
    const { shape } = typeOf(graph, node.outputs[0] as ValueId);
    return node.op === "add" && node.inputs.every((value) => sameShape(typeOf(graph, value).shape, shape));
  };
  const sums = new Map<Node, Sum>();
  const within = new Set<Node>();
  for (const root of graph.nodes.toReversed()) {
    if (within.has(root) || !isAddition(root)) continue;
    const terms: Branch[] = [];
    const inner: Node[] = [];
    const waiting = root.inputs.toReversed();
    for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
      const node = index.uses[value] === 1 ? producerOf(value) : undefined;
      if (node !== undefined && isAddition(node)) {
        within.add(node);
        inner.push(node);
        waiting.push(...node.inputs.toReversed());
      } else terms.push(branchOf(graph, index, value, node));
    }
    sums.set(root, { terms, inner });
  }
  return sums;
}

/** The terms that become one convolution, of those with the same input, stride and groups. */
function groupsOf(graph: Graph, terms: readonly Branch[]): readonly Summed[] {
  const bySource = new Map<string, Convolution[]>();
  for (const term of terms) {
    if (!isConvolution(term)) continue;
    const key = JSON.stringify([term.source, term.node.attributes.stride, term.node.attributes.groups]);
    bySource.set(key, [...(bySource.get(key) ?? []), term]);
  }
  const taken = new Set<ValueId>();
  return [...bySource.values()].flatMap((convolutions): readonly Summed[] => {
    const [{ source, node }] = convolutions as [Convolution];
    const others = terms.filter((term) => !isConvolution(term) && term.source === source && !taken.has(term.value));
    const isStill = (node.attributes.stride as readonly number[]).every((step) => step === 1);
    const fitting = isStill && typeOf(graph, source).shape[1] === node.attributes.channels ? others : [];
    const branches = [...convolutions, ...fitting];
    const window = branches.length < 2 ? undefined : mergedWindow(graph, convolutions, fitting.length > 0);
    if (window === undefined) return [];
    for (const { value } of fitting) taken.add(value);
    const taps = ({ node: { attributes } }: Convolution): number =>
      (attributes.kernel as readonly number[]).reduce((product, size) => product * size, 1);
    const base = convolutions.reduce((a, b) => (taps(b) > taps(a) ? b : a));
    return [{ branches, base, window }];
  });
}
