/** The output of `lferc train`, during the run and at its end. */
import { counted } from "../diagnostics/counted.js";
import { oneLine } from "../diagnostics/display-text.js";
import { duration } from "../diagnostics/number-text.js";
import { usualEvaluation } from "../recipe/evaluations.js";
import { settingNames } from "../semantics/models/setting-names.js";
import { isThrough } from "../training/early-stopping.js";
import { stepsOf } from "../training/loop.js";
import type { BestBy } from "../training/metrics.js";
import { runFiles } from "../training/run-files.js";
import type { RunEvents, RunResult } from "../training/run-request.js";
import { fitFields } from "./fields.js";
import type { Stretch } from "./interrupts.js";
import type { LiveLine } from "./live-line.js";
import type { OneRecipe } from "./one-recipe.js";
import { displayPath } from "./project.js";
import { reportEpoch } from "./run-report.js";
import type { Session } from "./session.js";
import { shellWord } from "./shell-word.js";
import { widthOn } from "./terminal.js";
import { epochFields, percent, stepFields } from "./train-progress.js";
import { talkOfNames, type WeightArguments } from "./weight-arguments.js";

/** The parts of a run's command line. */
export interface RunArguments extends WeightArguments {
  readonly path: string;
  readonly recipe?: string | undefined;
  readonly data?: string | undefined;
  readonly engine: string;
  readonly set?: readonly string[] | undefined;
  readonly epochs?: number | undefined;
  readonly limit?: number | undefined;
  readonly seed?: number | undefined;
  readonly threads?: number | undefined;
}

/** A run with epochs, and possibly without a model. */
export type StoppedRun = Pick<Extract<RunResult, { kind: "interrupted" }>, "plan" | "records">;

/** Measured: docs/engine-tfjs.md, "How far two engines diverge". */
const roundingText =
  "from here on its losses part from those of an undisturbed run, by rounding alone: for LFER-LDL by about 0.3 % in the second step and 2 % over four are normal\n";

/** A run that train.py began. */
const otherDrawsText =
  "weights, optimiser, steps and schedule go on as they are; the order of the pictures and augmentations are drawn anew, by lferc's own numbers\n";

export const runTitle = ({ student, name }: OneRecipe["recipe"]): string => `${student.name}, recipe ${name}`;

/** Prints the events of a run. */
export function eventsFor(
  session: Session,
  line: LiveLine,
  stretch: Stretch,
  folder: string,
  { recipe }: OneRecipe,
): RunEvents {
  let epochs = 0;
  let bestBy: BestBy = "accuracy";
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
    onJudging: (done, all) => line.show(`evaluating held-out pictures: ${done}/${all}`),
    onRebuilt: (files) =>
      say(`${files.join(", ")} ${files.length > 1 ? "were" : "was"} missing: written again from ${runFiles.state}\n`),
    onReady: ({ plan, data }, kept) => {
      epochs = plan.epochs;
      bestBy = plan.bestBy;
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
      if (epochsDone > 0) say(`resumes after ${counted(epochsDone, "epoch")}\n`);
      for (const { field, values } of changes) say(`${field}: ${values[0]} before, ${values[1]} from now on\n`);
      const engines = changes.find(({ field }) => field === "engine");
      if (engines?.values[0] === '"torch"') say(otherDrawsText);
      else if (changes.some(({ field }) => field === "engine" || field === "threads")) say(roundingText);
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
      line.show(stepFields(progress, epochs, left));
    },
    onEpoch: async (records, best) => {
      const record = records.at(-1);
      if (record === undefined) return undefined;
      const place = { epochs, isBest: best?.epoch === record.epoch, bestBy };
      say(`${fitFields(epochFields(record, place, session.paintTalk), widthOn(process.stderr))}\n`);
      return reportEpoch({ folder, title: runTitle(recipe), records, best });
    },
  };
}

/** A command line for this run with other arguments. */
function runCommandLine(args: RunArguments, recipe: string, more: readonly string[], set = args.set ?? []): string {
  const { path, engine, data, weights, "weights-map": map, epochs, limit, seed, threads } = args;
  const said = { data, weights, "weights-map": map, epochs, limit, seed, threads };
  const flags = Object.entries({ ...said, ...(engine === "auto" ? {} : { engine }) }).flatMap(([flag, value]) =>
    value === undefined || more.includes(`--${flag}`) ? [] : [`--${flag}`, String(value)],
  );
  const words = ["train", path, "--recipe", recipe, ...flags, ...set.flatMap((each) => ["--set", each])];
  return ["lferc", ...[...words, ...more].map(shellWord)].join(" ");
}

