import { isProblem, type Problem, problem } from "../../diagnostics/diagnostic.js";
import { parseFlatList } from "../../formats/bounded-json.js";
import {
  type Evaluation,
  evaluationKey,
  evaluationNamed,
  evaluations,
  usualEvaluation,
} from "../../recipe/evaluations.js";

/** Version of the keys of `metadata_props`; increased when a key changes its meaning. */
export const metadataSchemaVersion = 1;

/** How a picture becomes the input tensor: RGB in 0..1, minus mean, divided by std, planar. */
export interface PictureInput {
  /** Name of the graph input, [N, 3, height, width] float32. */
  readonly name: string;
  readonly height: number;
  readonly width: number;
  /** Red, green, blue. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export interface LabelledOutput {
  /** Name of the graph output, [N, labels.length] float32 logits. */
  readonly name: string;
  readonly labels: readonly string[];
}

/** A built model's description of itself, sufficient for using the file. */
export interface ModelMetadata {
  readonly lferVersion: string;
  readonly model: string;
  /** Hex digest over the source text. */
  readonly sourceSha256: string;
  /** Hex digest over the network: its layers, not their weights. */
  readonly graphSha256: string;
  /** Named counts: `{ "params": 1283024, "fvcore.macs": ... }`. */
  readonly counts: Readonly<Record<string, number>>;
  /** Absent if the model's input is no `picture(...)`. */
  readonly picture?: PictureInput | undefined;
  /** Absent if no output has `labels(...)`. */
  readonly output?: LabelledOutput | undefined;
  /** How pictures were evaluated when the weights' accuracy was measured; absent if it never was. */
  readonly evaluation?: Evaluation | undefined;
}

/** Names in a file with preprocessing inside: of its own input and output, and of the network's between them. */
export interface PictureNames {
  readonly input: string;
  readonly output: string;
  readonly networkInput: string;
  readonly networkOutput: string;
}

/** What a file says of itself if it takes pictures as bytes [N, height, width, 3], and gives probabilities. */
export interface InsideFacts {
  /** Of the pictures that it takes. */
  readonly size: { readonly height: number; readonly width: number };
  /** What it does with them, in order. */
  readonly steps: readonly string[];
  readonly names: PictureNames;
}

/** A model that can classify a picture: one picture in, one labelled vector out. */
export interface ClassifierMetadata {
  readonly model: string;
  readonly sourceSha256: string | undefined;
  /** Digest over the network (`ir/graph-digest.ts`); absent in older files. */
  readonly graphSha256: string | undefined;
  /** The origin of the weights: `seed 0`, or a file's name and digest. */
  readonly weights: string | undefined;
  readonly picture: PictureInput;
  readonly output: LabelledOutput;
  readonly evaluation: Evaluation;
  /**
   * Whether the file does the preprocessing itself: then `picture` has the size of the pictures that it takes, as bytes
   * [N, height, width, 3], and `output` gives the probabilities of `evaluation`.
   */
  readonly isInside: boolean;
}

/** The axis order of a picture in the input. */
export type PictureLayout = "NCHW" | "NHWC";

/** What a file says of its model. */
export type MetadataValue = string | number | readonly (string | number)[] | Readonly<Record<string, string | number>>;

/** The entries of `metadata_props`: texts, or JSON of what is none. */
export const asProps = (entries: ReadonlyMap<string, MetadataValue>): ReadonlyMap<string, string> =>
  new Map([...entries].map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]));

/** The entries, in the order they are written. */
export function metadataEntries(info: ModelMetadata, layout: PictureLayout): ReadonlyMap<string, MetadataValue> {
  const { picture, output, evaluation } = info;
  const entries: [key: string, value: MetadataValue][] = [
    ["lfer.schema", metadataSchemaVersion],
    ["lfer.version", info.lferVersion],
    ["lfer.model", info.model],
    ["lfer.source.sha256", info.sourceSha256],
    ["lfer.graph.sha256", info.graphSha256],
    ["lfer.counts", info.counts],
  ];
  if (picture !== undefined) {
    entries.push(
      ["lfer.input", picture.name],
      ["lfer.input.size", [picture.height, picture.width]],
      ["lfer.input.mean", picture.mean],
      ["lfer.input.std", picture.std],
      ["lfer.input.layout", layout],
      ["lfer.input.color", "RGB"],
    );
  }
  if (output !== undefined) {
    entries.push(["lfer.output", output.name], ["lfer.labels", output.labels]);
  }
  if (evaluation !== undefined) entries.push([evaluationKey, evaluation]);
  return new Map(entries);
}

