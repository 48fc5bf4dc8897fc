import { mkdirSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { BenchResult } from "../../src/deploy/bench-result.js";
import { textModel, tinyClassifier } from "../deploy/tiny-classifier.js";
import { codesIn, inFolder, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { recipeText } from "../training/small-recipe.js";

const files = { "m.lfer": recipeText(), "tiny.onnx": tinyClassifier({ size: 32 }), "face.onnx": "no model at all" };

const bench = (cwd: string, ...args: readonly string[]) => runLferc(["bench", ...args], { cwd });

/** The results in JSON. */
function resultsOf({ code, stdout, stderr }: ReturnType<typeof bench>): readonly BenchResult[] {
  assert.is(code, 0, stderr);
  const answer = JSON.parse(stdout) as { readonly schemaVersion: number; readonly results: readonly BenchResult[] };
  assert.is(answer.schemaVersion, 1);
  return answer.results;
}

function assertMeasured({ minMs, p50Ms, p95Ms, perSecond, batch, peakBytes, compileMs, profile }: BenchResult): void {
  assert.ok(minMs > 0 && minMs <= p50Ms && p50Ms <= p95Ms && p95Ms < 60_000);
  assert.ok(Math.abs(perSecond - (1000 * batch) / p50Ms) < 0.02 * perSecond);
  assert.ok(peakBytes > 2 ** 24 && peakBytes < 2 ** 34);
  assert.ok(compileMs > 0);
  const [ops, nodes] = [profile.filter(({ kind }) => kind === "op"), profile.filter(({ kind }) => kind === "node")];
  assert.ok(ops.length > 0 && nodes.length > 0 && nodes.length <= 10);
  assert.ok(Math.abs(ops.reduce((sum, { share }) => sum + share, 0) - 1) < 0.01);
  assert.ok(ops.every(({ ms }, i) => i === 0 || ms <= (ops[i - 1]?.ms ?? 0)));
}

suite("lferc bench", (test) => {
  test("times a model's source and its training step", () =>
    inFolder(files, (cwd) => {
      const args = ["--threads", "1", "--steps", "3", "--format", "json"];
      const [model] = resultsOf(bench(cwd, "m.lfer", "--set", "size=16", "--batch", "2", ...args));
      assert.ok(model);
      assert.equal([model.name, model.what, model.engine], ["Small", "inference", "ort"]);
      assert.equal([model.batch, model.threads, model.steps], [2, 1, 3]);
      assertMeasured(model);
      assert.ok(model.profile.some(({ op }) => op === "Conv" || op === "FusedConv"));
      const [step] = resultsOf(bench(cwd, "m.lfer", "--recipe", "Plain", "--set", "size=16", ...args));
      assert.ok(step);
      assert.equal([step.name, step.what, step.engine, step.batch], ["Small:Plain", "training-step", "ort", 6]);
      assert.match(step.description, /^ort, /);
      assertMeasured(step);
    }));

  test("times several files, each in a process of its own", () =>
    inFolder(files, (cwd) => {
      const build = ["m.lfer", "--target", "onnx-train", "--recipe", "Plain", "-o", "step.onnx", "--no-verify"];
      assert.is(runLferc(["build", ...build], { cwd }).code, 0);
      assert.is(runLferc(["build", ...build, "--split"], { cwd }).code, 0);
      const steps = ["step.onnx", "step.gradients.onnx", "step.update.onnx"];
      const found = resultsOf(bench(cwd, "tiny.onnx", ...steps, "--steps", "2", "--batch", "6", "--format", "json"));
      for (const result of found) assertMeasured(result);
      assert.equal(
        found.map(({ name, what, batch }) => [name, what, batch]),
        [["tiny.onnx", "inference", 6], ...steps.map((name) => [name, "training-step", 6])],
      );
    }));

  test("several files for people: how fast each is beside the first", () =>
    inFolder(files, (cwd) => {
      const both = bench(cwd, "tiny.onnx", "tiny.onnx", "--steps", "2", "--threads", "1").stdout;
      assert.match(both, /\ntimes as fast as the first, per sample, measured in turns\n +min +median\n/);
      assert.match(both, /\n {2}tiny\.onnx +1\.00 +1\.00\n {2}tiny\.onnx +\d+\.\d\d +\d+\.\d\d\n$/);
    }));

  test("a table for people, on stdout; one that fails does not lose the others", () =>
    inFolder(files, (cwd) => {
      const { code, stdout, stderr } = bench(cwd, "face.onnx", "tiny.onnx", "--steps", "2", "--threads", "1");
      assert.is(code, 1);
      assert.equal(codesIn(stderr), ["data/not-an-onnx-model"]);
      assert.match(
        stdout,
        /tiny\.onnx: inference, batch 1, 1 thread, ort\n {2}min .* ms {3}median .* ms .*2 runs after 10/,
      );
      assert.match(stdout, /\n {2}op +ms +share +nodes\n/);
      assert.match(stdout, /\n {2}slowest nodes +ms +share +op\n/);
      assert.match(stdout, /GlobalAveragePool/);
    }));

  for (const [title, args, exit, expected] of [
    ["no such file", ["nowhere.onnx"], 1, "data/model-unreadable"],
    ["a folder", ["folder.onnx"], 1, "data/run-folder"],
    ["a file that is no model", ["face.onnx"], 1, "data/not-an-onnx-model"],
    ["a graph that ONNX Runtime refuses", ["damaged.onnx"], 1, "data/model-does-not-run"],
    ["a size that is only a name", ["open.onnx"], 1, "bench/open-size"],
    ["an input of texts", ["texts.onnx"], 1, "bench/unsupported-input"],
    ["an input that would fill the memory", ["huge.onnx"], 1, "bench/input-too-large"],
    ["another batch than the file's own", ["one.onnx", "--batch", "3"], 1, "bench/fixed-batch"],
    ["a batch that would", ["tiny.onnx", "--batch", "100000000"], 1, "bench/input-too-large"],
    ["an unknown recipe", ["m.lfer", "--recipe", "Plane"], 1, "recipe/unknown-recipe"],
    ["a setting that nobody has", ["m.lfer", "--recipe", "Plain", "--set", "sise=3"], 1, "recipe/unknown-setting"],
    ["an unknown engine", ["m.lfer", "--recipe", "Plain", "--engine", "or"], 1, "engine/unknown"],
    [
      "a batch of one value a channel",
      ["n.lfer", "--recipe", "Plain", "--batch", "1"],
      1,
      "recipe/one-value-per-channel",
    ],
    ["steps that are none", ["m.lfer", "--steps", "0"], 2, "tool/wrong-usage"],
    ["an engine for a model", ["m.lfer", "--engine", "ort-webgpu"], 2, "tool/wrong-usage"],
    ["a recipe of an ONNX file", ["tiny.onnx", "--recipe", "Plain"], 2, "tool/wrong-usage"],
    ["a model beside a recipe", ["m.lfer", "--recipe", "Plain", "--model", "Small"], 2, "tool/wrong-usage"],
    ["settings of an ONNX file", ["tiny.onnx", "--set", "size=3"], 2, "tool/wrong-usage"],
  ] as const) {
    test(`refuses ${title}`, () => {
      const damaged = Buffer.from(tinyClassifier());
      damaged.write("GlobalAveragePoox", damaged.lastIndexOf("GlobalAveragePool"));
      const more = {
        "damaged.onnx": damaged,
        "open.onnx": tinyClassifier({ input: ["N", 3, "height", 8] }),
        "texts.onnx": textModel(),
        "one.onnx": tinyClassifier({ input: [1, 3, 8, 8] }),
        "huge.onnx": tinyClassifier({ input: ["N", 3, 1_000_000, 1_000_000] }),
        "n.lfer": recipeText().replace("-> flatten ->", "-> batch_norm -> flatten ->"),
      };
      return inFolder({ ...files, ...more }, (cwd) => {
        mkdirSync(join(cwd, "folder.onnx"));
        const { code, stdout, stderr } = bench(cwd, ...args);
        assert.equal(codesIn(stderr), [expected], stderr);
        assert.equal([code, stdout], [exit, ""]);
      });
    });
  }
});
