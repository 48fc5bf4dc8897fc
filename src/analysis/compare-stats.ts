import { type ConventionName, conventions } from "../recipe/measures.js";
import { quantityKeys } from "./conventions.js";
import { allConventions, type FiguresByConvention, type LayerStats, type Stats } from "./stats.js";

/** A figure before and after; null if one side does not have it (a new model, an older record with fewer conventions). */
export interface Change {
  readonly before: number | null;
  readonly after: number | null;
  readonly delta: number | null;
}

/** The fields of a layer's record that are compared: without facts and source. */
export type ComparedLayer = Pick<LayerStats, "path" | "op" | "outputShape" | "params" | "counts">;

/** A layer with the same path on both sides and other figures. */
export interface ChangedLayer {
  readonly path: string;
  readonly before: ComparedLayer;
  readonly after: ComparedLayer;
}

/** A layer with the same op, shape and figures, but another path. */
export interface MovedLayer {
  readonly from: string;
  readonly to: string;
}

export interface LayerChanges {
  readonly added: readonly ComparedLayer[];
  readonly removed: readonly ComparedLayer[];
  readonly changed: readonly ChangedLayer[];
  readonly moved: readonly MovedLayer[];
}

interface Sides<T> {
  readonly before: T | null;
  readonly after: T | null;
}

/** The comparison of a model; `lferc stats --against ... --format json` prints it unchanged. */
export interface StatsComparison {
  readonly schemaVersion: 1;
  readonly model: string;
  /** The base model (null: there is none) and its file. */
  readonly against: { readonly model: string | null; readonly path: string };
  /** `unchanged`: no figure differs, of the model or a layer; layers may have moved. */
  readonly status: "unchanged" | "changed" | "added" | "removed";
  readonly inputs: Sides<Stats["inputs"]>;
  readonly params: Readonly<Record<"total" | "trainingOnly" | "buffers", Change>>;
  readonly counts: Readonly<Partial<Record<ConventionName, Readonly<Record<string, Change>>>>>;
  readonly memory: Readonly<Record<"paramBytes" | "peakActivationBytes" | "inPlacePeakActivationBytes", Change>>;
  readonly receptiveField: { readonly size: Sides<readonly [number, number]> };
  /** All empty if there is only one side: then every layer is new, or removed. */
  readonly layers: LayerChanges;
}

const change = (before: number | undefined, after: number | undefined): Change => ({
  before: before ?? null,
  after: after ?? null,
  delta: before === undefined || after === undefined ? null : after - before,
});

const isChanged = ({ before, after }: Change): boolean => before !== null && after !== null && before !== after;

/** All figures that both records have, as text: equal texts mean equal figures. */
function figuresText(counts: FiguresByConvention, names: readonly ConventionName[]): string {
  return names.map((name) => conventions[name].map((quantity) => counts[name]?.[quantityKeys[quantity]])).join();
}

/** The conventions that every layer of both sides has. */
function commonConventions(before: Stats, after: Stats): readonly ConventionName[] {
  const has = ({ layers }: Stats, name: ConventionName): boolean => layers.every(({ counts }) => counts[name]);
  return allConventions.filter((name) => has(before, name) && has(after, name));
}

const compared = ({ path, op, outputShape, params, counts }: LayerStats): ComparedLayer => ({
  path,
  op,
  outputShape,
  params,
  counts,
});

/** Pairs items with equal keys, in order; returns the pairs and the rest of each side. */
function pairOff<T>(before: readonly T[], after: readonly T[], keyOf: (each: T) => string) {
  const waiting = new Map<string, T[]>();
  for (const each of before) {
    const key = keyOf(each);
    const same = waiting.get(key);
    if (same === undefined) waiting.set(key, [each]);
    else same.push(each);
  }
  for (const same of waiting.values()) same.reverse();
  const pairs: (readonly [T, T])[] = [];
  const added: T[] = [];
  for (const each of after) {
    const partner = waiting.get(keyOf(each))?.pop();
    if (partner === undefined) added.push(each);
    else pairs.push([partner, each]);
  }
  const paired = new Set(pairs.map(([partner]) => partner));
  return { pairs, added, removed: before.filter((each) => !paired.has(each)) };
}

/**
 * Matches layers by path. Unmatched layers that are equal except for the path have moved: those with the same last name are
 * paired first, then by the order of the network.
 */
