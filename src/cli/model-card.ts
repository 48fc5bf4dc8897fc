/** A model card in Markdown, of what the built file, its source and the run of its weights say themselves. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { codeSpan, markdownTable } from "../analysis/render/table.js";
import { type Stats, statsOf } from "../analysis/stats.js";
import { isProblem } from "../diagnostics/diagnostic.js";
import { grouped } from "../diagnostics/number-text.js";
import { sha256 } from "../formats/digest.js";
import { isJsonObject } from "../formats/json-object.js";
import type { Graph } from "../ir/graph.js";
import { wilsonInterval } from "../judging/interval.js";
import { summaryOf } from "../judging/summary.js";
import { percentText, rangeText } from "../report/figures-text.js";
import { factsOf } from "../report/run-facts.js";
import type { BuildResult } from "../targets/onnx/build.js";
import { readMetadata } from "../targets/onnx/metadata.js";
import { readMetadataProps } from "../targets/onnx/read-props.js";
import { readRun } from "../training/read-run.js";
import { runFiles } from "../training/run-files.js";
import { formatBytes } from "./build-files.js";
import { projectRoot } from "./project.js";
import { runtimeTitle } from "./talk-of-runtime.js";

export interface CardRequest {
  /** The name of the file that the card is about. */
  readonly output: string;
  readonly built: Extract<BuildResult, { kind: "built" }>;
  readonly graph: Graph;
  readonly opset: number;
  /** The source, absolute. */
  readonly source: string;
  /** The value of `--weights`, absolute. */
  readonly weights: string | undefined;
  readonly cwd: string;
}

const conventions = ["fvcore", "conv"] as const;
const mostClasses = 1000;

type Row = readonly [title: string, text: string];

const table = (rows: readonly Row[]): string =>
  markdownTable(
    [
      { title: "", align: "left" },
      { title: "", align: "left" },
    ],
    rows.map((cells) => ({ cells: [...cells] })),
  );

/** The card's text. */
export async function modelCard(request: CardRequest): Promise<string> {
  const { built, graph, output } = request;
  const bytes = Buffer.concat(built.pieces);
  const found = readMetadataProps(bytes);
  const props = found.kind === "props" ? found.props : new Map<string, string>();
  const stats = statsOf(graph, { conventions: [...conventions], facts: false });
  const sections = [
    `# ${codeSpan(graph.name)}\n`,
    fileSection(request, bytes, props),
    useSection(props, output),
    isProblem(stats) ? "" : costSection(stats),
    await weightsSection(request, props),
    await licenceSection(request),
  ];
  return sections.filter((section) => section !== "").join("\n");
}

function fileSection({ output, built, opset }: CardRequest, bytes: Uint8Array, props: ReadonlyMap<string, string>) {
  const { verification } = built;
  const proof =
    verification === undefined
      ? "not verified (`--no-verify`)"
      : [
          `the rewritten graph differs from a float64 reference by ${verification.graphError.toExponential(1)} of the output's norm`,
          ...(verification.fileError === undefined
            ? []
            : [`the file in ${runtimeTitle(verification.engine)} by ${verification.fileError.toExponential(1)}`]),
        ].join(", ");
  const digest = (key: string): string => codeSpan(props.get(key) ?? "");
  return `## The file\n\n${table([
    [
      "file",
      `${codeSpan(basename(output))}, ${formatBytes(bytes.byteLength)}, ONNX opset ${opset}, ${built.nodeCount} nodes`,
    ],
    ["sha256", codeSpan(sha256([bytes]))],
    ["written by", `lferc ${props.get("lfer.version") ?? ""}`],
    ["sha256 of the source", digest("lfer.source.sha256")],
    ["sha256 of the network", digest("lfer.graph.sha256")],
    ...(props.has("lfer.settings") ? [["settings", digest("lfer.settings")] as Row] : []),
    ["verified", proof],
  ])}`;
}

/** How a picture is fed, and what comes out; empty if the file does not classify pictures. */
function useSection(props: ReadonlyMap<string, string>, output: string): string {
  const metadata = readMetadata(props, output);
  if (isProblem(metadata)) return "";
  const { picture, output: answer, evaluation, isInside } = metadata;
  const { labels } = answer;
  const named = labels.slice(0, mostClasses).map((label, i) => `${i}. ${codeSpan(label)}`);
  const more = labels.length > mostClasses ? [`and ${labels.length - mostClasses} more: they are in the file`] : [];
  return `## Use\n\n${table([
    [
      "input",
      isInside
        ? `${codeSpan(picture.name)}: uint8 [N, ${picture.height}, ${picture.width}, 3], RGB`
        : `${codeSpan(picture.name)}: float32 [N, 3, ${picture.height}, ${picture.width}], RGB`,
    ],
    [
      "preprocessing",
      isInside
        ? `in the file: ${props.get("lfer.preprocessing") ?? ""}`
        : `resized to ${picture.width} x ${picture.height}, divided by 255, minus ${picture.mean.join(", ")}, divided by ${picture.std.join(", ")}`,
    ],
    [
      "output",
      `${codeSpan(answer.name)}: float32 [N, ${labels.length}], a ${isInside ? "probability" : "logit"} for each class`,
    ],
    ...(props.has("lfer.evaluation") ? [["evaluated", codeSpan(evaluation)] as Row] : []),
  ])}
\`\`\`sh
npx --no lferc predict ${/^[\w.-]+$/.test(basename(output)) ? basename(output) : "FILE.onnx"} photo.jpg
\`\`\`

Classes, in the order of the output:

${[...named, ...more].join("\n")}
`;
}

