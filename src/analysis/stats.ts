import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { Span } from "../diagnostics/span.js";
import { type Graph, typeOf, type ValueId } from "../ir/graph.js";
import { bindShape } from "../ir/shape.js";
import type { Work } from "../ops/contracts.js";
import { type ConventionName, conventions } from "../recipe/measures.js";
import { conventionTable, quantityKeys } from "./conventions.js";
import { countLayer, countTotal } from "./counts.js";
import { inexactOf } from "./exact.js";
import { type CountingFacts, workOf } from "./facts.js";
import { type Layer, layersOf } from "./layers.js";
import { countParams, type Params, paramBytes } from "./params.js";
import { livenessOf, peakMemory } from "./peak-memory.js";
import { receptiveField } from "./receptive-field.js";

/** Figures of one convention by quantity: `{ "params": 1262920, "madds": 294606017 }`. */
export type ConventionFigures = Readonly<Record<string, number>>;

export type FiguresByConvention = Readonly<Partial<Record<ConventionName, ConventionFigures>>>;

export interface LayerStats {
  readonly path: string;
  readonly op: string;
  /** `FILE:LINE:COL`; null if the node has no source text. */
  readonly source: string | null;
  /** The first output's, batch 1. */
  readonly outputShape: readonly number[];
  /** Trained numbers of this layer. */
  readonly params: number;
  /** Path of the earlier layer with the same weights. */
  readonly sharedWith: string | null;
  /** Elementary operations and sizes, batch 1; undefined (absent in JSON) if a size does not apply. */
  readonly facts: (Work & CountingFacts) | undefined;
  readonly counts: FiguresByConvention;
}

/** All static results about a network; `lferc stats --format json` prints it unchanged. */
export interface Stats {
  readonly schemaVersion: typeof statsSchemaVersion;
  readonly model: string;
  /** Shapes with batch 1. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly params: Params;
  readonly counts: FiguresByConvention;
  readonly memory: {
    readonly paramBytes: number;
    readonly peakActivationBytes: number;
    readonly peakAt: string | null;
    /** The same if activations, batch norms and views overwrite their input. */
    readonly inPlacePeakActivationBytes: number;
    readonly inPlacePeakAt: string | null;
  };
  readonly receptiveField: {
    readonly size: readonly [number, number];
    readonly jump: readonly [number, number];
    readonly at: string | null;
    /** The nodes from which on cells depend on all rows (columns) of the picture; null: none. Absent in older files. */
    readonly whole?: readonly [rows: string | null, columns: string | null];
  };
  readonly layers: readonly LayerStats[];
}

export interface StatsOptions {
  /** `FILE:LINE:COL` of a span; without it, layers have no `source`. */
  readonly locate?: (span: Span) => string;
  /** The conventions to use; default: all. */
  readonly conventions?: readonly ConventionName[];
  /** Whether to include each layer's facts; default true. */
  readonly facts?: boolean;
  /** The training form of the same model, if it has outputs that exist only in training. */
  readonly training?: Graph | undefined;
}

/** Version of the JSON format; a reader rejects higher ones. */
export const statsSchemaVersion = 1;

export const allConventions = Object.keys(conventions) as readonly ConventionName[];

/** Fields are listed: V8 takes ten times as long to spread two objects of this size, and there is one for every layer. */
function layerFacts(graph: Graph, { node, op, facts }: Layer): Work & CountingFacts {
  const work = workOf(graph, node, op);
  return {
    multiplies: work.multiplies,
    adds: work.adds,
    compares: work.compares,
    exponentials: work.exponentials,
    logarithms: work.logarithms,
    divisions: work.divisions,
    roots: work.roots,
    inputElements: facts.inputElements,
    outputElements: facts.outputElements,
    inputChannels: facts.inputChannels,
    outputPositions: facts.outputPositions,
    productsPerOutput: facts.productsPerOutput,
    bias: facts.bias,
    windowCells: facts.windowCells,
    axisLength: facts.axisLength,
    axisRows: facts.axisRows,
    averagedCells: facts.averagedCells,
    parameters: facts.parameters,
    freshWeights: facts.freshWeights,
    isMap: facts.isMap,
    isVector: facts.isVector,
    samples: facts.samples,
    inputPositions: facts.inputPositions,
    outputChannels: facts.outputChannels,
    normalisedRuns: facts.normalisedRuns,
    isLinear: facts.isLinear,
    folds: facts.folds,
    addsBias: facts.addsBias,
  };
}

