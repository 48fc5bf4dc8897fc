import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { findPictures, pictureFileLimit, readPictureFile } from "../../src/data/picture-files.js";
import { isProblem, type Problem } from "../../src/diagnostics/diagnostic.js";
import { suite } from "../support/suite.js";

async function inFolder(files: readonly string[], body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "lfer-pictures-"));
  try {
    for (const file of files) {
      mkdirSync(join(folder, file, ".."), { recursive: true });
      writeFileSync(join(folder, file), "x");
    }
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function refusal(path: string): Promise<ReturnType<Problem["diagnose"]>> {
  const found = await readPictureFile(path);
  assert.ok(isProblem(found), "was read");
  return (found as Problem).diagnose({});
}

suite("picture files", (test) => {
  test("a folder stands for the pictures under it, sorted; other files are noted, hidden ones are not", async () => {
    await inFolder(["b.png", "a.JPG", "z/c.webp", "notes.txt", ".hidden.png", "z/.git/x.png"], async (folder) => {
      const found = await findPictures([folder, join(folder, "notes.txt")]);
      const names = found.pictures.map((path) => path.slice(folder.length + 1));
      assert.equal(names, ["a.JPG", "b.png", "z/c.webp", "notes.txt"]);
      assert.equal(found.skipped, [join(folder, "notes.txt")]);
      assert.equal(found.failed, []);
    });
  });

  test("a folder without pictures fails; a missing file is left for when it is read", async () => {
    await inFolder(["notes.txt"], async (folder) => {
      const missing = join(folder, "missing.png");
      const found = await findPictures([folder, missing]);
      assert.equal(found.pictures, [missing]);
      assert.equal(
        found.failed.map(({ path, problem }) => [path, problem.diagnose({}).code]),
        [[folder, "data/no-pictures"]],
      );
    });
  });

  test("says why a file cannot be read", async () => {
    await inFolder(["x.png"], async (folder) => {
      const missing = await refusal(join(folder, "missing.png"));
      assert.is(missing.code, "data/missing-picture");
      assert.is((await refusal(join(folder, "x.png", "y.png"))).code, "data/missing-picture");
      const directory = await refusal(folder);
      assert.is(directory.code, "data/unreadable-picture");
      assert.match(directory.message, "it is a folder");
      symlinkSync(join(folder, "loop.png"), join(folder, "loop.png"));
      assert.match((await refusal(join(folder, "loop.png"))).message, "its links form a cycle");
      truncateSync(join(folder, "x.png"), pictureFileLimit + 1);
      const large = await refusal(join(folder, "x.png"));
      assert.is(large.code, "data/picture-file-too-large");
      assert.match(large.message, "256 MiB");
    });
  });
});
