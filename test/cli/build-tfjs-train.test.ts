import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { codesIn, inFolder, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { recipeText } from "../training/small-recipe.js";

const text = recipeText();
const build = ["build", "m.lfer", "-o", "step.mjs", "--target", "tfjs-train"];

suite("lferc build --target tfjs-train", (test) => {
  test("writes a proven module, the same bytes from anywhere; drawn from the recipe's seed unless told", () =>
    inFolder({ "m.lfer": text }, (cwd) => {
      const ran = runLferc([...build, "--recipe", "Plain", "--set", "lr=0.2", "--batch", "2"], { cwd });
      assert.equal([ran.code, ran.stdout], [0, ""], ran.stderr);
      assert.match(
        ran.stderr,
        /^step\.mjs: .* a training step of \d+ calls; each op in @tensorflow\/tfjs-\S+ 4\.\S+ equal to the reference \(image \[2, 3,/,
      );
      const first = readFileSync(join(cwd, "step.mjs"), "utf8");
      const again = ["--recipe", "Plain", "--set", "lr=0.2", "--batch", "2", "--no-verify", "--seed", "0"];
      const elsewhere = runLferc([
        "build",
        join(cwd, "m.lfer"),
        ...build.slice(2).with(1, join(cwd, "b.mjs")),
        ...again,
      ]);
      assert.match(elsewhere.stderr, /; not verified\n$/);
      assert.is(readFileSync(join(cwd, "b.mjs"), "utf8"), first);
      const { stdout } = runLferc([...build.with(3, "-"), ...again.with(-1, "7")], { cwd });
      assert.match(stdout, /^export const seed = 7;$/m);
      assert.match(first, /^export const seed = 0;$/m);
    }));

  for (const [title, args, code, wanted] of [
    ["a recipe that is not there", ["--recipe", "Q"], 1, "recipe/unknown-recipe"],
    ["a model instead of a recipe", ["--model", "Small"], 2, "tool/wrong-usage"],
    ["an opset", ["--opset", "18"], 2, "tool/wrong-usage"],
    ["a batch that is none", ["--batch", "0"], 2, "tool/wrong-usage"],
    ["a missing weight file", ["--weights", "none.safetensors"], 1, "weights/file-unreadable"],
    ["another target's ending", ["-o", "step.onnx"], 2, "tool/target-clash"],
  ] as const) {
    test(`refuses ${title}`, () =>
      inFolder({ "m.lfer": text }, (cwd) => {
        const line = args[0] === "-o" ? build.with(3, args[1]) : [...build, ...args];
        const { code: found, stderr } = runLferc(line, { cwd });
        assert.equal([found, codesIn(stderr)], [code, [wanted]], stderr);
        assert.not.ok(existsSync(join(cwd, "step.mjs")));
      }));
  }

  test("says how much of a weight file stands in it", () =>
    inFolder({ "m.lfer": text }, (cwd) => {
      const weights = ["build", "m.lfer", "--target", "safetensors", "-o", "w.safetensors"];
      assert.is(runLferc(weights, { cwd }).code, 0);
      const { code, stderr } = runLferc([...build, "--weights", "w.safetensors", "--no-verify"], { cwd });
      assert.is(code, 0, stderr);
      assert.match(stderr, /^step\.mjs holds [\d.]+ kB of weights as text, a third longer$/m);
    }));

  test("a file without a recipe is refused", () =>
    inFolder({ "m.lfer": text.slice(0, text.indexOf("recipe Plain")).replace(/^import \{ cross.*\n/m, "") }, (cwd) => {
      const { code, stderr } = runLferc(build, { cwd });
      assert.is(code, 1);
      assert.is(codesIn(stderr).length, 1, stderr);
    }));
});
