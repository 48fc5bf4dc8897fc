import { encodePng } from "../../src/data/png.js";
import { sealed } from "../../src/training/sealed-json.js";
import { formulaPicture } from "../data/formula-picture.js";
import { tinyClassifier } from "../deploy/tiny-classifier.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder } from "../support/lferc.js";

const png = encodePng(formulaPicture(8, 8));

const pictures = (folder: string, count: number, bytes: Uint8Array | string = png) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}/${i}.png`, bytes]));

/** A run that has begun, according to its record. */
const run = (schemaVersion: number): string =>
  sealed({
    schemaVersion,
    recipe: { name: "Try", data: { folder: { path: "" } } },
    model: "Small",
    settings: {},
    seed: 3,
    sourceSha256: "00",
  });

const files = {
  "tiny.onnx": tinyClassifier(),
  ...pictures("c/train/red", 2),
  ...pictures("c/train/green", 2),
  ...pictures("c/test/red", 22),
  ...pictures("c/test/green", 2),
  "one/test/red/broken.png": "x",
  ...pictures("one/train/red", 1),
  ...pictures("one/test/red", 22),
  ...pictures("many/train/red", 1),
  ...pictures("many/test/red", 2),
  ...pictures("many/test/green", 2, "x"),
  ...pictures("ruined/train/red", 1),
  ...pictures("ruined/test/red", 2, "x"),
  "newer/run.json": run(2),
  "begun/run.json": run(1),
  "stopped/run.json": run(1),
  "stopped/best.safetensors": "",
  "other.onnx": tinyClassifier({ labels: ["red", "green", "violet"] }),
  ...pictures("two/train/red", 1),
  ...pictures("two/test/red", 1),
};

const said =
  (...args: readonly string[]) =>
  () =>
    inFolder(files, async (cwd) => codesIn((await callLferc(args, cwd)).stderr));

const evaluating = (model: string, data: string, ...args: readonly string[]) =>
  said("eval", model, "--data", data, ...args);

/** The codes without those of broken pictures. */
const without = (code: string, scenario: () => Promise<readonly string[]>) => async (): Promise<readonly string[]> =>
  (await scenario()).filter((found) => found !== code);

export const evalScenarios = {
  "eval/no-run": evaluating("c", "c"),
  "eval/newer-run": evaluating("newer", "c"),
  "eval/no-epoch": evaluating("begun", "c"),
  "eval/no-model-yet": said("predict", "stopped", "c"),
  "eval/weights-alone": evaluating("stopped/best.safetensors", "c"),
  "eval/no-such-split": evaluating("tiny.onnx", "c", "--split", "holdout"),
  "eval/nothing-readable": without("data/not-a-picture", evaluating("tiny.onnx", "ruined")),
  "eval/pictures-skipped": without("data/not-a-picture", evaluating("tiny.onnx", "one")),
  "eval/many-pictures-skipped": without("data/not-a-picture", evaluating("tiny.onnx", "many")),
  "eval/no-groups": evaluating("tiny.onnx", "c", "--by", "group"),
  "eval/other-pictures": said("eval", "tiny.onnx", "other.onnx", "--data", "two"),
};
