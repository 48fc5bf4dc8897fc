/** The labels of a network's outputs in the metadata of a weight file: `lfer.labels.OUTPUT`, a JSON list. */
import { beyondLimits } from "../bounded-json.js";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { type Graph, typeOf } from "../ir/graph.js";
import { shown, type WeightFile } from "./weight-file.js";

const prefix = "lfer.labels.";

/** What a file with the graph's weights says of its labels. */
export function labelMetadata({ outputs }: Graph): ReadonlyMap<string, string> {
  return new Map(
    outputs.flatMap(({ name, labels }) =>
      labels === undefined ? [] : [[`${prefix}${name}`, JSON.stringify(labels)] as const],
    ),
  );
}

/**
 * By outputs of the graph (those named) the labels that a file has for them, or what is wrong with one. The only list of a
 * file goes with the only output of a graph, whatever that was called then.
 */
export function labelsInFile(
  graph: Graph,
  outputs: readonly string[],
  { file, metadata }: WeightFile,
): ReadonlyMap<string, readonly string[]> | Diagnostic {
  const lists = [...metadata].filter(([key]) => key.startsWith(prefix));
  const labels = new Map<string, readonly string[]>();
  for (const { name, value } of graph.outputs) {
    if (!outputs.includes(name)) continue;
    const isOnly = lists.length === 1 && graph.outputs.length === 1;
    const [key, text] = lists.find(([own]) => own === `${prefix}${name}`) ?? (isOnly ? lists[0] : undefined) ?? [];
    if (key === undefined || text === undefined) continue;
    const list = parseLabels(text);
    const [, classes] = typeOf(graph, value).shape;
    if (list === undefined || list.length !== classes) {
      const expected = `a JSON list of ${typeof classes === "number" ? `${classes} ` : ""}strings`;
      return diagnose("weights/bad-labels", { file, key: shown(key), expected });
    }
    labels.set(name, list);
  }
  return labels;
}

/** A flat list. */
const listLimits = { depth: 1, values: 100_000 };

function parseLabels(text: string): readonly string[] | undefined {
  try {
    if (beyondLimits(text, listLimits) !== undefined) return undefined;
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
