/** The weights of every slot of a graph, from wherever they come: the one way in. */

import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { sha256 } from "../formats/digest.js";
import type { Graph } from "../ir/graph.js";
import { assignWeights } from "./assign.js";
import { initialiseWeights } from "./initialise.js";
import type { NameMap } from "./names/parse-map.js";
import { settleNames } from "./names/settle-names.js";
import { readWeightFile } from "./read-weight-file.js";
import { settleLabels } from "./settle-labels.js";
import type { WeightFile } from "./weight-file.js";

/** Where weights come from: drawn afresh, or a file's bytes under the name that messages use. */
export type WeightSource =
  | { readonly kind: "seed"; readonly seed: number }
  | {
      readonly kind: "file";
      readonly file: string;
      readonly bytes: Uint8Array;
      /** Of the user; without one the names decide. */
      readonly map?: NameMap | undefined;
      /** Of the slots that the map lets begin afresh; 0 unless told. */
      readonly seed?: number;
      /** The rows stay in the file's order, whatever the graph's labels are, and all that the file says of its labels is told. */
      readonly keepsOrder?: true;
    };

/** How the tensors of a file came to their slots, where that is not plain. */
export interface NamesAccount {
  readonly file: string;
  /** The key in a checkpoint under which they stand, "" for the whole. */
  readonly entry: string;
  /** What was taken off each name. */
  readonly prefix: string;
  readonly map: string | undefined;
  /** Tensors that the map drops, slots that it lets begin afresh. */
  readonly dropped: number;
  readonly fresh: readonly string[];
  /** Outputs whose rows were put from the file's order of classes into the model's. */
  readonly turned: readonly string[];
}

export interface RefusedWeights {
  readonly kind: "refused";
  readonly diagnostics: readonly Diagnostic[];
  /** The text of a name map that would do, if the layers are what order and shapes suggest. */
  readonly proposal?: string | undefined;
}

export type LoadedWeights =
  | RefusedWeights
  | {
      readonly kind: "loaded";
      readonly weights: ReadonlyMap<string, Float32Array>;
      /** Which weights these are, in words: the digest of their file, not whose machine it lay on. */
      readonly provenance: string;
      readonly account: NamesAccount | undefined;
      /** What the file says of itself; nothing where the seed drew the weights. */
      readonly metadata: ReadonlyMap<string, string>;
      /** By output, the labels that the file has and the graph has not; all of the file's where the order is kept. */
      readonly labels: ReadonlyMap<string, readonly string[]>;
    };

/** Reads and assigns the weights, or says all that is wrong with them. */
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
    // The state_dict that most of the model is in is the one to talk about.
    const [nearest] = attempts.sort((a, b) => b.filled - a.filled);
    return { kind: "refused", diagnostics: nearest?.diagnostics ?? [], proposal: nearest?.proposal };
  }
  const taken = fitting.account.entry;
  const isInside = (average: string): boolean => taken === average || taken.startsWith(`${average}.`);
  // An average in a form that does not fit, as a list or without running statistics, is one all the same.
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

function attempt(graph: Graph, file: WeightFile, map: NameMap | undefined) {
  const settled = settleNames(graph, file, map);
  const { names, prefix, diagnostics, proposal } = settled;
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
    averages: file.averages ?? [],
    metadata: file.metadata,
    ...(diagnostics.length > 0 ? nothing : assignWeights(graph, settled)),
  };
}