function costSection({ params, counts, memory }: Stats): string {
  const rows: readonly Row[] = [
    ["parameters", grouped(params.total)],
    ...(params.trainingOnly > 0 ? [["more in training only", grouped(params.trainingOnly)] as Row] : []),
    ...conventions.flatMap((name): readonly Row[] => {
      const macs = counts[name]?.macs;
      return macs === undefined ? [] : [[`macs (${name})`, grouped(macs)]];
    }),
    ["weights in float32", formatBytes(memory.paramBytes)],
    ["largest activations at once, float32", formatBytes(memory.peakActivationBytes)],
  ];
  return `## Costs of one picture\n\n${table(rows)}`;
}

/** Where the weights are from; of a run, how it was trained and how good its best weights were. */
async function weightsSection({ weights }: CardRequest, props: ReadonlyMap<string, string>): Promise<string> {
  const origin = props.get("lfer.weights") ?? "";
  const head = "## Weights\n\n";
  if (weights === undefined) return `${head}Drawn (${codeSpan(origin)}): **not trained**.\n`;
  const folder = dirname(weights);
  const run = existsSync(join(folder, runFiles.about)) ? await readRun(folder) : undefined;
  if (run === undefined || isProblem(run)) return `${head}${table([["from", codeSpan(origin)]])}`;
  const { about, best, answers } = run;
  const { recipe, data, heldOut, classes, epochs } = factsOf(about);
  const pictures = classes.reduce((sum, { counts }) => sum + (counts.training ?? 0), 0);
  const isBest = basename(weights) === runFiles.best;
  const summary = isBest && answers !== undefined && answers.pictures.length > 0 ? summaryOf(answers) : undefined;
  const rows: Row[] = [
    ["from", codeSpan(origin)],
    ["recipe", codeSpan(recipe)],
    ["data", `${codeSpan(data)}, ${grouped(pictures)} pictures to train on`],
    ["epochs", `${run.records.length}${epochs === undefined ? "" : ` of ${epochs}`}`],
  ];
  if (isBest && best !== undefined) {
    rows.push(["these weights", `of epoch ${best.epoch}${best.weights === "average" ? ", the moving average" : ""}`]);
  }
  if (summary === undefined) return `${head}${table(rows)}`;
  const interval = wilsonInterval(Math.round(summary.accuracy * summary.samples), summary.samples);
  const perClass = markdownTable(
    [
      { title: "class", align: "left" },
      { title: "pictures", align: "right" },
      { title: "recall", align: "right" },
      { title: "precision", align: "right" },
    ],
    summary.perClass.slice(0, mostClasses).map(({ name, samples, recall, precision }) => ({
      cells: [codeSpan(name), grouped(samples), share(recall), share(precision)],
    })),
  );
  return `${head}${table(rows)}
## Evaluation

On the pictures held out (${codeSpan(heldOut)}). The epoch was chosen by them, so they say less than pictures never looked at:

${table([
  ["pictures", grouped(summary.samples)],
  ["accuracy", `${percentText(summary.accuracy)}, 95 % interval ${rangeText(interval)}`],
  ["mean-class accuracy", percentText(summary.meanClassAccuracy)],
  ["macro-F1", summary.macroF1.toFixed(3)],
  ["calibration error", percentText(summary.calibrationError)],
])}
${perClass}`;
}

const share = (value: number | undefined): string => (value === undefined ? "" : percentText(value));

/** The licence that the project of the source names; that of weights and data is in no file that lferc reads. */
async function licenceSection({ source, cwd, weights }: CardRequest): Promise<string> {
  const file = join(projectRoot(source, cwd), "package.json");
  const text = await readFile(file, "utf8").catch(() => "");
  let about: unknown;
  try {
    about = JSON.parse(text);
  } catch {
    about = undefined;
  }
  const licence = isJsonObject(about) && typeof about.license === "string" ? about.license : undefined;
  if (licence === undefined) return "";
  const rest = weights === undefined ? "" : " That of the weights and of their data is not known to lferc.";
  return `## Licence\n\nOf the source's project: ${codeSpan(licence)} (package.json).${rest}\n`;
}

/** The card's file beside the model's: `NAME.card.md`. */
export const cardPath = (output: string): string => `${output.replace(/\.onnx$/i, "")}.card.md`;
