import { resolve } from "node:path";
import type { CommandModule } from "yargs";
import { type JudgingSet, openForJudging } from "../data/open-for-judging.js";
import { judge, type SkippedPicture } from "../deploy/judge.js";
import type { OnnxRuntime } from "../deploy/runtime.js";
import { diagnose, isProblem } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { writeFailure } from "../diagnostics/file-failures.js";
import { writeFileWhole } from "../hosts/write-file.js";
import { answersTable } from "../judging/answers-table.js";
import { compareAnswers } from "../judging/comparison.js";
import { type Evaluation, evaluationJson, evaluationOf } from "../judging/evaluation.js";
import { type Grouping, groupings } from "../judging/groups.js";
import { renderComparison, renderEvaluation } from "../judging/render-evaluation.js";
import { usualBroken } from "../recipe/signatures/data.js";
import type { ThingOf } from "../recipe/signatures.js";
import { mostBroken } from "../training/lost-pictures.js";
import { type JudgedModel, openJudged, warnOfUntrained } from "./judged-model.js";
import { liveLine } from "./live-line.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { loadRuntime } from "./talk-of-runtime.js";
import { widthOn } from "./terminal.js";
import { UsageError } from "./usage.js";

const formats = ["pretty", "json"] as const;

/** Number of broken pictures named individually; JSON has all of them. */
const namedAtMost = 10;

interface EvalArguments {
  readonly model: string;
  readonly other?: string | undefined;
  readonly data: string;
  readonly split?: string | undefined;
  readonly by?: Grouping | undefined;
  readonly answers?: string | undefined;
  readonly format: (typeof formats)[number];
}

interface Verdict {
  readonly evaluation: Evaluation;
  readonly isIncomplete: boolean;
}

async function evaluate(session: Session, args: EvalArguments): Promise<ExitCode> {
  const refuseUsage = (detail: string): never => {
    throw new UsageError(diagnose("tool/wrong-usage", { command: "eval", detail }));
  };
  if (args.data === "") refuseUsage("--data takes a folder, a table, or generated");
  // Any other name could be that of the model.
  if (args.answers?.endsWith(".csv") === false) refuseUsage("--answers takes the name of a .csv file");
  if (args.answers !== undefined && args.other !== undefined) refuseUsage("--answers is for one model");
  const runtime = await loadRuntime(session);
  if (isProblem(runtime)) {
    session.report([runtime.diagnose({})]);
    return 1;
  }
  const models = await openAll(session, [args.model, ...(args.other === undefined ? [] : [args.other])], runtime);
  if (models === undefined) return 1;
  try {
    // A file that is compared with a run gets the run's pictures.
    const known = models.find(({ run }) => run !== undefined)?.run;
    const verdicts: Verdict[] = [];
    for (const model of models) {
      const about = model.run ?? known;
      const verdict = await judgeOne(session, args, model, about, verdicts.length === 0);
      if (verdict === undefined) return 1;
      verdicts.push(verdict);
    }
    const isWritten = await answer(
      session,
      args,
      verdicts.map(({ evaluation }) => evaluation),
    );
    return !isWritten || verdicts.some(({ isIncomplete }) => isIncomplete) ? 1 : 0;
  } finally {
    for (const { classifier } of models) await classifier.release();
  }
}

async function openAll(
  session: Session,
  paths: readonly string[],
  runtime: OnnxRuntime,
): Promise<readonly JudgedModel[] | undefined> {
  const models: JudgedModel[] = [];
  for (const path of paths) {
    const model = await openJudged(session, path, runtime);
    if (model === undefined) {
      for (const { classifier } of models) await classifier.release();
      return undefined;
    }
    warnOfUntrained(session, model.classifier, model.file);
    models.push(model);
  }
  return models;
}

/** Where a run's data description comes from. */
interface DataAbout {
  readonly data: ThingOf<"data"> | undefined;
  readonly seed: number;
}

/** Evaluates one model; undefined after an error (reported). */
async function judgeOne(
  session: Session,
  { data, split, by }: EvalArguments,
  { classifier, file }: JudgedModel,
  about: DataAbout | undefined,
  isFirst: boolean,
): Promise<Verdict | undefined> {
  const { picture, output, evaluation } = classifier.metadata;
  const { labels } = output;
  const opened = await openForJudging(data, split, { thing: about?.data, labels, seed: about?.seed, size: picture });
  if (!("set" in opened)) {
    session.report(opened.map((problem) => problem.diagnose({})));
    return undefined;
  }
  const { set, samples } = opened;
  for (const warning of isFirst ? set.warnings : []) {
    const told = warning.diagnose({});
    // Missing classes are shown by the table for the evaluated part; other parts do not matter.
    if (told.code !== "data/missing-classes") session.report([told]);
  }
  if (by !== undefined && samples.every((sample) => sample[by] === undefined)) {
    session.report([diagnose("eval/no-groups", { data: set.description, by })]);
    return undefined;
  }
  if (isFirst) tellOfPart(session, opened);
  const line = liveLine({ log: session.talk });
  const judged = await judge(classifier, set, samples, (done) =>
    line.show(`${file}: ${done}/${samples.length} pictures`),
  );
  line.clear();
  if (isProblem(judged)) {
    session.report([judged.diagnose({})]);
    return undefined;
  }
  const { pictures, skipped, fingerprint } = judged;
  const isIncomplete = tellOfSkipped(session, opened, skipped);
  if (pictures.length === 0) {
    const holes = { data: set.description, split: opened.split, count: samples.length };
    session.report([diagnose("eval/nothing-readable", holes)]);
    return undefined;
  }
  const { model, graphSha256 = null, sourceSha256 = null, weights = null } = classifier.metadata;
  const what = {
    model,
    file,
    modelSha256: classifier.sha256(),
    graphSha256,
    sourceSha256,
    weights,
    evaluation,
    data: opened.name,
    split: opened.split,
    dataSha256: fingerprint,
  };
  const records = skipped.map(({ key, problem }) => {
    const { code, message } = problem.diagnose({});
    return { key, code, message };
  });
  return { evaluation: evaluationOf(what, { classes: labels, pictures }, records, by), isIncomplete };
}

