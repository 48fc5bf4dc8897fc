import type { CommandModule } from "yargs";
import type { CommandEntry } from "./command-entry.js";

// A command's own argument type is of no use to the dispatcher: yargs hands over what its builder declared.
const untyped = (module: unknown): CommandModule => module as CommandModule;

/** In the order of the help text. */
export const commands: readonly CommandEntry[] = [
  {
    name: "init",
    summary: "begin: a small model, its budget, its recipe, a workflow for CI",
    failure: "a file is in the way or cannot be written, or the address is refused",
    load: async () => untyped((await import("./init.command.js")).initCommand),
  },
  {
    name: "check",
    summary: "report mistakes and broken budgets",
    failure: "a mistake, or a broken budget",
    load: async () => untyped((await import("./check.command.js")).checkCommand),
  },
  {
    name: "fmt",
    summary: "bring files into their one form",
    failure: "a file with mistakes; with --check or --diff one that would change",
    load: async () => untyped((await import("./fmt.command.js")).fmtCommand),
  },
  {
    name: "stats",
    summary: "count parameters, work and memory",
    failure: "a file with mistakes, or nothing to count",
    load: async () => untyped((await import("./stats.command.js")).statsCommand),
  },
  {
    name: "build",
    summary: "write an ONNX model, or a picture of it",
    failure: "a mistake, or a model that is not proven: nothing was written",
    load: async () => untyped((await import("./build.command.js")).buildCommand),
  },
  {
    name: "train",
    summary: "train a recipe on pictures",
    failure: "a mistake, no data, or an engine that cannot run",
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
    summary: "judge a trained model by labelled pictures",
    failure: "the model or the pictures could not be read, or are not the same for both",
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
    failure: "a mistake, or a run that failed or is not finished",
    load: async () => untyped((await import("./sweep.command.js")).sweepCommand),
  },
  {
    name: "ablate",
    summary: "train variants of a network: accuracy beside costs",
    failure: "a mistake, or a run that failed or is not finished",
    load: async () => untyped((await import("./ablate.command.js")).ablateCommand),
  },
  {
    name: "data",
    summary: "look at a data set: counts, sizes, bad files, copies",
    failure: "a folder that cannot be read, or that differs from its manifest",
    load: async () => untyped((await import("./data.command.js")).dataCommand),
  },
  {
    name: "faces",
    summary: "draw a data set of cartoon faces",
    failure: "something is in the way, or a file cannot be written",
    load: async () => untyped((await import("./faces.command.js")).facesCommand),
  },
  {
    name: "distill",
    summary: "write what a trained model says of every picture",
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
    summary: "say more about a diagnostic code",
    failure: undefined,
    load: async () => untyped((await import("./explain.command.js")).explainCommand),
  },
  {
    name: "info",
    summary: "versions, and what is installed",
    failure: undefined,
    load: async () => untyped((await import("./info.command.js")).infoCommand),
  },
  {
    name: "completion",
    summary: "a script for the shell that completes commands and flags",
    failure: undefined,
    load: async () => untyped((await import("./completion.command.js")).completionCommand(commands)),
  },
  {
    name: "tour",
    summary: "see it work: check, count, build, train and predict on examples",
    failure: "one of its steps failed, or cannot be shown here",
    load: async () => untyped((await import("./tour.command.js")).tourCommand),
  },
];