/** A figure that no convention may include: the elementary operations of one layer. */
const inexactWork = ({ multiplies, adds, compares, exponentials, logarithms, divisions, roots }: Work) =>
  inexactOf({ multiplies, adds, compares, exponentials, logarithms, divisions, roots });

type MutableFigures = Partial<Record<ConventionName, ConventionFigures>>;

/** The figures of layers. Layers that count as zero share one record, to save memory in large graphs. */
function figuresFor(names: readonly ConventionName[]): (layer: Layer) => FiguresByConvention {
  const nothing = new Map<ConventionName, ConventionFigures>();
  for (const name of names) {
    const zeros: Record<string, number> = {};
    for (const quantity of conventions[name]) zeros[quantityKeys[quantity]] = 0;
    nothing.set(name, Object.freeze(zeros));
  }
  const allNothing = Object.freeze(Object.fromEntries(nothing)) as FiguresByConvention;
  return (layer) => {
    const counting = names.filter((name) => conventionTable(name).rules[layer.opName].kind === "counted");
    if (counting.length === 0) return allNothing;
    const figures: MutableFigures = { ...allNothing };
    for (const name of counting) {
      const own: Record<string, number> = {};
      for (const quantity of conventions[name]) own[quantityKeys[quantity]] = countLayer(layer, name, quantity);
      figures[name] = own;
    }
    return figures;
  };
}

/** The stats of a graph, or a problem if a figure is too large to be exact. Linear in the number of nodes. */
export function statsOf(graph: Graph, options: StatsOptions = {}): Stats | Problem {
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
  const figures = figuresFor(names);
  const liveness = livenessOf(graph);
  const peak = peakMemory(graph, { inPlace: false }, liveness);
  const inPlace = peakMemory(graph, { inPlace: true }, liveness);
  const field = receptiveField(graph);
  const params = countParams(graph, layers, options.training);
  const inexact = inexactOf({
    parameters: params.total,
    "parameters of training": params.trainingOnly,
    statistics: params.buffers,
    "bytes of weights": paramBytes(graph),
    "bytes of activations": Math.max(peak.bytes, inPlace.bytes),
    "receptive field's cells": Math.max(...field.size),
    "receptive field's steps": Math.max(...field.jump),
  });
  if (inexact !== undefined) return inexact;
  const facts = options.facts === false ? undefined : layers.map((layer) => layerFacts(graph, layer));
  for (const each of facts ?? []) {
    const vast = inexactWork(each);
    if (vast !== undefined) return vast;
  }
  return {
    schemaVersion: statsSchemaVersion,
    model: graph.name,
    inputs: Object.fromEntries(
      graph.inputs.map(({ name, value }) => [name, bindShape(typeOf(graph, value).shape, 1)] as const),
    ),
    params,
    counts,
    memory: {
      paramBytes: paramBytes(graph),
      peakActivationBytes: peak.bytes,
      peakAt: peak.at ?? null,
      inPlacePeakActivationBytes: inPlace.bytes,
      inPlacePeakAt: inPlace.at ?? null,
    },
    receptiveField: {
      size: field.size,
      jump: field.jump,
      at: field.at ?? null,
      whole: [field.whole[0] ?? null, field.whole[1] ?? null],
    },
    layers: layers.map((layer, i) => ({
      path: layer.node.path,
      op: layer.node.op,
      source: layer.node.span === undefined ? null : (options.locate?.(layer.node.span) ?? null),
      outputShape: bindShape(typeOf(graph, layer.node.outputs[0] as ValueId).shape, 1),
      params: layer.params,
      sharedWith: layer.sharedWith ?? null,
      facts: facts?.[i],
      counts: figures(layer),
    })),
  };
}
