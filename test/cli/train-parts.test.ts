// One command for several runs: the teacher's before the student's, and one for each part of the pictures. After a kill at any moment,
// the same command with --resume ends with the same bytes as an uninterrupted one.
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder, lfercPath, type Ran } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { partsSource } from "./parts-source.js";

const files = { "src/m.lfer": partsSource };
const line = (recipe: string, out: string, ...more: readonly string[]): readonly string[] => [
  ...[
    "train",
    "src/m.lfer",
    "--recipe",
    recipe,
    "--data",
    "generated",
    "--limit",
    "60",
    "--threads",
    "1",
    "--out",
    out,
  ],
  ...more,
];
const train = (cwd: string, ...args: Parameters<typeof line>): Promise<Ran> => callLferc(line(...args), cwd);

async function fine(ran: Promise<Ran>): Promise<Ran> {
  const done = await ran;
  assert.is(done.code, 0, done.stderr);
  return done;
}

const weightsOf = (cwd: string, run: string): Buffer => readFileSync(join(cwd, run, "last.safetensors"));
const recordOf = (cwd: string, run: string) =>
  JSON.parse(readFileSync(join(cwd, run, "run.json"), "utf8")) as {
    readonly seed: number;
    readonly epochs: number;
    readonly input: { readonly width: number };
    readonly recipe: { readonly name: string };
    readonly kind?: string;
    readonly folds?: number;
    readonly fold: { readonly index: number; readonly of: number } | null;
  };

/** Kills the command as soon as this file exists. */
async function killedAt(cwd: string, args: readonly string[], file: string): Promise<void> {
  const child = spawn(process.execPath, [lfercPath(), ...args], { cwd, stdio: "ignore" });
  const ended = new Promise((settle) => child.once("close", settle));
  while (!existsSync(join(cwd, file)) && child.exitCode === null) await new Promise((settle) => setTimeout(settle, 5));
  child.kill("SIGKILL");
  await ended;
}

suite("a teacher that its own recipe trains", (test) => {
  test("is trained first where there is no file, with the student's seed, and is the same as one that was trained apart", () =>
    inFolder(files, async (cwd) => {
      const { stderr } = await fine(train(cwd, "Try", "r", "--seed", "3"));
      assert.match(stderr, "teacher: there is no teacher.safetensors\n");
      assert.match(stderr, /^teacher: Teach trains it first, \d+ epochs, in r\/teacher\n/m);
      assert.equal([recordOf(cwd, "r/teacher").seed, recordOf(cwd, "r/teacher").recipe.name], [3, "Teach"]);
      assert.ok(existsSync(join(cwd, "r/teacher/model.onnx")));
      await fine(train(cwd, "Teach", "apart", "--seed", "3"));
      assert.equal(weightsOf(cwd, "apart"), weightsOf(cwd, "r/teacher"));
      // A run's path means its best weights; a path in --set is relative to the current folder, not to src/.
      await fine(train(cwd, "Try", "other", "--seed", "3", "--set", "teacher_weights=apart"));
      assert.equal(weightsOf(cwd, "other"), weightsOf(cwd, "r"));
      assert.not.ok(existsSync(join(cwd, "other/teacher")));
    }));

  test("is not trained where the file is there, nor where the command line names one that is not", () =>
    inFolder(files, async (cwd) => {
      await fine(train(cwd, "Teach", "apart"));
      copyFileSync(join(cwd, "apart/best.safetensors"), join(cwd, "src/teacher.safetensors"));
      const { stderr } = await fine(train(cwd, "Try", "r"));
      assert.match(stderr, /^teacher: teacher\.safetensors$/m);
      assert.not.ok(existsSync(join(cwd, "r/teacher")));
      for (const [path, said] of [
        ["nowhere.safetensors", "there is no such file"],
        ["src", "it is a folder without best.safetensors"],
      ] as const) {
        const ran = await train(cwd, "Try", "s", "--set", `teacher_weights=${path}`);
        assert.equal([ran.code, codesIn(ran.stderr)], [1, ["train/teacher-unreadable"]]);
        assert.match(ran.stderr, said);
      }
      assert.not.ok(existsSync(join(cwd, "s")));
    }));

  test("takes settings by its recipe's name, and the size at which it will be asked", () =>
    inFolder(files, async (cwd) => {
      await fine(train(cwd, "Try", "r", "--set", "Teach.epochs=1", "--set", "size=20"));
      assert.equal([recordOf(cwd, "r/teacher").epochs, recordOf(cwd, "r").epochs], [1, 2]);
      assert.equal([recordOf(cwd, "r/teacher").input.width, recordOf(cwd, "r").input.width], [20, 20]);
      const ran = await train(cwd, "Try", "s", "--set", "Teach.epoch=1");
      assert.equal(codesIn(ran.stderr), ["recipe/unknown-setting"]);
      assert.match(ran.stderr, /Teach/);
    }));

  test("killed while the teacher trains, and while the student does: --resume ends in the bytes of a run never stopped", () =>
    inFolder(files, async (cwd) => {
      const more = ["--set", "Teach.epochs=12", "--set", "epochs=12"];
      await fine(train(cwd, "Try", "whole", ...more));
      await killedAt(cwd, line("Try", "cut", ...more), "cut/teacher/state.json");
      for (const asked of [
        ["eval", "cut", "--data", "generated"],
        ["report", "cut"],
      ]) {
        const { code, stderr } = await callLferc(asked, cwd);
        assert.is(code, 1);
        assert.match(stderr, /the run \S*cut has not begun: its teacher is trained first, in \S*cut[/\\]teacher/);
      }
      await killedAt(cwd, line("Try", "cut", ...more, "--resume"), "cut/state.json");
      await fine(train(cwd, "Try", "cut", ...more, "--resume"));
      for (const run of ["", "/teacher"]) {
        assert.equal(weightsOf(cwd, `cut${run}`), weightsOf(cwd, `whole${run}`), run);
        const names = (out: string): readonly string[] => readdirSync(join(cwd, `${out}${run}`)).toSorted();
        assert.equal(names("cut"), names("whole"));
      }
    }));

  test("a folder that holds no run is not gone on with because something in it is called teacher", () =>
    inFolder({ ...files, "mine/teacher/notes.txt": "mine" }, async (cwd) => {
      const ran = await train(cwd, "Try", "mine", "--resume");
      assert.equal([ran.code, codesIn(ran.stderr)], [1, ["train/run-exists"]]);
      assert.equal(readdirSync(join(cwd, "mine/teacher")), ["notes.txt"]);
    }));
});

