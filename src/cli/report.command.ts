import { resolve } from "node:path";
import type { CommandModule } from "yargs";
import { diagnose, isProblem } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { renderSummary } from "../report/summary-text.js";
import { runFiles } from "../training/run-files.js";
import { reportOnRun } from "./gather-report.js";
import { displayPath } from "./project.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { widthOn } from "./terminal.js";
import { UsageError } from "./usage.js";

interface ReportArguments {
  readonly run: string;
  readonly data?: string | undefined;
  readonly "loss-scale"?: number | undefined;
}

function refuseUsage(detail: string): never {
  throw new UsageError(diagnose("tool/wrong-usage", { command: "report", detail }));
}

async function report(session: Session, args: ReportArguments): Promise<ExitCode> {
  const { run, data, "loss-scale": lossScale } = args;
  if (run === "") refuseUsage("RUN is the folder of a run");
  if (lossScale !== undefined && !(Number.isFinite(lossScale) && lossScale > 0))
    refuseUsage("--loss-scale takes a number above 0");
  const folder = resolve(session.cwd, run);
  const made = await reportOnRun({ cwd: session.cwd, folder, data, lossScale });
  if (isProblem(made)) {
    session.report([made.diagnose({})]);
    return 1;
  }
  const { files, epochs, summary, diagnostics } = made;
  session.report(diagnostics);
  const shown = oneLine(displayPath(session.cwd, folder));
  if (epochs === 0) session.talk(`${shown}: no epoch has ended yet\n`);
  if (files.length > 0) session.print(`${shown}: ${files.join(", ")}\n`);
  if (summary !== undefined) session.print(renderSummary(summary, widthOn(process.stdout)));
  if (files.includes(runFiles.report)) session.print(`open ${shown}/${runFiles.report} in a browser\n`);
  return diagnostics.some(({ severity }) => severity === "error") ? 1 : 0;
}

export const reportCommand: CommandModule<object, ReportArguments> = {
  command: "report <run>",
  describe:
    "Writes the report of a training run again from the files of its folder: report.html, a self-contained page, curves.svg and confusion.svg. The run may be finished, stopped or still training.",
  builder: (yargs) =>
    yargs
      .positional("run", { type: "string", demandOption: true, describe: "the run's folder" })
      .option("data", {
        type: "string",
        requiresArg: true,
        describe:
          "the current folder of the run's pictures, to show the most confident mistakes; generated: drawn faces. Without it only their names are shown",
      })
      .option("loss-scale", {
        type: "number",
        requiresArg: true,
        describe:
          "draw the loss, multiplied by this number, in one panel with the accuracy; the paper's figures use 30",
      })
      .example("lferc report runs/Faces-1", "curves, confusion, calibration, recipe and costs on one page")
      .example("lferc report runs/Faces-1 --data faces", "with the pictures of its most confident mistakes")
      .example("lferc report runs/Faces-1 --loss-scale 30", "curves as in the paper's figures 8 and 9"),
  handler: (args) => runCommand((session) => report(session, args)),
};
