import type { Graph, ValueId } from "../../ir/graph.js";
import type { Tensor } from "../../ops/contracts.js";
import { type Feed, interpret, type WatchNode } from "../../reference/interpret.js";
import { fittingBatch, probeInputs, probeRun, probeWeights } from "../../reference/probe-weights.js";

/**
 * Networks of batch norm and ReLU are chaotic: the variance of any difference grows about 1.2 times a layer (Yang et al.,
 * "A mean field theory of batch normalization", 2019), so that after forty layers float32 rounding looks like a mistake.
 * Batch-norm weights at nine tenths bring the growth to about 1: on LFER-LDL rounding errs 5e-6 instead of 2e-3, while
 * two samples still differ by 0.7 of their norm.
 */
export const usualDamping = 0.9;

/** Probe weights with every batch norm's weight damped. */
export function calmWeights(graph: Graph, seed: number): Readonly<Record<string, Tensor>> {
  return damped(graph, probeWeights(graph, seed), usualDamping);
}

export interface CalmFeed extends Feed {
  /** What the reference makes of it. */
  readonly expected: Readonly<Record<string, Tensor>>;
}

export interface Calmness {
  readonly seed: number;
  /** What batch norms' weights are multiplied by. */
  readonly damping: number;
}

/** Who is told of the nodes of a run of so many pictures. */
export type WatchRun = (batch: number) => WatchNode;

/** Calm weights, inputs, and what the reference makes of them; where there is nothing to damp, fitting them told it already. */
export function calmFeed(
  graph: Graph,
  { seed, damping, batch }: Calmness & { readonly batch: number },
  watchRun: WatchRun = () => () => {},
): CalmFeed {
  if (!hasDampedNorms(graph)) {
    const { inputs, slots, outputs } = probeRun(graph, seed, batch, watchRun(batch));
    return { inputs, slots, batch, expected: outputs };
  }
  const slots = damped(graph, probeWeights(graph, seed, watchRun(fittingBatch)), damping);
  const feed = { inputs: probeInputs(graph, batch, seed), slots, batch };
  return { ...feed, expected: interpret(graph, feed, { watch: watchRun(batch) }) };
}

export const hasDampedNorms = (graph: Graph): boolean => dampedValues(graph).size > 0;

/** Weights of batch norms, but for those before a ReLU6: it must have something to clip. */
function dampedValues(graph: Graph): ReadonlySet<ValueId | undefined> {
  const clipped = new Set(graph.nodes.flatMap(({ op, inputs }) => (op === "relu6" ? inputs : [])));
  const norms = graph.nodes.filter(({ op, outputs }) => op === "batch_norm" && !outputs.some((y) => clipped.has(y)));
  return new Set(norms.map(({ inputs }) => inputs[1]));
}

function damped(graph: Graph, slots: Readonly<Record<string, Tensor>>, damping: number): Record<string, Tensor> {
  const values = dampedValues(graph);
  return Object.fromEntries(
    graph.slots.map(({ name, value }) => {
      const { shape, data } = slots[name] as Tensor;
      return [name, { shape, data: values.has(value) ? data.map((weight) => weight * damping) : data }];
    }),
  );
}