/** Prints how to resume a stopped run, and how to build a model from its current weights. */
export function tellOfRest(session: Session, args: RunArguments, folder: string, result: StoppedRun): void {
  const { plan, records } = result;
  const out = ["--out", displayPath(session.cwd, folder), "--resume"];
  const say = (what: string, more: readonly string[]): void =>
    session.talk(`${what}${oneLine(runCommandLine(args, plan.recipe.name, [...out, ...more]))}\n`);
  const isWhole = isThrough(records, plan);
  session.talk(`interrupted after ${records.length} of ${counted(plan.epochs, "epoch")}\n`);
  if (!isWhole) say("go on:      ", []);
  if (records.length > 0) say("model.onnx: ", isWhole ? [] : ["--epochs", String(records.length)]);
  else session.talk("model.onnx: not yet, no epoch has ended\n");
}

/** The same for a run that is part of a larger one: the whole is resumed by its own command line. */
export function tellOfPart(
  session: Session,
  args: RunArguments,
  { parent, name }: { readonly parent: string; readonly name: string },
  { plan, records }: StoppedRun,
): void {
  const whole = displayPath(session.cwd, parent);
  session.talk(`${name} interrupted after ${records.length} of ${counted(plan.epochs, "epoch")}\n`);
  session.talk(
    `go on:      ${oneLine(runCommandLine(args, args.recipe ?? plan.recipe.name, ["--out", whole, "--resume"]))}\n`,
  );
}

/** Prints how to continue, with a lower learning rate, from the good weights of a run with a number that is not finite. */
export function tellOfSmallerRate(
  session: Session,
  args: RunArguments,
  folder: string,
  { made, lr }: { readonly made: OneRecipe; readonly lr: number },
): void {
  const { recipe, compiled } = made;
  const open = settingNames(compiled.sources).recipes.find(({ name }) => name === recipe.name);
  if (open?.parameters.includes("lr") !== true) return;
  const smaller = Number((lr / 10).toPrecision(2));
  const set = [...(args.set ?? []).filter((each) => !/^\s*lr\s*=/.test(each)), `lr=${smaller}`];
  const { "weights-map": _, ...others } = args;
  const weights = ["--weights", `${displayPath(session.cwd, folder)}/${runFiles.last}`];
  session.talk(`go on:      ${oneLine(runCommandLine(others, recipe.name, weights, set))}\n`);
}

/** The location of the pictures, as typed. */
export const saidData = ({ data }: RunArguments): string => (data === undefined ? "DIR" : oneLine(shellWord(data)));

/** The summary at the end, on stdout; suggests the next commands. */
export function summarise(
  session: Session,
  folder: string,
  result: Extract<RunResult, { kind: "finished" }>,
  args: RunArguments,
  commands: readonly string[],
): void {
  const { best, records, plan, hasTrained } = result;
  const shown = oneLine(displayPath(session.cwd, folder));
  const seconds = records.reduce((sum, record) => sum + record.seconds, 0);
  const last = records.at(-1);
  const judged = plan.evaluatedBy === usualEvaluation ? "" : `, judged by ${plan.evaluatedBy}`;
  const early =
    records.length < plan.epochs ? `, ended early: no better for ${counted(plan.stopping.patience ?? 0, "epoch")}` : "";
  session.print(`${plan.recipe.student.name} by ${plan.recipe.name}: ${counted(records.length, "epoch")} in ${duration(seconds)}${hasTrained ? "" : ", done before"}${early}
best: accuracy ${percent(best.accuracy)}, mean-class ${percent(best.meanClassAccuracy)}, loss ${best.loss.toFixed(4)} on pictures held out, epoch ${best.epoch}${best.weights === "average" ? ", average weights" : ""}${judged}
last: accuracy ${percent(last?.validationAccuracy ?? 0)}, mean-class ${percent(last?.validationMeanClassAccuracy ?? 0)}, loss ${(last?.validationLoss ?? 0).toFixed(4)}
run:  ${shown} (${runFiles.best}, ${runFiles.onnx}, ${runFiles.report})
`);
  const next = [
    ...(plan.labels === undefined ? [] : [{ name: "predict", rest: `${shown}/${runFiles.onnx} PICTURE` }]),
    { name: "eval", rest: `${shown} --data ${saidData(args)}` },
    { name: "report", rest: shown },
  ];
  for (const { name, rest } of next.filter((each) => commands.includes(each.name))) {
    session.print(`try:  lferc ${name} ${rest}\n`);
  }
}