function compareLayers(before: Stats, after: Stats): LayerChanges {
  const names = commonConventions(before, after);
  const likeness = ({ op, outputShape, params, counts }: LayerStats): string =>
    `${op} ${outputShape.join("x")} ${params} ${figuresText(counts, names)}`;
  const samePath = pairOff(before.layers, after.layers, ({ path }) => path);
  const lastName = ({ path }: LayerStats): string => path.slice(path.lastIndexOf(".") + 1);
  const sameName = pairOff(samePath.removed, samePath.added, (layer) => `${lastName(layer)} ${likeness(layer)}`);
  const alike = pairOff(sameName.removed, sameName.added, likeness);
  const place = new Map(after.layers.map((layer, i) => [layer, i] as const));
  const placeOf = ([, is]: readonly [LayerStats, LayerStats]): number => place.get(is) ?? 0;
  const moved = [...sameName.pairs, ...alike.pairs].sort((a, b) => placeOf(a) - placeOf(b));
  return {
    added: alike.added.map(compared),
    removed: alike.removed.map(compared),
    changed: samePath.pairs
      .filter(([was, is]) => likeness(was) !== likeness(is))
      .map(([was, is]) => ({ path: is.path, before: compared(was), after: compared(is) })),
    moved: moved.map(([was, is]) => ({ from: was.path, to: is.path })),
  };
}

function compareCounts(before: Stats | undefined, after: Stats | undefined): StatsComparison["counts"] {
  const counts: Partial<Record<ConventionName, Record<string, Change>>> = {};
  for (const name of allConventions) {
    const [was, is] = [before?.counts[name], after?.counts[name]];
    if (was === undefined && is === undefined) continue;
    const changes: Record<string, Change> = {};
    for (const quantity of conventions[name]) {
      const key = quantityKeys[quantity];
      changes[key] = change(was?.[key], is?.[key]);
    }
    counts[name] = changes;
  }
  return counts;
}

/** The base of a comparison: a record from `path`, or none with that name. */
export interface Base {
  readonly path: string;
  readonly stats: Stats | undefined;
}

/** The changes between two records, in total and by layer. `after` is undefined if the model was removed. */
export function compareStats({ path, stats: before }: Base, after: Stats | undefined): StatsComparison {
  const both = <T>(of: (stats: Stats) => T): Sides<T> => ({
    before: before === undefined ? null : of(before),
    after: after === undefined ? null : of(after),
  });
  const figure = (of: (stats: Stats) => number): Change => change(before && of(before), after && of(after));
  const comparison = {
    schemaVersion: 1,
    model: after?.model ?? before?.model ?? "",
    against: { model: before?.model ?? null, path },
    inputs: both(({ inputs }) => inputs),
    params: {
      total: figure(({ params }) => params.total),
      trainingOnly: figure(({ params }) => params.trainingOnly),
      buffers: figure(({ params }) => params.buffers),
    },
    counts: compareCounts(before, after),
    memory: {
      paramBytes: figure(({ memory }) => memory.paramBytes),
      peakActivationBytes: figure(({ memory }) => memory.peakActivationBytes),
      inPlacePeakActivationBytes: figure(({ memory }) => memory.inPlacePeakActivationBytes),
    },
    receptiveField: { size: both(({ receptiveField }) => receptiveField.size) },
    layers:
      before === undefined || after === undefined
        ? { added: [], removed: [], changed: [], moved: [] }
        : compareLayers(before, after),
  } as const;
  return { ...comparison, status: statusOf(comparison) };
}

function statusOf(comparison: Omit<StatsComparison, "status">): StatsComparison["status"] {
  const { inputs, receptiveField, layers, params, memory, counts } = comparison;
  if (inputs.before === null) return "added";
  if (inputs.after === null) return "removed";
  const figures = [params, memory, ...Object.values(counts)].flatMap((record) => Object.values(record));
  const same = ({ before, after }: Sides<unknown>): boolean => JSON.stringify(before) === JSON.stringify(after);
  const isSame =
    !figures.some(isChanged) &&
    same(inputs) &&
    same(receptiveField.size) &&
    layers.added.length + layers.removed.length + layers.changed.length === 0;
  return isSame ? "unchanged" : "changed";
}

/** A model and its counterpart on the other side. */
export interface ModelPair {
  readonly before: Stats | undefined;
  readonly after: Stats | undefined;
}

/**
 * Matches models by name; with `gone`, models that only `before` has are included. If each side has one model, they are matched
 * whatever their names: it was renamed, or two networks are compared.
 */
export function pairModels(before: readonly Stats[], after: readonly Stats[], gone: boolean): readonly ModelPair[] {
  const [[onlyBefore, ...moreBefore], [onlyAfter, ...moreAfter]] = [before, after];
  if (onlyBefore && onlyAfter && moreBefore.length + moreAfter.length === 0) {
    return [{ before: onlyBefore, after: onlyAfter }];
  }
  const byName = new Map(before.map((stats) => [stats.model, stats]));
  const names = new Set(after.map((stats) => stats.model));
  return [
    ...after.map((stats) => ({ before: byName.get(stats.model), after: stats })),
    ...before.filter(({ model }) => gone && !names.has(model)).map((stats) => ({ before: stats, after: undefined })),
  ];
}
