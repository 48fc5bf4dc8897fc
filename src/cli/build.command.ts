import type { CommandModule } from "yargs";
import { macsConventions } from "../analysis/conventions.js";
import { invariant } from "../diagnostics/invariant.js";
import { printGraph } from "../ir/text.js";
import { isBlock, isOptimizeLevel, type OptimizeLevel, usualBlock } from "../passes/pipeline.js";
import { defaultConvention } from "../recipe/measures.js";
import { defaultOpset, newestOpset, oldestOpset } from "../targets/onnx/opsets.js";
import { weightsTypes } from "../weights/weights-type.js";
import { type CommandLine, checkUsage } from "./build-arguments.js";
import { explainFormatOption, explainOption, pictureSize, preprocessingOption } from "./build-file-options.js";
import { keepsInputs, writeOutput } from "./build-files.js";
import { buildModelFile } from "./build-model-file.js";
import { outputProblem, targetOf } from "./build-output.js";
import { buildTrainingStep } from "./build-training-step.js";
import { compileOneModel } from "./one-model.js";
import { isOnnxPath } from "./onnx-file.js";
import { pictureDepth } from "./picture-depth.js";
import { quantiseArguments, quantiseOptions } from "./quantise-flags.js";
import type { ExitCode, Session } from "./session.js";
import { modelOption, parseSettings, recipeOption, recipeSetOption, watchOption } from "./shared-options.js";
import { UsageError } from "./usage.js";
import { runWatchable } from "./watch.js";
import { weightsMapOption, weightsOption } from "./weight-arguments.js";

const usualSeed = 0;
const usualLevel: OptimizeLevel = 1;

async function build(session: Session, given: CommandLine): Promise<ExitCode> {
  const target = targetOf(given.output, given.target);
  if (typeof target !== "string") throw new UsageError(target);
  const meant = { ...given, target };
  const usage = outputProblem(given.output, target, given.watch) ?? checkUsage(meant);
  if (usage !== undefined) throw new UsageError(usage);
  const { seed = usualSeed, opset = defaultOpset, optimize = usualLevel, block = usualBlock, verify = true } = meant;
  invariant(isOptimizeLevel(optimize), `level ${optimize} was not refused`);
  invariant(isBlock(block), `block ${block} was not refused`);
  const args = { ...meant, seed, opset, optimize, block, verify };
  const set = parseSettings(args.set);
  if ("code" in set) throw new UsageError(set);
  if (isOnnxPath(args.path)) {
    const { buildFromOnnx } = await import("./build-from-onnx.js");
    return buildFromOnnx(session, {
      ...args,
      depth: args.depth === undefined ? undefined : pictureDepth(args.depth),
      set,
    });
  }
  if (target === "onnx-train") return buildTrainingStep(session, { ...args, split: args.split === true, set });
  if (target === "tfjs-train") {
    const { buildTrainingModule } = await import("./build-step-module.js");
    return buildTrainingModule(session, { ...args, set, seed: given.seed });
  }
  if (target === "torch" && args.recipe !== undefined) {
    const { buildTorchTraining } = await import("./build-torch-training.js");
    return buildTorchTraining(session, { ...args, recipe: args.recipe, set, seed: given.seed });
  }
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
  if (args.target === "tfjs") {
    const { buildTfjsModel } = await import("./build-tfjs-model.js");
    const { "weights-type": type = "float32" } = args;
    return buildTfjsModel(
      session,
      { ...args, "weights-type": type },
      { graph, sources: compiled.sources, settings: set },
    );
  }
  if (args.target === "torch") {
    const { buildTorch } = await import("./build-torch.js");
    return buildTorch(session, args, found, set);
  }
  if (args.target === "svg") {
    const { buildPicture } = await import("./build-picture.js");
    const depth = args.depth === undefined ? undefined : pictureDepth(args.depth);
    const { placesFromHome } = await import("../source/source-origin.js");
    return buildPicture(session, { ...args, depth }, graph, placesFromHome(compiled.sources));
  }
  const { "with-preprocessing": pictures } = args;
  const withPictures = { ...args, pictures: pictures === undefined ? undefined : pictureSize(pictures) };
  const withAll = { ...withPictures, quantise: quantiseArguments(args) };
  return buildModelFile(session, withAll, { graph, sources: compiled.sources, settings: set });
}

