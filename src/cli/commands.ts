import type { CommandModule } from "yargs";

/** A command's name, its line in the list of commands, and its module, which is loaded only when it is called. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<CommandModule>;
}

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
    name: "stats",
    summary: "count parameters, work and memory",
    load: async () => untyped((await import("./stats.command.js")).statsCommand),
  },
  {
    name: "build",
    summary: "write an ONNX model",
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
    name: "tour",
    summary: "see it work: check, count, build, train and predict on examples",
    load: async () => untyped((await import("./tour.command.js")).tourCommand),
  },
];
