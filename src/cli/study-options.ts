/** The flags that `sweep` and `ablate` share, and the command lines of their runs. */
import type { Argv } from "yargs";
import { diagnose } from "../diagnostics/diagnostic.js";
import { automaticText, engines } from "../engines/registry.js";
import type { PlannedRun } from "../studies/study.js";
import { recipeSetOption } from "./shared-options.js";
import { UsageError } from "./usage.js";
import { checkWhole } from "./whole-number.js";

export interface StudyArguments {
  readonly path: string;
  readonly out: string;
  readonly data?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly epochs?: number | undefined;
  readonly limit?: number | undefined;
  readonly engine: string;
  readonly threads?: number | undefined;
  readonly seeds: number;
  readonly jobs: string;
  readonly resume: boolean;
}

export function studyOptions<T>(yargs: Argv<T>) {
  return yargs
    .option("out", {
      alias: "o",
      type: "string",
      demandOption: true,
      requiresArg: true,
      describe: "the study's folder: its runs, results.csv, table.md, plot.svg, study.json",
    })
    .option("data", { type: "string", requiresArg: true, describe: "the pictures, as for `lferc train`" })
    .option("set", recipeSetOption)
    .option("epochs", { type: "number", requiresArg: true, describe: "epochs of each run, instead of the recipe's" })
    .option("limit", {
      type: "number",
      requiresArg: true,
      describe: "use at most this many pictures for training, and as many held out: for a quick test",
    })
    .option("engine", {
      type: "string",
      default: "auto",
      requiresArg: true,
      describe: `what runs the steps: ${automaticText}, ${engines.map(({ name }) => name).join(", ")}`,
    })
    .option("threads", {
      type: "number",
      requiresArg: true,
      describe: "threads of each run's engine; by default concurrent runs share the cores",
    })
    .option("seeds", {
      type: "number",
      default: 1,
      requiresArg: true,
      describe: "runs per row, with seeds counting up from the recipe's own: the table has their mean and deviation",
    })
    .option("jobs", {
      type: "string",
      default: "1",
      requiresArg: true,
      describe:
        "number of concurrent runs; or a file, which gets the command of each unfinished run, one per line, for a Slurm array, GNU parallel or Ray, and nothing is run",
    })
    .option("resume", {
      type: "boolean",
      default: false,
      describe: "continue the study in -o: keep finished runs, resume started ones, start missing ones",
    });
}

/** The number of concurrent runs, or the file that gets their commands. */
export type Jobs =
  | { readonly kind: "here"; readonly atATime: number }
  | { readonly kind: "file"; readonly file: string };

export function jobsOf(command: string, { jobs }: StudyArguments): Jobs {
  if (jobs === "")
    throw new UsageError(diagnose("tool/wrong-usage", { command, detail: "--jobs takes a number, or a file" }));
  if (!/^[+-]?[\d.]+$/.test(jobs)) return { kind: "file", file: jobs };
  checkWhole(command, "jobs", Number(jobs), 1, 1024);
  return { kind: "here", atATime: Number(jobs) };
}

export function checkStudyUsage(command: string, args: StudyArguments): void {
  checkWhole(command, "epochs", args.epochs, 1);
  checkWhole(command, "limit", args.limit, 1);
  checkWhole(command, "threads", args.threads, 1);
  checkWhole(command, "seeds", args.seeds, 1, 1000);
  for (const flag of ["out", "data"] as const) {
    if (args[flag] === "")
      throw new UsageError(diagnose("tool/wrong-usage", { command, detail: `--${flag} takes a folder` }));
  }
}

/** The arguments of `lferc` for one run; an existing run is resumed. */
export function trainLine(
  args: StudyArguments,
  { row, seed }: PlannedRun,
  out: string,
  threads: number | undefined,
): readonly string[] {
  const { path, data, engine, epochs, limit } = args;
  const said = { data, epochs, limit, threads, ...(engine === "auto" ? {} : { engine }) };
  const flags = Object.entries(said).flatMap(([flag, value]) =>
    value === undefined ? [] : [`--${flag}`, String(value)],
  );
  const settings = [...row.settings].flatMap(([name, value]) => ["--set", `${name}=${value}`]);
  return [
    "train",
    path,
    "--recipe",
    row.recipe,
    ...settings,
    "--seed",
    String(seed),
    ...flags,
    "--out",
    out,
    "--resume",
  ];
}
