import type { LayerStats } from "../stats.js";
import { type Figure, figureIn } from "./figures.js";

/** A row of the table of layers: one layer, or a part of the network with its sums. */
export interface TreeRow {
  readonly path: string;
  /** The end of the path that the rows above do not show. */
  readonly name: string;
  /** Depth in the tree; 0 at the top. */
  readonly depth: number;
  /** Whether its contents follow in the rows below. */
  readonly isOpen: boolean;
  /** The layer, if the row is one. */
  readonly layer: LayerStats | undefined;
  readonly layerCount: number;
  readonly outputShape: readonly number[];
  readonly params: number;
  readonly figures: readonly number[];
}

interface Part {
  readonly name: string;
  readonly path: string;
  /** What it contains, by name; undefined for a single layer, as most parts are. */
  parts: Map<string, Part> | undefined;
  /** All layers in it, including its own. */
  readonly layers: LayerStats[];
  /** The layer whose path is exactly the part's. */
  own: LayerStats | undefined;
}

const newPart = (name: string, path: string, layer?: LayerStats): Part => ({
  name,
  path,
  parts: undefined,
  layers: layer === undefined ? [] : [layer],
  own: undefined,
});

/** A layer with the same path as a part (`logits` and `logits.flatten`), as a row inside the part. */
const ownRow = (layer: LayerStats, path: string): Part => newPart(`(${layer.op})`, path, layer);

const partsIn = ({ parts }: Part): readonly Part[] => (parts === undefined ? [] : [...parts.values()]);

/** Groups layers into parts by their paths, in emitted order. */
function partsOf(layers: readonly LayerStats[]): Part {
  const top = newPart("", "");
  for (const layer of layers) {
    let part = top;
    for (const name of layer.path.split(".")) {
      part.parts ??= new Map();
      let inner = part.parts.get(name);
      if (inner === undefined) {
        inner = newPart(name, part.path === "" ? name : `${part.path}.${name}`, layer);
        part.parts.set(name, inner);
      } else inner.layers.push(layer);
      part = inner;
    }
    part.own = layer;
  }
  return top;
}

/** The cells of a part except its name, for parts of several layers. */
function contentOf({ path, layers }: Part, figures: readonly Figure[]): string {
  const shown = layers.map(({ path: of, op, outputShape, params, sharedWith, counts }) => {
    return [
      of.slice(path.length),
      op,
      outputShape,
      params,
      sharedWith,
      figures.map((figure) => figureIn(counts, figure)),
    ];
  });
  return JSON.stringify(shown);
}

const numbered = /^(.+_)(\d+)$/;

/** Whether the second name has the first one's base and the next number: `unit_1`, `unit_2`. */
function isNext(name: string, next: string): boolean {
  const [, base, number] = numbered.exec(name) ?? [];
  const [, nextBase, nextNumber] = numbered.exec(next) ?? [];
  return base !== undefined && base === nextBase && Number(nextNumber) === Number(number) + 1;
}

/** Groups consecutive parts of several layers with consecutive numbers and equal layers. */
function equalRuns(parts: readonly Part[], figures: readonly Figure[]): readonly (readonly Part[])[] {
  const runs: Part[][] = [];
  let run: Part[] = [];
  for (const part of parts) {
    const [first, last] = [run[0], run.at(-1)];
    const mayBeEqual = part.layers.length > 1 && first?.layers.length === part.layers.length;
    if (mayBeEqual && isNext(last?.name ?? "", part.name) && contentOf(first, figures) === contentOf(part, figures)) {
      run.push(part);
    } else {
      run = [part];
      runs.push(run);
    }
  }
  return runs;
}

const paramsOf = ({ params }: LayerStats): number => params;

function sum(layers: readonly LayerStats[], of: (layer: LayerStats) => number): number {
  let total = 0;
  for (const layer of layers) total += of(layer);
  return total;
}

export interface TreeOptions {
  /** Number of levels shown; deeper ones are summed up. */
  readonly depth: number;
  readonly figures: readonly Figure[];
  /** Consecutive equal parts become one row, `unit_1-7 x7`, with their sums. */
  readonly joinsEqual: boolean;
}

/** Rows of the network folded at `depth` levels. A part with one item is replaced by the item. */
export function treeRows(layers: readonly LayerStats[], options: TreeOptions): readonly TreeRow[] {
  const { depth, figures, joinsEqual } = options;
  const rows: TreeRow[] = [];
  const figuresOf = figures.map((figure) => (layer: LayerStats) => figureIn(layer.counts, figure));
  const visitAll = (parts: readonly Part[], level: number): void => {
    const runs = joinsEqual ? equalRuns(parts, figures) : parts.map((part) => [part]);
    for (const run of runs) visit(run, level);
  };
  const visit = (run: readonly Part[], level: number): void => {
    let inner = run[0] as Part;
    let name = inner.name;
    while (inner.parts?.size === 1 && inner.layers.length === 1) {
      [inner] = partsIn(inner) as [Part];
      name = `${name}.${inner.name}`;
    }
    const all = run.length === 1 ? inner.layers : run.flatMap((part) => part.layers);
    const last = all.at(-1) as LayerStats;
    const isRun = run.length > 1;
    const upTo = isRun ? `-${numbered.exec(run.at(-1)?.name ?? "")?.[2]}` : "";
    const isOpen = !isRun && level + 1 < depth && inner.parts !== undefined;
    rows.push({
      path: `${inner.path}${upTo}`,
      name: `${name}${upTo}${isRun ? ` x${run.length}` : ""}`,
      depth: level,
      isOpen,
      layer: all.length === 1 ? last : undefined,
      layerCount: all.length,
      outputShape: last.outputShape,
      params: sum(all, paramsOf),
      figures: figuresOf.map((figureOf) => sum(all, figureOf)),
    });
    if (!isOpen) return;
    const own = inner.own === undefined ? [] : [ownRow(inner.own, inner.path)];
    visitAll([...partsIn(inner), ...own], level + 1);
  };
  visitAll(partsIn(partsOf(layers)), 0);
  return rows;
}
