import * as assert from "uvu/assert";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { recipeText } from "../training/small-recipe.js";

const one = recipeText();
const two = `${one}${one.slice(one.indexOf("recipe Plain")).replace("Plain(lr", "Other(beta: float = 1, lr")}`;

const asked = (line: string, text = one) =>
  inFolder({ "m.lfer": text }, async (cwd) => {
    const { code, stderr } = await callLferc(line.split(" "), cwd);
    return { code, codes: codesIn(stderr), stderr };
  });

suite("a parameter that is asked for as a flag", (test) => {
  test("of the recipe: the --set that is meant, with the value", async () => {
    for (const line of ["train m.lfer --lr 0.1", "train m.lfer --lr=0.1", "bench m.lfer --recipe Plain --lr 0.1"]) {
      const { code, codes, stderr } = await asked(line);
      assert.equal([code, codes], [2, ["tool/flag-is-setting"]], stderr);
      assert.match(stderr, /no flag "--lr": lr is a parameter of recipe Plain/);
      assert.match(stderr, /Write --set lr=0\.1\./);
    }
  });

  test("by another word, and of the model; several are told at once", async () => {
    const { stderr } = await asked("train m.lfer --learning-rate 0.1 --epochs 3 --size 64");
    assert.match(stderr, /"--learning-rate": lr is a parameter of recipe Plain/);
    assert.match(stderr, /Write --set lr=0\.1 --set size=64\./);
    assert.match((await asked("stats m.lfer --size 64")).stderr, /size is a parameter of model Small/);
  });

  test("that the recipe does not have: how to make one", async () => {
    const { code, codes, stderr } = await asked("train m.lfer --data faces --batch-size 8");
    assert.equal([code, codes], [2, ["tool/setting-not-declared"]]);
    assert.match(stderr, /no flag "--batch-size", and recipe Plain has no parameter batch/);
    assert.match(stderr, /recipe Plain\(batch: int = 32\) with train = run\(batch: batch, epochs: 30\)/);
    assert.match(stderr, /Then write --set batch=8\./);
    assert.match((await asked("train m.lfer --weight-decay 1e-3")).stderr, /--set weight_decay=1e-3/);
  });

  test("of several recipes the one that is named, or that has it", async () => {
    assert.match((await asked("train m.lfer --recipe Other --lr 0.1", two)).stderr, /parameter of recipe Other/);
    assert.match((await asked("train m.lfer --beta 2", two)).stderr, /beta is a parameter of recipe Other/);
    assert.equal((await asked("train m.lfer --batch 8", two)).codes, ["tool/unknown-flag"]);
  });

  test("hostile values stay one word, and are shown, not obeyed", async () => {
    const { stderr } = await asked("train m.lfer --lr $(reboot)\u001b[31m");
    assert.match(stderr, /Write --set 'lr=\$\(reboot\)/);
    assert.not.ok(stderr.includes("\u001b"));
  });

  test("what is no parameter is an unknown flag, also of files that are not there or wrong", async () => {
    for (const line of [
      "train m.lfer --lrr 0.1",
      "train m.lfer --constructor 1",
      "train gone.lfer --lr 0.1",
      "train . --lr 0.1",
      "train --lr 0.1",
      "train m.lfer -l 0.1",
      "train m.lfer --no-lr",
      "check m.lfer --lr 0.1",
    ]) {
      assert.equal((await asked(line)).codes, ["tool/unknown-flag"], line);
    }
    assert.equal((await asked("train m.lfer --lr 0.1", "lfer 1\nrecipe {")).codes, ["tool/unknown-flag"]);
  });
});

suite("the recipe that is meant", (test) => {
  test("may be left out where there is one; of several all are named", async () => {
    const train = "train m.lfer --data nowhere";
    assert.equal((await asked(train)).codes, ["data/unreadable-folder"]);
    const several = await asked(train, two);
    assert.equal([several.code, several.codes], [1, ["recipe/which-recipe"]]);
    assert.match(several.stderr, /m\.lfer has 2 recipes: Plain, Other/);
    assert.match(several.stderr, /--recipe Plain/);
    assert.equal((await asked(`${train} --recipe Other`, two)).codes, ["data/unreadable-folder"]);
    const none = await asked(train, one.slice(0, one.indexOf("recipe Plain")));
    assert.equal([none.code, none.codes], [1, ["recipe/which-recipe"]]);
    assert.match(none.stderr, /m\.lfer has no recipe/);
  });

  test("of a training step that is built, too", async () => {
    const build = "build m.lfer --target onnx-train --no-verify -o step.onnx";
    assert.is((await asked(build)).code, 0);
    assert.equal((await asked(build, two)).codes, ["recipe/which-recipe"]);
  });
});
