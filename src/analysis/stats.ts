import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { Span } from "../diagnostics/span.js";
import { type Graph, typeOf, type ValueId } from "../ir/graph.js";
import { bindShape } from "../ir/shape.js";
import { type ConventionName, conventions } from "../recipe/measures.js";
import { quantityKeys } from "./conventions.js";
import { countLayer, countTotal } from "./counts.js";
import { type CountingFacts, workOf } from "./facts.js";
import { type Layer, layersOf } from "./layers.js";
import { countParams, type Params, paramBytes } from "./params.js";
import { peakMemory } from "./peak-memory.js";
import { receptiveField } from "./receptive-field.js";

/** Figures of one convention by quantity: `{ "params": 1262920, "madds": 294606017 }`. */
export type ConventionFigures = Readonly<Record<string, number>>;

export type FiguresByConvention = Readonly<Partial<Record<ConventionName, ConventionFigures>>>;

export interface LayerStats {
  readonly path: string;
  readonly op: string;
  /** `FILE:LINE:COL`; null where no text stands behind the node. */
  readonly source: string | null;
  /** Batch 1; of the first output. */
  readonly outputShape: readonly number[];
  /** Trained numbers that this layer brings. */
  readonly params: number;
  /** Path of the earlier layer whose weights it shares. */
  readonly sharedWith: string | null;
  /** Sizes and elementary operations, batch 1. */
  readonly facts: Readonly<Record<string, number>>;
  readonly counts: FiguresByConvention;
}

/** Everything that can be said of a network without running it; `lferc stats --format json` prints it as it is. */
export interface Stats {
  readonly schemaVersion: 1;
  readonly model: string;
  /** Shapes with batch 1. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly params: Params;
  readonly counts: FiguresByConvention;
  readonly memory: {
    readonly paramBytes: number;
    readonly peakActivationBytes: number;
    readonly peakAt: string | null;
    /** The same with activations, batch norms and views written over their input. */
    readonly inPlacePeakActivationBytes: number;
    readonly inPlacePeakAt: string | null;
  };
  readonly receptiveField: {
    readonly size: readonly [number, number];
    readonly jump: readonly [number, number];
    readonly at: string | null;
  };
  readonly layers: readonly LayerStats[];
}

export interface StatsOptions {
  /** `FILE:LINE:COL` of a span. */
  readonly locate: (span: Span) => string;
  /** The conventions to count by; all unless told. */
  readonly conventions?: readonly ConventionName[];
  /** The same model specialised for training, where it has outputs that only training has. */
  readonly training?: Graph | undefined;
}

export const allConventions = Object.keys(conventions) as readonly ConventionName[];

/** Sizes that the op has, without those it lacks. */
function sizesIn(facts: CountingFacts): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const [name, value] of Object.entries(facts)) if (value !== undefined) sizes[name] = value;
  return sizes;
}

function layerStats(graph: Graph, layer: Layer, names: readonly ConventionName[], options: StatsOptions): LayerStats {
  const { node, op, facts, params, sharedWith } = layer;
  const counts: Partial<Record<ConventionName, Record<string, number>>> = {};
  for (const name of names) {
    const figures: Record<string, number> = {};
    for (const quantity of conventions[name]) figures[quantityKeys[quantity]] = countLayer(layer, name, quantity);
    counts[name] = figures;
  }
  return {
    path: node.path,
    op: node.op,
    source: node.span === undefined ? null : options.locate(node.span),
    outputShape: bindShape(typeOf(graph, node.outputs[0] as ValueId).shape, 1),
    params,
    sharedWith: sharedWith ?? null,
    facts: { ...workOf(graph, node, op), ...sizesIn(facts) },
    counts,
  };
}

/** The stats of a graph, or the problem that a figure is too large to be exact. Linear in the number of nodes. */
export function statsOf(graph: Graph, options: StatsOptions): Stats | Problem {
  const names = options.conventions ?? allConventions;
  const layers = layersOf(graph);
  const counts: Partial<Record<ConventionName, Record<string, number>>> = {};
  for (const name of names) {
    const figures: Record<string, number> = {};
    for (const quantity of conventions[name]) {
      const total = countTotal(layers, name, quantity);
      if (isProblem(total)) return total;
      figures[quantityKeys[quantity]] = total;
    }
    counts[name] = figures;
  }
  const peak = peakMemory(graph, { inPlace: false });
  const inPlace = peakMemory(graph, { inPlace: true });
  const field = receptiveField(graph);
  return {
    schemaVersion: 1,
    model: graph.name,
    inputs: Object.fromEntries(
      graph.inputs.map(({ name, value }) => [name, bindShape(typeOf(graph, value).shape, 1)] as const),
    ),
    params: countParams(graph, layers, options.training),
    counts,
    memory: {
      paramBytes: paramBytes(graph),
      peakActivationBytes: peak.bytes,
      peakAt: peak.at ?? null,
      inPlacePeakActivationBytes: inPlace.bytes,
      inPlacePeakAt: inPlace.at ?? null,
    },
    receptiveField: { size: field.size, jump: field.jump, at: field.at ?? null },
    layers: layers.map((layer) => layerStats(graph, layer, names, options)),
  };
}
