// Labels from folders to a teacher, its student, their files and their predictions: by name, in any order.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { encodePng } from "../../src/data/png.js";
import { randomStream } from "../../src/random/stream.js";
import { readSafetensors, writeSafetensors } from "../../src/weights/safetensors.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder, type Ran } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const colours: Readonly<Record<string, readonly [number, number, number]>> = {
  surprise: [230, 40, 40],
  fear: [40, 220, 40],
  disgust: [40, 40, 230],
  happiness: [220, 220, 40],
  sadness: [220, 40, 220],
  anger: [40, 220, 220],
  neutral: [128, 128, 128],
};
/** As in std/labels; folders are read in alphabetical order. */
const own = Object.keys(colours);
const alphabetical = own.toSorted();

/** Pictures of one colour each, with some noise: a small network learns to distinguish them completely. */
const pictures = Object.fromEntries(
  ["train", "val"].flatMap((split) =>
    Object.entries(colours).flatMap(([name, colour]) =>
      Array.from({ length: split === "train" ? 10 : 4 }, (_, i) => {
        const random = randomStream(i, `${split}/${name}`);
        const pixels = Uint8Array.from(
          { length: 8 * 8 * 3 },
          (_, k) => (colour[k % 3] ?? 0) + random.uniform() * 20 - 10,
        );
        return [`d/${split}/${name}/${i}.png`, encodePng({ width: 8, height: 8, pixels })] as const;
      }),
    ),
  ),
);

const source = (teacher = `frozen(Teach, weights: "teacher.safetensors")`): string => `lfer 1

import { raf_db_classes } from "std/labels"
import { cross_entropy, kl } from "std/losses"

block Net(n: int) = conv(16, stride: 2) -> batch_norm -> relu -> global_avg_pool -> flatten -> linear(n)

model Teach(size: int = 8) {
  input image: float32[N, 3, size, size] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  logits = image -> Net(7)
  output logits
}
model Stud(size: int = 8) {
  input image: float32[N, 3, size, size] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  logits = image -> Net(7)
  output logits: labels(raf_db_classes)
}
recipe T {
  student = Teach
  data = folder("d")
  loss = cross_entropy(student.logits, data.label)
  optimizer = adam(lr: 0.03)
  train = run(batch: 14, epochs: 8)
}
recipe S {
  student = Stud
  teacher = ${teacher}
  data = folder("d")
  loss = kl(softmax(teacher.logits), student.logits)
  optimizer = adam(lr: 0.03)
  train = run(batch: 14, epochs: 8)
}
recipe U {
  student = Teach
  teacher = ${teacher}
  data = folder("d")
  loss = kl(softmax(teacher.logits), student.logits)
  optimizer = adam(lr: 0.03)
  train = run(batch: 14, epochs: 8)
}
`;

const train = (cwd: string, recipe: string, out: string, ...more: readonly string[]): Promise<Ran> =>
  callLferc(["train", "m.lfer", "--recipe", recipe, "--threads", "1", "--out", out, ...more], cwd);

async function trained(cwd: string, recipe: string, out: string, ...more: readonly string[]): Promise<void> {
  const ran = await train(cwd, recipe, out, ...more);
  assert.is(ran.code, 0, ran.stderr);
}

/** The highest accuracy of a run, and its losses. */
function figuresOf(cwd: string, run: string) {
  const lines = readFileSync(join(cwd, run, "metrics.jsonl"), "utf8")
    .trimEnd()
    .split("\n");
  const epochs = lines.map((line) => JSON.parse(line) as { loss: number; validationAccuracy: number });
  return { losses: epochs.map(({ loss }) => loss), best: Math.max(...epochs.map((e) => e.validationAccuracy)) };
}

const labelsOf = (cwd: string, run: string): unknown =>
  (JSON.parse(readFileSync(join(cwd, run, "run.json"), "utf8")) as { labels: unknown }).labels;

function fileLabels(cwd: string, path: string): unknown {
  const read = readSafetensors(readFileSync(join(cwd, path)), path);
  assert.ok(read.kind === "read");
  return JSON.parse(read.value.metadata.get("lfer.labels.logits") ?? "null");
}

