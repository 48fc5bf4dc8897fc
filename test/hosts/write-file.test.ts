import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { writeFileWhole } from "../../src/hosts/write-file.js";
import { suite } from "../support/suite.js";

const bytes = (text: string) => new TextEncoder().encode(text);

const inFolder = async (body: (folder: string) => Promise<void>) => {
  const folder = mkdtempSync(join(tmpdir(), "lfer-write-"));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

suite("writing whole files", (test) => {
  test("writes pieces small and large in their order and leaves nothing beside", () =>
    inFolder(async (folder) => {
      const path = join(folder, "a.bin");
      const pieces = [1, 70_000, 2, 65_536, 0, 3, 65_535, 10].map((length, i) => new Uint8Array(length).fill(i));
      const result = await writeFileWhole(path, pieces);
      assert.equal(result, { kind: "written", bytes: 201_087 });
      assert.ok(readFileSync(path).equals(Buffer.concat(pieces)));
      assert.equal(readdirSync(folder), ["a.bin"]);
    }));

  test("replaces a file, keeps its mode, follows a link", () =>
    inFolder(async (folder) => {
      const [path, link] = [join(folder, "a"), join(folder, "link")];
      writeFileSync(path, "old");
      chmodSync(path, 0o640);
      symlinkSync("a", link);
      await writeFileWhole(link, [bytes("new")]);
      assert.is(readFileSync(path, "utf8"), "new");
      assert.is(statSync(path).mode & 0o777, 0o640);
      assert.ok(lstatSync(link).isSymbolicLink());
    }));

  test("a link to where nothing stands yet stays a link, and its target is made", () =>
    inFolder(async (folder) => {
      mkdirSync(join(folder, "sub"));
      symlinkSync("sub/second", join(folder, "first"));
      symlinkSync("../a", join(folder, "sub", "second"));
      assert.equal(await writeFileWhole(join(folder, "first"), [bytes("x")]), { kind: "written", bytes: 1 });
      assert.ok(lstatSync(join(folder, "first")).isSymbolicLink());
      assert.ok(lstatSync(join(folder, "sub", "second")).isSymbolicLink());
      assert.ok(lstatSync(join(folder, "a")).isFile());
      assert.is(readFileSync(join(folder, "first"), "utf8"), "x");
      symlinkSync("no/a", join(folder, "lost"));
      assert.equal(await writeFileWhole(join(folder, "lost"), [bytes("x")]), {
        kind: "failed",
        code: "ENOENT",
        existed: false,
      });
      symlinkSync("round", join(folder, "round"));
      const round = await writeFileWhole(join(folder, "round"), [bytes("x")]);
      assert.equal(round, { kind: "failed", code: "ELOOP", existed: false });
      assert.equal(readdirSync(folder).sort(), ["a", "first", "lost", "round", "sub"]);
      assert.ok(lstatSync(join(folder, "lost")).isSymbolicLink());
    }));

  test("a failure leaves the old file and nothing beside it", () =>
    inFolder(async (folder) => {
      const path = join(folder, "a");
      writeFileSync(path, "old");
      const unreadable = { byteLength: 70_000 } as Uint8Array;
      const result = await writeFileWhole(path, [new Uint8Array(70_000), unreadable]);
      assert.is(result.kind, "failed");
      assert.is(result.kind === "failed" && result.existed, true);
      assert.is(readFileSync(path, "utf8"), "old");
      assert.equal(readdirSync(folder), ["a"]);
    }));

  test("a missing folder and a folder in the place are told by their codes", () =>
    inFolder(async (folder) => {
      const missing = await writeFileWhole(join(folder, "no", "a"), [bytes("x")]);
      assert.equal(missing, { kind: "failed", code: "ENOENT", existed: false });
      mkdirSync(join(folder, "sub"));
      const isFolder = await writeFileWhole(join(folder, "sub"), [bytes("x")]);
      assert.equal(isFolder, { kind: "failed", code: "EISDIR", existed: false });
    }));

  test("a device is written to as it is", async () => {
    assert.equal(await writeFileWhole("/dev/null", [bytes("x")]), { kind: "written", bytes: 1 });
    assert.ok(lstatSync("/dev/null").isCharacterDevice());
  });

  test("a pipe that nobody reads is refused, not waited for", () =>
    inFolder(async (folder) => {
      const pipe = join(folder, "pipe");
      assert.is(spawnSync("mkfifo", [pipe]).status, 0);
      const failed = { kind: "failed", code: "ENXIO", existed: true };
      assert.equal(await writeFileWhole(pipe, [bytes("x")]), failed);
      symlinkSync("pipe", join(folder, "link"));
      assert.equal(await writeFileWhole(join(folder, "link"), [bytes("x")]), failed);
    }));
});
