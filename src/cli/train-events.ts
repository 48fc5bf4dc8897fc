/** What `lferc train` says while it runs, and in the end. */
import { oneLine } from "../diagnostics/display-text.js";
import { curvesSvg } from "../report/curves-svg.js";
import { stepsOf } from "../training/loop.js";
import type { RunEvents, RunResult } from "../training/run.js";
import { runFiles } from "../training/run-files.js";
import { writeRunFile } from "../training/run-folder.js";
import type { Interrupts } from "./interrupts.js";
import type { OneRecipe } from "./one-recipe.js";
import { displayPath } from "./project.js";
import type { Session } from "./session.js";
import { duration, epochLine, type LiveLine, percent, stepLine } from "./train-progress.js";
import { talkOfNames } from "./weight-arguments.js";

/** What the user sees of a run. */
export function eventsFor(
  session: Session,
  line: LiveLine,
  interrupts: Interrupts,
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
    isStopped: interrupts.isRequested,
    onWarning: (diagnostic) => {
      line.clear();
      session.report([diagnostic]);
    },
    onWeights: (account) => talkOfNames(session, account),
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
    onStart: (description, stepsPerEpoch) => {
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

/** The words at the end, on stdout. */
export function summarise(session: Session, folder: string, result: Extract<RunResult, { kind: "finished" }>): void {
  const { best, records, plan } = result;
  const shown = oneLine(displayPath(session.cwd, folder));
  const seconds = records.reduce((sum, record) => sum + record.seconds, 0);
  const last = records.at(-1);
  session.print(`${plan.recipe.student.name} by ${plan.recipe.name}: ${records.length} epochs in ${duration(seconds)}
best: accuracy ${percent(best.accuracy)}, loss ${best.loss.toFixed(4)} on pictures held out, epoch ${best.epoch}${best.weights === "average" ? ", average weights" : ""}
last: accuracy ${percent(last?.validationAccuracy ?? 0)}, loss ${(last?.validationLoss ?? 0).toFixed(4)}
run:  ${shown} (${runFiles.best}, ${runFiles.onnx}, ${runFiles.curves})
`);
  if (plan.labels !== undefined) session.print(`try:  lferc predict ${shown}/${runFiles.onnx} PICTURE\n`);
}