export const buildCommand: CommandModule<object, CommandLine> = {
  command: "build <path>",
  describe:
    "Writes a model or a recipe's training step, as an ONNX file or for TensorFlow.js, after comparing it with the reference; a module of PyTorch; or a diagram of the network.",
  builder: (yargs) =>
    yargs
      .positional("path", {
        type: "string",
        demandOption: true,
        describe: "the .lfer file; for svg and ir also an .onnx file",
      })
      .option("output", {
        alias: "o",
        type: "string",
        demandOption: true,
        requiresArg: true,
        describe:
          "the file to write, or for tfjs and torch the folder; - is standard output, except for these, --split and --card",
      })
      .option("target", {
        type: "string",
        defaultDescription: "by the extension of -o: .onnx, .safetensors, .svg",
        requiresArg: true,
        describe:
          "onnx: a model for deployment; onnx-train: a recipe's training step; tfjs: a folder that tf.loadGraphModel loads; tfjs-train: a recipe's training step as an ES module for TensorFlow.js; safetensors: only the weights, by the model's names; torch: a folder with the network as a module of PyTorch, with --recipe and scripts that train it; svg: a diagram of the network; ir: the graph as text",
      })
      .option("model", modelOption)
      .option("recipe", {
        ...recipeOption,
        describe:
          "onnx-train, tfjs-train: the recipe of the step; optional if there is only one; torch: also write train.py, which trains by it",
      })
      .option("batch", {
        type: "number",
        requiresArg: true,
        describe: "onnx-train, tfjs-train: batch size; default the recipe's",
      })
      .option("set", recipeSetOption)
      .option("weights", {
        ...weightsOption,
        describe: `${weightsOption.describe}; default: drawn from --seed`,
      })
      .option("weights-map", weightsMapOption)
      .option("seed", {
        type: "number",
        defaultDescription: `${usualSeed}; tfjs-train, torch: the recipe's`,
        requiresArg: true,
        describe:
          "seed of the initial weights; tfjs-train: and of the masks of dropout; torch with --recipe: of the run",
      })
      .option("opset", {
        type: "number",
        defaultDescription: String(defaultOpset),
        requiresArg: true,
        describe: `ONNX operator set, ${oldestOpset} to ${newestOpset}`,
      })
      .option("optimize", {
        type: "number",
        defaultDescription: String(usualLevel),
        requiresArg: true,
        describe:
          "0: every layer as in the source; 1: fold batch norms and constants, merge convolutions that are summed, remove dead taps and no-op nodes; 2 (onnx): also remove shuffles and lay out channels in blocks",
      })
      .option("block", {
        type: "number",
        defaultDescription: String(usualBlock),
        requiresArg: true,
        describe: "--optimize 2: channels in a block of the runtime's layout: 16 for AVX-512, 8 for AVX2 and NEON",
      })
      .option("verify", {
        type: "boolean",
        defaultDescription: "true",
        describe: "compare with the reference before writing; --no-verify skips this",
      })
      .option("split", {
        type: "boolean",
        defaultDescription: "false",
        describe:
          "onnx-train: two files, NAME.gradients.onnx and NAME.update.onnx for -o NAME.onnx, so that processes can average their gradients in between",
      })
      .option("card", {
        type: "boolean",
        defaultDescription: "false",
        describe:
          "onnx: also write NAME.card.md, a model card: costs, preprocessing, classes, verification, and the run of the weights",
      })
      .option("with-preprocessing", preprocessingOption)
      .option("explain", explainOption)
      .option("format", explainFormatOption)
      .option("weights-type", {
        choices: weightsTypes,
        requiresArg: true,
        defaultDescription: "float32",
        describe:
          "onnx (float32, float16), tfjs: how filters and matrices are stored; runtimes convert them to float32",
      })
      .option("quantize", quantiseOptions.quantize)
      .option("calibrate", quantiseOptions.calibrate)
      .option("calibration", quantiseOptions.calibration)
      .option("keep-accuracy", quantiseOptions["keep-accuracy"])
      .option("watch", watchOption)
      .option("depth", {
        type: "string",
        requiresArg: true,
        defaultDescription: "as deep as fits a screen",
        describe: "svg: levels of blocks to open, a number or all; deeper blocks are boxes with their costs",
      })
      .option("convention", {
        choices: macsConventions,
        requiresArg: true,
        defaultDescription: defaultConvention,
        describe: "svg: the counting convention of the macs in the boxes",
      })
      .example("lferc build models/lfer_ldl.lfer -o model.onnx", "with initial weights")
      .example("lferc build models/lfer_ldl.lfer -o model.onnx --weights best.safetensors", "with trained weights")
      .example("lferc build model.lfer -o model.onnx --weights runs/first/best.safetensors --card", "with a model card")
      .example("lferc build model.lfer -o model.onnx --with-preprocessing=480x640", "for camera pictures as they are")
      .example(
        "lferc build models/resnet.lfer --model resnet18 -o r18.onnx --weights resnet18.pth",
        "with PyTorch's weights",
      )
      .example(
        "lferc build models/lfer_ldl.lfer --target onnx-train --recipe CrossEntropy --set size=112 -o step.onnx",
        "its training step, for any ONNX Runtime",
      )
      .example(
        "lferc build models/lfer_ldl.lfer --target onnx-train --recipe CrossEntropy --split -o step.onnx",
        "the same in two halves, for training on several machines",
      )
      .example("lferc build models/lfer_ldl.lfer --target tfjs -o model", "for TensorFlow.js, in a page or in Node")
      .example(
        "lferc build models/lfer_ldl.lfer --target tfjs-train --recipe CrossEntropy --set size=112 -o step.mjs",
        "the same for TensorFlow.js",
      )
      .example("lferc build models/lfer_ldl.lfer --target torch -o lfer", "as a module of PyTorch, to train it there")
      .example("lferc build models/lfer_ldl.lfer -o network.svg", "its diagram")
      .example("lferc build model.onnx -o network.svg", "the diagram of an exported file"),
  handler: (args) => runWatchable(args.watch, (session) => build(session, args)),
};
