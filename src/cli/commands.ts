import type { CommandModule } from "yargs";
import type { CommandEntry } from "./command-entry.js";

// A command's own argument type is of no use to the dispatcher: yargs hands over what its builder declared.
const untyped = (module: unknown): CommandModule => module as CommandModule;

/** In the order of the help text. */
export const commands: readonly CommandEntry[] = [
  {
    name: "check",
    summary: "report mistakes and broken budgets",
    load: async () => untyped((await import("./check.command.js")).checkCommand),
  },
  {
    name: "fmt",
    summary: "bring files into their one form",
    load: async () => untyped((await import("./fmt.command.js")).fmtCommand),
  },
  {
    name: "stats",
    summary: "count parameters, work and memory",
    load: async () => untyped((await import("./stats.command.js")).statsCommand),
  },
  {
    name: "build",
    summary: "write an ONNX model, or a picture of it",
    load: async () => untyped((await import("./build.command.js")).buildCommand),
  },
  {
    name: "train",
    summary: "train a recipe on pictures",
    load: async () => untyped((await import("./train.command.js")).trainCommand),
  },
  {
    name: "predict",
    summary: "classify pictures with a built model",
    load: async () => untyped((await import("./predict.command.js")).predictCommand),
  },
  {
    name: "bench",
    summary: "time a model or a training step",
    load: async () => untyped((await import("./bench.command.js")).benchCommand),
  },
  {
    name: "explain",
    summary: "say more about a diagnostic code",
    load: async () => untyped((await import("./explain.command.js")).explainCommand),
  },
  {
    name: "info",
    summary: "versions, and what is installed",
    load: async () => untyped((await import("./info.command.js")).infoCommand),
  },
  {
    name: "completion",
    summary: "a script for the shell that completes commands and flags",
    load: async () => untyped((await import("./completion.command.js")).completionCommand(commands)),
  },
  {
    name: "tour",
    summary: "see it work: check, count, build, train and predict on examples",
    load: async () => untyped((await import("./tour.command.js")).tourCommand),
  },
];
