// The cheap part of test/process/commands.check.ts: the files that ONNX Runtime would leave behind do not exist.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { inFolder, lfercPath, root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const files = { "m.lfer": readFileSync(join(root, "examples/faces.lfer")) };

/** Runs lferc with its own home and temporary folder, and returns what was left there. */
function leftBy(args: readonly string[], cwd: string): readonly string[] {
  const [home, temporary] = [join(cwd, "home"), join(cwd, "tmp")];
  for (const folder of [home, temporary]) mkdirSync(folder, { recursive: true });
  // Nothing of our own environment: with CI=true ONNX Runtime sends nothing by itself, and XDG folders are elsewhere.
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: temporary, NO_COLOR: "1" };
  const ran = spawnSync(process.execPath, [lfercPath(), ...args], { cwd, env, encoding: "utf8" });
  assert.is(ran.status, 0, ran.stderr);
  return [home, temporary].flatMap((folder) => readdirSync(folder, { recursive: true }).map(String));
}

suite("behind the user's back", (test) => {
  test.native("a build with its proof leaves nothing at home, nor in the temporary folder", () =>
    inFolder(files, (cwd) => assert.equal(leftBy(["build", "m.lfer", "-o", "m.onnx"], cwd), [])),
  );

  test.native("nor does a training, nor the timing of what it trained", () =>
    inFolder(files, (cwd) => {
      const train = ["train", "m.lfer", "--recipe", "Faces", "--data", "generated", "--limit", "64", "--epochs", "1"];
      assert.equal(leftBy([...train, "--out", "run"], cwd), []);
      assert.equal(leftBy(["bench", "run/model.onnx", "--steps", "2"], cwd), []);
    }),
  );

  test("nor does a command that needs no runtime", () =>
    inFolder(files, (cwd) => {
      for (const args of [["check", "m.lfer"], ["stats", "m.lfer"], ["info"]]) assert.equal(leftBy(args, cwd), []);
    }));
});
