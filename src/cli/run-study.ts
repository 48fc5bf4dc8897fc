/** Runs a study: plans its runs, executes the missing ones, prints and writes the results. */
import { readdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, relative, resolve } from "node:path";
import { markdownTable } from "../analysis/render/table.js";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { layOut } from "../diagnostics/text-table.js";
import { makeFolder } from "../hosts/folders.js";
import { codeOf, writeFileWhole } from "../hosts/write-file.js";
import { type FoundRun, findRuns } from "../studies/gather.js";
import { runQueue } from "../studies/run-queue.js";
import { mixtures, planRuns, type RunStatus, type StudyRow, statusOf } from "../studies/study.js";
import { type StudyPlot, studySvg } from "../studies/study-plot.js";
import { type StudyAbout, studyFiles, studyJson } from "../studies/study-record.js";
import { type Costs, figuresOf, type RowFigures, resultsCsv, studyTable } from "../studies/study-tables.js";
import { takeInterrupts } from "./interrupts.js";
import { displayPath } from "./project.js";
import type { ExitCode, Session } from "./session.js";
import { quoted, shellWord } from "./shell-word.js";
import { type Child, startLferc } from "./study-child.js";
import { jobsOf, type StudyArguments, trainLine } from "./study-options.js";
import { runLabel, StudyProgress } from "./study-progress.js";
import { widthOn } from "./terminal.js";
import { percent } from "./train-progress.js";
import { typedCommand } from "./typed-command.js";
import { UsageError } from "./usage.js";

/** A row, with its recipe's settings for runs. */
export interface PreparedRow {
  readonly row: StudyRow;
  readonly epochs: number;
  readonly firstSeed: number;
  readonly costs: Costs;
}

export interface PreparedStudy {
  readonly kind: StudyAbout["kind"];
  readonly sourceSha256: string;
  readonly rows: readonly PreparedRow[];
  plotOf(figures: readonly RowFigures[]): StudyPlot;
}

export async function runStudy(session: Session, args: StudyArguments, study: PreparedStudy): Promise<ExitCode> {
  const { kind } = study;
  const folder = resolve(session.cwd, args.out);
  const shownFolder = displayPath(session.cwd, folder);
  const jobs = jobsOf(kind, args);
  const refuse = (wrong: Diagnostic): ExitCode => {
    session.report([wrong]);
    return 1;
  };
  const hindered = await obstacle(folder, shownFolder, args.resume);
  if (hindered !== undefined) return refuse(hindered);
  const byRow = new Map(study.rows.map((each) => [each.row, each] as const));
  const of = (row: StudyRow): PreparedRow => byRow.get(row) as PreparedRow;
  const wanted = { epochsOf: (row: StudyRow) => args.epochs ?? of(row).epochs, limit: args.limit };
  const planned = planRuns(
    study.rows.map(({ row }) => row),
    args.seeds,
    (row) => of(row).firstSeed,
  );
  const look = async (): Promise<readonly RunStatus[]> => statusOf(planned, await findRuns(folder), wanted);
  const placeOf = ({ found, planned: run }: RunStatus): string =>
    found?.folder ?? join(folder, ...run.folder.split("/"));
  const shownPlace = (status: RunStatus): string => relative(folder, placeOf(status)).replaceAll("\\", "/");
  const before = await look();
  const other = before.find(({ found }) => found !== undefined && found.sourceSha256 !== study.sourceSha256);
  if (other !== undefined) {
    return refuse(diagnose("study/other-source", { path: args.path, run: displayPath(session.cwd, placeOf(other)) }));
  }
  const { path, data, epochs, limit, seeds } = args;
  const about: StudyAbout = { kind, path, sourceSha256: study.sourceSha256, data, epochs, limit, seeds };
  const made = await makeFolder(folder);
  if (made.kind === "failed") {
    return refuse(diagnose("study/cannot-write", { path: displayPath(session.cwd, made.path), code: made.code }));
  }
  const write = (name: string, text: string): Promise<Diagnostic | undefined> =>
    writeText(session, join(folder, name), text);
  const tell = async (statuses: readonly RunStatus[]): Promise<Diagnostic | undefined> => {
    const figures = figuresOf(statuses, (row) => of(row).costs);
    const { columns, rows } = studyTable(figures);
    const width = widthOn(process.stdout);
    session.print(layOut(columns, rows, session.paint, width));
    const texts = {
      [studyFiles.results]: resultsCsv(statuses, figures, shownPlace),
      [studyFiles.table]: markdownTable(columns, rows),
      [studyFiles.plot]: studySvg(study.plotOf(figures)),
      [studyFiles.about]: studyJson(about, statuses, figures, shownPlace),
    };
    for (const [name, text] of Object.entries(texts)) {
      const failed = await write(name, text);
      if (failed !== undefined) return failed;
    }
    for (const { what, values } of mixtures(statuses, wanted)) {
      session.report([diagnose("study/mixed-runs", { path: shownFolder, what, values })]);
    }
    session.talk(`${oneLine(shownFolder)}: ${Object.keys(texts).join(", ")}\n`);
    return undefined;
  };
  // In the order of seeds, so that an interrupted study has results for every row.
  const rest = before
    .filter(({ state }) => state !== "finished")
    .toSorted((a, b) => a.planned.seed - of(a.planned.row).firstSeed - (b.planned.seed - of(b.planned.row).firstSeed));
  if (jobs.kind === "file") {
    const lines = rest.map((status) => {
      const line = trainLine(args, status.planned, displayPath(session.cwd, placeOf(status)), args.threads);
      return `cd ${quoted(session.cwd)} && ${typedCommand} ${line.map(shellWord).join(" ")}\n`;
    });
    if (lines.some((line) => line.indexOf("\n") < line.length - 1)) {
      const detail = "--jobs FILE has a command a line, and a line break in a name or a value would end it";
      throw new UsageError(diagnose("tool/wrong-usage", { command: kind, detail }));
    }
    const failed = await writeText(session, resolve(session.cwd, jobs.file), lines.join(""));
    if (failed !== undefined) return refuse(failed);
    session.talk(
      `${oneLine(jobs.file)}: ${lines.length} of ${planned.length} runs; --resume collects them when they have run\n`,
    );
    const told = before.some(({ state }) => state === "finished") ? await tell(before) : undefined;
    return told === undefined ? 0 : refuse(told);
  }
  const outcome = await runHere(session, args, {
    rest,
    finished: planned.length - rest.length,
    atATime: jobs.atATime,
    placeOf,
    wanted,
  });
  const after = await look();
  const failed = await tell(after);
  if (failed !== undefined) return refuse(failed);
  const open = after.filter(({ state }) => state !== "finished").length;
  if (open > 0) {
    session.talk(`${open} of ${planned.length} runs are not finished; the same command with --resume continues\n`);
  }
  if (outcome === "stopped") return 130;
  return open > 0 || outcome === "failed" ? 1 : 0;
}