/** The key that says that preprocessing is inside. */
export const insideKey = "lfer.preprocessing";

/** The names of the network's own ends in such a file. */
export const networkKeys = { input: "lfer.network.input", output: "lfer.network.output" } as const;

/** The entries of a file with preprocessing inside; they replace those of the network alone. */
export const insideEntries = ({ size, steps, names }: InsideFacts): ReadonlyMap<string, MetadataValue> =>
  new Map<string, MetadataValue>([
    ["lfer.input", names.input],
    ["lfer.input.size", [size.height, size.width]],
    ["lfer.input.type", "uint8"],
    ["lfer.input.layout", "NHWC"],
    ["lfer.output", names.output],
    [insideKey, steps],
    [networkKeys.input, names.networkInput],
    [networkKeys.output, names.networkOutput],
  ]);

const neededKeys = [
  "lfer.model",
  "lfer.input",
  "lfer.input.size",
  "lfer.input.mean",
  "lfer.input.std",
  "lfer.output",
  "lfer.labels",
] as const;

/** The facts for prediction from `metadata_props`; or which of them are missing or invalid. `path` names the file. */
export function readMetadata(props: ReadonlyMap<string, string>, path: string): ClassifierMetadata | Problem {
  const text = (key: string): string => props.get(key) ?? "";
  const schema = props.get("lfer.schema");
  if (schema !== undefined && Number(schema) > metadataSchemaVersion) {
    return problem("data/newer-metadata", { path, schemaVersion: Number(schema), known: metadataSchemaVersion });
  }
  if (props.get("lfer.target") === "onnx-train")
    return problem("data/training-step", { path, recipe: text("lfer.recipe") });
  const missing = neededKeys.filter((key) => !props.has(key));
  if (missing.length > 0) return problem("data/foreign-model", { path, missing, isOurs: props.has("lfer.model") });

  const bad = (key: string, expected: string): Problem =>
    problem("data/bad-metadata", { path, key, value: text(key), expected });
  const isInside = props.has(insideKey);
  for (const [key, only] of [
    ["lfer.schema", String(metadataSchemaVersion)],
    ["lfer.input.layout", isInside ? "NHWC" : "NCHW"],
    ["lfer.input.type", isInside ? "uint8" : "float32"],
    ["lfer.input.color", "RGB"],
  ] as const) {
    if (props.has(key) && text(key) !== only) return bad(key, `"${only}"`);
  }
  const size = parseFlatList(text("lfer.input.size"), (item) => Number.isInteger(item) && (item as number) > 0);
  if (size?.length !== 2) return bad("lfer.input.size", "[height, width] in pixels");
  const mean = parseFlatList(text("lfer.input.mean"), Number.isFinite);
  if (mean?.length !== 3) return bad("lfer.input.mean", "three numbers: red, green, blue");
  const std = parseFlatList(text("lfer.input.std"), (item) => Number.isFinite(item) && (item as number) > 0);
  if (std?.length !== 3) return bad("lfer.input.std", "three positive numbers: red, green, blue");
  const labels = parseFlatList(text("lfer.labels"), (item) => typeof item === "string");
  if (labels === undefined || labels.length === 0) return bad("lfer.labels", "a list of class names");
  const evaluation = readEvaluation(props, path);
  if (isProblem(evaluation)) return evaluation;

  const [height, width] = size as [number, number];
  return {
    model: text("lfer.model"),
    sourceSha256: props.get("lfer.source.sha256"),
    graphSha256: props.get("lfer.graph.sha256"),
    weights: props.get("lfer.weights"),
    picture: { name: text("lfer.input"), height, width, mean: mean as number[], std: std as number[] },
    output: { name: text("lfer.output"), labels: labels as string[] },
    evaluation: evaluation ?? usualEvaluation,
    isInside,
  };
}

/** A hostile name must not fill the screen. */
const longestShown = 60;

/** How pictures are evaluated, from the metadata of a model or of weights; undefined if it is not recorded. */
export function readEvaluation(props: ReadonlyMap<string, string>, path: string): Evaluation | undefined | Problem {
  const name = props.get(evaluationKey);
  if (name === undefined) return undefined;
  const known = evaluationNamed(name);
  if (known !== undefined) return known;
  return problem("data/unknown-evaluation", { path, evaluation: name.slice(0, longestShown), known: evaluations });
}
