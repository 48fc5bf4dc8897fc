/** Whether the labels of a weight file can be assigned to outputs, and whether they agree. */
import { sameClasses } from "../ir/class-order.js";
import { type Graph, typeOf } from "../ir/graph.js";
import { type ClassHead, classHead } from "./class-head.js";
import type { FileLabels } from "./label-metadata.js";

type Labels = readonly string[];

/**
 * Whether a list for an unknown output name may belong to an output of these heads. That cannot be known, but does not matter
 * if the list equals the labels of all outputs with as many classes.
 */
export function hasUnplaced(
  graph: Graph,
  heads: ReadonlyMap<string, ClassHead>,
  { placed, others }: FileLabels,
): boolean {
  const { outputs, slots } = graph;
  const entries = new Map(slots.map(({ name, value }) => [name, typeOf(graph, value).shape[0]]));
  return others.some(({ labels: list }) => {
    const isNamed = outputs.some(({ labels }) => labels?.length === list.length);
    return outputs.some(({ name, value, labels }, i) => {
      const head = heads.get(name);
      if (head === undefined || (labels !== undefined && sameClasses(labels, list))) return false;
      // Outputs of one layer have the order of that layer's list.
      if (placed.has(name)) return new Set(head.source.map(layerOf)).size > 1;
      const isOther = typeOf(graph, value).shape[1] !== list.length;
      if (labels !== undefined) return !isOther || head.behind.some((slot) => entries.get(slot) === list.length);
      // Nothing is assumed about further outputs without labels. The first one's classes are those of the data.
      return !isOther && (i === 0 || !isNamed);
    });
  });
}

const layerOf = (slot: string): string => slot.replace(/\.[^.]*$/, "");

export interface Contradiction {
  /** The output with other labels. */
  readonly other: string;
  readonly wanted: Labels;
}

/**
 * An output with labels in the model whose layer also feeds an output with different labels now; outputs in `told` are
 * excluded.
 */
export function contradictionOf(
  graph: Graph,
  output: string,
  labels: Labels,
  told: ReadonlyMap<string, Labels> = new Map(),
): Contradiction | undefined {
  const own = graph.outputs.find(({ name }) => name === output);
  if (own === undefined || (own.labels !== undefined && sameClasses(own.labels, labels))) return undefined;
  const behind = new Set(classHead(graph, own.value).behind);
  for (const { name, value, labels: wanted } of graph.outputs) {
    if (name === output || told.has(name) || wanted?.length !== labels.length || sameClasses(wanted, labels)) continue;
    if (classHead(graph, value).behind.some((slot) => behind.has(slot))) return { other: name, wanted };
  }
  return undefined;
}
