import { resolve } from "node:path";
import type { Sources } from "../compiler.js";
import { oneLine } from "../diagnostics/display-text.js";
import type { Graph } from "../ir/graph.js";
import type { Block } from "../passes/lay-out-channels.js";
import type { OptimizeLevel } from "../passes/pipeline.js";
import { placesFromHome, sourceDigest } from "../source/source-origin.js";
import { type BuildResult, buildOnnx } from "../targets/onnx/build.js";
import { byteLengthOf } from "../targets/onnx/framing.js";
import type { Rounding } from "../targets/onnx/half-weights.js";
import { version } from "../version.js";
import type { WeightsType } from "../weights/weights-type.js";
import { formatBytes, writeOutput, writeOutputs } from "./build-files.js";
import { outputName } from "./build-output.js";
import type { QuantiseArguments } from "./build-quantised.js";
import { liveLine } from "./live-line.js";
import { proofReport } from "./proof-progress.js";
import type { ExitCode, Session } from "./session.js";
import { loadRuntime, runtimeTitle } from "./talk-of-runtime.js";
import { isLiveTerminal } from "./terminal.js";
import { readWeights, reportRefusal, talkOfNames, type WeightArguments } from "./weight-arguments.js";

export interface ModelFileArguments extends WeightArguments {
  readonly output: string;
  readonly seed: number;
  readonly opset: number;
  readonly optimize: OptimizeLevel;
  readonly block?: Block | undefined;
  readonly verify: boolean;
  /** The source, as on the command line. */
  readonly path: string;
  readonly card?: boolean | undefined;
  readonly explain?: boolean | undefined;
  readonly format?: "pretty" | "json" | undefined;
  readonly "weights-type"?: WeightsType | undefined;
  /** To put preprocessing inside: for pictures of this size. */
  readonly pictures?: { readonly height: number; readonly width: number } | "network" | undefined;
  readonly quantise?: QuantiseArguments | undefined;
}

interface Input {
  readonly graph: Graph;
  readonly sources: Sources;
  readonly settings: ReadonlyMap<string, string>;
}

/** The line that reports what was written, and the error found by the verification. */
function describe(path: string, built: Extract<BuildResult, { kind: "built" }>, opset: number): string {
  const { pieces, nodeCount, verification } = built;
  const written = `${path}: ${formatBytes(byteLengthOf(pieces))}, opset ${opset}, ${nodeCount} layers`;
  if (verification === undefined) return `${written}; not verified\n`;
  const { input, graphError, fileError, engine } = verification;
  const file = fileError === undefined ? "" : `, in ${runtimeTitle(engine)} ${fileError.toExponential(1)}`;
  return `${written}; equal to the reference (${input}, batch 2): rewritten graph ${graphError.toExponential(1)}${file}\n`;
}

/** What weights in half precision change. */
function describeRounding({ tooLarge, error }: Rounding): string {
  const kept = tooLarge.length === 0 ? "" : `; kept in float32, beyond its range: ${tooLarge.map(oneLine).join(", ")}`;
  const change =
    error === undefined ? "not compared" : `outputs change by at most ${error.toExponential(1)} of their norm`;
  return `weights as float16: ${change}${kept}\n`;
}

/** `--target onnx`: a model for deployment. */
export async function buildModelFile(
  session: Session,
  args: ModelFileArguments,
  { graph, sources, settings }: Input,
): Promise<ExitCode> {
  const weights = await readWeights(session, "build", args);
  if (weights === undefined) return 1;
  const { pictures } = args;
  const { preprocessorFor } = pictures === undefined ? {} : await import("../deploy/inside-preprocessing.js");
  const explained = args.explain === true ? (await import("./build-explained.js")).explanation() : undefined;
  const quantiser =
    args.quantise === undefined ? undefined : (await import("./build-quantised.js")).quantiser(session, args.quantise);
  const report = proofReport(isLiveTerminal() ? liveLine() : undefined, session.talk);
  const built = await buildOnnx(graph, {
    onProgress: report.show,
    opset: args.opset,
    level: args.optimize,
    block: args.block,
    weights,
    onPass: explained?.watch,
    weightsType: args["weights-type"] === "float16" ? "float16" : "float32",
    preprocessor: preprocessorFor?.(pictures === "network" ? undefined : pictures),
    verify: args.verify,
    loadRuntime: () => loadRuntime(session),
    provenance: { lferVersion: version, sourceSha256: sourceDigest(sources), settings },
    describeSpan: placesFromHome(sources),
    rewriteFile: quantiser?.rewriteFile,
  });
  report.clear();
  if (built.kind === "refused") {
    reportRefusal(session, built);
    return 1;
  }
  if (built.runtimeMissing !== undefined) {
    session.talk(`only the graph was verified, not the file: ${built.runtimeMissing.message}\n`);
  }
  if (!(await write(session, args, built, graph))) return 1;
  talkOfNames(session, built.account);
  session.talk(describe(outputName(args.output), built, args.opset));
  const { opset, verify: measure } = args;
  await explained?.tell(session, { opset, measure, json: args.format === "json" });
  if (built.rounding !== undefined) session.talk(describeRounding(built.rounding));
  if (built.preprocessingError !== undefined) {
    session.talk(`with preprocessing inside, equal to predict: ${built.preprocessingError.toExponential(1)}\n`);
  }
  if (quantiser !== undefined) session.talk(quantiser.report());
  const noise = built.verification?.fullSizeNoise;
  if (noise !== undefined) {
    session.talk(
      `not compared at full size: there the last digit of the weights changes its outputs by ${noise.toExponential(1)} of their norm\n`,
    );
  }
  return 0;
}

/** Writes the file; with `--card` both or neither. */
async function write(
  session: Session,
  { output, card, path, weights, opset }: ModelFileArguments,
  built: Extract<BuildResult, { kind: "built" }>,
  graph: Graph,
): Promise<boolean> {
  if (card !== true) return writeOutput(session, output, built.pieces);
  const { cardPath, modelCard } = await import("./model-card.js");
  const { cwd } = session;
  const [source, from] = [path, weights].map((each) => (each === undefined ? undefined : resolve(cwd, each)));
  const text = await modelCard({ output, built, graph, opset, source: source ?? cwd, weights: from, cwd });
  const about = cardPath(output);
  const files = new Map([
    [output, built.pieces],
    [about, [new TextEncoder().encode(text)]],
  ]);
  if (!(await writeOutputs(session, files))) return false;
  session.talk(`${oneLine(about)}: its model card\n`);
  return true;
}
