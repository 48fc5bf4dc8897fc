/**
 * Two lists of class names beside each other. Names are the same after Unicode's canonical composition (NFC) and in no other
 * case: what a data set's folders are called is matched more freely, by data/label-names.ts.
 */
import type { Graph } from "./graph.js";

const composed = (labels: readonly string[]): readonly string[] => labels.map((label) => label.normalize("NFC"));

/** Whether both lists name the same classes in the same order. */
export function sameClasses(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [composed(a), composed(b)];
  return left.length === right.length && left.every((label, i) => label === right[i]);
}

/**
 * Where in `have` each class of `wanted` stands: entry i of the wanted order is entry `order[i]` of what there is. Undefined
 * where the names are not the same ones, or where a name that stands twice leaves it open.
 */
export function orderOf(have: readonly string[], wanted: readonly string[]): readonly number[] | undefined {
  if (sameClasses(have, wanted)) return have.map((_, i) => i);
  const places = new Map(composed(have).map((label, i) => [label, i]));
  const order = composed(wanted).map((label) => places.get(label));
  const isWhole = places.size === have.length && have.length === wanted.length && new Set(order).size === have.length;
  return isWhole && !order.includes(undefined) ? (order as number[]) : undefined;
}

export const isInOrder = (order: readonly number[]): boolean => order.every((from, i) => from === i);

/**
 * A copy of row-major values whose axis of classes is in another order: `outer` times the classes, each of `inner` values.
 * For an order of `orderOf`.
 */
export function reordered(
  values: Float32Array<ArrayBufferLike>,
  order: readonly number[],
  inner: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(values.length);
  const size = order.length * inner;
  for (let at = 0; at < values.length; at += size) {
    for (const [to, from] of order.entries()) {
      out.set(values.subarray(at + from * inner, at + (from + 1) * inner), at + to * inner);
    }
  }
  return out;
}

/** The graph with these labels for the outputs that have none of their own. */
export function withLabels(graph: Graph, labels: ReadonlyMap<string, readonly string[]>): Graph {
  const outputs = graph.outputs.map((output) => {
    const found = output.labels ?? labels.get(output.name);
    return found === undefined ? output : { ...output, labels: found };
  });
  return { ...graph, outputs };
}