/** The share of the held-out pictures that a model predicts correctly. */
async function namedRightly(cwd: string, onnx: string): Promise<number> {
  const asked = await callLferc(["predict", onnx, "d/val", "--format", "json"], cwd);
  assert.is(asked.code, 0, asked.stderr);
  const { pictures: found } = JSON.parse(asked.stdout) as { pictures: { path: string; label: string }[] };
  assert.is(found.length, 28);
  return found.filter(({ path, label }) => path.includes(`/${label}/`)).length / found.length;
}

/** The same weights without metadata about their training. */
function withoutLabels(cwd: string, from: string, to: string): void {
  const read = readSafetensors(readFileSync(join(cwd, from)), from);
  assert.ok(read.kind === "read");
  const tensors = [...read.value.tensors].map(
    ([name, { shape, float32 }]) => [name, { shape, data: float32().slice() }] as const,
  );
  writeFileSync(join(cwd, to), Buffer.concat(writeSafetensors(new Map(tensors))));
}

const near = (a: readonly number[], b: readonly number[]): void => {
  assert.is(a.length, b.length);
  for (const [i, x] of a.entries()) assert.ok(Math.abs(x - (b[i] ?? 0)) < 1e-4, `${a} and ${b}`);
};

suite("labels from folders to files and answers", (test) => {
  test("a teacher that was trained on folders teaches a student whose classes stand in another order", () =>
    inFolder({ "m.lfer": source(), ...pictures }, async (cwd) => {
      await trained(cwd, "T", "t");
      assert.is(figuresOf(cwd, "t").best, 1, "the pictures can be told apart");
      assert.equal(labelsOf(cwd, "t"), alphabetical);
      for (const file of ["best", "last", "state-8"])
        assert.equal(fileLabels(cwd, `t/${file}.safetensors`), alphabetical);
      assert.is(await namedRightly(cwd, "t/model.onnx"), 1);
      const built = await callLferc(
        ["build", "m.lfer", "--model", "Teach", "--weights", "t/best.safetensors", "-o", "own.onnx"],
        cwd,
      );
      assert.is(built.code, 0, built.stderr);
      assert.equal(readFileSync(join(cwd, "own.onnx")), readFileSync(join(cwd, "t/model.onnx")));

      writeFileSync(join(cwd, "teacher.safetensors"), readFileSync(join(cwd, "t/best.safetensors")));
      await trained(cwd, "S", "s");
      assert.is(figuresOf(cwd, "s").best, 1);
      assert.equal([labelsOf(cwd, "s"), fileLabels(cwd, "s/best.safetensors")], [own, own]);
      assert.is(await namedRightly(cwd, "s/model.onnx"), 1);
      await trained(cwd, "U", "u");
      assert.equal([labelsOf(cwd, "u"), figuresOf(cwd, "u").best], [alphabetical, 1]);

      // The same teacher in the order of std/labels: the student's losses do not change at all.
      const turned = [
        "build",
        "m.lfer",
        "--model",
        "Stud",
        "--target",
        "safetensors",
        "--weights",
        "t/best.safetensors",
      ];
      const told = await callLferc([...turned, "-o", "teacher.safetensors"], cwd);
      assert.is(told.code, 0, told.stderr);
      assert.ok(told.stderr.includes("the classes of logits put into the model's order"), told.stderr);
      assert.equal(fileLabels(cwd, "teacher.safetensors"), own);
      await trained(cwd, "S", "turned");
      near(figuresOf(cwd, "turned").losses, figuresOf(cwd, "s").losses);

      // A file without class names: the recipe must give them, and then the result is the same.
      withoutLabels(cwd, "t/best.safetensors", "teacher.safetensors");
      const open = await train(cwd, "S", "open");
      assert.equal([open.code, codesIn(open.stderr)], [1, ["train/teacher-classes-unknown"]]);
      const [line] = /frozen\(Teach, weights: "teacher.safetensors", labels: \[[^\]]*\]\)/.exec(open.stderr) ?? [];
      assert.ok(line !== undefined, open.stderr);
      const list = (labels: readonly string[]) => labels.map((label) => `"${label}"`).join(", ");
      assert.ok(line.includes(list(own)), line);
      writeFileSync(join(cwd, "m.lfer"), source(line.replace(list(own), list(alphabetical))));
      await trained(cwd, "S", "written");
      near(figuresOf(cwd, "written").losses, figuresOf(cwd, "s").losses);

      // The classes that the recipe gives for a file must match the file's, or are rejected; names of a model are permuted.
      writeFileSync(join(cwd, "teacher.safetensors"), readFileSync(join(cwd, "t/best.safetensors")));
      for (const written of [line, line.replace("fear", "dread")]) {
        writeFileSync(join(cwd, "m.lfer"), source(written));
        const told = await train(cwd, "S", "told");
        assert.is(told.code, 1);
        const names = written === line ? ["train/teacher-classes-differ"] : ["recipe/classes-differ"];
        assert.equal(codesIn(told.stderr), names);
      }
      writeFileSync(join(cwd, "m.lfer"), source(line.replace(list(own), list(alphabetical))));
      await trained(cwd, "S", "same");
      near(figuresOf(cwd, "same").losses, figuresOf(cwd, "s").losses);
      writeFileSync(
        join(cwd, "m.lfer"),
        source().replace("  output logits\n", "  output logits: labels(raf_db_classes)\n"),
      );
      const model = await train(cwd, "S", "model");
      assert.is(model.code, 0, model.stderr);
      const lines = model.stderr.split("\n").filter((text) => text.includes("in the file's order"));
      assert.equal(lines.length, 1, model.stderr);
      near(figuresOf(cwd, "model").losses, figuresOf(cwd, "s").losses);
      writeFileSync(join(cwd, "m.lfer"), source().replaceAll("raf_db_classes", "affectnet_7_classes"));
      await trained(cwd, "S", "other");
      assert.is(figuresOf(cwd, "other").best, 1);
    }));

  test("weights of another order, to go on with: the student's classes stay its own", () =>
    inFolder({ "m.lfer": source(), ...pictures }, async (cwd) => {
      await trained(cwd, "T", "t");
      const still = source().replaceAll("lr: 0.03", "lr: 1e-9").replaceAll("epochs: 8", "epochs: 1");
      const cross = still.replace(
        "kl(softmax(teacher.logits), student.logits)",
        "cross_entropy(student.logits, data.label)",
      );
      writeFileSync(join(cwd, "m.lfer"), cross);
      await trained(cwd, "S", "s", "--weights", "t/best.safetensors");
      assert.equal([labelsOf(cwd, "s"), figuresOf(cwd, "s").best], [own, 1]);
      // A model without labels uses the file's, and matches the folders with them.
      await trained(cwd, "T", "again", "--weights", "s/best.safetensors");
      assert.equal([labelsOf(cwd, "again"), figuresOf(cwd, "again").best], [own, 1]);
      assert.is(await namedRightly(cwd, "again/model.onnx"), 1);
      // For folders with other classes its last layer must be initialised anew; then its classes are those of the folders.
      for (const split of ["train", "val"]) renameSync(join(cwd, `d/${split}/fear`), join(cwd, `d/${split}/boredom`));
      const other = await train(cwd, "T", "other", "--weights", "s/best.safetensors");
      assert.equal([other.code, codesIn(other.stderr)], [1, ["weights/labels-differ"]]);
      const [, from = "", to = ""] = /lines `([^`]*)` and `([^`]*)`/.exec(other.stderr) ?? [];
      writeFileSync(join(cwd, "new-head.map"), `${from}\n${to}\n`);
      await trained(cwd, "T", "other", "--weights", "s/best.safetensors", "--weights-map", "new-head.map");
      assert.equal(labelsOf(cwd, "other"), own.map((name) => (name === "fear" ? "boredom" : name)).toSorted());
    }));
});
