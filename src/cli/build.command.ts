import type { CommandModule } from "yargs";
import { type MacsConvention, macsConventions } from "../analysis/conventions.js";
import type { Sources } from "../compiler.js";
import { loadOnnxRuntime } from "../deploy/onnx-runtime.js";
import { diagnose } from "../diagnostics/diagnostic.js";
import { suggest } from "../diagnostics/suggest.js";
import type { Graph } from "../ir/graph.js";
import { printGraph } from "../ir/text.js";
import type { OptimizeLevel } from "../passes/pipeline.js";
import { placesFromHome, sourceDigest } from "../source-origin.js";
import { type BuildResult, buildOnnx } from "../targets/onnx/build.js";
import { byteLengthOf } from "../targets/onnx/framing.js";
import { defaultOpset, isKnownOpset, newestOpset, oldestOpset } from "../targets/onnx/opsets.js";
import { version } from "../version.js";
import { formatBytes, keepsInputs, writeOutput } from "./build-files.js";
import { buildTrainingStep } from "./build-training-step.js";
import { compileOneModel } from "./one-model.js";
import { proofReport } from "./proof-progress.js";
import type { ExitCode, Session } from "./session.js";
import { modelOption, parseSettings, recipeOption, recipeSetOption, watchOption } from "./shared-options.js";
import { isLiveTerminal, liveLine } from "./train-progress.js";
import { UsageError } from "./usage.js";
import { runWatchable } from "./watch.js";
import {
  readWeights,
  reportRefusal,
  talkOfNames,
  type WeightArguments,
  weightsMapOption,
  weightsOption,
} from "./weight-arguments.js";

const available = ["onnx", "onnx-train", "safetensors", "svg", "ir"] as const;
const reserved = ["tfjs", "tfjs-train"] as const;

interface BuildArguments extends WeightArguments {
  readonly path: string;
  readonly output: string;
  readonly target: string;
  readonly model?: string | undefined;
  readonly recipe?: string | undefined;
  readonly batch?: number | undefined;
  readonly set?: readonly string[] | undefined;
  readonly opset: number;
  readonly optimize: number;
  readonly seed: number;
  readonly verify: boolean;
  readonly watch: boolean;
  readonly depth?: string | undefined;
  readonly convention?: MacsConvention | undefined;
}

function checkUsage({
  target,
  opset,
  optimize,
  seed,
  recipe,
  batch,
  model,
  weights,
  "weights-map": map,
  depth,
  convention,
}: BuildArguments): ReturnType<typeof diagnose> | undefined {
  const wrong = (detail: string) => diagnose("tool/wrong-usage", { command: "build", detail });
  if ((reserved as readonly string[]).includes(target)) {
    return diagnose("onnx/unsupported-target", { target, available });
  }
  if (!(available as readonly string[]).includes(target)) {
    const holes = { command: "build", flag: "--target", given: target, takes: available.join(", ") };
    return diagnose("tool/wrong-value", { ...holes, suggestion: suggest(target, available) });
  }
  const trains = target === "onnx-train";
  if (trains && recipe === undefined) return wrong("--target onnx-train needs --recipe NAME");
  if (!trains && recipe !== undefined) return wrong("--recipe goes with --target onnx-train");
  if (trains && model !== undefined) return wrong("the recipe says which model: leave --model out");
  if (!trains && batch !== undefined) return wrong("--batch goes with --target onnx-train; elsewhere it is open");
  if (batch !== undefined && !(Number.isInteger(batch) && batch >= 1))
    return wrong("--batch takes a whole number from 1");
  const draws = target === "svg";
  if (draws && weights !== undefined) return wrong("a picture shows no weights: leave --weights out");
  if (target === "ir" && weights !== undefined) return wrong("the graph as text has no weights: leave --weights out");
  if (weights === undefined && map !== undefined) return wrong("--weights-map goes with --weights");
  if (!draws && depth !== undefined) return wrong("--depth goes with --target svg");
  if (!draws && convention !== undefined) return wrong("--convention goes with --target svg");
  if (depth !== undefined && pictureDepth(depth) === undefined)
    return wrong("--depth takes a whole number from 1, or all");
  if (!Number.isInteger(opset)) return wrong("--opset takes a whole number");
  if (!isKnownOpset(opset)) {
    return diagnose("onnx/unsupported-opset", { opset, oldest: oldestOpset, newest: newestOpset });
  }
  if (![0, 1, 2].includes(optimize)) return wrong("--optimize takes 0, 1 or 2");
  return Number.isSafeInteger(seed) && seed >= 0 ? undefined : wrong("--seed takes a whole number from 0");
}

/** How deep a picture goes by `--depth`; undefined where it says neither a depth nor all. */
function pictureDepth(depth: string): number | "all" | undefined {
  if (depth === "all") return depth;
  return /^[1-9]\d{0,5}$/.test(depth) ? Number(depth) : undefined;
}

/** One line for people: what was written, and how well it was proven. */
function describe(path: string, built: Extract<BuildResult, { kind: "built" }>, opset: number): string {
  const { pieces, nodeCount, verification } = built;
  const written = `${path}: ${formatBytes(byteLengthOf(pieces))}, opset ${opset}, ${nodeCount} layers`;
  if (verification === undefined) return `${written}; not verified\n`;
  const { input, graphError, fileError } = verification;
  const file = fileError === undefined ? "" : `, in ONNX Runtime ${fileError.toExponential(1)}`;
  return `${written}; equal to the reference (${input}, batch 2): rewritten graph ${graphError.toExponential(1)}${file}\n`;
}

