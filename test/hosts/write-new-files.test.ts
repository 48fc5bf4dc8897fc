import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { writeNewFiles } from "../../src/hosts/write-new-files.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const texts = new Map([
  ["a.txt", "one\n"],
  ["deep/er/b.txt", "two\n"],
]);

/** Everything under a folder, by path. */
const under = (folder: string): readonly string[] => (readdirSync(folder, { recursive: true }) as string[]).toSorted();

suite("several new files", (test) => {
  test("are written with the folders they need, and nothing stays beside them", () =>
    inFolder({}, async (cwd) => {
      const made = await writeNewFiles(join(cwd, "new/folder"), texts);
      assert.equal(made, { kind: "written", paths: ["a.txt", "deep/er/b.txt"], kept: [] });
      assert.equal(under(join(cwd, "new/folder")), ["a.txt", "deep", "deep/er", "deep/er/b.txt"]);
      assert.is(readFileSync(join(cwd, "new/folder/deep/er/b.txt"), "utf8"), "two\n");
    }));

  test("none is written where one is there; all that are there are told", () =>
    inFolder({ "f/a.txt": "mine", "f/deep/er/b.txt": "mine" }, async (cwd) => {
      const folder = join(cwd, "f");
      assert.equal(await writeNewFiles(folder, texts), { kind: "occupied", paths: ["a.txt", "deep/er/b.txt"] });
      const more = new Map([...texts, ["c.txt", "three\n"]]);
      assert.is((await writeNewFiles(folder, more)).kind, "occupied");
      assert.equal(under(folder), ["a.txt", "deep", "deep/er", "deep/er/b.txt"]);
      assert.is(readFileSync(join(folder, "a.txt"), "utf8"), "mine");
      assert.equal(await writeNewFiles(folder, more, { keep: true }), {
        kind: "written",
        paths: ["c.txt"],
        kept: ["a.txt", "deep/er/b.txt"],
      });
      assert.is(readFileSync(join(folder, "a.txt"), "utf8"), "mine");
    }));

  test("a link is something that is there, whether it leads somewhere or not", () =>
    inFolder({ "f/x": "" }, async (cwd) => {
      symlinkSync(join(cwd, "elsewhere.txt"), join(cwd, "f/a.txt"));
      assert.equal(await writeNewFiles(join(cwd, "f"), texts), { kind: "occupied", paths: ["a.txt"] });
      assert.not(existsSync(join(cwd, "elsewhere.txt")));
    }));

  test("a folder that is a link: in the folder it is followed, out of it refused", () =>
    inFolder({ "in/real/x": "", "out/x": "", "elsewhere/x": "", "dangling/x": "" }, async (cwd) => {
      symlinkSync("real", join(cwd, "in/deep"));
      assert.is((await writeNewFiles(join(cwd, "in"), texts)).kind, "written");
      assert.is(readFileSync(join(cwd, "in/real/er/b.txt"), "utf8"), "two\n");
      symlinkSync("../elsewhere", join(cwd, "out/deep"));
      assert.equal(await writeNewFiles(join(cwd, "out"), texts), { kind: "outside", path: "deep" });
      assert.equal(readdirSync(join(cwd, "elsewhere")), ["x"]);
      assert.equal(readdirSync(join(cwd, "out")).toSorted(), ["deep", "x"]);
      symlinkSync("../nowhere", join(cwd, "dangling/deep"));
      assert.equal(await writeNewFiles(join(cwd, "dangling"), texts), { kind: "outside", path: "deep" });
    }));

  test("the folder itself may be a link: it was named", () =>
    inFolder({ "real/x": "" }, async (cwd) => {
      symlinkSync("real", join(cwd, "link"));
      assert.is((await writeNewFiles(join(cwd, "link"), texts)).kind, "written");
      assert.ok(existsSync(join(cwd, "real/deep/er/b.txt")));
    }));

  test("what fails in the middle leaves the disk as it was", () =>
    inFolder({ "f/x": "" }, async (cwd) => {
      const folder = join(cwd, "f/made");
      const tooLong = new Map([...texts, [`other/${"x".repeat(300)}.txt`, ""]]);
      const result = await writeNewFiles(folder, tooLong);
      assert.equal(result, { kind: "failed", path: `other/${"x".repeat(300)}.txt`, code: "ENAMETOOLONG" });
      assert.equal(under(join(cwd, "f")), ["x"]);
      // Noticed only while writing: an earlier file is where a later one needs a folder.
      const clash = new Map([...texts, ["a.txt/c.txt", ""]]);
      const clashed = await writeNewFiles(folder, clash);
      assert.is(clashed.kind, "failed");
      assert.equal(under(join(cwd, "f")), ["x"]);
      mkdirSync(folder);
      writeFileSync(join(folder, "deep"), "a file");
      assert.equal(await writeNewFiles(folder, texts), { kind: "failed", path: "deep/er/b.txt", code: "ENOTDIR" });
      assert.equal(under(folder), ["deep"]);
    }));
});
