import { countTotal } from "../../analysis/counts.js";
import { layersOf } from "../../analysis/layers.js";
import { isProblem } from "../../diagnostics/diagnostic.js";
import { type Graph, typeOf } from "../../ir/graph.js";
import { graphDigest } from "../../ir/graph-digest.js";
import { elementCount } from "../../ir/shape.js";
import type { Evaluation } from "../../recipe/evaluations.js";
import { type LabelledOutput, type PictureInput, writeMetadata } from "./metadata.js";

/** Where a build comes from: what the graph itself cannot say. */
export interface Provenance {
  readonly lferVersion: string;
  /** Hex digest over the source text. */
  readonly sourceSha256: string;
  /** What `--set` said. */
  readonly settings: ReadonlyMap<string, string>;
  /** `seed 0`, or the weight file's name and digest. */
  readonly weights: string;
  /** How accuracy was measured with these weights, where they say so. */
  readonly evaluation?: Evaluation | undefined;
}

/**
 * `metadata_props` of a graph as it was written. The keys are those of metadata.ts, and besides them `lfer.weights`,
 * `lfer.settings` (JSON, where there are any) and `lfer.labels.OUTPUT` (JSON) for each labelled output after the first.
 */
export function describeModel(graph: Graph, provenance: Provenance): ReadonlyMap<string, string> {
  const [first, ...others] = labelledOutputs(graph);
  const { lferVersion, sourceSha256, settings, weights, evaluation } = provenance;
  const info = {
    lferVersion,
    model: graph.name,
    sourceSha256,
    graphSha256: graphDigest(graph),
    counts: countsOf(graph),
    picture: pictureOf(graph),
    output: first,
    evaluation,
  };
  return new Map([
    ...Object.entries(writeMetadata(info)),
    ...others.map(({ name, labels }): [string, string] => [`lfer.labels.${name}`, JSON.stringify(labels)]),
    ["lfer.weights", weights],
    ...(settings.size === 0 ? [] : [["lfer.settings", JSON.stringify(Object.fromEntries(settings))] as const]),
  ]);
}

function countsOf(graph: Graph): Record<string, number> {
  let params = 0;
  for (const { role, value } of graph.slots) {
    if (role === "parameter") params += elementCount(typeOf(graph, value).shape);
  }
  const layers = layersOf(graph);
  const [macs, madds] = [countTotal(layers, "conv", "macs"), countTotal(layers, "conv", "madds")];
  return {
    params,
    ...(isProblem(macs) ? {} : { "conv.macs": macs }),
    ...(isProblem(madds) ? {} : { "conv.madds": madds }),
  };
}

/** The one input that is a picture of a known size; with several nobody could say which is meant. */
function pictureOf(graph: Graph): PictureInput | undefined {
  const [input, ...others] = graph.inputs.filter(({ picture }) => picture !== undefined);
  if (input?.picture === undefined || others.length > 0) return undefined;
  const [, , height, width] = typeOf(graph, input.value).shape;
  if (typeof height !== "number" || typeof width !== "number") return undefined;
  return { name: input.name, height, width, mean: input.picture.mean, std: input.picture.std };
}

function labelledOutputs(graph: Graph): readonly LabelledOutput[] {
  return graph.outputs.flatMap(({ name, labels }) => (labels === undefined ? [] : [{ name, labels }]));
}
