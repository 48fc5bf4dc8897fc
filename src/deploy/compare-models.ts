/** Compares two files of one classifier on pictures: answers, and time. */
import type { InferenceSession } from "onnxruntime-node";
import type { RgbImage } from "../data/rgb-image.js";
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { Pictures } from "../targets/onnx/quantize/observe.js";
import { silentLog } from "../targets/onnx/session-log.js";
import { classProbabilities } from "./class-probabilities.js";
import { classifierOf } from "./classifier.js";
import { look, picturesPerBatch } from "./predict.js";
import type { OnnxRuntime } from "./runtime.js";
import { timeInRotation, timingOf } from "./timing.js";

/** The probabilities [pictures, classes] that a file gives pictures of the network's size. */
export async function probabilitiesOf(
  bytes: Uint8Array,
  path: string,
  runtime: OnnxRuntime,
  images: readonly RgbImage[],
  onPictures: (done: number) => void = () => {},
): Promise<Float64Array | Problem> {
  const classifier = await classifierOf(bytes, path, runtime);
  if (isProblem(classifier)) return classifier;
  try {
    const classCount = classifier.metadata.output.labels.length;
    const all = new Float64Array(images.length * classCount);
    for (let at = 0; at < images.length; at += picturesPerBatch) {
      const portion = images.slice(at, at + picturesPerBatch);
      const views = await look(classifier, portion);
      if (isProblem(views)) return views;
      all.set(classProbabilities(views, classCount), at * classCount);
      onPictures(at + portion.length);
    }
    return all;
  } finally {
    await classifier.release();
  }
}

/** Runs of each file, in turns. */
const timedRuns = 25;

/** How many times as fast as the first the second file is for one picture, by the median, in one thread. */
export async function speedRatio(
  files: readonly [Uint8Array, Uint8Array],
  runtime: OnnxRuntime,
  pictures: Pictures,
): Promise<number> {
  const feed = {
    [pictures.input]: new runtime.Tensor("float32", pictures.at(0), [1, ...pictures.shape]),
  };
  const options = { ...silentLog, intraOpNumThreads: 1 };
  const sessions: InferenceSession[] = [];
  try {
    for (const bytes of files) sessions.push(await runtime.InferenceSession.create(bytes, options));
    const steps = sessions.map((session) => () => session.run(feed));
    const [first = [], second = []] = await timeInRotation(steps, { rounds: timedRuns, warmup: 2 });
    return timingOf(first, 1).p50Ms / timingOf(second, 1).p50Ms;
  } finally {
    for (const session of sessions) await session.release();
  }
}
