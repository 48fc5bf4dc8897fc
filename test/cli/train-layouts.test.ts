// A run on each layout of data, from its files on disk to model.onnx.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { layoutsOnDisk } from "../house/layouts-on-disk.js";
import { codesIn, inFolder, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const recipes = {
  Raf: 'raf_db(validation: "held.txt")',
  Affect: 'affectnet(align: "five_points", hold_out: "by person", person: "{person}_*")',
  FerPlus: "ferplus()",
  Fer: 'fer2013(leave_out: ["sadness"], merge: ["neutral -> happy"])',
  Shares: 'csv(list: "more.csv", held_out: 0.25)',
} as const;

const source = `lfer 1

import { cross_entropy } from "std/losses"

model Small(size: int = 16, classes: [string] = ["happiness", "sadness", "neutral"]) {
  input image: float32[N, 3, size, size] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  logits = image -> conv(4, stride: 4) -> relu -> flatten -> linear(len(classes))
  output logits: labels(classes)
}
${Object.entries(recipes)
  .map(
    ([name, data]) => `
recipe ${name} {
  student = Small
  data = ${data}
  loss = cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: 0.01)
  train = run(batch: 2, epochs: 1)
}
`,
  )
  .join("")}`;

interface About {
  readonly data: {
    readonly heldOut: string;
    readonly classes: readonly { readonly name: string; readonly training: number; readonly heldOut: number }[];
    readonly skipped: readonly unknown[];
  };
}

suite("lferc train on each layout", (test) => {
  const place = layoutsOnDisk();

  for (const [recipe, folder, heldOut, counts] of [
    ["Raf", "raf", "the list held.txt; left alone: the test pictures", [9, 3]],
    ["Affect", "affect", "20 % of each class, chosen by seed 0, whole persons", [9, 3]],
    ["FerPlus", "fer", "20 % of each class, chosen by seed 0", [9, 3]],
    ["Fer", "fer", "20 % of each class, chosen by seed 0", [6, 2]],
    ["Shares", "faces", "25 % of each class, chosen by seed 0", [9, 3]],
  ] as const) {
    test(`${recipes[recipe]}`, () =>
      inFolder({ "m.lfer": source }, (cwd) => {
        const args = ["train", "m.lfer", "--recipe", recipe, "--data", join(place, folder), "--out", "run"];
        const ran = runLferc([...args, "--threads", "1"], { cwd });
        assert.is(ran.code, 0, ran.stderr);
        const { data } = JSON.parse(readFileSync(join(cwd, "run/run.json"), "utf8")) as About;
        const sum = (part: "training" | "heldOut"): number => data.classes.reduce((all, each) => all + each[part], 0);
        assert.equal([data.heldOut, [sum("training"), sum("heldOut")], data.skipped], [heldOut, counts, []]);
        assert.ok(readFileSync(join(cwd, "run/model.onnx")).length > 0);
      }));
  }

  test("shares that were changed are other data: a run does not go on with them", () =>
    inFolder({ "m.lfer": source }, (cwd) => {
      const faces = join(layoutsOnDisk(), "faces");
      const args = ["train", "m.lfer", "--recipe", "Shares", "--data", faces, "--out", "run", "--threads", "1"];
      assert.is(runLferc(args, { cwd }).code, 0);
      const table = join(faces, "more.csv");
      writeFileSync(table, readFileSync(table, "utf8").replaceAll(",0.5,0.25,", ",0.5,0.375,"));
      const again = runLferc([...args, "--resume", "--epochs", "2"], { cwd });
      assert.equal([again.code, codesIn(again.stderr).includes("train/another-run")], [1, true], again.stderr);
    }));
});
