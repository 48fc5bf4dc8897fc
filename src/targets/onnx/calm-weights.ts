import type { Graph, ValueId } from "../../ir/graph.js";
import { keepsStatistics } from "../../ops/batch-statistics.js";
import type { Tensor } from "../../ops/contracts.js";
import { findOp } from "../../ops/registry.js";
import { type Feed, interpret, type WatchNode } from "../../reference/interpret.js";
import { fittingBatch, probeInputs, probeRun, probeWeights } from "../../reference/probe-weights.js";

/**
 * Networks of batch norm and ReLU are chaotic: the variance of any difference grows about 1.2 times a layer (Yang et al.,
 * "A mean field theory of batch normalization", 2019), so that after forty layers float32 rounding looks like a mistake.
 * Batch-norm weights at nine tenths bring the growth to about 1: on LFER-LDL rounding errs 5e-6 instead of 2e-3, while
 * two samples still differ by 0.7 of their norm.
 */
export const usualDamping = 0.9;

/** Probe weights with every batch norm's weight damped, except before a ReLU6, which must have something to clip. */
export function calmWeights(graph: Graph, seed: number): Readonly<Record<string, Tensor>> {
  return damped(graph, probeWeights(graph, seed), usualDamping, "unclipped");
}

export interface CalmFeed extends Feed {
  /** The reference's outputs. */
  readonly expected: Readonly<Record<string, Tensor>>;
}

export interface Calmness {
  readonly seed: number;
  /** The factor of batch norms' weights. */
  readonly damping: number;
  /** Which batch norms: those before a ReLU6 should not be damped, but some networks are calm only with all of them damped. */
  readonly norms: "unclipped" | "all";
}

/** Receives the nodes of a run with `batch` pictures. */
export type WatchRun = (batch: number) => WatchNode;

/** Calm weights, inputs, and the reference's outputs; if there is nothing to damp, those of the fitting. */
export function calmFeed(
  graph: Graph,
  { seed, damping, norms, batch }: Calmness & { readonly batch: number },
  watchRun: WatchRun = () => () => {},
): CalmFeed {
  if (!dampsNorms(graph, norms)) {
    const { inputs, slots, outputs } = probeRun(graph, seed, batch, watchRun(batch));
    return { inputs, slots, batch, expected: outputs };
  }
  const slots = damped(graph, probeWeights(graph, seed, watchRun(fittingBatch)), damping, norms);
  const feed = { inputs: probeInputs(graph, batch, seed), slots, batch };
  return { ...feed, expected: interpret(graph, feed, { watch: watchRun(batch) }) };
}

export const dampsNorms = (graph: Graph, norms: Calmness["norms"]): boolean => dampedValues(graph, norms).size > 0;

/** Whether an op needs larger inputs to be exercised completely: ReLU6 clips at 6. */
function reachesFar(op: string): boolean {
  const probe = findOp(op)?.probe;
  return probe?.kind === "none" && (probe.reach ?? 1) > 1;
}

/** Damped weights of batch norms: all, or all except before a ReLU6. */
function dampedValues(graph: Graph, norms: Calmness["norms"]): ReadonlySet<ValueId | undefined> {
  const clipped = new Set(
    norms === "all" ? [] : graph.nodes.flatMap(({ op, inputs }) => (reachesFar(op) ? inputs : [])),
  );
  const found = graph.nodes.filter((node) => keepsStatistics(node) && !node.outputs.some((y) => clipped.has(y)));
  return new Set(found.map(({ inputs }) => inputs[1]));
}

function damped(
  graph: Graph,
  slots: Readonly<Record<string, Tensor>>,
  damping: number,
  norms: Calmness["norms"],
): Record<string, Tensor> {
  const values = dampedValues(graph, norms);
  return Object.fromEntries(
    graph.slots.map(({ name, value }) => {
      const { shape, data } = slots[name] as Tensor;
      return [name, { shape, data: values.has(value) ? data.map((weight) => weight * damping) : data }];
    }),
  );
}