const keysOf = (cwd: string, run: string): readonly string[] =>
  JSON.parse(readFileSync(join(cwd, run, "held-out.json"), "utf8")) as readonly string[];

suite("a run for each part of the pictures", (test) => {
  test("each is judged by its own part; together they are the training pictures, each once", () =>
    inFolder(files, async (cwd) => {
      const { stdout } = await fine(
        callLferc(
          [
            "train",
            "src/m.lfer",
            "--recipe",
            "Teach",
            "--data",
            "generated",
            "--threads",
            "1",
            "--out",
            "r",
            "--set",
            "folds=3",
            "--set",
            "epochs=1",
          ],
          cwd,
        ),
      );
      assert.match(stdout, "folds: 3 models in r");
      const parts = [1, 2, 3].map((i) => keysOf(cwd, `r/fold-${i}`));
      assert.equal(
        parts.map((keys) => keys.length),
        [100, 100, 100],
      );
      assert.is(new Set(parts.flat()).size, 300);
      const { kind, folds, recipe } = recordOf(cwd, "r");
      assert.equal([kind, folds, recipe.name], ["folds", 3, "Teach"]);
      assert.equal(recordOf(cwd, "r/fold-2").fold, { index: 2, of: 3 });
      assert.not.equal(weightsOf(cwd, "r/fold-1"), weightsOf(cwd, "r/fold-2"));
    }));

  test("goes on where it was killed, and is refused as another run where the number of parts, or of runs, is another", () =>
    inFolder(files, async (cwd) => {
      const more = ["--set", "folds=2", "--set", "epochs=8"];
      await fine(train(cwd, "Teach", "whole", ...more));
      await killedAt(cwd, line("Teach", "cut", ...more), "cut/fold-2/state.json");
      await fine(train(cwd, "Teach", "cut", ...more, "--resume"));
      for (const fold of ["fold-1", "fold-2"]) {
        assert.equal(weightsOf(cwd, `cut/${fold}`), weightsOf(cwd, `whole/${fold}`), fold);
      }
      for (const args of [
        ["--set", "folds=3", "--set", "epochs=8"],
        ["--set", "epochs=8"],
      ]) {
        const ran = await train(cwd, "Teach", "cut", ...args, "--resume");
        assert.equal([ran.code, codesIn(ran.stderr)], [1, ["train/another-run"]], args.join(" "));
      }
      await fine(train(cwd, "Teach", "one"));
      const ran = await train(cwd, "Teach", "one", ...more, "--resume");
      assert.equal([ran.code, codesIn(ran.stderr)], [1, ["train/another-run"]]);
      rmSync(join(cwd, "cut/run.json"));
      mkdirSync(join(cwd, "empty"));
      assert.equal(codesIn((await train(cwd, "Teach", "cut", ...more, "--resume")).stderr), ["train/run-exists"]);
    }));

  test("of several models none is a teacher", () =>
    inFolder(files, async (cwd) => {
      await fine(train(cwd, "Teach", "t", "--set", "folds=2", "--set", "epochs=1"));
      const ran = await train(cwd, "Try", "r", "--set", "teacher_weights=t");
      assert.equal(codesIn(ran.stderr), ["train/teacher-unreadable"]);
      assert.match(ran.stderr, "it is a run of several models");
      assert.equal(codesIn((await train(cwd, "Try", "r", "--set", "Teach.folds=2")).stderr), [
        "recipe/teacher-of-folds",
      ]);
    }));
});
