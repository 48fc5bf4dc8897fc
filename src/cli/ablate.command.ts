import type { CommandModule } from "yargs";
import { isProblem } from "../diagnostics/diagnostic.js";
import type { StudyPlot } from "../studies/study-plot.js";
import type { RowFigures } from "../studies/study-tables.js";
import { ablationRows, parseRows } from "./ablate-rows.js";
import { prepareRows, studySource } from "./prepare-rows.js";
import { runStudy } from "./run-study.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { parseSettings } from "./shared-options.js";
import { checkStudyUsage, jobsOf, type StudyArguments, studyOptions } from "./study-options.js";
import { UsageError } from "./usage.js";

interface AblateArguments extends StudyArguments {
  readonly rows: string;
}

async function ablate(session: Session, args: AblateArguments): Promise<ExitCode> {
  checkStudyUsage("ablate", args);
  jobsOf("ablate", args);
  const set = parseSettings(args.set);
  if ("code" in set) throw new UsageError(set);
  const pairs = parseRows(args.rows);
  if (isProblem(pairs)) throw new UsageError(pairs.diagnose({}));
  const source = await studySource(session, args.path);
  if (source === undefined) return 1;
  const made = ablationRows(args.rows, source, set);
  if (isProblem(made)) {
    session.report([made.diagnose({})]);
    return 1;
  }
  const prepared = prepareRows(session, source, made.rows, { withCosts: true, objection: made.objection });
  if (prepared === undefined) return 1;
  return runStudy(session, args, { kind: "ablate", sourceSha256: source.sourceSha256, rows: prepared, plotOf });
}

function plotOf(figures: readonly RowFigures[]): StudyPlot {
  const recipes = new Set(figures.map(({ row }) => row.recipe));
  const points = figures.flatMap(({ row, accuracy }) => {
    const name = row.cells.get("model") ?? "";
    return accuracy === undefined ? [] : [{ at: recipes.size > 1 ? `${name}, ${row.recipe}` : name, spread: accuracy }];
  });
  return { title: "Ablation", across: "", lines: [{ name: "accuracy", points }], left: 0 };
}

export const ablateCommand: CommandModule<object, AblateArguments> = {
  command: "ablate <path>",
  describe:
    "Trains several variants of a network, each by its recipe and with each seed. The table has the accuracy with its deviation over the seeds, parameters, and operations by each convention.",
  builder: (yargs) =>
    studyOptions(
      yargs.positional("path", { type: "string", demandOption: true, describe: "the .lfer file" }).option("rows", {
        type: "string",
        demandOption: true,
        requiresArg: true,
        describe: "MODEL:RECIPE,MODEL:RECIPE,...: models or variants of the file, and their recipes",
      }),
    ).example(
      "lferc ablate models/lfer_ldl.lfer --rows lfer_baseline:CrossEntropy,lfer_ldl:CrossEntropy --seeds 3 --data faces -o ablation",
      "two rows of the paper's table 4",
    ),
  handler: (args) => runCommand((session) => ablate(session, args)),
};
