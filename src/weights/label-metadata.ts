/** The labels of a network's outputs in the metadata of a weight file: `lfer.labels.OUTPUT`, a JSON list. */

import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { parseFlatList } from "../formats/bounded-json.js";
import { type Graph, typeOf } from "../ir/graph.js";
import { shown, type WeightFile } from "./weight-file.js";

const prefix = "lfer.labels.";

/** The metadata about labels for a file with the graph's weights. */
export function labelMetadata({ outputs }: Graph): ReadonlyMap<string, string> {
  return new Map(
    outputs.flatMap(({ name, labels }) =>
      labels === undefined ? [] : [[`${prefix}${name}`, JSON.stringify(labels)] as const],
    ),
  );
}

/** The labels in a file's metadata. */
export interface FileLabels {
  /** By output of the graph. */
  readonly placed: ReadonlyMap<string, readonly string[]>;
  /** Lists for names that no output has. */
  readonly others: readonly { readonly output: string; readonly labels: readonly string[] }[];
}

/**
 * A file's labels for outputs of the graph and for others, or an error. If the file has one list and the graph one output, they
 * belong together, whatever the names.
 */
export function labelsInFile(
  graph: Graph,
  outputs: readonly string[],
  { file, metadata }: WeightFile,
): FileLabels | Diagnostic {
  const lists = new Map(
    [...metadata].flatMap(([key, text]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), text] as const] : [])),
  );
  const placed = new Map<string, readonly string[]>();
  const others: { output: string; labels: readonly string[] }[] = [];
  const bad = (output: string, expected: string): Diagnostic =>
    diagnose("weights/bad-labels", { file, key: shown(`${prefix}${output}`), expected });
  const [only] = lists.size === 1 && graph.outputs.length === 1 ? graph.outputs : [];
  for (const [output, text] of outputs.length === 0 ? [] : lists) {
    const labels = parseFlatList(text, (item) => typeof item === "string") as readonly string[] | undefined;
    const own = only ?? graph.outputs.find(({ name }) => name === output);
    if (own === undefined) {
      if (labels === undefined) return bad(output, "a JSON list of strings");
      others.push({ output, labels });
    } else if (outputs.includes(own.name)) {
      const [, classes] = typeOf(graph, own.value).shape;
      if (labels === undefined || labels.length !== classes) {
        return bad(output, `a JSON list of ${typeof classes === "number" ? `${classes} ` : ""}strings`);
      }
      placed.set(own.name, labels);
    }
  }
  return { placed, others };
}
