/** Makes the report of a run, including data from outside its folder. */
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { statsOf } from "../analysis/stats.js";
import { loadDecoder } from "../data/decode.js";
import { generatedName } from "../data/generated-set.js";
import { drawnFaces, type FindPicture, picturesBelow, thumbnailsOf } from "../data/thumbnails.js";
import { type Diagnostic, isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { Graph } from "../ir/graph.js";
import type { Summary } from "../judging/summary.js";
import { factsOf } from "../report/run-facts.js";
import { shownMistakes } from "../report/sections/mistakes.js";
import { type Costs, shownOf } from "../report/shown.js";
import { writeRunReport } from "../report/write-run-report.js";
import { type ReadRun, readRun } from "../training/read-run.js";
import { runFiles } from "../training/run-files.js";
import { version } from "../version.js";
import { compileFile } from "./compile-file.js";

export interface ReportRequest {
  readonly cwd: string;
  /** The run's absolute path. */
  readonly folder: string;
  /** The location of the pictures: a folder as the user wrote it, `generated`, or unknown. */
  readonly data: string | undefined;
  readonly lossScale?: number | undefined;
  /** The student in inference form; by default made from the run's own model.lfer. */
  readonly graph?: Graph;
  /** Whether the caller is the run itself, at its end: then its lock does not mean that it is still running. */
  readonly isOver?: boolean;
}

export interface Reported {
  /** Names of the written files. */
  readonly files: readonly string[];
  readonly epochs: number;
  readonly summary: Summary | undefined;
  /** Parts that were left out, and files that could not be written. */
  readonly diagnostics: readonly Diagnostic[];
}

export async function reportOnRun(request: ReportRequest): Promise<Reported | Problem> {
  const found = await readRun(request.folder);
  if (isProblem(found)) return found;
  const run: ReadRun = request.isOver === true ? { ...found, isLocked: false } : found;
  const find = await pictureFinder(run, request);
  if (isProblem(find)) return find;
  const costs = request.graph === undefined ? await costsOfSource(run, request.cwd) : costsOf(request.graph);
  const problems = [...run.warnings, ...(isProblem(costs) ? [costs] : [])];
  const warnings = problems.map((each) => each.diagnose({}));
  const keys = run.answers === undefined ? [] : shownMistakes(run.answers).map(({ picture }) => picture.key);
  const shown = shownOf(run, {
    costs: isProblem(costs) ? undefined : costs,
    pictures: find === undefined ? undefined : await thumbnailsOf(keys, find),
    lossScale: request.lossScale,
    lferVersion: version,
  });
  const { files, unwritten } = await writeRunReport(shown, warnings);
  const { summary } = shown;
  const diagnostics = [...warnings, ...(unwritten === undefined ? [] : [unwritten.diagnose({})])];
  return { files, epochs: run.records.length, summary, diagnostics };
}

/** Finds the pictures of wrong predictions; undefined if their location is unknown. */
async function pictureFinder(
  { about }: ReadRun,
  { cwd, data }: ReportRequest,
): Promise<FindPicture | undefined | Problem> {
  if (data === generatedName || (data === undefined && factsOf(about).data === "generated faces")) return drawnFaces;
  if (data === undefined) return undefined;
  const folder = resolve(cwd, data);
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) return problem("tool/no-such-path", { path: data });
  const decode = await loadDecoder();
  return isProblem(decode) ? decode : picturesBelow(folder, decode);
}

function costsOf(graph: Graph): Costs | Problem {
  const stats = statsOf(graph, { facts: false });
  if (isProblem(stats)) return stats;
  const { params, memory, counts } = stats;
  return {
    params: params.total,
    paramBytes: memory.paramBytes,
    peakActivationBytes: memory.peakActivationBytes,
    counts: Object.entries(counts).flatMap(([convention, figures]) =>
      Object.entries(figures ?? {}).map(([quantity, value]) => ({ convention, quantity, value })),
    ),
  };
}

/** Costs of the network in the run's own source, with the run's settings. */
async function costsOfSource(run: ReadRun, cwd: string): Promise<Costs | Problem | undefined> {
  if (run.source === undefined) return undefined;
  const path = join(run.folder, runFiles.model);
  const { settings } = run.about;
  const set = new Map(
    Object.entries(settings ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
  const { recipe } = factsOf(run.about);
  const { compilation, diagnostics, hasErrors } = await compileFile(path, cwd, { recipe, set });
  const [student] = compilation.models;
  if (!hasErrors && student !== undefined) return costsOf(student.graph);
  const first = diagnostics.find(({ severity }) => severity === "error")?.message ?? "it has no such recipe";
  return problem("report/left-out", { path, reason: `its costs cannot be counted: ${first}` });
}
