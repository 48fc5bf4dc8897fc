// Every command with failing disk operations: a code with the path and the system's reason, and never exit code 70.
import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { tinyClassifier } from "../deploy/tiny-classifier.js";
import { failAt } from "../support/faults.mjs";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder, type Ran, root, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { smallSource } from "../training/small-course.js";

const model = smallSource({ run: "batch: 6, epochs: 1" });
const preload = join(root, "test/support/faults.mjs");

/** A command whose `at`-th disk operation fails, in this process. */
const failing = async (args: readonly string[], cwd: string, at: number, code: string): Promise<Ran> => {
  const faults = failAt(at, code);
  try {
    return await callLferc(args, cwd);
  } finally {
    faults.end();
  }
};

/** The same of the built command line, in a process of its own. */
const failingApart = (args: readonly string[], cwd: string, at: number, code: string): Ran =>
  runLferc(args, { cwd, env: { NODE_OPTIONS: `--import ${preload}`, LFER_TEST_FAULT: `${at}:${code}` } });

/** Everything under a folder, with contents. */
const under = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (readdirSync(folder, { recursive: true, withFileTypes: true }) ?? [])
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
      .toSorted()
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, "latin1")]),
  );

const words = { ENOSPC: "the disk is full", EROFS: "the disk is read-only", EACCES: "permission denied" } as const;

interface Case {
  readonly args: readonly string[];
  readonly code: string;
  readonly atLeast: number;
}

const cases: Readonly<Record<string, Case>> = {
  init: { args: ["init", "new/face"], code: "tool/cannot-write", atLeast: 15 },
  fmt: { args: ["fmt", "long.lfer"], code: "tool/cannot-format", atLeast: 3 },
  build: { args: ["build", "m.lfer", "-o", "old.onnx", "--no-verify"], code: "onnx/cannot-write-file", atLeast: 3 },
  "two files": {
    args: ["build", "m.lfer", "--target", "onnx-train", "--split", "-o", "old.onnx", "--no-verify"],
    code: "onnx/cannot-write-file",
    atLeast: 6,
  },
  picture: {
    args: ["build", "m.lfer", "--target", "svg", "-o", "new.svg"],
    code: "onnx/cannot-write-file",
    atLeast: 2,
  },
};

suite("a disk that fails at any operation", (test) => {
  for (const [name, { args, code, atLeast }] of Object.entries(cases)) {
    test(`${name}: a code, exit 1, and the disk as it was`, () =>
      inFolder(
        { "m.lfer": model, "long.lfer": `${model}\n\n\n`, "old.onnx": "old", "old.update.onnx": "old" },
        async (cwd) => {
          const before = under(cwd);
          let at = 1;
          for (; at <= 100; at++) {
            const system = (["ENOSPC", "EROFS", "EACCES"] as const)[at % 3] ?? "ENOSPC";
            const ran = await failing(args, cwd, at, system);
            if (ran.code === 0) break;
            if (at === 1) assert.equal(failingApart(args, cwd, at, system), ran);
            assert.equal([ran.code, codesIn(ran.stderr)], [1, [code]], `${at}: ${ran.stderr}`);
            assert.match(ran.stderr, `${words[system]} (${system})`);
            assert.equal(under(cwd), before, String(at));
            assert.not(existsSync(join(cwd, "new")), "no folder is left either");
          }
          assert.ok(at > atLeast, `only ${at - 1} operations`);
        },
      ));
  }

  test("predict writes nothing, so nothing can fail", () =>
    inFolder({ "c.onnx": tinyClassifier(), "a.png": "no picture" }, (cwd) => {
      const plain = runLferc(["predict", "c.onnx", "a.png"], { cwd });
      assert.equal(failingApart(["predict", "c.onnx", "a.png"], cwd, 1, "ENOSPC"), plain);
    }));
});

suite("places that nothing can be written to", (test) => {
  const writing: Readonly<Record<string, (place: string) => readonly string[]>> = {
    init: (place) => ["init", place],
    tour: (place) => ["tour", "--out", place],
    train: (place) => ["train", "m.lfer", "--recipe", "Try", "--data", "generated", "--limit", "6", "--out", place],
    build: (place) => ["build", "m.lfer", "--no-verify", "-o", `${place}/m.onnx`],
  };
  for (const [name, args] of Object.entries(writing)) {
    test(`${name}: through a file, a link to nowhere, /proc`, () =>
      inFolder({ "m.lfer": model, file: "mine" }, async (cwd) => {
        symlinkSync("nowhere", join(cwd, "link"));
        const before = under(cwd);
        const places = ["file", "file/below", "link", "link/below", ...(existsSync("/proc/self") ? ["/proc/x"] : [])];
        for (const place of places) {
          // It starts lferc again, as the same program.
          const isProgram = name === "tour";
          const { code, stderr } = isProgram ? runLferc(args(place), { cwd }) : await callLferc(args(place), cwd);
          assert.is(code, 1, `${place}: ${stderr}`);
          assert.match(
            codesIn(stderr).join(),
            /^(tool\/cannot-write|faces\/cannot-write|train\/cannot-write|onnx\/cannot-write-file)$/,
          );
          assert.match(stderr, /\((ENOTDIR|ENOENT|EEXIST|EACCES)\)/);
        }
        assert.equal(under(cwd), before);
      }));
  }

  test("a folder for temporary files that is not there: tour and bench say so, and do not blame the model", () =>
    inFolder({ "m.lfer": model, "c.onnx": tinyClassifier() }, (cwd) => {
      const env = { TMPDIR: join(cwd, "nowhere") };
      for (const args of [
        ["tour"],
        ["bench", "c.onnx", "--steps", "1"],
        ["bench", "m.lfer", "--recipe", "Try", "--steps", "1"],
      ]) {
        const { code, stderr } = runLferc(args, { cwd, env });
        assert.equal([code, codesIn(stderr)], [1, ["tool/no-temporary-folder"]], stderr);
        assert.match(stderr, join(cwd, "nowhere"));
      }
    }));

  test("what bench needs for a while is gone afterwards", () =>
    inFolder({ "c.onnx": tinyClassifier(), "tmp/mine": "" }, (cwd) => {
      const { code, stderr } = runLferc(["bench", "c.onnx", "--steps", "1"], {
        cwd,
        env: { TMPDIR: join(cwd, "tmp") },
      });
      assert.is(code, 0, stderr);
      assert.equal(
        readdirSync(join(cwd, "tmp")).filter((name) => name.startsWith("lfer")),
        [],
      );
    }));

  test("a pipe that nobody reads is told, not waited for", () =>
    inFolder({ "m.lfer": model }, async (cwd) => {
      const { spawnSync } = await import("node:child_process");
      if (spawnSync("mkfifo", [join(cwd, "pipe")]).status !== 0) return;
      const { code, stderr } = runLferc(["build", "m.lfer", "--no-verify", "--target", "onnx", "-o", "pipe"], { cwd });
      assert.equal([code, codesIn(stderr)], [1, ["onnx/cannot-write-file"]]);
      assert.match(stderr, "a pipe that nobody reads from");
    }));
});
