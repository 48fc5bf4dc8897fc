import type { CommandModule } from "yargs";
import { isProblem } from "../diagnostics/diagnostic.js";
import { cellsOf, parseAxes } from "../studies/axes.js";
import { canonical } from "../studies/settings.js";
import type { StudyRow } from "../studies/study.js";
import { plotColours, type StudyPlot } from "../studies/study-plot.js";
import type { RowFigures } from "../studies/study-tables.js";
import { prepareRows, studySource } from "./prepare-rows.js";
import { runStudy } from "./run-study.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { parseSettings } from "./shared-options.js";
import { checkStudyUsage, jobsOf, type StudyArguments, studyOptions } from "./study-options.js";
import { UsageError } from "./usage.js";

interface SweepArguments extends StudyArguments {
  readonly recipe: string;
  readonly over: readonly string[];
}

async function sweep(session: Session, args: SweepArguments): Promise<ExitCode> {
  checkStudyUsage("sweep", args);
  jobsOf("sweep", args);
  const set = parseSettings(args.set);
  if ("code" in set) throw new UsageError(set);
  const axes = parseAxes(args.over, set);
  if (isProblem(axes)) throw new UsageError(axes.diagnose({}));
  const source = await studySource(session, args.path, { recipe: args.recipe });
  if (source === undefined) return 1;
  const constant = [...set].map(([name, value]) => [name, canonical(value)] as const);
  const rows = cellsOf(axes).map((cells): StudyRow => {
    return { cells, recipe: args.recipe, title: "", settings: new Map([...constant, ...cells]) };
  });
  const prepared = prepareRows(session, source, rows, { withCosts: false, objection: () => undefined });
  if (prepared === undefined) return 1;
  const [first = "", ...others] = axes.map(({ name }) => name);
  return runStudy(session, args, {
    kind: "sweep",
    sourceSha256: source.sourceSha256,
    rows: prepared,
    plotOf: (figures) => plotOf(args.recipe, first, others, figures),
  });
}

/** Accuracy over the first parameter, one line per setting of the others. */
function plotOf(recipe: string, first: string, others: readonly string[], figures: readonly RowFigures[]): StudyPlot {
  const byName = new Map<string, { at: string; spread: NonNullable<RowFigures["accuracy"]> }[]>();
  for (const { row, accuracy } of figures) {
    const name = others.map((other) => `${other}=${row.cells.get(other)}`).join(" ") || first;
    const points = byName.get(name) ?? [];
    byName.set(name, points);
    if (accuracy !== undefined) points.push({ at: row.cells.get(first) ?? "", spread: accuracy });
  }
  const lines = [...byName].map(([name, points]) => ({ name, points }));
  const shown = lines.slice(0, plotColours.length);
  return { title: `${recipe} over ${first}`, across: first, lines: shown, left: lines.length - shown.length };
}

export const sweepCommand: CommandModule<object, SweepArguments> = {
  command: "sweep <path>",
  describe:
    "Trains a recipe once for each value of a parameter and each seed, and writes a table, a CSV file and a plot of the accuracies, with mean and deviation over the seeds.",
  builder: (yargs) =>
    studyOptions(
      yargs
        .positional("path", { type: "string", demandOption: true, describe: "the .lfer file" })
        .option("recipe", { type: "string", demandOption: true, requiresArg: true, describe: "the recipe to train" })
        .option("over", {
          type: "string",
          array: true,
          demandOption: true,
          requiresArg: true,
          describe: "the parameter, named as in --set, and its values: beta=0..1:0.1, lr=0.1,0.01; several form a grid",
        }),
    )
      .example(
        "lferc sweep models/lfer_ldl.lfer --recipe RafDb --over beta=0..1:0.1 --data raf-db -o sweeps/beta",
        "the paper's figure 6",
      )
      .example(
        "lferc sweep m.lfer --recipe Try --over lr=0.1,0.01 --seeds 3 --jobs jobs.txt -o sweeps/lr",
        "a list of commands for other machines",
      ),
  handler: (args) => runCommand((session) => sweep(session, args)),
};