async function obstacle(folder: string, shown: string, resume: boolean): Promise<Diagnostic | undefined> {
  try {
    const contents = await readdir(folder);
    return contents.length > 0 && !resume ? diagnose("study/exists", { path: shown }) : undefined;
  } catch (error) {
    const code = codeOf(error);
    return code === "ENOENT" ? undefined : diagnose("study/cannot-write", { path: shown, code });
  }
}

async function writeText(session: Session, file: string, text: string): Promise<Diagnostic | undefined> {
  const written = await writeFileWhole(file, [new TextEncoder().encode(text)]);
  return written.kind === "written"
    ? undefined
    : diagnose("study/cannot-write", { path: displayPath(session.cwd, file), code: written.code });
}

interface Here {
  readonly rest: readonly RunStatus[];
  readonly finished: number;
  readonly atATime: number;
  readonly placeOf: (status: RunStatus) => string;
  readonly wanted: { epochsOf(row: StudyRow): number };
}

/** Executes the missing runs, one process each. */
async function runHere(
  session: Session,
  args: StudyArguments,
  { rest, finished, atATime, placeOf, wanted }: Here,
): Promise<"through" | "failed" | "stopped"> {
  if (rest.length === 0) return "through";
  // Several engines with all cores each would slow each other down.
  const shared = atATime > 1 ? Math.max(1, Math.floor(availableParallelism() / atATime)) : undefined;
  const threads = args.threads ?? shared;
  const progress = new StudyProgress(session, { finished, all: finished + rest.length });
  const atWork = new Set<Child>();
  let failures = 0;
  const interrupts = takeInterrupts(() => {
    progress.say("stopping: each run saves what it has; Ctrl-C again stops at once\n");
    for (const child of atWork) child.interrupt();
  });
  try {
    await runQueue(rest, atATime, {
      isStopped: interrupts.isRequested,
      start: async (status) => {
        const { planned } = status;
        const place = placeOf(status);
        const child = startLferc(trainLine(args, planned, displayPath(session.cwd, place), threads));
        atWork.add(child);
        progress.begin(planned, place, wanted.epochsOf(planned.row));
        const { code, said } = await child.ended;
        atWork.delete(child);
        const run = await progress.end(planned, place);
        if (interrupts.isRequested()) return;
        if (code === 0 && run?.isThrough === true) return progress.say(doneLine(planned, run, progress.counts()));
        failures++;
        progress.fail();
        const log = `${place}.log`;
        await makeFolder(join(place, ".."));
        const failed = await writeText(session, log, said);
        const holes = { run: runLabel(planned), code, said: reasonIn(said), log: displayPath(session.cwd, log) };
        progress.report([diagnose("study/run-failed", holes), ...(failed === undefined ? [] : [failed])]);
      },
    });
  } finally {
    progress.finish();
    interrupts.release();
  }
  if (interrupts.isRequested()) return "stopped";
  return failures > 0 ? "failed" : "through";
}

const doneLine = (planned: RunStatus["planned"], { best, done }: FoundRun, counts: string): string =>
  `${oneLine(runLabel(planned))}: ${best === undefined ? "" : `accuracy ${percent(best.accuracy)}, mean-class ${percent(best.meanClassAccuracy)}, epoch ${best.epoch} of ${done}`}  (${counts})\n`;

/** The reason of a failed run, from its output: its first error, else its last words. */
function reasonIn(said: string): string {
  const lines = said.split("\n").map((line) => line.trim());
  const error = lines.find((line) => line.startsWith("error["));
  return error ?? lines.findLast((line) => line !== "") ?? "it said nothing";
}
