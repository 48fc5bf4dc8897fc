/** The contents of a comparison in all formats: totals with their differences, and the changed layers, folded. */
import { readableName } from "../../diagnostics/display-text.js";
import { type ConventionName, defaultConvention } from "../../recipe/measures.js";
import type { Change, ComparedLayer, MovedLayer, StatsComparison } from "../compare-stats.js";
import { quantityKeys } from "../conventions.js";
import { type Figure, figureIn, figuresOf } from "./figures.js";
import { shapeText } from "./layer-columns.js";

/** A figure of the whole model; `unit` says how to print it. */
export interface TotalRow {
  readonly title: string;
  readonly change: Change;
  readonly unit: "count" | "bytes";
}

/** The totals of a comparison: parameters, the conventions' figures, memory; those of training only if there are any. */
export function totalRows(comparison: StatsComparison, conventions: readonly ConventionName[]): readonly TotalRow[] {
  const { params, counts, memory } = comparison;
  const hasTraining = [params.trainingOnly.before, params.trainingOnly.after].some((count) => (count ?? 0) > 0);
  return [
    { title: "params", change: params.total, unit: "count" },
    ...(hasTraining ? [{ title: "params in training only", change: params.trainingOnly, unit: "count" } as const] : []),
    ...figuresOf(conventions).flatMap(({ convention, quantity, title }): TotalRow[] => {
      const change = counts[convention]?.[quantityKeys[quantity]];
      return change === undefined ? [] : [{ title, change, unit: "count" }];
    }),
    { title: "weights", change: memory.paramBytes, unit: "bytes" },
    { title: "peak activations", change: memory.peakActivationBytes, unit: "bytes" },
    { title: "peak activations, in place", change: memory.inPlacePeakActivationBytes, unit: "bytes" },
  ];
}

/** A layer that changed, or several of a part folded into one line. */
export interface LayerRow {
  readonly kind: "added" | "removed" | "changed";
  readonly path: string;
  /** `conv2d`, `relu -> relu6`, or `12 layers`. */
  readonly op: string;
  /** What changed of the output, `32 -> 48 channels`; of several layers, what they have in common. Otherwise its shape. */
  readonly output: string;
  /** Differences: the amount added, removed, or changed. */
  readonly params: number;
  readonly figures: readonly number[];
}

/** The figures shown for layers: of one convention, because the table would get too wide. */
export function layerFigures(conventions: readonly ConventionName[]): readonly Figure[] {
  return figuresOf(conventions.length === 1 ? conventions : [defaultConvention]);
}

interface OneChange {
  readonly kind: LayerRow["kind"];
  readonly path: string;
  readonly before: ComparedLayer | undefined;
  readonly after: ComparedLayer | undefined;
}

type Shape = readonly number[];

/** The parts of a shape that have names: channels and map, or features. Others are compared as they are. */
function namedParts(shape: Shape): readonly (readonly [name: string, value: string])[] | undefined {
  const [, first, ...rest] = shape;
  if (shape.length === 4)
    return [
      ["channels", String(first)],
      ["map", rest.join("x")],
    ];
  return shape.length === 2 ? [["features", String(first)]] : undefined;
}

/** `32 -> 48 channels, 28x28 -> 14x14 map`; the shape if nothing changed. */
function shapeChange(before: Shape, after: Shape): string {
  const [was, is] = [namedParts(before), namedParts(after)];
  if (was === undefined || is === undefined || was.length !== is.length || before[0] !== after[0])
    return withArrow(shapeText(before), shapeText(after));
  const changed = is.flatMap(([name, value], i) => {
    const old = was[i]?.[1] ?? "";
    return old === value ? [] : [`${old} -> ${value} ${name}`];
  });
  return changed.length === 0 ? shapeText(after) : changed.join(", ");
}

function outputText({ before, after }: OneChange): string {
  if (before !== undefined && after !== undefined) return shapeChange(before.outputShape, after.outputShape);
  return shapeText((after ?? before)?.outputShape ?? []);
}

/** What most of several layers say; of layers that were added or removed, the output of the last. */
function outputOfAll(changes: readonly OneChange[]): string {
  const texts = changes.map(outputText);
  const arrows = texts.filter((text) => text.includes("->"));
  const counts = new Map<string, number>();
  for (const text of arrows) counts.set(text, (counts.get(text) ?? 0) + 1);
  const [most] = [...counts].toSorted(([, a], [, b]) => b - a);
  return most?.[0] ?? texts.at(-1) ?? "";
}

const withArrow = (before: string, after: string): string =>
  before === "" || after === "" || before === after ? after || before : `${before} -> ${after}`;

