import type { LayerStats } from "../stats.js";
import { type Figure, figureIn } from "./figures.js";

/** A line of the table of layers: one layer, or a part of the network with its sums. */
export interface TreeRow {
  readonly path: string;
  /** The end of the path that the rows above do not say. */
  readonly name: string;
  /** How far below the top; 0 for the top. */
  readonly depth: number;
  /** The layer, where the row is one. */
  readonly layer: LayerStats | undefined;
  readonly layerCount: number;
  readonly outputShape: readonly number[];
  readonly params: number;
  readonly figures: readonly number[];
}

interface Part {
  readonly name: string;
  readonly path: string;
  readonly parts: Map<string, Part>;
  /** All layers in it, its own among them. */
  readonly layers: LayerStats[];
  /** The layer whose path is exactly the part's. */
  own: LayerStats | undefined;
}

const newPart = (name: string, path: string): Part => ({ name, path, parts: new Map(), layers: [], own: undefined });

/** A layer whose path is that of a part (`logits` beside `logits.flatten`), as a row of its own in it. */
const ownRow = (layer: LayerStats, path: string): Part => ({ ...newPart(`(${layer.op})`, path), layers: [layer] });

/** The layers sorted into the parts that their paths name, in emitted order. */
function partsOf(layers: readonly LayerStats[]): Part {
  const top = newPart("", "");
  for (const layer of layers) {
    let part = top;
    for (const name of layer.path.split(".")) {
      let inner = part.parts.get(name);
      if (inner === undefined) {
        inner = newPart(name, part.path === "" ? name : `${part.path}.${name}`);
        part.parts.set(name, inner);
      }
      inner.layers.push(layer);
      part = inner;
    }
    part.own = layer;
  }
  return top;
}

/** Rows of the network folded at `depth` levels: what lies deeper is summed up. A part with one thing in it is that thing. */
export function treeRows(layers: readonly LayerStats[], depth: number, figures: readonly Figure[]): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  const visit = (part: Part, level: number): void => {
    let inner = part;
    let name = part.name;
    while (inner.parts.size === 1 && inner.layers.length === 1) {
      inner = inner.parts.values().next().value as Part;
      name = `${name}.${inner.name}`;
    }
    const last = inner.layers.at(-1) as LayerStats;
    const sum = (of: (layer: LayerStats) => number): number =>
      inner.layers.reduce((total, each) => total + of(each), 0);
    rows.push({
      path: inner.path,
      name,
      depth: level,
      layer: inner.layers.length === 1 ? last : undefined,
      layerCount: inner.layers.length,
      outputShape: last.outputShape,
      params: sum((layer) => layer.params),
      figures: figures.map((figure) => sum((layer) => figureIn(layer.counts, figure))),
    });
    if (level + 1 >= depth || inner.parts.size === 0) return;
    const children = [...inner.parts.values(), ...(inner.own === undefined ? [] : [ownRow(inner.own, inner.path)])];
    for (const child of children) visit(child, level + 1);
  };
  for (const part of partsOf(layers).parts.values()) visit(part, 0);
  return rows;
}