async function build(session: Session, args: BuildArguments): Promise<ExitCode> {
  const usage = checkUsage(args);
  if (usage !== undefined) throw new UsageError(usage);
  const set = parseSettings(args.set);
  if ("code" in set) throw new UsageError(set);
  if (args.recipe !== undefined) return buildTrainingStep(session, { ...args, recipe: args.recipe, set });
  const found = await compileOneModel(session, args.path, args.model, set);
  if (found === undefined) return 1;
  const { model, compiled } = found;
  const { graph } = model;
  if (!(await keepsInputs(session, args.output, compiled, args))) return 1;
  if (args.target === "ir")
    return (await writeOutput(session, args.output, [new TextEncoder().encode(printGraph(graph))])) ? 0 : 1;
  if (args.target === "safetensors") {
    const { buildWeightFile } = await import("./build-weight-file.js");
    return buildWeightFile(session, args, graph);
  }
  if (args.target === "svg") {
    const { buildPicture } = await import("./build-picture.js");
    const depth = args.depth === undefined ? undefined : pictureDepth(args.depth);
    return buildPicture(session, { ...args, depth }, graph, compiled.sources);
  }
  return buildFile(session, args, graph, compiled.sources, set);
}

async function buildFile(
  session: Session,
  args: BuildArguments,
  graph: Graph,
  sources: Sources,
  settings: ReadonlyMap<string, string>,
): Promise<ExitCode> {
  const weights = await readWeights(session, "build", args);
  if (weights === undefined) return 1;
  const report = proofReport(isLiveTerminal() ? liveLine() : undefined, session.talk);
  const built = await buildOnnx(graph, {
    onProgress: report.show,
    opset: args.opset,
    level: args.optimize as OptimizeLevel,
    weights,
    verify: args.verify,
    loadRuntime: loadOnnxRuntime,
    provenance: { lferVersion: version, sourceSha256: sourceDigest(sources), settings },
    describeSpan: placesFromHome(sources),
  });
  report.clear();
  if (built.kind === "refused") {
    reportRefusal(session, built);
    return 1;
  }
  if (built.runtimeMissing !== undefined) {
    session.talk(`only the graph was verified, not the file: ${built.runtimeMissing.message}\n`);
  }
  if (!(await writeOutput(session, args.output, built.pieces))) return 1;
  talkOfNames(session, built.account);
  session.talk(describe(args.output, built, args.opset));
  const noise = built.verification?.fullSizeNoise;
  if (noise !== undefined) {
    session.talk(
      `not compared at full size: there a last digit of the weights moves its outputs by ${noise.toExponential(1)} of their norm\n`,
    );
  }
  return 0;
}

export const buildCommand: CommandModule<object, BuildArguments> = {
  command: "build <path>",
  describe:
    "Writes a model, or a recipe's training step, as an ONNX file that was compared with the reference before; or a picture of the network.",
  builder: (yargs) =>
    yargs
      .positional("path", { type: "string", demandOption: true, describe: "the .lfer file" })
      .option("output", {
        alias: "o",
        type: "string",
        demandOption: true,
        requiresArg: true,
        describe: "the file to write",
      })
      .option("target", {
        type: "string",
        default: "onnx",
        requiresArg: true,
        describe:
          "onnx: a model for deployment; onnx-train: a recipe's training step; safetensors: the weights alone, by the model's names; svg: a picture of the network; ir: the graph as text",
      })
      .option("model", modelOption)
      .option("recipe", { ...recipeOption, describe: "onnx-train: the recipe whose step is written" })
      .option("batch", {
        type: "number",
        requiresArg: true,
        describe: "onnx-train: pictures a step; the recipe's own unless given",
      })
      .option("set", recipeSetOption)
      .option("weights", {
        ...weightsOption,
        describe: `${weightsOption.describe}; without it they are drawn from --seed`,
      })
      .option("weights-map", weightsMapOption)
      .option("seed", { type: "number", default: 0, requiresArg: true, describe: "seed of the initial weights" })
      .option("opset", {
        type: "number",
        default: defaultOpset,
        requiresArg: true,
        describe: `ONNX operator set, ${oldestOpset} to ${newestOpset}`,
      })
      .option("optimize", {
        type: "number",
        default: 1,
        requiresArg: true,
        describe:
          "0: every layer as written; 1: batch norm and constants folded, dead taps and idle nodes cut; 2: as 1, for now",
      })
      .option("verify", {
        type: "boolean",
        default: true,
        describe: "compare with the reference before writing; --no-verify saves the time",
      })
      .option("watch", watchOption)
      .option("depth", {
        type: "string",
        requiresArg: true,
        defaultDescription: "as deep as a screen shows",
        describe: "svg: levels of blocks to open, a number or all; deeper ones are boxes with their costs",
      })
      .option("convention", {
        choices: macsConventions,
        requiresArg: true,
        defaultDescription: "conv",
        describe: "svg: whose macs the boxes show",
      })
      .example("lferc build models/lfer_ldl.lfer -o model.onnx", "with fresh weights")
      .example("lferc build models/lfer_ldl.lfer -o model.onnx --weights best.safetensors", "with trained ones")
      .example("lferc build models/resnet.lfer --model resnet18 -o r18.onnx --weights resnet18.pth", "with PyTorch's")
      .example(
        "lferc build models/lfer_ldl.lfer --target onnx-train --recipe CrossEntropy --set size=112 -o step.onnx",
        "its training step, for any ONNX Runtime",
      )
      .example("lferc build models/lfer_ldl.lfer --target svg -o network.svg", "its picture"),
  handler: (args) => runWatchable(args.watch, (session) => build(session, args)),
};
