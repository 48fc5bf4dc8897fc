/**
 * Predictions of trained networks for every picture of a data set, without augmentation: one distribution over the classes
 * each.
 */
import { augmenterOf } from "../data/augment/from-recipe.js";
import type { DataSet, Sample } from "../data/data-set.js";
import { normaliseInto } from "../data/normalise.js";
import { type BrokenPicture, PictureStore } from "../data/picture-store.js";
import type { RgbImage } from "../data/rgb-image.js";
import { classProbabilities } from "../deploy/class-probabilities.js";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { Engine, Evaluator, Values } from "../engines/engine.js";
import type { TrainingPlan } from "./plan.js";

export interface DistillRequest {
  readonly plan: TrainingPlan;
  readonly set: DataSet;
  /** The weights of each network; several if each was trained on part of the pictures. */
  readonly networks: readonly ReadonlyMap<string, Values>[];
  /** For each picture, the network that was not trained on it; for a picture without one, the mean of all networks is used. */
  readonly parts: ReadonlyMap<string, number>;
  /** The divisor of the logits. */
  readonly temperature: number;
  readonly engine: Engine;
  readonly threads: number | undefined;
  onProgress(done: number, all: number): void;
}

export interface ToldPicture {
  readonly sample: Sample;
  readonly shares: Float64Array;
}

export interface Distilled {
  /** By the pictures' names. */
  readonly pictures: readonly ToldPicture[];
  readonly broken: readonly BrokenPicture[];
}

/** Pictures per batch. */
const portion = 32;

const byKey = (a: { readonly key: string }, b: { readonly key: string }): number => (a.key < b.key ? -1 : 1);

/** Every picture of the data, in any part. */
export const allOf = ({ training, heldOut, test = [] }: DataSet): readonly Sample[] =>
  [...new Map([...training, ...heldOut, ...test].map((sample) => [sample.key, sample])).values()].sort(byKey);

/** The distributions; broken pictures are left out and reported. */
export async function distill(request: DistillRequest): Promise<Distilled | Problem> {
  const { plan, engine, networks, threads } = request;
  const graph = { ...plan.deployed, outputs: plan.deployed.outputs.filter(({ name }) => name === plan.output) };
  const evaluators: Evaluator[] = [];
  try {
    for (const weights of networks) {
      const evaluator = await engine.evaluator(graph, { weights, threads });
      if (isProblem(evaluator)) return evaluator;
      evaluators.push(evaluator);
    }
    return await askAll(request, evaluators);
  } finally {
    for (const evaluator of evaluators) await evaluator.dispose();
  }
}

async function askAll(request: DistillRequest, evaluators: readonly Evaluator[]): Promise<Distilled | Problem> {
  const { plan, set, parts, onProgress } = request;
  const augmenter = augmenterOf(plan.augment, plan.picture, plan.seed);
  if (isProblem(augmenter)) return augmenter;
  // Every picture is read once, so none is kept in memory.
  const store = new PictureStore(set, { target: plan.picture, keepLarger: augmenter.takesParts, budgetBytes: 0 });
  const samples = allOf(set);
  const pictures: ToldPicture[] = [];
  const broken: BrokenPicture[] = [];
  let done = 0;
  for (const { asked, own } of groupsOf(samples, parts, evaluators)) {
    for (let at = 0; at < own.length; at += portion) {
      const some = own.slice(at, at + portion);
      const found = await Promise.all(some.map((sample) => store.picture(sample)));
      const images: RgbImage[] = [];
      const good: Sample[] = [];
      for (const [i, sample] of some.entries()) {
        const image = found[i] as RgbImage | Problem;
        if (isProblem(image)) broken.push({ key: sample.key, problem: image });
        else {
          images.push(augmenter.plain(image));
          good.push(sample);
        }
      }
      const told = await sharesOf(request, asked, images);
      const { classCount } = plan;
      for (const [i, sample] of good.entries()) {
        const shares = told.slice(i * classCount, (i + 1) * classCount);
        if (!shares.every(Number.isFinite)) return problem("distill/not-finite", { key: sample.key });
        pictures.push({ sample, shares });
      }
      done += some.length;
      onProgress(done, samples.length);
    }
  }
  return { pictures: pictures.sort((a, b) => byKey(a.sample, b.sample)), broken };
}

/** Groups pictures by the networks that predict them. */
function groupsOf(samples: readonly Sample[], parts: ReadonlyMap<string, number>, evaluators: readonly Evaluator[]) {
  const own: Sample[][] = evaluators.map(() => []);
  const others: Sample[] = [];
  for (const sample of samples) {
    const part = parts.get(sample.key);
    (part === undefined ? others : (own[part] ?? others)).push(sample);
  }
  const groups = evaluators.map((evaluator, i) => ({ asked: [evaluator], own: own[i] as readonly Sample[] }));
  return [...groups, { asked: evaluators, own: others }];
}

/** The mean over the networks of the softmax for these pictures. */
async function sharesOf(
  { plan, temperature }: DistillRequest,
  asked: readonly Evaluator[],
  images: readonly RgbImage[],
): Promise<Float64Array> {
  if (images.length === 0) return new Float64Array();
  const { picture, output, classCount } = plan;
  const input = new Float32Array(images.length * 3 * picture.width * picture.height);
  for (const [i, image] of images.entries()) normaliseInto(input, i, image, picture);
  const answers: Values[] = [];
  for (const evaluator of asked) {
    const outputs = await evaluator.run(new Map([[picture.name, input]]), images.length);
    answers.push((outputs.get(output) ?? new Float32Array()).map((logit) => logit / temperature));
  }
  return classProbabilities(answers, classCount);
}

/** For each class the mean over its training pictures; undefined for a class without any. */
export function classDistributions(
  pictures: readonly ToldPicture[],
  { training, classes }: Pick<DataSet, "training" | "classes">,
): readonly (Float64Array | undefined)[] {
  const ofTraining = new Set(training.map(({ key }) => key));
  const sums = classes.map(() => new Float64Array(classes.length));
  const counts = classes.map(() => 0);
  for (const { sample, shares } of pictures) {
    if (!ofTraining.has(sample.key)) continue;
    const sum = sums[sample.label] as Float64Array;
    for (const [c, share] of shares.entries()) sum[c] = (sum[c] as number) + share;
    counts[sample.label] = (counts[sample.label] as number) + 1;
  }
  return sums.map((sum, label) => {
    const count = counts[label] as number;
    return count === 0 ? undefined : sum.map((total) => total / count);
  });
}
