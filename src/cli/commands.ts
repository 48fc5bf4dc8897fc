import type { CommandModule } from "yargs";
import type { CommandEntry } from "./command-entry.js";

// The dispatcher does not need a command's argument type: yargs passes what its builder declared.
const untyped = (module: unknown): CommandModule => module as CommandModule;

/** In the order of the help text. */
export const commands: readonly CommandEntry[] = [
  {
    name: "init",
    summary: "start a project: a small model, its budget, its recipe, a workflow for CI",
    failure: "a file exists already or cannot be written, or the address is rejected",
    load: async () => untyped((await import("./init.command.js")).initCommand),
  },
  {
    name: "check",
    summary: "report errors and violated budgets",
    failure: "an error, or a violated budget",
    load: async () => untyped((await import("./check.command.js")).checkCommand),
  },
  {
    name: "fmt",
    summary: "format files",
    failure: "a file with errors; with --check or --diff one that would change",
    load: async () => untyped((await import("./fmt.command.js")).fmtCommand),
  },
  {
    name: "stats",
    summary: "count parameters, operations and memory",
    failure: "a file with errors, or nothing to count",
    load: async () => untyped((await import("./stats.command.js")).statsCommand),
  },
  {
    name: "build",
    summary: "write an ONNX model, or a diagram of it",
    failure: "an error, or a model that fails verification: nothing was written",
    load: async () => untyped((await import("./build.command.js")).buildCommand),
  },
  {
    name: "import",
    summary: "turn an ONNX file into a .lfer file and its weights",
    failure: "a file that is not imported or not proven equal: nothing was written",
    load: async () => untyped((await import("./import.command.js")).importCommand),
  },
  {
    name: "train",
    summary: "train a recipe on pictures",
    failure: "an error, no data, or an engine that cannot run",
    load: async () => untyped((await import("./train.command.js")).trainCommand(commands.map(({ name }) => name))),
  },
  {
    name: "report",
    summary: "show a training run: curves, confusion, mistakes, costs",
    failure: "no run in the folder, or a file that cannot be written",
    load: async () => untyped((await import("./report.command.js")).reportCommand),
  },
  {
    name: "eval",
    summary: "evaluate a trained model on labelled pictures",
    failure: "the model or the pictures could not be read, or the pictures differ",
    load: async () => untyped((await import("./eval.command.js")).evalCommand),
  },
  {
    name: "predict",
    summary: "classify pictures with a built model",
    failure: "a picture, or the model, could not be read",
    load: async () => untyped((await import("./predict.command.js")).predictCommand),
  },
  {
    name: "sweep",
    summary: "train over the values of a parameter: table, CSV, plot",
    failure: "an error, or a run that failed or is not finished",
    load: async () => untyped((await import("./sweep.command.js")).sweepCommand),
  },
  {
    name: "ablate",
    summary: "train variants of a network: accuracy and costs",
    failure: "an error, or a run that failed or is not finished",
    load: async () => untyped((await import("./ablate.command.js")).ablateCommand),
  },
  {
    name: "data",
    summary: "inspect a data set: counts, sizes, bad files, duplicates",
    failure: "a folder that cannot be read, or that differs from its manifest",
    load: async () => untyped((await import("./data.command.js")).dataCommand),
  },
  {
    name: "faces",
    summary: "draw a data set of cartoon faces",
    failure: "other files are in the folder, or a file cannot be written",
    load: async () => untyped((await import("./faces.command.js")).facesCommand),
  },
  {
    name: "distill",
    summary: "write a trained model's predictions for every picture",
    failure: "no run, no data, or a table that cannot be written",
    load: async () => untyped((await import("./distill.command.js")).distillCommand),
  },
  {
    name: "bench",
    summary: "time a model or a training step",
    failure: "a model or an engine that cannot run",
    load: async () => untyped((await import("./bench.command.js")).benchCommand),
  },
  {
    name: "explain",
    summary: "explain a diagnostic code",
    failure: undefined,
    load: async () => untyped((await import("./explain.command.js")).explainCommand),
  },
  {
    name: "info",
    summary: "print versions, and which engines can train here",
    failure: undefined,
    load: async () => untyped((await import("./info.command.js")).infoCommand),
  },
  {
    name: "completion",
    summary: "print a completion script for the shell",
    failure: "no file or folder of that name",
    load: async () => untyped((await import("./completion.command.js")).completionCommand(commands)),
  },
  {
    name: "tour",
    summary: "demonstrate lferc: check, count, build, train and predict on examples",
    failure: "one of its steps failed, or cannot run here",
    load: async () => untyped((await import("./tour.command.js")).tourCommand),
  },
];
