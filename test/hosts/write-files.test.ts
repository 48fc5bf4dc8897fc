import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { writeFilesWhole } from "../../src/hosts/write-files.js";
import { failAt } from "../support/faults.mjs";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const bytes = (text: string): readonly Uint8Array[] => [new TextEncoder().encode(text)];

const twoIn = (folder: string) =>
  new Map([
    [join(folder, "a"), bytes("new a")],
    [join(folder, "b"), bytes("new b")],
  ]);

/** Everything in a folder, with what is in it. */
const contents = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder)
      .toSorted()
      .map((name) => {
        const path = join(folder, name);
        return [name, lstatSync(path).isFile() ? readFileSync(path, "utf8") : "other"];
      }),
  );

suite("several files, all or none", (test) => {
  for (const [title, there] of [
    ["new ones", {}],
    ["in the place of old ones", { a: "old a", b: "old b" }],
    ["a new one and an old one", { b: "old b" }],
  ] as const) {
    test(`${title}: written whole; if any operation fails, all is as it was`, () =>
      inFolder(there, async (cwd) => {
        const before = contents(cwd);
        let at = 1;
        for (; at < 30; at++) {
          const faults = failAt(at, "ENOSPC");
          const result = await writeFilesWhole(twoIn(cwd)).finally(faults.end);
          if (result.kind === "written") break;
          assert.is(result.code, "ENOSPC");
          assert.ok(twoIn(cwd).has(result.path), result.path);
          assert.is(result.existed, Object.hasOwn(there, result.path.slice(cwd.length + 1)), `${at}: ${result.path}`);
          assert.equal(contents(cwd), before, `operation ${at}`);
        }
        assert.ok(at > 6, `only ${at - 1} operations can fail`);
        assert.equal(await writeFilesWhole(twoIn(cwd)), { kind: "written" });
        assert.equal([readFileSync(join(cwd, "a"), "utf8"), readFileSync(join(cwd, "b"), "utf8")], ["new a", "new b"]);
      }));
  }

  test("a file keeps its mode, a link stays a link, and nothing stays beside them", () =>
    inFolder({ "real/a": "old" }, async (cwd) => {
      chmodSync(join(cwd, "real/a"), 0o640);
      symlinkSync("real/a", join(cwd, "a"));
      assert.is((await writeFilesWhole(twoIn(cwd))).kind, "written");
      assert.ok(lstatSync(join(cwd, "a")).isSymbolicLink());
      assert.is(readFileSync(join(cwd, "real/a"), "utf8"), "new a");
      assert.is(lstatSync(join(cwd, "real/a")).mode & 0o777, 0o640);
      assert.equal(Object.keys(contents(cwd)), ["a", "b", "real"]);
    }));

  test("a folder and a device are refused, and nothing is written", () =>
    inFolder({ c: "old" }, async (cwd) => {
      mkdirSync(join(cwd, "b"));
      const folder = await writeFilesWhole(twoIn(cwd));
      assert.equal(folder, { kind: "failed", path: join(cwd, "b"), code: "EISDIR", existed: false });
      const device = await writeFilesWhole(new Map([...twoIn(cwd)].slice(0, 1)).set("/dev/null", bytes("x")));
      assert.equal(device, { kind: "failed", path: "/dev/null", code: "ENOTREG", existed: false });
      assert.equal(contents(cwd), { b: "other", c: "old" });
    }));

  test("two links to one place are refused, and it is as it was", () =>
    inFolder({ c: "old" }, async (cwd) => {
      symlinkSync("c", join(cwd, "a"));
      symlinkSync("c", join(cwd, "b"));
      const result = await writeFilesWhole(twoIn(cwd));
      assert.equal(result, { kind: "failed", path: join(cwd, "b"), code: "ESAMEPLACE", existed: true });
      assert.is(readFileSync(join(cwd, "c"), "utf8"), "old");
    }));
});