function rowOf(changes: readonly OneChange[], path: string, figures: readonly Figure[]): LayerRow {
  const [first] = changes as readonly [OneChange];
  const sum = (of: (layer: ComparedLayer) => number): number =>
    changes.reduce((total, { before, after }) => total + (after ? of(after) : 0) - (before ? of(before) : 0), 0);
  const { kind, before, after } = first;
  const isOne = changes.length === 1;
  return {
    kind,
    path: readableName(isOne ? first.path : path),
    op: isOne ? readableName(withArrow(before?.op ?? "", after?.op ?? "")) : `${changes.length} layers`,
    output: outputOfAll(changes),
    params: sum((layer) => layer.params),
    // A figure that one of the records lacks adds nothing.
    figures: figures.map((figure) => sum((layer) => figureIn(layer.counts, figure) || 0)),
  };
}

/** The changes; those of one part below `depth` levels are summed up. */
export function layerRows({ layers }: StatsComparison, depth: number, figures: readonly Figure[]): readonly LayerRow[] {
  const changes: readonly OneChange[] = [
    ...layers.added.map((after) => ({ kind: "added", path: after.path, before: undefined, after }) as const),
    ...layers.removed.map((before) => ({ kind: "removed", path: before.path, before, after: undefined }) as const),
    ...layers.changed.map((each) => ({ kind: "changed", ...each }) as const),
  ];
  const folded = new Map<string, { readonly part: string; readonly changes: OneChange[] }>();
  for (const each of changes) {
    const part = each.path.split(".").slice(0, depth).join(".");
    const key = `${each.kind} ${part}`;
    const found = folded.get(key);
    if (found === undefined) folded.set(key, { part, changes: [each] });
    else found.changes.push(each);
  }
  return [...folded.values()].map(({ part, changes: inPart }) => rowOf(inPart, part, figures));
}

/** `stage2 -> body.stage2` and the number of layers: layers that moved together are one move. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

/** The two paths without their common end: `stage2`, `body.stage2` for `stage2.conv`, `body.stage2.conv`. */
function withoutSharedEnd({ from, to }: MovedLayer): readonly [string, string] {
  const [was, is] = [from.split("."), to.split(".")];
  while (was.length > 0 && is.length > 0 && was.at(-1) === is.at(-1)) {
    was.pop();
    is.pop();
  }
  return [was.join("."), is.join(".")];
}

export function movesOf(moved: readonly MovedLayer[]): readonly Move[] {
  const together = new Map<string, { readonly parts: readonly [string, string]; readonly layers: MovedLayer[] }>();
  for (const layer of moved) {
    const parts = withoutSharedEnd(layer);
    const key = JSON.stringify(parts);
    const found = together.get(key);
    if (found === undefined) together.set(key, { parts, layers: [layer] });
    else found.layers.push(layer);
  }
  return [...together.values()].map(({ parts, layers }) => {
    const [only, ...more] = layers;
    // A network that was moved into a block, or out of one, has no part on one side.
    const isWhole = parts.includes("");
    const [from, to] = isWhole ? parts.map((part) => (part === "" ? "*" : `${part}.*`)) : parts;
    const paths = only !== undefined && more.length === 0 ? only : { from: from ?? "", to: to ?? "" };
    return { from: readableName(paths.from), to: readableName(paths.to), count: layers.length };
  });
}

/** `3 layers added, 1 removed, 12 changed, 48 moved`, without zero counts. */
export function changesText({ layers }: StatsComparison): string {
  const parts = (["added", "removed", "changed", "moved"] as const).filter((kind) => layers[kind].length > 0);
  const texts = parts.map((kind, i) => {
    const count = layers[kind].length;
    return i === 0 ? `${count} layer${count === 1 ? "" : "s"} ${kind}` : `${count} ${kind}`;
  });
  return texts.join(", ");
}

/** Other changes: input shapes and receptive field, as label, old and new. */
export function otherChanges({
  inputs,
  receptiveField,
}: StatsComparison): readonly (readonly [string, string, string])[] {
  const inputText = (shapes: StatsComparison["inputs"]["after"]): string =>
    Object.entries(shapes ?? {})
      .map(([name, shape]) => `${readableName(name)} [${shape.join(", ")}]`)
      .join(", ");
  const fieldText = (size: readonly number[] | null): string => size?.join("x") ?? "";
  const rows = [
    ["input", inputText(inputs.before), inputText(inputs.after)],
    ["receptive field", fieldText(receptiveField.size.before), fieldText(receptiveField.size.after)],
  ] as const;
  return rows.filter(([, before, after]) => before !== after);
}

/** `LferLdl`, or `LferLdl (was Old)`. */
export function nameText({ model, against }: StatsComparison): string {
  const isRenamed = against.model !== null && against.model !== model;
  return readableName(isRenamed ? `${model} (was ${against.model})` : model);
}