/** Notes about the evaluated part that affect how its figures should be read. */
function tellOfPart(session: Session, { set, split, judgedEpochs }: JudgingSet): void {
  const data = oneLine(set.description);
  if (judgedEpochs) {
    session.talk(
      `note: epochs are evaluated on the part ${split} of ${data} (${oneLine(set.heldOutIs)}): a run trained on these data chose its best epoch by it, so its figures are a little too good\n`,
    );
  }
  if (split === "all" || split === "train") {
    session.talk(
      `note: the part ${split} of ${data} holds training pictures: about a model that saw them this says nothing\n`,
    );
  }
}

/** Names the broken pictures; returns whether they are too many for the figures to describe the data set. */
function tellOfSkipped(
  session: Session,
  { set, split, samples }: JudgingSet,
  skipped: readonly SkippedPicture[],
): boolean {
  if (skipped.length === 0) return false;
  for (const { problem } of skipped.slice(0, namedAtMost)) {
    session.report([{ ...problem.diagnose({}), severity: "warning" }]);
  }
  if (skipped.length === samples.length) return true;
  const holes = { data: set.description, split, broken: skipped.length, all: samples.length };
  const isTooMany = skipped.length > mostBroken(usualBroken, samples.length);
  session.report([
    isTooMany
      ? diagnose("eval/many-pictures-skipped", { ...holes, limit: usualBroken })
      : diagnose("eval/pictures-skipped", { ...holes, named: namedAtMost }),
  ]);
  return isTooMany;
}

/** Prints and writes the results; returns whether everything could be written. */
async function answer(
  session: Session,
  { model, other = "", answers, format }: EvalArguments,
  [first, second]: readonly Evaluation[],
): Promise<boolean> {
  if (first === undefined) return false;
  if (answers !== undefined) {
    const written = await writeFileWhole(resolve(session.cwd, answers), [
      new TextEncoder().encode(answersTable(first.answers)),
    ]);
    if (written.kind !== "written") {
      session.report([diagnose("tool/cannot-write", { path: answers, reason: writeFailure(written.code) })]);
      return false;
    }
  }
  const look = { paint: session.paint, width: widthOn(process.stdout) };
  if (second === undefined) {
    if (format === "json") session.json(evaluationJson(first));
    else session.print(renderEvaluation(first, look));
    return true;
  }
  const comparison = compareAnswers(first.answers, second.answers);
  if ("kind" in comparison) {
    const { kind: _, ...unpaired } = comparison;
    session.report([diagnose("eval/other-pictures", { first: model, second: other, ...unpaired })]);
    return false;
  }
  if (format === "json") session.json(evaluationJson(first, { evaluation: second, comparison }));
  else session.print(renderComparison(first, second, comparison, look));
  return true;
}

export const evalCommand: CommandModule<object, EvalArguments> = {
  command: "eval <model> [other]",
  describe:
    "Evaluates a trained model on labelled pictures: accuracy in total, by class and by group, with confidence intervals. For two models, their difference. The exit code is 1 if it could not be evaluated.",
  builder: (yargs) =>
    yargs
      .positional("model", {
        type: "string",
        demandOption: true,
        describe: "the folder of a run, or an ONNX file that lferc built",
      })
      .positional("other", { type: "string", describe: "a second model, to compare on the same pictures" })
      .option("data", {
        type: "string",
        demandOption: true,
        requiresArg: true,
        describe:
          "the labelled pictures: a folder or a table in any layout that a recipe can name; generated: drawn faces",
      })
      .option("split", {
        type: "string",
        requiresArg: true,
        describe:
          "the part: train, validation, test or all; default test, else the part on which epochs are evaluated, else all",
      })
      .option("by", {
        choices: groupings,
        requiresArg: true,
        describe: "also metrics by person or group, with the worst in the headline",
      })
      .option("answers", {
        type: "string",
        requiresArg: true,
        describe: "write each picture's prediction to this CSV file: path, label, answer, a probability for each class",
      })
      .option("format", {
        choices: formats,
        default: "pretty" as const,
        requiresArg: true,
        describe: "pretty: for people; json: one object on stdout, for check --results",
      })
      .example("lferc eval runs/a --data faces", "a run, on the test part of its data")
      .example("lferc eval runs/a runs/b --data faces --split test", "is the second better than the first?")
      .example("lferc eval model.onnx --data faces --by person --format json", "for a program"),
  handler: (args) => runCommand((session) => evaluate(session, args)),
};
