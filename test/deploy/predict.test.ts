import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import * as assert from "uvu/assert";
import { loadDecoder } from "../../src/data/decode.js";
import { encodePng } from "../../src/data/png.js";
import type { RgbImage } from "../../src/data/rgb-image.js";
import { type Classifier, openClassifier } from "../../src/deploy/classifier.js";
import { type PictureAnswer, predict } from "../../src/deploy/predict.js";
import { renderAnswer, renderPredictionJson, renderSkipped } from "../../src/deploy/render-prediction.js";
import { softmax } from "../../src/deploy/softmax.js";
import { isProblem, type Problem } from "../../src/diagnostics/diagnostic.js";
import { plainPaint } from "../../src/diagnostics/paint.js";
import { ort } from "../support/onnx-runtime.js";
import { suite } from "../support/suite.js";
import { type TinyOptions, tinyClassifier } from "./tiny-classifier.js";

function flat(width: number, height: number, colour: readonly [number, number, number]): RgbImage {
  return { width, height, pixels: Uint8Array.from({ length: width * height * 3 }, (_, i) => colour[i % 3]!) };
}

interface Scene {
  readonly path: (name: string) => string;
  readonly write: (name: string, bytes: Uint8Array | string) => string;
}

async function inFolder(body: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "lfer-predict-"));
  const path = (name: string): string => join(folder, name);
  const write = (name: string, bytes: Uint8Array | string): string => {
    writeFileSync(path(name), bytes);
    return path(name);
  };
  try {
    await body({ path, write });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function opened(scene: Scene, options: TinyOptions = {}): Promise<Classifier> {
  const classifier = await openClassifier(scene.write("tiny.onnx", tinyClassifier(options)), ort);
  if (isProblem(classifier)) throw new Error(classifier.diagnose({}).message);
  return classifier;
}

async function answers(classifier: Classifier, paths: readonly string[]): Promise<PictureAnswer[]> {
  const decode = await loadDecoder();
  if (isProblem(decode)) throw new Error(decode.diagnose({}).message);
  const all: PictureAnswer[] = [];
  for await (const answer of predict(classifier, decode, paths)) all.push(answer);
  return all;
}

async function refusal(path: string): Promise<ReturnType<Problem["diagnose"]>> {
  const found = await openClassifier(path, ort);
  assert.ok(isProblem(found), "was opened");
  return (found as Problem).diagnose({});
}

suite("predict", ({ native: test }) => {
  test("reads no other file that a model names as its weights'", async () => {
    await inFolder(async (scene) => {
      const secret = scene.write("secret.bin", new Uint8Array(Float32Array.of(4).buffer));
      const climbing = `../${basename(dirname(secret))}/secret.bin`;
      for (const external of ["secret.bin", secret, climbing, relative(process.cwd(), secret), "/dev/zero"]) {
        const { code } = await refusal(scene.write("x.onnx", tinyClassifier({ external })));
        assert.is(code, "data/model-does-not-run", external);
      }
    });
  });

  test("gives the probabilities that the formula gives", async () => {
    await inFolder(async (scene) => {
      const picture = scene.write("a.png", encodePng(flat(13, 7, [255, 51, 204])));
      const [answer] = await answers(await opened(scene), [picture]);
      assert.is(answer?.kind, "answer");
      // Normalised means are 1, -0.6, 0.6; times 4.
      const exponentials = [Math.exp(4), Math.exp(-2.4), Math.exp(2.4)];
      const sum = exponentials.reduce((a, b) => a + b);
      const expected = [
        ["red", exponentials[0]! / sum],
        ["blue", exponentials[2]! / sum],
        ["green", exponentials[1]! / sum],
      ] as const;
      const classes = answer?.kind === "answer" ? answer.classes : [];
      assert.equal(
        classes.map(({ label }) => label),
        expected.map(([label]) => label),
      );
      for (const [i, { probability }] of classes.entries()) assert.ok(Math.abs(probability - expected[i]![1]) < 1e-6);
    });
  });

  test("answers every picture in order, over several batches, and names the broken ones", async () => {
    await inFolder(async (scene) => {
      const colours = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255] } as const;
      const names = Object.keys(colours) as (keyof typeof colours)[];
      const paths: string[] = [];
      const expected: string[] = [];
      for (let i = 0; i < 70; i++) {
        const name = names[(i * i) % 3]!;
        if (i % 9 === 4) {
          const whole = encodePng(flat(40, 40, [i, 3, i * 2]));
          paths.push(scene.write(`${i}.png`, whole.subarray(0, whole.length - 30)));
          expected.push("data/corrupt-picture");
        } else if (i % 9 === 7) {
          paths.push(scene.path("nowhere.png"));
          expected.push("data/missing-picture");
        } else {
          paths.push(scene.write(`${i}.png`, encodePng(flat(5 + i, 9, colours[name]))));
          expected.push(name);
        }
      }
      const found = await answers(await opened(scene), paths);
      assert.equal(
        found.map(({ path }) => path),
        paths,
      );
      assert.equal(
        found.map((a) => (a.kind === "answer" ? a.classes[0]?.label : a.problem.diagnose({}).code)),
        expected,
      );
    });
  });

  test("does not print NaN as an answer", async () => {
    await inFolder(async (scene) => {
      const picture = scene.write("a.png", encodePng(flat(3, 3, [1, 2, 3])));
      const [answer] = await answers(await opened(scene, { gain: Number.NaN }), [picture]);
      assert.is(answer?.kind === "failed" && answer.problem.diagnose({}).code, "data/not-finite");
    });
  });

  test("refuses what is no model of ours, each in its own words", async () => {
    await inFolder(async ({ path, write }) => {
      assert.is((await refusal(path("nowhere.onnx"))).code, "data/model-unreadable");
      assert.is((await refusal(path(""))).code, "data/run-folder");
      assert.is((await refusal(write("text.onnx", "no model at all"))).code, "data/not-an-onnx-model");
      assert.is((await refusal(write("foreign.onnx", tinyClassifier({ metadata: false })))).code, "data/foreign-model");
      const labels = await refusal(write("labels.onnx", tinyClassifier({ labels: ["a", "b"] })));
      assert.is(labels.code, "data/label-count");
      assert.match(labels.message, "names 2 classes, but its output has 3 numbers");
    });
  });

  test("refuses metadata that the graph contradicts", async () => {
    await inFolder(async ({ write }) => {
      const replace = (from: string, to: string): string => {
        const bytes = Buffer.from(tinyClassifier());
        const at = bytes.lastIndexOf(from);
        bytes.write(to, at);
        return write("edited.onnx", bytes);
      };
      const size = await refusal(replace("[8,8]", "[9,9]"));
      assert.is(size.code, "data/bad-metadata");
      assert.match(size.message, "float32[N, 3, 8, 8]");
      assert.is((await refusal(replace("\x12\x05image", "\x12\x05imago"))).code, "data/bad-metadata");
      assert.is((await refusal(replace("\x12\x06logits", "\x12\x06logitz"))).code, "data/bad-metadata");
      const op = await refusal(replace("GlobalAveragePool", "GlobalAveragePoox"));
      assert.is(op.code, "data/model-does-not-run");
    });
  });
});

