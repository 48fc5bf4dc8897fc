/** Loads the weights of a graph's slots from any source; the only entry point. */

import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { sha256 } from "../formats/digest.js";
import type { Graph } from "../ir/graph.js";
import { assignWeights } from "./assign.js";
import { initialiseWeights } from "./initialise.js";
import type { automatic } from "./names/automatic.js";
import type { NameMap } from "./names/parse-map.js";
import { settleNames } from "./names/settle-names.js";
import { readWeightFile } from "./read-weight-file.js";
import { settleLabels } from "./settle-labels.js";
import type { WeightFile } from "./weight-file.js";

/** The source of weights: a seed, or a file's bytes with its name for messages. */
export type WeightSource =
  | { readonly kind: "seed"; readonly seed: number }
  | {
      readonly kind: "file";
      readonly file: string;
      readonly bytes: Uint8Array;
      /** The user's map; without one the names decide, and `auto` also takes a proposal. */
      readonly map?: NameMap | typeof automatic | undefined;
      /** The seed for slots that the map reinitialises; default 0. */
      readonly seed?: number;
      /** Rows stay in the file's order, whatever the graph's labels; all of the file's labels are returned. */
      readonly keepsOrder?: true;
    };

/** How the tensors of a file were matched with slots, if not simply by name. */
export interface NamesAccount {
  readonly file: string;
  /** The checkpoint key of the tensors, "" for the whole file. */
  readonly entry: string;
  /** The prefix removed from each name. */
  readonly prefix: string;
  readonly map: string | undefined;
  /** Tensors that the map drops, slots that it reinitialises. */
  readonly dropped: number;
  readonly fresh: readonly string[];
  /** Outputs whose rows were permuted from the file's order of classes to the model's. */
  readonly turned: readonly string[];
}

export interface RefusedWeights {
  readonly kind: "refused";
  readonly diagnostics: readonly Diagnostic[];
  /** The text of a possible name map, if order and shapes suggest one. */
  readonly proposal?: string | undefined;
  /** The names of both sides in two columns, if nothing matches them. */
  readonly comparison?: string | undefined;
}

export type LoadedWeights =
  | RefusedWeights
  | {
      readonly kind: "loaded";
      readonly weights: ReadonlyMap<string, Float32Array>;
      /** Identifies the weights in words: by the file's digest, not its path. */
      readonly provenance: string;
      readonly account: NamesAccount | undefined;
      /** The file's metadata; empty for weights from a seed. */
      readonly metadata: ReadonlyMap<string, string>;
      /** By output, labels that are in the file but not in the graph; all of the file's if its order is kept. */
      readonly labels: ReadonlyMap<string, readonly string[]>;
    };

/** Reads and assigns the weights, or returns all errors. */
export function loadWeights(graph: Graph, source: WeightSource): LoadedWeights {
  if (source.kind === "seed") {
    const weights = initialiseWeights(graph, source.seed);
    const provenance = `seed ${source.seed}`;
    return { kind: "loaded", weights, provenance, account: undefined, metadata: new Map(), labels: new Map() };
  }
  const read = readWeightFile(source.bytes, source.file);
  if (read.kind === "refused") return read;
  const attempts = read.value.map((file) => attempt(graph, file, source.map));
  const [fitting, ...others] = attempts.filter(({ diagnostics }) => diagnostics.length === 0);
  if (fitting === undefined) {
    // Errors are about the state_dict that matches the model best.
    const [nearest] = attempts.sort((a, b) => b.filled - a.filled);
    const { diagnostics = [], proposal, comparison } = nearest ?? {};
    return { kind: "refused", diagnostics, proposal, comparison };
  }
  const taken = fitting.account.entry;
  const isInside = (average: string): boolean => taken === average || taken.startsWith(`${average}.`);
  // A moving average in an unreadable form, such as a list, or without running statistics, is still an average.
  const averages = fitting.averages.some(isInside) ? [] : fitting.averages;
  if (others.length > 0 || averages.length > 0) {
    const fit = [fitting, ...others].map(({ account }) => account.entry || "the file itself");
    const entries = [...new Set([...fit, ...averages])];
    return { kind: "refused", diagnostics: [diagnose("weights/several-state-dicts", { file: source.file, entries })] };
  }
  const fresh = new Set(fitting.account.fresh);
  const settled = settleLabels(graph, fitting.file, fitting.weights, {
    fresh,
    keepsOrder: source.keepsOrder === true,
  });
  if (settled.diagnostics.length > 0) return { kind: "refused", diagnostics: settled.diagnostics };
  const drawn = initialiseWeights(
    { ...graph, slots: graph.slots.filter(({ name }) => fresh.has(name)) },
    source.seed ?? 0,
  );
  return {
    kind: "loaded",
    weights: new Map([...settled.weights, ...drawn]),
    provenance: `sha256 ${sha256([source.bytes])}`,
    account: { ...fitting.account, turned: settled.turned },
    metadata: fitting.metadata,
    labels: settled.labels,
  };
}

function attempt(graph: Graph, file: WeightFile, map: NameMap | typeof automatic | undefined) {
  const settled = settleNames(graph, file, map);
  const { names, prefix, diagnostics, proposal, comparison } = settled;
  const account: NamesAccount = {
    file: file.file,
    entry: file.entry,
    prefix,
    map: settled.map,
    dropped: names.dropped.size,
    fresh: [...names.fresh],
    turned: [],
  };
  const filled = names.slotOf.size;
  const nothing = { weights: new Map<string, Float32Array>(), diagnostics };
  return {
    file,
    account,
    filled,
    proposal,
    comparison,
    averages: file.averages ?? [],
    metadata: file.metadata,
    ...(diagnostics.length > 0 ? nothing : assignWeights(graph, settled)),
  };
}
