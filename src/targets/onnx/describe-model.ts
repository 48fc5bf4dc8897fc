import { countTotal } from "../../analysis/counts.js";
import { layersOf } from "../../analysis/layers.js";
import { isProblem } from "../../diagnostics/diagnostic.js";
import { type Graph, typeOf } from "../../ir/graph.js";
import { graphDigest } from "../../ir/graph-digest.js";
import { elementCount } from "../../ir/shape.js";
import type { Evaluation } from "../../recipe/evaluations.js";
import { conventions, defaultConvention } from "../../recipe/measures.js";
import {
  asProps,
  type InsideFacts,
  insideEntries,
  type LabelledOutput,
  type MetadataValue,
  metadataEntries,
  type PictureInput,
  type PictureLayout,
} from "./metadata.js";

/** The origin of a build: facts that are not in the graph. */
export interface Provenance {
  readonly lferVersion: string;
  /** Hex digest over the source text. */
  readonly sourceSha256: string;
  /** The settings of `--set`. */
  readonly settings: ReadonlyMap<string, string>;
  /** `seed 0`, or the weight file's name and digest. */
  readonly weights: string;
  /** How accuracy was measured with these weights, if recorded. */
  readonly evaluation?: Evaluation | undefined;
}

/**
 * What a file says of a graph as it was written. The keys are those of metadata.ts, and besides them `lfer.weights`,
 * `lfer.settings` (where there are any) and `lfer.labels.OUTPUT` for each labelled output after the first.
 */
export function factsOfModel(
  graph: Graph,
  provenance: Provenance,
  layout: PictureLayout,
): ReadonlyMap<string, MetadataValue> {
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
    ...metadataEntries(info, layout),
    ...others.map(({ name, labels }) => [`lfer.labels.${name}`, labels] as const),
    ["lfer.weights", weights],
    ...(settings.size === 0 ? [] : [["lfer.settings", Object.fromEntries(settings)] as const]),
  ]);
}

/** The same as `metadata_props` of an ONNX file; `inside`: with its preprocessing. */
export const describeModel = (
  graph: Graph,
  provenance: Provenance,
  inside?: InsideFacts | undefined,
): ReadonlyMap<string, string> =>
  asProps(
    new Map([...factsOfModel(graph, provenance, "NCHW"), ...(inside === undefined ? [] : insideEntries(inside))]),
  );

function countsOf(graph: Graph): Record<string, number> {
  let params = 0;
  for (const { role, value } of graph.slots) {
    if (role === "parameter") params += elementCount(typeOf(graph, value).shape);
  }
  const layers = layersOf(graph);
  const figures = conventions[defaultConvention].flatMap((quantity) => {
    const total = countTotal(layers, defaultConvention, quantity);
    return isProblem(total) ? [] : [[`${defaultConvention}.${quantity}`, total] as const];
  });
  return { params, ...Object.fromEntries(figures) };
}

/** The only input that is a picture of a known size; undefined if there are several. */
export function pictureOf(graph: Graph): PictureInput | undefined {
  const [input, ...others] = graph.inputs.filter(({ picture }) => picture !== undefined);
  if (input?.picture === undefined || others.length > 0) return undefined;
  const [, , height, width] = typeOf(graph, input.value).shape;
  if (typeof height !== "number" || typeof width !== "number") return undefined;
  return { name: input.name, height, width, mean: input.picture.mean, std: input.picture.std };
}

export function labelledOutputs(graph: Graph): readonly LabelledOutput[] {
  return graph.outputs.flatMap(({ name, labels }) => (labels === undefined ? [] : [{ name, labels }]));
}