suite("softmax", (test) => {
  test("sums to one and does not overflow", () => {
    assert.equal(softmax([1000, 1000]), [0.5, 0.5]);
    assert.equal(softmax([-1e6, 0]), [0, 1]);
    assert.ok(Math.abs(softmax([Math.log(1), Math.log(2), Math.log(5)])[2]! - 0.625) < 1e-15);
  });
});

suite("prediction text", (test) => {
  const answer = {
    kind: "answer",
    path: "a.png",
    classes: [
      { label: "happy", probability: 0.75 },
      { label: "sad", probability: 0.2 },
      { label: "calm", probability: 0.05 },
    ],
  } as const;

  test("one line a picture, control characters made visible", () => {
    assert.is(renderAnswer(answer, 2, plainPaint), "a.png  happy 75.0%  sad 20.0%\n");
    assert.is(renderAnswer({ ...answer, path: "\x1b[2J" }, 1, plainPaint), "\u241b[2J  happy 75.0%\n");
  });

  test.native("JSON has answers, failures and skipped files", async () => {
    await inFolder(async (scene) => {
      const classifier = await opened(scene);
      const missing = scene.path("no.png");
      const [failed] = await answers(classifier, [missing]);
      const json = JSON.parse(renderPredictionJson(classifier, [answer, failed!], ["notes.txt"], 2));
      assert.equal(json, {
        schemaVersion: 1,
        model: "Tiny",
        file: classifier.path,
        labels: ["red", "green", "blue"],
        evaluation: "single_view",
        pictures: [{ path: "a.png", label: "happy", probability: 0.75, classes: answer.classes.slice(0, 2) }],
        failed: [{ path: missing, code: "data/missing-picture", message: `${missing}: there is no such file` }],
        skipped: ["notes.txt"],
      });
    });
  });

  test("skipped files are named, many are counted", () => {
    assert.is(renderSkipped(["a", "b"]), "skipped, no picture by its name: a, b\n");
    assert.is(renderSkipped(["a", "b", "c", "d", "e"]), "skipped, no picture by its name: a, b, c, and 2 more\n");
  });
});
