import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { writeFolderWhole } from "../../src/hosts/write-folder.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const bytes = (text: string): readonly Uint8Array[] => [new TextEncoder().encode(text)];
const files = new Map([
  ["a.json", bytes("new")],
  ["b.bin", bytes("12")],
]);
const always = (): boolean => true;
const ifOurs = async (names: readonly string[], read: (name: string) => Promise<string>): Promise<boolean> =>
  names.includes("a.json") && (await read("a.json")).startsWith("ours");

/** Everything under a folder, by path. */
const under = (folder: string): readonly string[] => (readdirSync(folder, { recursive: true }) as string[]).toSorted();

suite("a folder of files", (test) => {
  test("is written whole, and nothing stays beside it", () =>
    inFolder({}, async (cwd) => {
      assert.equal(await writeFolderWhole(join(cwd, "m"), files, always), { kind: "written", bytes: 5 });
      assert.equal(under(cwd), ["m", "m/a.json", "m/b.bin"]);
      assert.is(readFileSync(join(cwd, "m/a.json"), "utf8"), "new");
    }));

  test("replaces one that may be replaced, with all that is in it; a slash at the end is none", () =>
    inFolder({ "m/a.json": "ours", "m/old.bin": "old" }, async (cwd) => {
      assert.is((await writeFolderWhole(`${join(cwd, "m")}/`, files, ifOurs)).kind, "written");
      assert.equal(under(cwd), ["m", "m/a.json", "m/b.bin"]);
      assert.is(readFileSync(join(cwd, "m/a.json"), "utf8"), "new");
    }));

  test("takes the place of an empty one, whoever made it", () =>
    inFolder({}, async (cwd) => {
      mkdirSync(join(cwd, "m"));
      assert.is((await writeFolderWhole(join(cwd, "m"), files, () => false)).kind, "written");
      assert.equal(under(cwd), ["m", "m/a.json", "m/b.bin"]);
    }));

  for (const [title, there] of [
    ["a folder of others", { "m/a.json": "theirs" }],
    ["a folder with a folder in it", { "m/a.json": "ours", "m/deep/x": "" }],
    ["a file", { m: "a file" }],
  ] as const) {
    test(`never replaces ${title}`, () =>
      inFolder(there, async (cwd) => {
        const before = under(cwd);
        assert.equal(await writeFolderWhole(join(cwd, "m"), files, ifOurs), { kind: "occupied" });
        assert.equal(under(cwd), before);
      }));
  }

  test("a link to a folder stays a link; one to nowhere, or in the folder, is in the way", () =>
    inFolder({ "real/a.json": "ours", "linked/a.json": "ours" }, async (cwd) => {
      symlinkSync("real", join(cwd, "m"));
      assert.is((await writeFolderWhole(join(cwd, "m"), files, ifOurs)).kind, "written");
      assert.ok(lstatSync(join(cwd, "m")).isSymbolicLink());
      assert.is(readFileSync(join(cwd, "real/a.json"), "utf8"), "new");
      symlinkSync("nowhere", join(cwd, "broken"));
      assert.equal(await writeFolderWhole(join(cwd, "broken"), files, ifOurs), { kind: "occupied" });
      assert.not(existsSync(join(cwd, "nowhere")));
      symlinkSync("../real/a.json", join(cwd, "linked/b.bin"));
      assert.equal(await writeFolderWhole(join(cwd, "linked"), files, ifOurs), { kind: "occupied" });
    }));

  test("needs the folder above, and says what the system says; what was there stays", () =>
    inFolder({ "m/a.json": "ours" }, async (cwd) => {
      const missing = await writeFolderWhole(join(cwd, "no/such/m"), files, always);
      assert.equal(missing, { kind: "failed", code: "ENOENT", existed: false });
      const names = new Map([["no/such/file", bytes("")]]);
      const failed = await writeFolderWhole(join(cwd, "m"), names, ifOurs);
      assert.equal(failed, { kind: "failed", code: "ENOENT", existed: true });
      assert.equal(under(cwd), ["m", "m/a.json"]);
      assert.is(readFileSync(join(cwd, "m/a.json"), "utf8"), "ours");
    }));

  test("the folder that somebody works in stays", () =>
    inFolder({ "m/a.json": "ours" }, async (cwd) => {
      const before = process.cwd();
      process.chdir(join(cwd, "m"));
      const failed = await writeFolderWhole(".", files, ifOurs).finally(() => process.chdir(before));
      assert.equal(failed, { kind: "failed", code: "EBUSY", existed: true });
      assert.is(readFileSync(join(cwd, "m/a.json"), "utf8"), "ours");
    }));

  test("a folder above that takes no new files", () =>
    inFolder({ "closed/m/a.json": "ours" }, async (cwd) => {
      // The superuser may write anywhere.
      if (process.getuid?.() === 0) return;
      chmodSync(join(cwd, "closed"), 0o555);
      const failed = await writeFolderWhole(join(cwd, "closed/m"), files, ifOurs);
      chmodSync(join(cwd, "closed"), 0o755);
      assert.equal(failed, { kind: "failed", code: "EACCES", existed: true });
      assert.is(readFileSync(join(cwd, "closed/m/a.json"), "utf8"), "ours");
    }));
});
