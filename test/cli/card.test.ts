// `lferc build --card`: everything in a model card is in the file, its source or the run of its weights.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { starterFiles } from "../../src/cli/init-files.js";
import { codesIn, inFolder, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const model = starterFiles({ models: ".", from: undefined, fromHere: undefined }).get("model.lfer") ?? "";
const files = { "model.lfer": model, "package.json": '{ "license": "MIT" }' };

interface Counted {
  readonly params: { readonly total: number };
  readonly counts: Readonly<Record<string, { readonly macs: number }>>;
}

const grouped = (value: number): string => value.toLocaleString("en-US");

suite("lferc build --card", (test) => {
  test("weights from a seed: what the file says, no evaluation, and that it is not trained", () =>
    inFolder(files, (cwd) => {
      const ran = runLferc(["build", "model.lfer", "-o", "m.onnx", "--card"], { cwd });
      assert.is(ran.code, 0, ran.stderr);
      assert.match(ran.stderr, "m.card.md: its model card");
      const card = readFileSync(join(cwd, "m.card.md"), "utf8");
      const digest = createHash("sha256")
        .update(readFileSync(join(cwd, "m.onnx")))
        .digest("hex");
      const counted = JSON.parse(runLferc(["stats", "model.lfer", "--format", "json"], { cwd }).stdout) as Counted;
      for (const said of [
        "# `Faces`\n",
        `| sha256 | \`${digest}\` |`,
        `| parameters | ${grouped(counted.params.total)} |`,
        `| macs (fvcore) | ${grouped(counted.counts.fvcore?.macs ?? 0)} |`,
        `| macs (conv) | ${grouped(counted.counts.conv?.macs ?? 0)} |`,
        "| input | `image`: float32 [N, 3, 40, 40], RGB |",
        "minus 0.5, 0.5, 0.5, divided by 0.25, 0.25, 0.25",
        "0. `surprise`\n1. `happiness`\n2. `neutral`\n",
        "Drawn (`seed 0`): **not trained**.",
        "Of the source's project: `MIT` (package.json).\n",
      ]) {
        assert.ok(card.includes(said), `${said}\n${card}`);
      }
      assert.match(card, /\| verified \| the rewritten graph differs .* by \d/);
      assert.not.match(card, /Evaluation|undefined|NaN|TODO/);
      // The file is the one that is written without a card.
      assert.is(runLferc(["build", "model.lfer", "-o", "plain.onnx", "--no-verify"], { cwd }).code, 0);
      assert.equal(readFileSync(join(cwd, "plain.onnx")), readFileSync(join(cwd, "m.onnx")));
    }));

  test("weights of a run: its recipe, data and figures are those of its own files", () =>
    inFolder({ "model.lfer": model }, (cwd) => {
      const trained = runLferc(["train", "model.lfer", "--data", "generated", "--epochs", "1", "--out", "run"], {
        cwd,
      });
      assert.is(trained.code, 0, trained.stderr);
      const build = (weights: string) =>
        runLferc(["build", "model.lfer", "-o", "m.onnx", "--no-verify", "--card", "--weights", weights], { cwd });
      assert.is(build("run/best.safetensors").code, 0);
      const card = readFileSync(join(cwd, "m.card.md"), "utf8");
      const [line = "{}"] = readFileSync(join(cwd, "run/metrics.jsonl"), "utf8").split("\n");
      const { validationAccuracy } = JSON.parse(line) as { validationAccuracy: number };
      assert.match(card, `| accuracy | ${(validationAccuracy * 100).toFixed(1)}%, 95 % interval `);
      assert.match(card, "| recipe | `Train` |");
      assert.match(card, "| epochs | 1 of 1 |");
      assert.match(card, "not verified (`--no-verify`)");
      assert.match(card, /The epoch was chosen by them/);
      assert.not.match(card, "Licence", "none is known");
      // These figures are of the best weights only.
      assert.is(build("run/last.safetensors").code, 0);
      assert.not.match(readFileSync(join(cwd, "m.card.md"), "utf8"), "Evaluation");
    }));

  test("both files or neither; only beside a file, only of a model", () =>
    inFolder(files, (cwd) => {
      mkdirSync(join(cwd, "m.card.md"));
      const ran = runLferc(["build", "model.lfer", "-o", "m.onnx", "--no-verify", "--card"], { cwd });
      assert.equal([ran.code, codesIn(ran.stderr)], [1, ["onnx/cannot-write-file"]]);
      assert.not.ok(existsSync(join(cwd, "m.onnx")));
      for (const args of [
        ["-o", "-", "--target", "onnx"],
        ["-o", "m.svg"],
      ]) {
        const refused = runLferc(["build", "model.lfer", ...args, "--card"], { cwd });
        assert.equal([refused.code, codesIn(refused.stderr)], [2, ["tool/wrong-usage"]]);
      }
    }));

  test("names in the source stay text", () =>
    inFolder({ "model.lfer": model.replace('"neutral"', '"a|b`c](http://x) <img>"') }, (cwd) => {
      assert.is(runLferc(["build", "model.lfer", "-o", "m.onnx", "--no-verify", "--card"], { cwd }).code, 0);
      assert.match(readFileSync(join(cwd, "m.card.md"), "utf8"), "2. `a|b'c](http://x) <img>`");
    }));
});
