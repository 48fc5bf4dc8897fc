// The folder of a cross-fitting is not mistaken for a run that has not begun.
import * as assert from "uvu/assert";
import { sealed } from "../../src/training/sealed-json.js";
import { callLferc } from "../support/in-process.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const files = { "runs/folds/run.json": sealed({ schemaVersion: 1, kind: "folds", folds: 3 }) };

suite("the folder of a cross-fitting", (test) => {
  test("eval and report name its runs, and tell nobody to wait for an epoch", () =>
    inFolder(files, async (cwd) => {
      for (const args of [
        ["eval", "runs/folds", "--data", "faces"],
        ["report", "runs/folds"],
      ]) {
        const ran = await callLferc(args, cwd);
        assert.is(ran.code, 1, args[0]);
        assert.match(ran.stderr, /3 runs of a cross-fitting/);
        assert.match(ran.stderr, /fold-1/);
        assert.not.match(ran.stderr, /no epoch/);
      }
    }));
});
