import { spawn, spawnSync } from "node:child_process";
import fs, { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type LockResult, lockHolder, sweepTakers, takeLock } from "../../src/hosts/lock.js";
import { isGone, markText, ownMark, type ProcessMark, parseMark, silenceMs } from "../../src/hosts/process-mark.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

/** A process that has ended: its number is free. */
const deadPid = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

const lockText = (mark: ProcessMark, token = "t"): string =>
  JSON.stringify({
    pid: mark.pid,
    host: "elsewhere",
    since: "2026-01-01T00:00:00.000Z",
    process: markText(mark),
    token,
  });

const locked = (result: LockResult) => {
  if (result.kind !== "locked") throw new Error(JSON.stringify(result));
  return result.lock;
};

const longAgo = (path: string): void => {
  const then = new Date(Date.now() - silenceMs - 60_000);
  utimesSync(path, then, then);
};

suite("locks", (test) => {
  test("one has it until it lets go; the other is told who that is", () =>
    inFolder({}, async (cwd) => {
      const path = join(cwd, "lock");
      const lock = locked(await takeLock(path));
      assert.is(lock.takenFrom, undefined);
      assert.ok(await lock.isHeld());
      const second = await takeLock(path);
      assert.is(second.kind === "held" && second.owner?.pid, process.pid);
      assert.match(second.kind === "held" ? (second.owner?.since ?? "") : "", /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      await lock.release();
      assert.equal(readdirSync(cwd), []);
      await locked(await takeLock(path)).release();
    }));

  test("the lock of a process that is gone is taken, and whose it was is told", () =>
    inFolder({}, async (cwd) => {
      const path = join(cwd, "lock");
      const pid = deadPid();
      writeFileSync(path, lockText({ ...ownMark(), pid }));
      assert.is(await lockHolder(path), undefined);
      const lock = locked(await takeLock(path));
      assert.equal([lock.takenFrom?.pid, lock.takenFrom?.host], [pid, "elsewhere"]);
      assert.equal(readdirSync(cwd), ["lock"]);
      await lock.release();
      assert.equal(readdirSync(cwd), []);
    }));

  test("of many who find a dead lock at once, one takes it", () =>
    inFolder({}, async (cwd) => {
      const pid = deadPid();
      for (let round = 0; round < 30; round++) {
        const path = join(cwd, `lock-${round}`);
        writeFileSync(path, lockText({ ...ownMark(), pid }, `round ${round}`));
        const results = await Promise.all(Array.from({ length: 12 }, () => takeLock(path)));
        assert.is(results.filter(({ kind }) => kind === "locked").length, 1, JSON.stringify(results));
        assert.is(results.filter(({ kind }) => kind === "held").length, 11);
        for (const result of results) if (result.kind === "locked") await result.lock.release();
      }
      assert.equal(readdirSync(cwd), []);
    }));

  test("who has judged a lock dead, and was then overtaken, leaves the new one alone", () =>
    inFolder({}, async (cwd) => {
      const path = join(cwd, "lock");
      writeFileSync(path, lockText({ ...ownMark(), pid: deadPid() }));
      const { openSync } = fs;
      // The right to replace the dead lock is taken after checking it: here, another process has replaced it in between.
      fs.openSync = ((file: string, ...more: ["wx"]) => {
        if (file.startsWith(`${path}.`)) writeFileSync(path, lockText(ownMark(), "overtaken"));
        return openSync(file, ...more);
      }) as typeof openSync;
      syncBuiltinESMExports();
      try {
        assert.is((await takeLock(path)).kind, "held");
      } finally {
        fs.openSync = openSync;
        syncBuiltinESMExports();
      }
      assert.is(readFileSync(path, "utf8"), lockText(ownMark(), "overtaken"));
      assert.equal(readdirSync(cwd), ["lock"]);
    }));

  test("of many who find none, one makes it", () =>
    inFolder({}, async (cwd) => {
      for (let round = 0; round < 30; round++) {
        const path = join(cwd, "lock");
        const results = await Promise.all(Array.from({ length: 12 }, () => takeLock(path)));
        assert.is(results.filter(({ kind }) => kind === "locked").length, 1);
        for (const result of results) if (result.kind === "locked") await result.lock.release();
      }
    }));

  test("a taker that was killed in the middle is in nobody's way, nor is one of its taker", () =>
    inFolder({}, async (cwd) => {
      const path = join(cwd, "lock");
      const mark = { ...ownMark(), pid: deadPid() };
      for (let round = 0; round < 3; round++) {
        writeFileSync(path, lockText(mark));
        const lock = locked(await takeLock(path));
        await lock.release();
        // As each process would have left it.
        const { sha256 } = await import("../../src/formats/digest.js");
        const way = `${path}.${sha256([lockText(mark)]).slice(0, 16)}`;
        writeFileSync(way, lockText(mark, "taker"));
        if (round === 2) writeFileSync(`${way}.${sha256([lockText(mark, "taker")]).slice(0, 16)}`, lockText(mark, "x"));
      }
      writeFileSync(path, lockText(mark));
      const lock = locked(await takeLock(path));
      writeFileSync(`${path}.0123456789abcdef`, "");
      writeFileSync(`${path}.mine`, "");
      await sweepTakers(path);
      assert.equal(readdirSync(cwd).toSorted(), ["lock", "lock.mine"]);
      await lock.release();
    }));

  test("a number that was given again is another process, a corpse is none", () => {
    const own = ownMark();
    assert.not(isGone(own, 0));
    assert.ok(isGone({ ...own, start: "1" }, 0), "our own number, of an earlier process");
    assert.ok(isGone({ ...own, boot: "ffffffff" }, 0), "before the machine began anew");
    assert.ok(isGone({ ...own, pid: deadPid() }, 0));
    assert.equal(parseMark(markText(own)), own);
    for (const text of ["", "x", markText({ ...own, pid: -1 }), markText({ ...own, pid: 0 }), `${markText(own)}-1`]) {
      assert.is(parseMark(text), undefined, text);
    }
  });

  test("a process that was killed and not yet taken leave of is gone", async () => {
    if (!existsSync("/proc/self/stat")) return;
    // The shell's child ends, and the shell, replaced by another program, never waits for it.
    const shell = spawn("/bin/sh", ["-c", "sleep 600 & echo $!; exec sleep 600"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const pid = await new Promise<number>((settle) => shell.stdout.once("data", (text) => settle(Number(text))));
    try {
      // If a parent has already waited for it, it is not even a zombie.
      const stat = (): readonly string[] =>
        existsSync(`/proc/${pid}/stat`)
          ? readFileSync(`/proc/${pid}/stat`, "utf8")
              .replace(/^.*\) /s, "")
              .split(" ")
          : ["Z"];
      const start = stat()[19] ?? "0";
      process.kill(pid, "SIGKILL");
      while (stat()[0] !== "Z") await new Promise((settle) => setTimeout(settle, 5));
      assert.ok(isGone({ ...ownMark(), pid, start }, 0));
    } finally {
      shell.kill("SIGKILL");
    }
  });

  test("of another machine or container nothing is known: its lock is left alone, until it was silent for long", () =>
    inFolder({}, async (cwd) => {
      const path = join(cwd, "lock");
      for (const other of [{ machine: "00000000" }, { space: "1" }]) {
        writeFileSync(path, lockText({ ...ownMark(), ...other, pid: 1 }));
        assert.is((await takeLock(path)).kind, "held");
        assert.is((await lockHolder(path))?.owner?.host, "elsewhere");
        longAgo(path);
        await locked(await takeLock(path)).release();
      }
    }));

  test("what is no lock is nobody's for sure, and is never followed elsewhere", () =>
    inFolder({ there: "text" }, async (cwd) => {
      const path = join(cwd, "lock");
      for (const text of ["", "{", "[]", '{"pid":"1"}', "x".repeat(10_000)]) {
        writeFileSync(path, text);
        assert.equal(await takeLock(path), { kind: "held", owner: undefined });
        longAgo(path);
        await locked(await takeLock(path)).release();
      }
      symlinkSync("there", path);
      assert.equal(await takeLock(path), { kind: "failed", code: "EEXIST" });
      assert.is(readFileSync(join(cwd, "there"), "utf8"), "text");
      mkdirSync(join(cwd, "folder"));
      assert.equal(await takeLock(join(cwd, "folder")), { kind: "failed", code: "EEXIST" });
      symlinkSync("nowhere", join(cwd, "dangling"));
      assert.equal(await takeLock(join(cwd, "dangling")), { kind: "failed", code: "EEXIST" });
      assert.equal(await takeLock(join(cwd, "no/lock")), { kind: "failed", code: "ENOENT" });
    }));

  test("who has lost it knows, and does not take away another's", () =>
    inFolder({}, async (cwd) => {
      const path = join(cwd, "lock");
      const lock = locked(await takeLock(path));
      writeFileSync(path, lockText(ownMark(), "another"));
      assert.not(await lock.isHeld());
      await lock.release();
      assert.ok(existsSync(path));
    }));
});
