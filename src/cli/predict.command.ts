import type { CommandModule } from "yargs";
import { loadDecoder } from "../data/decode.js";
import { findPictures } from "../data/picture-files.js";
import { openClassifier } from "../deploy/classifier.js";
import { type PictureAnswer, predict } from "../deploy/predict.js";
import { renderAnswer, renderPredictionJson, renderSkipped } from "../deploy/render-prediction.js";
import { diagnose, isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { onnxFileAt, warnOfUntrained } from "./judged-model.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { loadRuntime } from "./talk-of-runtime.js";
import { UsageError } from "./usage.js";

const formats = ["pretty", "json"] as const;
const shownUnlessTold = 3;

interface PredictArguments {
  readonly model: string;
  readonly image: readonly string[];
  readonly format: (typeof formats)[number];
  readonly top?: number | undefined;
}

async function predictPictures(session: Session, args: PredictArguments): Promise<ExitCode> {
  if (args.top !== undefined && !(Number.isInteger(args.top) && args.top >= 1)) {
    throw new UsageError(
      diagnose("tool/wrong-usage", { command: "predict", detail: "--top takes a whole number from 1" }),
    );
  }
  const refuse = (problem: Problem): ExitCode => {
    session.report([problem.diagnose({})]);
    return 1;
  };
  const runtime = await loadRuntime(session);
  if (isProblem(runtime)) return refuse(runtime);
  const decode = await loadDecoder();
  if (isProblem(decode)) return refuse(decode);
  const file = await onnxFileAt(args.model);
  if (isProblem(file)) return refuse(file);
  const classifier = await openClassifier(file, runtime);
  if (isProblem(classifier)) return refuse(classifier);

  warnOfUntrained(session, classifier, file);
  const { pictures, skipped, failed } = await findPictures(args.image);
  if (skipped.length > 0) session.talk(renderSkipped(skipped));
  const answers: PictureAnswer[] = [];
  const take = (answer: PictureAnswer): void => {
    answers.push(answer);
    if (answer.kind === "failed") session.report([answer.problem.diagnose({})]);
    else if (args.format === "pretty") session.print(renderAnswer(answer, args.top ?? shownUnlessTold, session.paint));
  };
  for (const failure of failed) take({ kind: "failed", ...failure });
  for await (const answer of predict(classifier, decode, pictures)) take(answer);
  await classifier.release();

  if (args.format === "json") session.json(renderPredictionJson(classifier, answers, skipped, args.top));
  return answers.some((answer) => answer.kind === "failed") ? 1 : 0;
}

export const predictCommand: CommandModule<object, PredictArguments> = {
  command: "predict <model> <image..>",
  describe:
    "Classifies pictures with a trained run, or an ONNX file that lferc built. The exit code is 1 if a picture could not be classified.",
  builder: (yargs) =>
    yargs
      .positional("model", { type: "string", demandOption: true, describe: "the folder of a run, or the ONNX file" })
      .positional("image", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "pictures (JPEG, PNG, WebP, GIF, TIFF, AVIF), or folders, searched for pictures",
      })
      .option("format", {
        choices: formats,
        default: "pretty" as const,
        requiresArg: true,
        describe: "pretty: a line for each picture; json: one object on stdout",
      })
      .option("top", {
        type: "number",
        requiresArg: true,
        describe: `number of classes to show (default: ${shownUnlessTold}; json: all)`,
      })
      .example("lferc predict model.onnx face.jpg", "the three most probable classes")
      .example("lferc predict runs/a face.jpg", "the same, with the model of a run")
      .example("lferc predict --format json model.onnx faces", "all pictures in a folder, for a program"),
  handler: (args) => runCommand((session) => predictPictures(session, args)),
};
