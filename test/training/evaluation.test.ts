// The recipe's `evaluation` determines the accuracy, the choice of the best weights, and the predictions.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { augmenterOf } from "../../src/data/augment/from-recipe.js";
import { type DataSet, hardTargets, type Sample } from "../../src/data/data-set.js";
import { generateFace } from "../../src/data/generated-faces.js";
import { PictureStore } from "../../src/data/picture-store.js";
import { encodePng } from "../../src/data/png.js";
import type { RgbImage } from "../../src/data/rgb-image.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { ortEngine } from "../../src/engines/ort/ort-engine.js";
import { randomStream } from "../../src/random/stream.js";
import { readMetadataProps } from "../../src/targets/onnx/read-props.js";
import type { Course } from "../../src/training/course.js";
import { runCourse } from "../../src/training/loop.js";
import type { TrainingPlan } from "../../src/training/plan.js";
import { readSafetensors, writeSafetensors } from "../../src/weights/safetensors.js";
import { inFolder, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { Listener, smallPlan, smallSource } from "./small-course.js";

const size = 16;

/** Pictures of noise: nothing can be learnt, so that every epoch and every view gives different predictions. */
function noise(key: string): RgbImage {
  const random = randomStream(7, key);
  return {
    width: size,
    height: size,
    pixels: Uint8Array.from({ length: size * size * 3 }, () => random.uniform() * 256),
  };
}

function noiseCourse(plan: TrainingPlan): Course {
  const targets = hardTargets(3);
  const samples = (half: string, count: number): readonly Sample[] =>
    Array.from({ length: count }, (_, i) => ({
      key: `${half}/${i}`,
      label: i % 3,
      target: targets[i % 3] as Float32Array,
    }));
  const set: DataSet = {
    description: "noise",
    classes: ["a", "b", "c"],
    training: samples("training", 48),
    heldOut: samples("held out", 60),
    heldOutIs: "other noise",
    heldOutWasDrawn: false,
    warnings: [],
    read: async ({ key }) => ({ image: noise(key), digest: key }),
  };
  const augmenter = augmenterOf([], plan.picture, 0);
  if (isProblem(augmenter)) throw new Error("refused");
  const store = new PictureStore(set, { target: plan.picture, keepLarger: false, budgetBytes: 1e9 });
  const batches = { store, picture: plan.picture, classCount: 3, augmenter, teacher: undefined };
  return { plan, engine: ortEngine(), threads: 1, batches, training: set.training, heldOut: set.heldOut };
}

/** Planes of rows, mean 0.5, deviation 0.25, as the small network expects; read from right to left if `isMirrored`. */
function planes({ pixels }: RgbImage, isMirrored: boolean): Float32Array {
  return Float32Array.from({ length: 3 * size * size }, (_, at) => {
    const [channel, row, column] = [Math.floor(at / size / size), Math.floor(at / size) % size, at % size];
    const from = isMirrored ? size - 1 - column : column;
    return ((pixels[(row * size + from) * 3 + channel] as number) / 255 - 0.5) / 0.25;
  });
}

const shares = (logits: readonly number[]): readonly number[] => {
  const odds = logits.map(Math.exp);
  return odds.map((each) => each / odds.reduce((sum, other) => sum + other, 0));
};
const largest = (numbers: readonly number[]): number => numbers.indexOf(Math.max(...numbers));
const mean = (a: readonly number[], b: readonly number[]): readonly number[] =>
  a.map((each, i) => (each + (b[i] as number)) / 2);

type Weights = ReadonlyMap<string, Float32Array>;

/** Accuracies computed one by one: of the pictures, of their mirror images, of mean probabilities, of mean logits. */
async function accuracies({ plan, engine, heldOut }: Course, weights: Weights) {
  const evaluator = await engine.evaluator(plan.deployed, { weights, threads: 1 });
  if (isProblem(evaluator)) throw new Error("refused");
  const right = { plain: 0, mirrored: 0, probabilities: 0, logits: 0 };
  for (const { key, label } of heldOut) {
    const ask = async (isMirrored: boolean): Promise<readonly number[]> => {
      const outputs = await evaluator.run(new Map([["image", planes(noise(key), isMirrored)]]), 1);
      return [...(outputs.get("logits") ?? [])];
    };
    const [plain, mirrored] = [await ask(false), await ask(true)];
    if (largest(plain) === label) right.plain++;
    if (largest(mirrored) === label) right.mirrored++;
    if (largest(mean(shares(plain), shares(mirrored))) === label) right.probabilities++;
    if (largest(mean(plain, mirrored)) === label) right.logits++;
  }
  await evaluator.dispose();
  const of = (count: number): number => count / heldOut.length;
  return {
    plain: of(right.plain),
    mirrored: of(right.mirrored),
    probabilities: of(right.probabilities),
    logits: of(right.logits),
  };
}

async function epochsOf(evaluation: string | undefined) {
  const plan = await smallPlan({
    optimizer: "sgd(lr: 0.5)",
    run: "batch: 16, epochs: 8, seed: 3",
    ...(evaluation === undefined ? {} : { evaluation }),
  });
  const course = noiseCourse(plan);
  const listener = new Listener();
  const outcome = await runCourse(course, undefined, listener);
  assert.is(outcome.kind, "finished");
  const byHand = [];
  for (const { standing } of listener.epochs) byHand.push(await accuracies(course, standing.state));
  return { records: listener.epochs.map(({ record }) => record), epochs: listener.epochs, byHand };
}

suite("evaluation of a recipe", (test) => {
  test("mean_of_flips is the class of the mean probability of a picture and its mirror image, and chooses the best", async () => {
    const { records, epochs, byHand } = await epochsOf("mean_of_flips");
    assert.equal(
      records.map((record) => record.validationAccuracy),
      byHand.map(({ probabilities }) => probabilities),
    );
    assert.equal(new Set(records.map(({ evaluation }) => evaluation)), new Set(["mean_of_flips"]));
    const bestBy = (rule: "plain" | "mirrored" | "probabilities" | "logits"): number =>
      largest(byHand.map((each) => each[rule])) + 1;
    assert.is(epochs.at(-1)?.standing.best?.epoch, bestBy("probabilities"));
    assert.is(epochs.at(-1)?.standing.best?.accuracy, Math.max(...byHand.map(({ probabilities }) => probabilities)));
    // The rules give different results on these pictures, so none can be mistaken for another.
    for (const other of ["plain", "mirrored", "logits"] as const) {
      assert.ok(
        byHand.some((each) => each[other] !== each.probabilities),
        other,
      );
    }
    assert.is.not(bestBy("plain"), bestBy("probabilities"));
  });

  test("single_view, and a recipe that names none, judge the picture as it is", async () => {
    for (const evaluation of ["single_view", undefined]) {
      const { records, byHand } = await epochsOf(evaluation);
      assert.equal(
        records.map((record) => record.validationAccuracy),
        byHand.map(({ plain }) => plain),
      );
      assert.is(records[0]?.evaluation, "single_view");
    }
  });

  test("a run's weights and model say it, predict obeys, and so do those who build from the weights", () =>
    inFolder({ "m.lfer": smallSource({ evaluation: "mean_of_flips", run: "batch: 16, epochs: 1" }) }, (cwd) => {
      const lferc = (...args: readonly string[]): string => {
        const ran = runLferc(args, { cwd });
        assert.is(ran.code, 0, ran.stderr);
        return ran.stdout;
      };
      const summary = lferc(
        ..."train m.lfer --recipe Try --data generated --limit 32 --threads 1 --out run".split(" "),
      );
      assert.match(summary, /judged by mean_of_flips/);
      const metadata = (file: string) => {
        const read = readSafetensors(readFileSync(join(cwd, file)), file);
        return read.kind === "read" ? read.value.metadata.get("lfer.evaluation") : "refused";
      };
      const props = (file: string) => {
        const read = readMetadataProps(readFileSync(join(cwd, file)));
        return read.kind === "props" ? read.props.get("lfer.evaluation") : "refused";
      };
      lferc(..."build m.lfer --weights run/best.safetensors -o built.onnx".split(" "));
      lferc(..."build m.lfer --weights run/best.safetensors --target safetensors -o again.safetensors".split(" "));
      assert.equal(["run/best.safetensors", "run/last.safetensors", "again.safetensors"].map(metadata), [
        "mean_of_flips",
        "mean_of_flips",
        "mean_of_flips",
      ]);
      assert.equal(["run/model.onnx", "built.onnx"].map(props), ["mean_of_flips", "mean_of_flips"]);

      // The same weights without a recorded evaluation: pictures are used unchanged.
      const best = readSafetensors(readFileSync(join(cwd, "run/best.safetensors")), "best");
      if (best.kind === "refused") throw new Error("refused");
      const tensors = [...best.value.tensors].map(
        ([name, { shape, float32 }]) => [name, { shape, data: float32() }] as const,
      );
      const strip = (about: ReadonlyMap<string, string>): Buffer =>
        Buffer.concat(writeSafetensors(new Map(tensors), about));
      writeFileSync(join(cwd, "plain.safetensors"), strip(new Map()));
      lferc(..."build m.lfer --weights plain.safetensors -o plain.onnx".split(" "));
      assert.is(props("plain.onnx"), undefined);

      const face = generateFace("surprise", 140, size);
      const turned = Uint8Array.from(face.pixels, (_, at) => {
        const [pixel, channel] = [Math.floor(at / 3), at % 3];
        const [row, column] = [Math.floor(pixel / size), pixel % size];
        return face.pixels[(row * size + size - 1 - column) * 3 + channel] as number;
      });
      writeFileSync(join(cwd, "face.png"), encodePng(face));
      writeFileSync(join(cwd, "turned.png"), encodePng({ ...face, pixels: turned }));
      const ask = (model: string, picture: string) => {
        const answer = JSON.parse(lferc("predict", model, picture, "--format", "json")) as {
          readonly evaluation: string;
          readonly labels: readonly string[];
          readonly pictures: readonly [{ classes: readonly { label: string; probability: number }[] }];
        };
        const [{ classes }] = answer.pictures;
        const probabilities = answer.labels.map((label) => classes.find((each) => each.label === label)?.probability);
        return { evaluation: answer.evaluation, probabilities: probabilities as number[] };
      };
      const [plain, mirrored] = [ask("plain.onnx", "face.png"), ask("plain.onnx", "turned.png")];
      assert.is(plain.evaluation, "single_view");
      assert.ok(Math.abs((plain.probabilities[0] as number) - (mirrored.probabilities[0] as number)) > 1e-3);
      for (const model of ["run/model.onnx", "built.onnx"]) {
        for (const picture of ["face.png", "turned.png"]) {
          const { evaluation, probabilities } = ask(model, picture);
          assert.is(evaluation, "mean_of_flips");
          for (const [i, expected] of mean(plain.probabilities, mirrored.probabilities).entries())
            assert.ok(Math.abs((probabilities[i] as number) - expected) < 1e-6, `${model} ${picture}`);
        }
      }

      writeFileSync(join(cwd, "newer.safetensors"), strip(new Map([["lfer.evaluation", "ten_crops"]])));
      for (const target of ["onnx", "safetensors"]) {
        const args = ["build", "m.lfer", "--weights", "newer.safetensors", "--target", target, "-o", "no"];
        const refused = runLferc(args, { cwd });
        assert.is(refused.code, 1);
        assert.match(refused.stderr, /data\/unknown-evaluation[\s\S]*"ten_crops"/);
      }
    }));
});
