/** The arguments of `build`, and which of them do not go together. */
import type { MacsConvention } from "../analysis/conventions.js";
import { diagnose } from "../diagnostics/diagnostic.js";
import { suggest } from "../diagnostics/suggest.js";
import { blocks, isBlock, isOptimizeLevel, levelsWithoutLayout, optimizeLevels } from "../passes/pipeline.js";
import { isKnownOpset, newestOpset, oldestOpset } from "../targets/onnx/opsets.js";
import type { WeightsType } from "../weights/weights-type.js";
import { type explainFormats, modelFileProblem } from "./build-file-options.js";
import { isStdout } from "./build-output.js";
import { isBuildTarget, laterTargets, targetNames, wrongFlag } from "./build-targets.js";
import { pictureDepth } from "./picture-depth.js";
import { type QuantiseFlags, quantiseUsage } from "./quantise-flags.js";
import type { WeightArguments } from "./weight-arguments.js";

/** The arguments of `build`, with the target that is meant. */
export interface BuildArguments extends WeightArguments, QuantiseFlags {
  readonly path: string;
  readonly output: string;
  readonly target: string;
  readonly model?: string | undefined;
  readonly recipe?: string | undefined;
  readonly batch?: number | undefined;
  readonly set?: readonly string[] | undefined;
  readonly opset?: number | undefined;
  readonly optimize?: number | undefined;
  readonly block?: number | undefined;
  readonly seed?: number | undefined;
  readonly verify?: boolean | undefined;
  readonly split?: boolean | undefined;
  readonly card?: boolean | undefined;
  readonly watch: boolean;
  readonly depth?: string | undefined;
  readonly convention?: MacsConvention | undefined;
  readonly "weights-type"?: WeightsType | undefined;
  readonly "with-preprocessing"?: string | undefined;
  readonly explain?: boolean | undefined;
  readonly format?: (typeof explainFormats)[number] | undefined;
}

/** As written: the target may follow from the output's file extension. */
export type CommandLine = Omit<BuildArguments, "target"> & { readonly target?: string | undefined };

/** What is wrong with them, apart from the output's name. */
export function checkUsage(args: BuildArguments): ReturnType<typeof diagnose> | undefined {
  const { target, opset, optimize, seed, batch, weights, "weights-map": map, depth } = args;
  const wrong = (detail: string) => diagnose("tool/wrong-usage", { command: "build", detail });
  if (laterTargets.includes(target)) return diagnose("onnx/unsupported-target", { target, available: targetNames });
  if (!isBuildTarget(target)) {
    const holes = { command: "build", flag: "--target", given: target, takes: targetNames.join(", ") };
    return diagnose("tool/wrong-value", { ...holes, suggestion: suggest(target, targetNames) });
  }
  if (weights === undefined && map !== undefined) return wrong("--weights-map goes with --weights");
  const misplaced = wrongFlag(target, { ...args });
  if (misplaced !== undefined) return wrong(misplaced);
  if (args.split === true && isStdout(args.output))
    return wrong("--split writes two files, standard output takes one: name one after -o");
  if (args.card === true && isStdout(args.output))
    return wrong("--card writes a second file, standard output takes one: name one after -o");
  if (batch !== undefined && !(Number.isInteger(batch) && batch >= 1))
    return wrong("--batch takes a whole number from 1");
  if (depth !== undefined && pictureDepth(depth) === undefined)
    return wrong("--depth takes a whole number from 1, or all");
  if (opset !== undefined && !Number.isInteger(opset)) return wrong("--opset takes a whole number");
  if (opset !== undefined && !isKnownOpset(opset)) {
    return diagnose("onnx/unsupported-opset", { opset, oldest: oldestOpset, newest: newestOpset });
  }
  if (optimize !== undefined && !isOptimizeLevel(optimize))
    return wrong(`--optimize takes ${optimizeLevels.join(", ")}`);
  if (optimize === 2 && target !== "onnx")
    return diagnose("onnx/unsupported-level", { level: optimize, known: levelsWithoutLayout });
  const ofFile = modelFileProblem(args);
  if (ofFile !== undefined) return wrong(ofFile);
  if (args.block !== undefined && !isBlock(args.block)) return wrong(`--block takes ${blocks.join(" or ")}`);
  if (args.block !== undefined && optimize !== 2) return wrong("--block goes with --optimize 2");
  const quantising = quantiseUsage(args);
  if (quantising !== undefined) return wrong(quantising);
  if (seed === undefined || (Number.isSafeInteger(seed) && seed >= 0)) return undefined;
  return wrong("--seed takes a whole number from 0");
}
