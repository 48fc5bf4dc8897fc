/** What `lferc train` says while it runs, and in the end. */
import { oneLine } from "../diagnostics/display-text.js";
import { usualEvaluation } from "../recipe/evaluation.js";
import { curvesSvg } from "../report/curves-svg.js";
import { stepsOf } from "../training/loop.js";
import type { RunEvents, RunResult } from "../training/run.js";
import { runFiles } from "../training/run-files.js";
import { writeRunFile } from "../training/run-folder.js";
import type { Stretch } from "./interrupts.js";
import type { OneRecipe } from "./one-recipe.js";
import { displayPath } from "./project.js";
import type { Session } from "./session.js";
import { shellWord } from "./shell-word.js";
import { duration, epochLine, type LiveLine, percent, stepLine } from "./train-progress.js";
import { talkOfNames, type WeightArguments } from "./weight-arguments.js";

/** What a run's own command line is made of. */
export interface RunArguments extends WeightArguments {
  readonly path: string;
  readonly recipe: string;
  readonly data?: string | undefined;
  readonly engine: string;
  readonly set?: readonly string[] | undefined;
  readonly epochs?: number | undefined;
  readonly limit?: number | undefined;
  readonly seed?: number | undefined;
  readonly threads?: number | undefined;
}

/** A run that has epochs, and may have no model of them. */
export type StoppedRun = Pick<Extract<RunResult, { kind: "interrupted" }>, "plan" | "records">;

/** What the user sees of a run. */
export function eventsFor(
  session: Session,
  line: LiveLine,
  stretch: Stretch,
  folder: string,
  { recipe }: OneRecipe,
): RunEvents {
  let epochs = 0;
  let begun = 0;
  let allSteps = 0;
  let doneSteps = 0;
  const say = (text: string): void => {
    line.clear();
    session.talk(text);
  };
  return {
    isStopped: stretch.isStopped,
    onWarning: (diagnostic) => {
      line.clear();
      session.report([diagnostic]);
    },
    onWeights: (account) => talkOfNames(session, account),
    onTeacherOrder: (file, outputs) => {
      const names = outputs.map((output) => `teacher.${output}`).join(", ");
      say(`${oneLine(`${file}: the classes of ${names} are in the file's order, which is not the model's`)}\n`);
    },
    onReading: (done, all) => line.show(`reading pictures: ${done}/${all}`),
    onReady: ({ plan, data }, kept) => {
      epochs = plan.epochs;
      const count = (half: "training" | "heldOut"): number => data.classes.reduce((sum, each) => sum + each[half], 0);
      allSteps = stepsOf(plan, count("training")).perEpoch * plan.epochs;
      const memory = `${(kept.bytes / 1e6).toFixed(0)} MB in memory`;
      say(
        `${oneLine(data.description)}: ${count("training")} pictures to train on, ${count("heldOut")} held out (${data.heldOut})\n` +
          (kept.isAll
            ? ""
            : `${kept.pictures} pictures stay in memory (${memory}), the others are read again each epoch\n`),
      );
    },
    onContinue: (epochsDone, changes) => {
      if (epochsDone > 0) say(`goes on after ${epochsDone} epochs\n`);
      for (const { field, values } of changes) say(`${field}: ${values[0]} before, ${values[1]} from now on\n`);
    },
    onStart: (description, stepsPerEpoch) => {
      stretch.begin();
      begun = performance.now();
      say(
        `${recipe.student.name} by ${recipe.name}: ${stepsPerEpoch} steps an epoch, ${description}; run in ${oneLine(displayPath(session.cwd, folder))}\n`,
      );
    },
    onStep: (progress) => {
      doneSteps++;
      const remaining = allSteps - ((progress.epoch - 1) * progress.stepsPerEpoch + progress.step);
      const left = ((performance.now() - begun) / 1000 / doneSteps) * remaining;
      line.show(stepLine(progress, epochs, left));
    },
    onEpoch: async (records, best) => {
      const record = records.at(-1);
      if (record === undefined) return undefined;
      say(epochLine(record, epochs, best?.epoch === record.epoch, session.paintTalk));
      const title = `${recipe.student.name}, recipe ${recipe.name}`;
      return writeRunFile(folder, runFiles.curves, curvesSvg(title, records, best));
    },
  };
}

/** What to type for something else to be done with a run: the command line of the run itself, with these. */
function runCommandLine(args: RunArguments, out: string, more: readonly string[]): string {
  const { path, recipe, engine, set = [], data, weights, "weights-map": map, epochs, limit, seed, threads } = args;
  const said = { data, weights, "weights-map": map, epochs, limit, seed, threads };
  const flags = Object.entries({ ...said, ...(engine === "auto" ? {} : { engine }) }).flatMap(([flag, value]) =>
    value === undefined || more.includes(`--${flag}`) ? [] : [`--${flag}`, String(value)],
  );
  const words = ["train", path, "--recipe", recipe, ...flags, ...set.flatMap((each) => ["--set", each])];
  return ["lferc", ...[...words, "--out", out, "--resume", ...more].map(shellWord)].join(" ");
}

/** How to go on with a run that was stopped, and how to get a model of it as it is. */
export function tellOfRest(session: Session, args: RunArguments, folder: string, result: StoppedRun): void {
  const { plan, records } = result;
  const out = displayPath(session.cwd, folder);
  const say = (what: string, more: readonly string[]): void =>
    session.talk(`${what}${oneLine(runCommandLine(args, out, more))}\n`);
  const isWhole = records.length >= plan.epochs;
  session.talk(`interrupted after ${records.length} of ${plan.epochs} epochs\n`);
  if (!isWhole) say("go on:      ", []);
  if (records.length > 0) say("model.onnx: ", isWhole ? [] : ["--epochs", String(records.length)]);
}

/** The same of a run that is a part of a larger one: the whole goes on by the whole's command line. */
export function tellOfPart(
  session: Session,
  args: RunArguments,
  { parent, name }: { readonly parent: string; readonly name: string },
  { plan, records }: StoppedRun,
): void {
  const whole = displayPath(session.cwd, parent);
  session.talk(`${name} interrupted after ${records.length} of ${plan.epochs} epochs\n`);
  session.talk(`go on:      ${oneLine(runCommandLine(args, whole, []))}\n`);
}

/** The words at the end, on stdout. */
export function summarise(session: Session, folder: string, result: Extract<RunResult, { kind: "finished" }>): void {
  const { best, records, plan } = result;
  const shown = oneLine(displayPath(session.cwd, folder));
  const seconds = records.reduce((sum, record) => sum + record.seconds, 0);
  const last = records.at(-1);
  const judged = plan.evaluatedBy === usualEvaluation ? "" : `, judged by ${plan.evaluatedBy}`;
  session.print(`${plan.recipe.student.name} by ${plan.recipe.name}: ${records.length} epochs in ${duration(seconds)}${result.hasTrained ? "" : ", done before"}
best: accuracy ${percent(best.accuracy)}, loss ${best.loss.toFixed(4)} on pictures held out, epoch ${best.epoch}${best.weights === "average" ? ", average weights" : ""}${judged}
last: accuracy ${percent(last?.validationAccuracy ?? 0)}, loss ${(last?.validationLoss ?? 0).toFixed(4)}
run:  ${shown} (${runFiles.best}, ${runFiles.onnx}, ${runFiles.curves})
`);
  if (plan.labels !== undefined) session.print(`try:  lferc predict ${shown}/${runFiles.onnx} PICTURE\n`);
}
