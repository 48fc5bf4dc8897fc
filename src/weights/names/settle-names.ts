/** Matches the tensors of a file with the slots of a model. */
import { type Diagnostic, diagnose } from "../../diagnostics/diagnostic.js";
import { type Graph, typeOf } from "../../ir/graph.js";
import { bindShape } from "../../ir/shape.js";
import { shown, type WeightFile } from "../weight-file.js";
import { applyNameMap, type MapConflict, type MappedNames } from "./apply-map.js";
import { automatic } from "./automatic.js";
import { besideEachOther } from "./compare-names.js";
import { matchNames } from "./former-names.js";
import { type NameMap, parseNameMap } from "./parse-map.js";
import { matchPattern } from "./pattern.js";
import { unwrap } from "./prefixes.js";
import { proposeMap } from "./propose-map.js";
import type { NamedShape } from "./shape-tree.js";
import { shippedMap, shippedMapNames } from "./shipped-maps.js";

/** PyTorch's counters, of training batches and (in AveragedModel) of averages: no output depends on them. */
const ignored = /(^|\.)(num_batches_tracked|n_averaged)$/;

export interface SettledNames {
  /** With names without wrappers' prefixes, and without PyTorch's counters. */
  readonly file: WeightFile;
  readonly names: MappedNames;
  /** The map used: the user's, or a built-in one; undefined if the names are the model's own. */
  readonly map: string | undefined;
  /** The prefix removed from each name. */
  readonly prefix: string;
  /** A map suggested by order and shapes, if nothing else matches the names. */
  readonly proposal?: string;
  /** The names of the file and of the model that nothing matches, side by side. */
  readonly comparison?: string;
  /** Errors, if the names cannot be matched. */
  readonly diagnostics: readonly Diagnostic[];
}

const noMap: NameMap = { name: "", rules: [] };

/** By the user's map only; without one by equal names, else by a built-in map that matches all names, else by a proposal. */
export function settleNames(
  graph: Graph,
  whole: WeightFile,
  map: NameMap | typeof automatic | undefined,
): SettledNames {
  const slots = graph.slots.map(({ name }) => name);
  const kept = new Map([...whole.tensors].filter(([name]) => !ignored.test(name)));
  const written = { ...whole, tensors: kept };
  const { file, prefix } =
    typeof map === "object" && speaksOf(map, kept.keys()) ? { file: written, prefix: "" } : unwrap(written, slots);
  const tensors = [...file.tensors.keys()];
  const settled = (taken: NameMap, names: MappedNames, diagnostics: readonly Diagnostic[]): SettledNames => ({
    file,
    names,
    map: taken === noMap ? undefined : taken.name,
    prefix,
    diagnostics,
  });
  if (typeof map === "object") {
    const names = matchNames(map, tensors, graph);
    return settled(
      map,
      names,
      names.conflicts.slice(0, maxConflicts).map((conflict) => diagnoseConflict(map, conflict)),
    );
  }
  const plain = matchNames(noMap, tensors, graph);
  if (explainsAll(plain, tensors, slots)) return settled(noMap, plain, []);
  // The file of an entirely different network need not be compared with every map.
  const isLikely = tensors.length <= 2 * slots.length;
  const others = (isLikely ? shippedMapNames : []).flatMap((name) => {
    const shipped = shippedMap(name);
    return shipped === undefined ? [] : [{ map: shipped, names: applyNameMap(shipped, tensors, slots) }];
  });
  const complete = others.find(({ names }) => explainsAll(names, tensors, slots));
  if (complete !== undefined) return settled(complete.map, complete.names, []);
  const shapes = graph.slots.map(({ name, value }) => ({ name, shape: bindShape(typeOf(graph, value).shape, 1) }));
  const proposal = proposeMap(
    [...file.tensors].map(([name, { shape }]) => ({ name, shape })),
    shapes,
  );
  if (proposal !== undefined) {
    const parsed = map === automatic ? parseNameMap(proposal, automatic) : undefined;
    if (parsed?.kind === "map") return settled(parsed.map, applyNameMap(parsed.map, tensors, slots), []);
    const holes = { file: file.file, model: graph.name, count: tensors.length };
    return { ...settled(noMap, plain, [diagnose("weights/names-differ", holes)]), proposal };
  }
  // The map with the most matches gives the shortest list of errors.
  const best = others.reduce((a, b) => (b.names.slotOf.size > a.names.slotOf.size ? b : a), {
    map: noMap,
    names: plain,
  });
  if (2 * best.names.slotOf.size >= slots.length) return settled(best.map, best.names, []);
  return {
    ...settled(best.map, best.names, [nothingFits(graph, file, shapes)]),
    comparison: compare(graph, file, shapes),
  };
}

function nothingFits(graph: Graph, file: WeightFile, slots: readonly NamedShape[]): Diagnostic {
  const left = new Map<string, number>();
  for (const { shape } of slots) left.set(shape.join(), (left.get(shape.join()) ?? 0) + 1);
  let alike = 0;
  for (const { shape } of file.tensors.values()) {
    const count = left.get(shape.join()) ?? 0;
    if (count > 0) alike++;
    left.set(shape.join(), count - 1);
  }
  const holes = { file: file.file, model: graph.name, tensors: file.tensors.size, slots: slots.length, alike };
  return diagnose("weights/nothing-fits", holes);
}

const compare = (graph: Graph, { file, tensors }: WeightFile, slots: readonly NamedShape[]): string =>
  besideEachOther(
    { title: `in ${file}`, tensors: [...tensors].map(([name, { shape }]) => ({ name, shape })) },
    { title: `in the model ${graph.name}`, tensors: slots },
  );

const maxConflicts = 10;

/** Whether a rule of the map matches a name without removing a prefix: the prefix may be part of the rule. */
function speaksOf({ rules }: NameMap, tensors: Iterable<string>): boolean {
  const lefts = rules.flatMap(({ left }) => (left === undefined ? [] : [left]));
  return [...tensors].some((tensor) => {
    const parts = tensor.split(".");
    return lefts.some((left) => matchPattern(left, parts) !== undefined);
  });
}

const explainsAll = (
  { slotOf, dropped, conflicts }: MappedNames,
  tensors: readonly string[],
  slots: readonly string[],
): boolean => conflicts.length === 0 && slotOf.size + dropped.size === tensors.length && slotOf.size === slots.length;

function diagnoseConflict({ name }: NameMap, conflict: MapConflict): Diagnostic {
  if (conflict.kind === "ambiguous") {
    const { tensor, slots, line } = conflict;
    return diagnose("weights/map-ambiguous", { map: name, line, tensor: shown(tensor), slots: slots.slice(0, 5) });
  }
  const [first, second] = conflict.tensors;
  return diagnose("weights/map-clash", { map: name, slot: conflict.slot, tensors: [shown(first), shown(second)] });
}
