/**
 * The training form of a network: batch_norm uses the batch's own statistics, and updates the running ones as PyTorch does:
 * running = (1 - momentum) * running + momentum * batch, with the unbiased variance. Dropping ops (dropout, drop_path) become
 * products with a mask, which is an input: no op draws random numbers. The batch must be bound.
 */
import { invariant } from "../diagnostics/invariant.js";
import { GraphBuilder } from "../ir/builder.js";
import { copyGraph } from "../ir/copy-graph.js";
import { type Graph, type Node, typeOf, type ValueId } from "../ir/graph.js";
import { followsBatch, valuesPerChannel } from "../ops/batch-statistics.js";
import { type DroppingMask, maskOfNode } from "../ops/dropping.js";
import { arithmetic } from "../ops/gradient-arithmetic.js";
import { AppendingBuilder } from "./gradient-builder.js";

/** Prefix of the inputs for masks: `mask.classifier.dropout`. */
export const maskPrefix = "mask.";

/** A batch norm in training form: its statistics, and the slots that they update. */
interface Normalised {
  readonly node: Node;
  readonly momentum: number;
  /** Elements per channel. */
  readonly count: number;
  readonly running: readonly [mean: ValueId, variance: ValueId];
  readonly batch: readonly [mean: ValueId, variance: ValueId];
}

/** The training form of a graph. A batch norm whose statistics are computed, not slots, is unchanged. */
export function trainingForm(graph: Graph): Graph {
  const isStep = graph.slots.some(({ next }) => next !== undefined);
  invariant(!isStep, `${graph.name} is a training step already`);
  const builder = new GraphBuilder(graph.name);
  const copy = copyGraph(graph, builder);
  const { at } = copy;
  copy.inputs();
  copy.slots();
  const slots = new Set(graph.slots.map(({ value }) => value));
  const normalised: Normalised[] = [];
  for (const node of graph.nodes) {
    const [x, weight, bias, mean, variance] = node.inputs as readonly [ValueId, ValueId, ValueId, ValueId, ValueId];
    const mask = maskOfNode(graph, node);
    if (mask !== undefined) {
      copy.stand(node.outputs[0] as ValueId, masked(builder, node, at(x), mask));
      continue;
    }
    if (!followsBatch(node, slots)) {
      copy.node(node);
      continue;
    }
    const { epsilon = 0, momentum = 0 } = node.attributes as { readonly epsilon: number; readonly momentum: number };
    const training = { ...node, op: "batch_norm_training", attributes: { epsilon }, inputs: [x, weight, bias].map(at) };
    const [output = 0, batchMean = 0, batchVariance = 0] = builder.node(training, [
      typeOf(graph, node.outputs[0] as ValueId),
      typeOf(graph, mean),
      typeOf(graph, variance),
    ]);
    copy.stand(node.outputs[0] as ValueId, output);
    const count = valuesPerChannel(graph, node);
    normalised.push({
      node,
      momentum,
      count,
      running: [at(mean), at(variance)],
      batch: [batchMean, batchVariance],
    });
  }
  copy.outputs();
  return followStatistics(copy.finish(), normalised);
}

/** The tensor times its mask, whose input is named after the node's path; the tensor itself if nothing is dropped. */
function masked(builder: GraphBuilder, node: Node, x: ValueId, { shape, keep }: DroppingMask): ValueId {
  if (keep === 1) return x;
  const type = builder.typeOf(x);
  const input = { name: `${maskPrefix}${node.path}`, mask: { keep } };
  const mask = builder.input(input, { dtype: type.dtype, shape });
  const product = { path: node.path, span: node.span, op: "mul", attributes: {}, inputs: [x, mask] };
  return builder.node(product, [type])[0] as ValueId;
}

/** Statistics shared by several applications are updated one after the other, as in PyTorch. */
function followStatistics(graph: Graph, normalised: readonly Normalised[]): Graph {
  const builder = new AppendingBuilder(graph);
  const { add, mul, number } = arithmetic(builder);
  const current = new Map<ValueId, ValueId>();
  const follow = (slot: ValueId, batch: ValueId, share: number, momentum: number): void => {
    const kept = mul(current.get(slot) ?? slot, number(1 - momentum));
    current.set(slot, add(kept, mul(batch, number(share))));
  };
  for (const { node, momentum, count, running, batch } of normalised) {
    invariant(count > 1, `${node.path} sees one value per channel: it has no variance`, node.span);
    builder.enter(`next.${node.path}`, node.span);
    follow(running[0], batch[0], momentum, momentum);
    follow(running[1], batch[1], (momentum * count) / (count - 1), momentum);
  }
  const slots = graph.slots.map((slot) => {
    const next = current.get(slot.value);
    return next === undefined ? slot : { ...slot, next };
  });
  return { ...graph, slots, nodes: [...graph.nodes, ...builder.nodesMade], types: builder.types };
}
