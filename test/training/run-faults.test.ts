// A disk that fails at any moment of a run: full, read-only, without permission, with I/O errors.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { sha256 } from "../../src/formats/digest.js";
import { wholeRecords } from "../../src/report/tensorboard/record-file.js";
import { runFiles } from "../../src/training/run-files.js";
import { failAt } from "../support/faults.mjs";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { stillRun } from "./still-run.js";

const compared = ["best.safetensors", "last.safetensors", "state.json", "metrics.jsonl", "answers.csv"];

/** The files of a run without timestamps and the run's id. */
function filesOf(folder: string): Readonly<Record<string, string>> {
  const plain = (name: string): string =>
    readFileSync(join(folder, name), "latin1").replace(
      /"(id|digest|seconds|evaluationSeconds|picturesPerSecond)": ?("[^"]*"|[\d.e-]+)/g,
      "",
    );
  // Events and page contain times everywhere: for them, each epoch and each part must occur once.
  const shown = (name: string): string => {
    if (name.endsWith(".safetensors")) return sha256([plain(name)]);
    if (name === runFiles.events)
      return wholeRecords(readFileSync(join(folder, name)))
        .map((each) => each.length)
        .join();
    return name === "report.html" ? (plain(name).match(/<section[^>]*>|<svg/g) ?? []).join("") : plain(name);
  };
  return Object.fromEntries(
    readdirSync(folder)
      .toSorted()
      .map((name) => [name, shown(name)]),
  );
}

/** A leftover is harmless once its process has ended; this process goes on, so the start time in the mark is changed. */
function leaveAsDead(folder: string): void {
  rmSync(join(folder, "run.lock"), { force: true });
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const dead = name.replace(/-\d+(\.[0-9a-f-]{36}\.tmp)$/, "-1$1");
    if (dead !== name) renameSync(join(folder, name), join(folder, dead));
  }
}

suite("a run on a disk that fails", (test) => {
  test("every file of a run, also of its report, is written by operations that these tests let fail", () =>
    inFolder({}, async (cwd) => {
      const faults = failAt(Number.POSITIVE_INFINITY, "none");
      assert.equal((await stillRun(join(cwd, "run")).finally(faults.end)).codes, []);
      const left = readdirSync(join(cwd, "run"));
      const touched = (name: string): readonly string[] =>
        ["open", "write", "rename"].filter((what) =>
          faults.operations.some((each) => each.startsWith(`${what} `) && each.includes(`/.${name.slice(0, 30)}.`)),
        );
      for (const name of left) assert.equal(touched(name), ["open", "write", "rename"], name);
      assert.ok(left.length > 8, left.join(", "));
    }));

  for (const [code, goesOn] of [
    ["ENOSPC", false],
    ["ENOSPC", true],
  ] as const) {
    test(`${code} at each operation, ${goesOn ? "from then on" : "once"}: a code, nothing half written, and a resume that ends as if nothing had been`, () =>
      inFolder({}, async (cwd) => {
        assert.equal((await stillRun(join(cwd, "whole"))).codes, []);
        const whole = filesOf(join(cwd, "whole"));
        assert.equal(
          compared.filter((name) => !(name in whole)),
          [],
        );
        let tried = 0;
        let refused = 0;
        for (let at = 1; ; at++) {
          const folder = join(cwd, String(at));
          const faults = failAt(at, code, { goesOn });
          const { codes, messages } = await stillRun(folder).finally(faults.end);
          if (faults.operations.length < at) break;
          tried++;
          const what = `${at}: ${faults.operations[at - 1]}`;
          // What cannot be removed does no harm; all other failures end the run.
          if (codes.length > 0) {
            refused++;
            assert.equal(codes, ["train/cannot-write"], what);
            assert.match(messages[0] ?? "", "the disk is full", what);
          } else assert.match(what, /: rm/, what);
          const left = existsSync(folder) ? readdirSync(folder) : [];
          // One of these removes the lock itself.
          if (!goesOn)
            assert.ok(left.filter((name) => /\.tmp$|lock/.test(name)).length <= (/: rm/.test(what) ? 1 : 0), what);
          leaveAsDead(folder);
          const again = await stillRun(folder, { resume: true });
          assert.equal(again.codes, [], `${what}: ${again.messages}`);
          const files = filesOf(folder);
          assert.equal(Object.keys(files), Object.keys(whole), what);
          for (const [name, text] of Object.entries(whole)) assert.is(files[name] === text, true, `${name}, ${what}`);
        }
        assert.ok(tried > 30 && refused > 25, `only ${tried} operations, ${refused} of them needed`);
      }));
  }

  test("an epoch that cannot be written leaves the one before as it was", () =>
    inFolder({}, async (cwd) => {
      const folder = join(cwd, "run");
      await stillRun(folder, { epochs: 1 });
      const before = filesOf(folder);
      let failures = 0;
      for (let at = 1; ; at++) {
        const faults = failAt(at, "EROFS", { goesOn: true });
        const { codes } = await stillRun(folder, { resume: true, epochs: 2 }).finally(faults.end);
        const all = faults.operations.filter((what) => what.includes("state-2.safetensors"));
        if (all.length > 1) break;
        failures++;
        leaveAsDead(folder);
        assert.equal(codes, ["train/cannot-write"]);
        for (const name of compared) assert.is(filesOf(folder)[name], before[name], `${name}, ${at}`);
      }
      assert.ok(failures > 5, String(failures));
    }));
});
