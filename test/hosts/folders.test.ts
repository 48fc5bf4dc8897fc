import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { nameBeside, sweepBeside } from "../../src/hosts/beside.js";
import { claimFolder, makeFolder } from "../../src/hosts/folders.js";
import { markText, ownMark, silenceMs } from "../../src/hosts/process-mark.js";
import { inTemporaryFolder } from "../../src/hosts/temporary-folder.js";
import { failAt } from "../support/faults.mjs";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

suite("folders", (test) => {
  test("are made with those above them, and what was made is told", () =>
    inFolder({ "a/x": "" }, async (cwd) => {
      assert.equal(await makeFolder(join(cwd, "a/b/c")), {
        kind: "made",
        folders: [join(cwd, "a/b"), join(cwd, "a/b/c")],
      });
      assert.equal(await makeFolder(join(cwd, "a/b/c")), { kind: "made", folders: [] });
    }));

  test("one that a system takes no names in ends in a code, where Node's own way never ends", async () => {
    if (!existsSync("/proc/self")) return;
    assert.equal(await makeFolder("/proc/x/y"), { kind: "failed", path: "/proc/x", code: "ENOENT" });
  });

  test("a file, or a link to nowhere, in the place of one is told apart from a folder", () =>
    inFolder({ file: "" }, async (cwd) => {
      symlinkSync("nowhere", join(cwd, "link"));
      for (const [name, code] of [
        ["file", "EEXIST"],
        ["file/x", "ENOTDIR"],
        ["link", "EEXIST"],
        ["link/x/y", "EEXIST"],
      ] as const) {
        const made = await makeFolder(join(cwd, name));
        assert.is(made.kind === "failed" && made.code, code, name);
      }
      assert.equal(readdirSync(cwd).toSorted(), ["file", "link"]);
    }));

  test("of several none stays where one cannot be made", () =>
    inFolder({}, async (cwd) => {
      const faults = failAt(3, "ENOSPC");
      const made = await makeFolder(join(cwd, "a/b/c/d")).finally(faults.end);
      assert.equal(made, { kind: "failed", path: join(cwd, "a/b/c"), code: "ENOSPC" });
      assert.equal(readdirSync(cwd), []);
    }));

  test("of many who claim one, one gets it", () =>
    inFolder({}, async (cwd) => {
      for (let round = 0; round < 20; round++) {
        const claims = Array.from({ length: 12 }, () => claimFolder(join(cwd, `f${round}`)));
        assert.is(claims.filter((claim) => claim === "claimed").length, 1);
        assert.is(claims.filter((claim) => claim === "taken").length, 11);
      }
    }));
});

suite("temporary folders", (test) => {
  test("go away, whatever becomes of the work in them", () =>
    inFolder({}, async (cwd) => {
      const before = process.env.TMPDIR;
      process.env.TMPDIR = cwd;
      try {
        const seen = await inTemporaryFolder(async (folder) => {
          writeFileSync(join(folder, "x"), "");
          return readdirSync(cwd).length;
        });
        assert.is(seen, 1);
        assert.equal(readdirSync(cwd), []);
        const failing = inTemporaryFolder(async () => Promise.reject(new Error("work")));
        assert.is(await failing.catch((error: Error) => error.message), "work");
        assert.equal(readdirSync(cwd), []);
        process.env.TMPDIR = join(cwd, "nowhere");
        const failed = await inTemporaryFolder(async () => "done");
        assert.equal(failed, { kind: "failed", path: join(cwd, "nowhere"), code: "ENOENT" });
      } finally {
        if (before === undefined) delete process.env.TMPDIR;
        else process.env.TMPDIR = before;
      }
    }));

  test("those of processes that were killed are swept, and no others", () =>
    inFolder({}, async (cwd) => {
      const dead = markText({ ...ownMark(), start: "1" });
      const [gone, alive] = [`lfer-${dead}-aaaaaa`, `lfer-${markText(ownMark())}-bbbbbb`];
      for (const name of [gone, alive, "lfer-tour-cccccc", "somebody"])
        mkdirSync(join(cwd, name, "x"), { recursive: true });
      const before = process.env.TMPDIR;
      process.env.TMPDIR = cwd;
      try {
        await inTemporaryFolder(async () => undefined);
      } finally {
        if (before === undefined) delete process.env.TMPDIR;
        else process.env.TMPDIR = before;
      }
      assert.equal(readdirSync(cwd).toSorted(), [alive, "lfer-tour-cccccc", "somebody"].toSorted());
    }));
});

suite("what a killed process left beside its places", (test) => {
  const uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
  const dead = markText({ ...ownMark(), start: "1" });

  test("is removed; what is being written, and whatever is not ours, stays", () =>
    inFolder({}, async (cwd) => {
      const gone = [`.a.${dead}.${uuid}.tmp`, `.ours.${uuid}.tmp`, `.ours.${dead}.${uuid}.tmp`, `.old.${uuid}.tmp`];
      const stay = [
        `.a.${markText(ownMark())}.${uuid}.tmp`,
        `.young.${uuid}.tmp`,
        `.a.${uuid}`,
        "a.tmp",
        ".a.tmp",
        `a.${dead}.${uuid}.tmp`,
      ];
      for (const name of [...gone, ...stay]) writeFileSync(join(cwd, name), "");
      mkdirSync(join(cwd, `.folder.${dead}.${uuid}.tmp`));
      writeFileSync(join(cwd, "kept"), "kept");
      const then = new Date(Date.now() - silenceMs - 60_000);
      utimesSync(join(cwd, `.old.${uuid}.tmp`), then, then);
      const swept = await sweepBeside(cwd, (name) => name === "ours");
      assert.equal(swept.toSorted(), gone.toSorted());
      assert.equal(readdirSync(cwd).toSorted(), [...stay, `.folder.${dead}.${uuid}.tmp`, "kept"].toSorted());
      assert.is(readFileSync(join(cwd, "kept"), "utf8"), "kept");
    }));

  test("names beside a place are names that every disk takes, however long the place's own is", () => {
    for (const name of ["a", "x".repeat(255), "幅".repeat(85), "👩".repeat(63)]) {
      const beside = nameBeside(join("/f", name)).slice("/f/".length);
      assert.ok(Buffer.byteLength(beside) <= 255, beside);
    }
  });
});
