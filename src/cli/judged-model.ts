/** The model that `eval` and `predict` use: a run's folder, or an ONNX file. */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { generatedName } from "../data/generated-set.js";
import { type Classifier, classifierOf, openClassifier } from "../deploy/classifier.js";
import type { OnnxRuntime } from "../deploy/runtime.js";
import { diagnose, isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { sha256 } from "../formats/digest.js";
import { readRegularFile } from "../hosts/read-regular-file.js";
import { epochsDone, isFolder, type RunAbout, readRunAbout } from "../training/run-about.js";
import { runFiles } from "../training/run-files.js";
import type { Session } from "./session.js";
import { shellWord } from "./shell-word.js";

export interface JudgedModel {
  readonly classifier: Classifier;
  /** Undefined for a file without a run. */
  readonly run: RunAbout | undefined;
  /** The file of the weights, as the user would name it. */
  readonly file: string;
}

/**
 * Opens the model to evaluate; for a run without model.onnx, it is built in memory from the best weights. Problems are
 * reported.
 */
export async function openJudged(
  session: Session,
  path: string,
  runtime: OnnxRuntime,
): Promise<JudgedModel | undefined> {
  const found = await modelAt(path);
  if (isProblem(found)) return refuse(session, found);
  const { run, file, isFile } = found;
  const best = join(path, runFiles.best);
  if (existsSync(file) || run === undefined || isFile) {
    const classifier = await openClassifier(file, runtime);
    if (isProblem(classifier)) return refuse(session, classifier);
    if (run === undefined || isFile || !(await isOutdated(classifier, best))) return { classifier, run, file };
    await classifier.release();
    session.talk(`${oneLine(file)} has the weights of an earlier epoch: evaluating those in ${oneLine(best)}\n`);
  }
  if (!existsSync(best)) return refuse(session, problem("eval/no-epoch", { path }));
  const bytes = await buildInMemory(session, run);
  if (bytes === undefined) return undefined;
  const classifier = await classifierOf(bytes, best, runtime);
  return isProblem(classifier) ? refuse(session, classifier) : { classifier, run, file: best };
}

/** The path of the ONNX file; for a run without one, the command that makes it. */
export async function onnxFileAt(path: string): Promise<string | Problem> {
  const found = await modelAt(path);
  if (isProblem(found)) return found;
  const { run, file, isFile } = found;
  if (run === undefined || isFile || existsSync(file)) return file;
  if (!existsSync(join(path, runFiles.best))) return problem("eval/no-epoch", { path });
  return problem("eval/no-model-yet", { path, command: await finishingCommand(run) });
}

/** Whether the run continued after its ONNX file was written, and improved. */
async function isOutdated({ metadata }: Classifier, best: string): Promise<boolean> {
  const bytes = await readRegularFile(best);
  return (
    typeof bytes !== "string" && metadata.weights !== undefined && metadata.weights !== `sha256 ${sha256([bytes])}`
  );
}

function refuse(session: Session, found: Problem): undefined {
  session.report([found.diagnose({})]);
  return undefined;
}

interface FoundModel {
  readonly run: RunAbout | undefined;
  readonly file: string;
  /** Whether the file itself was named, not the folder of a run. */
  readonly isFile: boolean;
}

async function modelAt(path: string): Promise<FoundModel | Problem> {
  if (await isFolder(path)) {
    const run = await readRunAbout(path);
    return isProblem(run) ? run : { run, file: join(path, runFiles.onnx), isFile: false };
  }
  if (path.endsWith(".safetensors")) {
    const folder = dirname(path);
    const run = existsSync(join(folder, runFiles.about)) ? folder : undefined;
    return problem("eval/weights-alone", { path, run });
  }
  // A file written by a run is evaluated with the run's lists and parts; if the run's record is broken, like any other file.
  const run = basename(path) === runFiles.onnx ? await readRunAbout(dirname(path)) : undefined;
  return { run: run === undefined || isProblem(run) ? undefined : run, file: path, isFile: true };
}

/** The command that finishes a run as it is: its own, with the number of epochs that it has. */
async function finishingCommand({ folder, recipe, settings, seed, limit, dataSaid }: RunAbout): Promise<string> {
  const sets = [...settings].flatMap(([name, value]) => ["--set", `${name}=${value}`]);
  const limits = limit === undefined ? [] : ["--limit", String(limit)];
  const words = ["train", join(folder, runFiles.model), "--recipe", recipe, ...sets, "--seed", String(seed), ...limits];
  const epochs = await epochsDone(folder);
  const rest = ["--out", folder, "--resume", "--epochs", String(epochs)];
  // A path may be relative to another folder.
  const data =
    dataSaid !== undefined && (dataSaid === generatedName || existsSync(resolve(dataSaid))) ? dataSaid : "DIR";
  return ["lferc", ...[...words, "--data", data, ...rest].map(shellWord)].join(" ");
}

/** The ONNX file that the run would write now, from its own source and best weights. */
async function buildInMemory(session: Session, run: RunAbout): Promise<Uint8Array | undefined> {
  const { compileOneRecipe } = await import("./one-recipe.js");
  const made = await compileOneRecipe(session, join(run.folder, runFiles.model), run.recipe, run.settings);
  if (made === undefined) return undefined;
  const { buildBestModel } = await import("../training/build-model.js");
  const { placesFromHome } = await import("../source/source-origin.js");
  const built = await buildBestModel(run.folder, made.student.graph, {
    sourceSha256: run.sourceSha256,
    settings: run.settings,
    describeSpan: placesFromHome(made.compiled.sources),
    verify: false,
  });
  if (built.kind === "built") return Buffer.concat(built.pieces);
  session.report(built.diagnostics);
  return undefined;
}

/** Warns that the weights were never trained. */
export function warnOfUntrained(session: Session, { metadata }: Classifier, path: string): void {
  const { weights } = metadata;
  if (weights?.startsWith("seed ") === true) {
    session.report([diagnose("data/untrained-model", { path, weights })]);
  }
}
