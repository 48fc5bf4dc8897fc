/** Matches the labels of a weight file with those of the network that takes the weights. */
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { isInOrder, orderOf, reordered } from "../ir/class-order.js";
import type { Graph } from "../ir/graph.js";
import { type ClassHead, classHead, headPath } from "./class-head.js";
import { labelsInFile } from "./label-metadata.js";
import { contradictionOf, hasUnplaced } from "./label-places.js";
import { shown, type WeightFile } from "./weight-file.js";

type Weights = ReadonlyMap<string, Float32Array>;

export interface SettledLabels {
  /** With rows permuted to the network's order of classes. */
  readonly weights: Weights;
  /** By output, labels of the file that the network lacks; all of them if the file's order is kept. */
  readonly labels: ReadonlyMap<string, readonly string[]>;
  /** Outputs whose rows were permuted. */
  readonly turned: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface LabelRules {
  /** Slots that are not from the file. */
  readonly fresh: ReadonlySet<string>;
  /** Rows keep their order, and the file's labels are returned for every output. */
  readonly keepsOrder: boolean;
}

/**
 * Matches classes by name: if the file has another order, rows are permuted to the network's; an output without labels takes
 * the file's. Reinitialised slots have no labels in the file.
 */
export function settleLabels(
  graph: Graph,
  file: WeightFile,
  loaded: Weights,
  { fresh, keepsOrder }: LabelRules,
): SettledLabels {
  const heads = new Map(graph.outputs.map(({ name, value }) => [name, classHead(graph, value)] as const));
  const isNew = ({ source }: ClassHead): boolean => source.length > 0 && source.every((slot) => fresh.has(slot));
  const kept = new Map([...heads].filter(([, head]) => !isNew(head)));
  const found = labelsInFile(graph, [...kept.keys()], file);
  const refused = (wrong: Diagnostic): SettledLabels => ({
    weights: loaded,
    labels: new Map(),
    turned: [],
    diagnostics: [wrong],
  });
  if ("code" in found) return refused(found);
  if (hasUnplaced(graph, kept, found)) {
    const given = [...found.placed].map(([output, labels]) => ({ of: output, labels }));
    const others = found.others.map(({ output, labels }) => ({ of: shown(output), labels }));
    const model = graph.outputs.map(({ name, labels }) => ({ of: name, labels }));
    return refused(
      diagnose("weights/labels-unplaced", { file: file.file, given: [...given, ...others], others, model }),
    );
  }
  const given = found.placed;
  const weights = new Map(loaded);
  const labels = new Map<string, readonly string[]>();
  const turned: string[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const { name: output, labels: wanted } of graph.outputs) {
    const list = given.get(output);
    if (list === undefined) continue;
    const clash = contradictionOf(graph, output, list, given);
    if (clash !== undefined) {
      diagnostics.push(diagnose("weights/labels-contradict", { from: file.file, output, given: list, ...clash }));
      continue;
    }
    if (wanted === undefined || keepsOrder) {
      labels.set(output, list);
      continue;
    }
    const { rows } = heads.get(output) as ClassHead;
    const order = orderOf(list, wanted);
    if (order === undefined) {
      const head = headPath(graph, output);
      diagnostics.push(diagnose("weights/labels-differ", { file: file.file, output, given: list, wanted, head }));
    } else if (!isInOrder(order) && rows === undefined) {
      const written = `labels([${list.map((label) => JSON.stringify(label)).join(", ")}])`;
      diagnostics.push(diagnose("weights/labels-order", { file: file.file, output, given: list, written }));
    } else if (!isInOrder(order)) {
      turned.push(output);
      for (const slot of rows ?? []) {
        const values = loaded.get(slot);
        if (values !== undefined) weights.set(slot, reordered(values, order, values.length / order.length));
      }
    }
  }
  return { weights, labels, turned, diagnostics };
}
