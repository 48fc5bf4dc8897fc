import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { Host } from "../../src/hosts/host.js";
import { memoryHost } from "../../src/hosts/memory-host.js";
import { nodeHost, sourceFileLimit } from "../../src/hosts/node-host.js";
import { normalizePath } from "../../src/hosts/path.js";
import { suite } from "../support/suite.js";

/** A project folder with a sibling outside of it. */
async function inProject(body: (host: Host, project: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "lfer-host-"));
  try {
    const project = join(folder, "project");
    mkdirSync(join(project, "models"), { recursive: true });
    writeFileSync(join(folder, "secret.lfer"), "secret");
    writeFileSync(join(project, "models/a.lfer"), "lfer 1\n");
    await body(nodeHost(project), project);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

suite("paths", (test) => {
  test("are normalised, and never leave the project", () => {
    assert.is(normalizePath("./a//b/../c.lfer"), "a/c.lfer");
    assert.is(normalizePath("a/../../b"), undefined);
    assert.is(normalizePath(".."), undefined);
    assert.is(normalizePath("/etc/passwd"), undefined);
    assert.is(normalizePath("a\0b"), undefined);
  });
});

suite("node host", (test) => {
  test("reads files of the project", () =>
    inProject(async (host) => {
      assert.equal(await host.read("models/a.lfer"), {
        kind: "text",
        text: "lfer 1\n",
        bytes: Buffer.from("lfer 1\n"),
      });
      assert.equal(await host.read("./models/../models/a.lfer"), await host.read("models/a.lfer"));
    }));

  test("takes no way out: dots, absolute paths, links", () =>
    inProject(async (host, project) => {
      assert.equal(await host.read("../secret.lfer"), { kind: "outside" });
      assert.equal(await host.read(join(project, "models/a.lfer")), { kind: "outside" });
      symlinkSync("../secret.lfer", join(project, "link.lfer"));
      assert.equal(await host.read("link.lfer"), { kind: "outside" });
      symlinkSync("models/a.lfer", join(project, "inside.lfer"));
      assert.is((await host.read("inside.lfer")).kind, "text");
    }));

  test("reads through no link that makes another file look like a source", () =>
    inProject(async (host, project) => {
      writeFileSync(join(project, ".env"), "TOKEN=1\n");
      symlinkSync("../.env", join(project, "models/b.lfer"));
      const reason = "it is a link to a file that is not a .lfer file";
      assert.equal(await host.read("models/b.lfer"), { kind: "unreadable", reason });
    }));

  test("says why a file cannot be had", () =>
    inProject(async (host, project) => {
      assert.equal(await host.read("nope.lfer"), { kind: "missing" });
      assert.equal(await host.read("models/a.lfer/x"), { kind: "missing" });
      assert.equal(await host.read("models"), { kind: "unreadable", reason: "it is a folder" });
      symlinkSync("round.lfer", join(project, "round.lfer"));
      assert.is((await host.read("round.lfer")).kind, "unreadable");
      writeFileSync(join(project, "latin1.lfer"), Uint8Array.of(0x6c, 0xe9));
      assert.equal(await host.read("latin1.lfer"), { kind: "unreadable", reason: "it is not UTF-8 text" });
    }));

  test("refuses what is too large before reading it", () =>
    inProject(async (host, project) => {
      writeFileSync(join(project, "big.lfer"), "");
      truncateSync(join(project, "big.lfer"), sourceFileLimit + 1);
      assert.equal(await host.read("big.lfer"), {
        kind: "too-large",
        bytes: sourceFileLimit + 1,
        limit: sourceFileLimit,
      });
    }));

  test("drops a byte order mark", () =>
    inProject(async (host, project) => {
      writeFileSync(join(project, "bom.lfer"), "\ufefflfer 1");
      assert.equal(await host.read("bom.lfer"), {
        kind: "text",
        text: "lfer 1",
        bytes: Buffer.from("\ufefflfer 1"),
      });
    }));
});

suite("memory host", (test) => {
  test("answers like a disk", async () => {
    const host = memoryHost({ "models/a.lfer": "x" });
    assert.equal(await host.read("models/./a.lfer"), { kind: "text", text: "x" });
    assert.equal(await host.read("b.lfer"), { kind: "missing" });
    assert.equal(await host.read("../a.lfer"), { kind: "outside" });
  });
});
