/**
 * Compares two lists of class names. Names are equal after Unicode's canonical composition (NFC), including case. Folder names
 * of data sets are matched more freely, by data/label-names.ts.
 */
import type { Graph } from "./graph.js";

const composed = (labels: readonly string[]): readonly string[] => labels.map((label) => label.normalize("NFC"));

/** Whether both lists name the same classes in the same order. */
export function sameClasses(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [composed(a), composed(b)];
  return left.length === right.length && left.every((label, i) => label === right[i]);
}

/**
 * The index in `have` of each class of `wanted`: entry i of the wanted order is entry `order[i]`. Undefined if the names
 * differ, or a duplicate name makes it ambiguous.
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
 * A copy of row-major values with the axis of classes permuted: `outer` times the classes, each of `inner` values. For an order
 * from `orderOf`.
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

/** The graph with these labels on outputs without labels. */
export function withLabels(graph: Graph, labels: ReadonlyMap<string, readonly string[]>): Graph {
  const outputs = graph.outputs.map((output) => {
    const found = output.labels ?? labels.get(output.name);
    return found === undefined ? output : { ...output, labels: found };
  });
  return { ...graph, outputs };
}
