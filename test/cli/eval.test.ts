import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { generateFace } from "../../src/data/generated-faces.js";
import { encodePng } from "../../src/data/png.js";
import { sha256 } from "../../src/formats/digest.js";
import { tinyClassifier } from "../deploy/tiny-classifier.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder, type Ran } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { smallSource } from "../training/small-course.js";

const flat = (red: number, green: number, blue: number): Uint8Array =>
  encodePng({
    width: 6,
    height: 4,
    pixels: Uint8Array.from({ length: 6 * 4 * 3 }, (_, i) => [red, green, blue][i % 3]!),
  });

const [red, green, blue] = [flat(250, 0, 0), flat(0, 250, 0), flat(0, 0, 250)];

const tiny = tinyClassifier();

/** Eight test pictures, two of them of the wrong colour, and a broken one. */
const files = {
  "tiny.onnx": tiny,
  "turned.onnx": tinyClassifier({ labels: ["blue", "green", "red"] }),
  "colours/train/red/a.png": red,
  "colours/train/green/a.png": green,
  "colours/train/blue/a.png": blue,
  "colours/test/red/1.png": red,
  "colours/test/red/2.png": red,
  "colours/test/red/3.png": green,
  "colours/test/green/1.png": green,
  "colours/test/green/2.png": green,
  "colours/test/blue/1.png": blue,
  "colours/test/blue/2.png": red,
};

const evaluate = (cwd: string, ...args: readonly string[]): Promise<Ran> => callLferc(["eval", ...args], cwd);

const json = async (cwd: string, ...args: readonly string[]) => {
  const ran = await evaluate(cwd, ...args, "--format", "json");
  return { ...ran, json: ran.stdout === "" ? undefined : JSON.parse(ran.stdout) };
};

/** A table of pictures: 1.png is red and 2.png green. */
const table = (rows: string, header = "path,label,split") => ({
  "colours/labels.csv": `${header}\n${rows}`,
  "colours/1.png": red,
  "colours/2.png": green,
});

const partOf = async (cwd: string, ...args: readonly string[]): Promise<readonly unknown[]> => {
  const ran = await json(cwd, "tiny.onnx", "--data", "colours", ...args);
  assert.is(ran.code, 0, ran.stderr);
  return [ran.json.split, ran.json.samples];
};

