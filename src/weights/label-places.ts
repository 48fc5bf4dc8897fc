/** Whether the labels of a weight file reach the outputs that they are about, and whether those agree. */
import { sameClasses } from "../ir/class-order.js";
import { type Graph, typeOf } from "../ir/graph.js";
import { type ClassHead, classHead } from "./class-head.js";
import type { FileLabels } from "./label-metadata.js";

type Labels = readonly string[];

/**
 * Whether some list of the file that has no output's name may be what an output of these heads says. By name alone nobody
 * knows which; it does not matter where it is the labels of all that have as many.
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
      // What comes from one layer only is what its own list says.
      if (placed.has(name)) return new Set(head.source.map(layerOf)).size > 1;
      const isOther = typeOf(graph, value).shape[1] !== list.length;
      if (labels !== undefined) return !isOther || head.behind.some((slot) => entries.get(slot) === list.length);
      // Of further outputs without labels nothing is said. The first one's classes are those of the data.
      return !isOther && (i === 0 || !isNamed);
    });
  });
}

const layerOf = (slot: string): string => slot.replace(/\.[^.]*$/, "");

export interface Contradiction {
  /** The output that has other labels. */
  readonly other: string;
  readonly wanted: Labels;
}

/** An output with labels of the model's that comes from the same layer as one that has others now, none of `told`. */
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