suite("lferc eval", (test) => {
  test("an ONNX file is judged by the test part, and its JSON has every figure", () =>
    inFolder(files, async (cwd) => {
      const ran = await json(cwd, "tiny.onnx", "--data", "colours");
      assert.is(ran.code, 0, ran.stderr);
      const found = ran.json;
      assert.equal([found.schemaVersion, found.model, found.data, found.split], [1, "Tiny", "colours", "test"]);
      assert.is(found.modelSha256, sha256([tiny]));
      assert.is(found.samples, 7);
      assert.is(found.accuracy, 5 / 7);
      assert.ok(Math.abs(found.meanClassAccuracy - (2 / 3 + 1 + 1 / 2) / 3) < 1e-12);
      assert.equal(found.confusion, [
        [2, 1, 0],
        [0, 2, 0],
        [1, 0, 1],
      ]);
      assert.equal(Object.keys(found.perClass), ["red", "green", "blue"]);
      assert.is(found.perClass.blue.recall, 0.5);
      assert.equal(
        found.mistakes.map(({ key, label, answer }: Record<string, unknown>) => [key, label, answer]),
        [
          ["test/blue/2.png", "blue", "red"],
          ["test/red/3.png", "red", "green"],
        ],
      );
      assert.equal(found.skipped, []);
      for (const [low, high] of [found.accuracyInterval, found.meanClassAccuracyInterval]) assert.ok(low < high);
    }));

  test("what people read fits into 80 columns and has headline, classes, matrix and mistakes", () =>
    inFolder(files, async (cwd) => {
      const { stdout } = await evaluate(cwd, "tiny.onnx", "--data", "colours");
      for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
      assert.match(stdout, /^Tiny {2}tiny\.onnx, judged by single_view\ndata: colours, part test, 7 pictures\n/);
      assert.match(stdout, /\naccuracy +71\.4% +95% interval 35\.9% to 91\.8%\n/);
      assert.match(stdout, /\nblue +2 +50\.0% +100\.0% +66\.7%\n/);
      assert.match(stdout, /\n1 red +2 +1 +0\n2 green +0 +2 +0\n3 blue +1 +0 +1\n/);
      assert.match(stdout, /\nsurest mistakes[^\n]*\ntest\/blue\/2\.png +blue +red +9\d\.\d%\n/);
    }));

  test("classes are matched by name, whatever their order in the model", () =>
    inFolder(files, async (cwd) => {
      const { json: found } = await json(cwd, "turned.onnx", "--data", "colours");
      // Its first output is the red channel, which it names blue.
      assert.equal(found.labels, ["blue", "green", "red"]);
      assert.is(found.perClass.green.recall, 1);
      assert.is(found.perClass.blue.recall, 0.5);
      assert.is(found.perClass.red.recall, 0);
    }));

  test("broken pictures are named and counted; too many of them are an error", () =>
    inFolder({ ...files, "colours/test/red/0.png": "no", "colours/test/blue/0.png": "no" }, async (cwd) => {
      const ran = await json(cwd, "tiny.onnx", "--data", "colours");
      assert.equal([ran.code, ran.json.samples], [1, 7]);
      assert.equal(
        ran.json.skipped.map(({ key, code }: Record<string, unknown>) => [key, code]),
        [
          ["test/blue/0.png", "data/not-a-picture"],
          ["test/red/0.png", "data/not-a-picture"],
        ],
      );
      assert.equal(codesIn(ran.stderr), ["data/not-a-picture", "data/not-a-picture", "eval/many-pictures-skipped"]);
    }));

  test("one broken picture of many is a warning, and the figures are of the others", () => {
    const many = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`colours/test/red/m${i}.png`, red]));
    return inFolder({ ...files, ...many, "colours/test/red/0.png": "no picture" }, async (cwd) => {
      const ran = await json(cwd, "tiny.onnx", "--data", "colours");
      assert.equal([ran.code, ran.json.samples, ran.json.skipped.length], [0, 32, 1]);
      assert.equal(codesIn(ran.stderr), ["data/not-a-picture", "eval/pictures-skipped"]);
    });
  });

  test("--split takes the usual names, and a part that is not there is refused with those that are", () =>
    inFolder(files, async (cwd) => {
      const train = await json(cwd, "tiny.onnx", "--data", "colours", "--split", "Training");
      assert.equal([train.json.split, train.json.samples, train.json.accuracy], ["train", 3, 1]);
      assert.match(train.stderr, /holds training pictures/);
      assert.is((await json(cwd, "tiny.onnx", "--data", "colours", "--split", "all")).json.samples, 10);
      const refused = await evaluate(cwd, "tiny.onnx", "--data", "colours", "--split", "val");
      assert.is(refused.code, 1);
      assert.match(refused.stderr, /no part "val"; it has train, test, all/);
    }));

  test("of a folder that nobody divided a lone file is judged by all, for it does not know what was held out", () =>
    inFolder({ "tiny.onnx": tiny, ...undivided }, async (cwd) => {
      const ran = await json(cwd, "tiny.onnx", "--data", "c");
      assert.equal([ran.json.split, ran.json.samples], ["all", 6]);
      assert.match(ran.stderr, /part all of folder c holds training pictures/);
    }));

  test("--answers writes every answer as a table, and takes no other name than that of a table", () =>
    inFolder(files, async (cwd) => {
      const ran = await evaluate(cwd, "tiny.onnx", "--data", "colours", "--answers", "a.csv");
      assert.is(ran.code, 0);
      const [header, ...rows] = readFileSync(join(cwd, "a.csv"), "utf8").split("\r\n");
      assert.is(header, "path,label,answer,red,green,blue");
      assert.is(rows.length, 7 + 1);
      assert.match(rows.find((row) => row.startsWith("test/red/3.png")) ?? "", /^test\/red\/3\.png,red,green,\d/);
      assert.is((await evaluate(cwd, "tiny.onnx", "--data", "colours", "--answers", "tiny.onnx")).code, 2);
      assert.equal(readFileSync(join(cwd, "tiny.onnx")), Buffer.from(tiny));
      const nowhere = await evaluate(cwd, "tiny.onnx", "--data", "colours", "--answers", "no/a.csv");
      assert.equal([nowhere.code, codesIn(nowhere.stderr)], [1, ["tool/cannot-write"]]);
    }));

  test("of train, val and test folders the test part is what counts, and the val part can be asked for", () =>
    inFolder({ ...files, "colours/val/red/1.png": red, "colours/val/green/1.png": blue }, async (cwd) => {
      assert.equal(await partOf(cwd), ["test", 7]);
      assert.equal(await partOf(cwd, "--split", "val"), ["validation", 2]);
    }));

  test("a validation part alone can be judged by, though nobody could train on it", () =>
    inFolder({ "tiny.onnx": tiny, ...table("1.png,red,validation\n2.png,green,validation\n") }, async (cwd) =>
      assert.equal(await partOf(cwd), ["validation", 2]),
    ));

  test("persons and groups have figures of their own, and the worst large one stands in the headline", () => {
    const rows = Array.from(
      { length: 62 },
      (_, i) => `${i < 31 || i % 2 === 0 ? 1 : 2}.png,red,test,p${i % 3},${i < 31 ? "young" : "old"}`,
    );
    const data = table(`${rows.join("\n")}\n1.png,red,train,p9,young\n`, "path,label,split,person,group");
    return inFolder({ "tiny.onnx": tiny, ...data }, async (cwd) => {
      const { json: found, code, stderr } = await json(cwd, "tiny.onnx", "--data", "colours", "--by", "group");
      assert.is(code, 0, stderr);
      assert.equal([found.by, found.worstGroup, found.withoutGroup], ["group", "old", 0]);
      assert.equal([found.byGroup.old.accuracy, found.byGroup.young.accuracy], [15 / 31, 1]);
      assert.is(found.byGroup.old.fewPictures, false);
      const { stdout } = await evaluate(cwd, "tiny.onnx", "--data", "colours", "--by", "group");
      assert.match(stdout, /\nworst group +48\.4% +95% interval 32\.0% to 65\.2% +old\n/);
      const persons = await evaluate(cwd, "tiny.onnx", "--data", "colours", "--by", "person");
      assert.match(persons.stdout, /\nno worst person: none of 3 persons has 30 pictures/);
      assert.match(persons.stdout, /\np0 +21\* /);
      for (const line of `${stdout}${persons.stdout}`.split("\n")) assert.ok(line.length <= 80, line);
    });
  });

  test("--by asks for data that say who is shown", () =>
    inFolder(files, async (cwd) => {
      const ran = await evaluate(cwd, "tiny.onnx", "--data", "colours", "--by", "person");
      assert.equal([ran.code, ran.stdout, codesIn(ran.stderr)], [1, "", ["eval/no-groups"]]);
    }));

  test("two models are compared on the same pictures", () =>
    inFolder(files, async (cwd) => {
      const ran = await json(cwd, "tiny.onnx", "turned.onnx", "--data", "colours");
      assert.is(ran.code, 0, ran.stderr);
      const { accuracy, comparison, second } = ran.json;
      assert.is(comparison.samples, 7);
      assert.ok(Math.abs(comparison.accuracy.difference - (second.accuracy - accuracy)) < 1e-12);
      const [low, high] = comparison.accuracy.interval;
      assert.ok(low <= comparison.accuracy.difference && comparison.accuracy.difference <= high);
      const shown = await evaluate(cwd, "tiny.onnx", "turned.onnx", "--data", "colours");
      assert.match(shown.stdout, /\nright alone: the first on 3 pictures, the second on 1\n/);
      for (const line of shown.stdout.split("\n")) assert.ok(line.length <= 80, line);
    }));

  test.native("a run is judged as its last epoch was, by model.onnx or, till that is there, by its best weights", () =>
    inFolder(
      { "m.lfer": smallSource({ run: "batch: 16, epochs: 2", evaluation: "mean_of_flips" }), ...faces },
      async (cwd) => {
        const args = ["m.lfer", "--recipe", "Try", "--data", "faces", "--threads", "1", "--out", "run"];
        const trained = await callLferc(["train", ...args], cwd);
        assert.is(trained.code, 0, trained.stderr);
        const told = readFileSync(join(cwd, "run/metrics.jsonl"), "utf8").trim().split("\n");
        const best = Math.max(...told.map((line) => JSON.parse(line).validationAccuracy));
        const found = await json(cwd, "run", "--data", "faces");
        assert.is(found.code, 0, found.stderr);
        const { accuracy, split, evaluation, file } = found.json;
        assert.equal([accuracy, split, evaluation, file], [best, "validation", "mean_of_flips", "run/model.onnx"]);
        assert.match(found.stderr, /chose its best epoch by it/);
        // The file named directly is evaluated on the pictures that the run beside it holds out.
        const named = await json(cwd, "run/model.onnx", "--data", "faces");
        assert.equal([named.json.accuracy, named.json.split, named.code], [best, "validation", 0]);

        rmSync(join(cwd, "run/model.onnx"));
        const again = await json(cwd, "run", "--data", "faces");
        assert.equal([again.json.accuracy, again.json.file], [best, "run/best.safetensors"]);
        assert.equal(again.json.graphSha256, found.json.graphSha256);
        const refused = await callLferc(["predict", "run", "faces"], cwd);
        assert.equal([refused.code, codesIn(refused.stderr)], [1, ["eval/no-model-yet"]]);
        // Exactly the printed command, except for the location of the pictures.
        const [, command = ""] = /trained on: lferc (.*)/.exec(refused.stderr) ?? [];
        const made = await callLferc(command.replace("DIR", "faces").split(" "), cwd);
        assert.is(made.code, 0, made.stderr);
        const answered = await callLferc(["predict", "run", "faces", "--format", "json"], cwd);
        assert.equal([answered.code, JSON.parse(answered.stdout).file], [0, "run/model.onnx"]);
      },
    ),
  );
});

const undivided = Object.fromEntries(
  Object.entries({ red, green, blue }).flatMap(([name, picture]) => [1, 2].map((i) => [`c/${name}/${i}.png`, picture])),
);

/** Not split: a run holds out a fifth of each class. */
const faces = Object.fromEntries(
  (["surprise", "happiness", "neutral"] as const).flatMap((name) =>
    Array.from({ length: 16 }, (_, i) => [`faces/${name}/${i}.png`, encodePng(generateFace(name, 300 + i, 16))]),
  ),
);
