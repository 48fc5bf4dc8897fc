import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { compileFile } from "../../src/cli/compile-file.js";
import { displayPath, expandPaths, projectRoot } from "../../src/cli/project.js";
import { parseSettings } from "../../src/cli/shared-options.js";
import { wantsColour } from "../../src/cli/terminal.js";
import { suite } from "../support/suite.js";

async function inFolder(files: readonly string[], body: (folder: string) => unknown): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "lfer-project-")));
  try {
    for (const file of files) {
      mkdirSync(join(folder, file, ".."), { recursive: true });
      writeFileSync(join(folder, file), "");
    }
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

suite("project", (test) => {
  test("its top is the nearest folder with package.json or .git", () =>
    inFolder(["p/package.json", "p/models/deep/a.lfer", "loose/b.lfer"], (folder) => {
      assert.is(projectRoot(join(folder, "p/models/deep/a.lfer"), folder), join(folder, "p"));
      assert.is(projectRoot(join(folder, "loose/b.lfer"), folder), folder, "else where the user stands");
      assert.is(
        projectRoot(join(folder, "loose/b.lfer"), join(folder, "p")),
        join(folder, "loose"),
        "else the file's own",
      );
    }));

  test("a link on the command line is told as a path, not as somebody's import", () =>
    inFolder(["p/package.json", "x.lfer"], async (folder) => {
      symlinkSync("../x.lfer", join(folder, "p/link.lfer"));
      const found = (await compileFile("link.lfer", join(folder, "p"))).diagnostics;
      assert.equal(
        found.map(({ code }) => code),
        ["tool/unreadable-path"],
      );
      assert.match(found[0]?.message ?? "", /"link.lfer".*is a link to outside its project/);
      const gone = (await compileFile("gone.lfer", join(folder, "p"))).diagnostics;
      assert.equal(
        gone.map(({ code }) => code),
        ["tool/no-such-path"],
      );
    }));

  test("folders are searched in order, without hidden ones, node_modules and links", () =>
    inFolder(
      ["m/b.lfer", "m/a.lfer", "m/sub/c.lfer", "m/x.txt", "m/.git/d.lfer", "m/node_modules/e.lfer"],
      async (folder) => {
        symlinkSync(join(folder, "m"), join(folder, "m/loop"));
        const { files, diagnostics } = await expandPaths(["m/sub/c.lfer", "m", "m/a.lfer"], folder);
        assert.equal(
          files.map((file) => displayPath(folder, file)),
          ["m/sub/c.lfer", "m/a.lfer", "m/b.lfer"],
        );
        assert.equal(diagnostics, []);
      },
    ));

  test("the folder of a training run is searched only where it is named", () =>
    inFolder(
      ["a.lfer", "runs/T-1/model.lfer", "runs/T-1/run.json", "nets/model.lfer", "nets/x.json"],
      async (folder) => {
        const found = async (path: string) =>
          (await expandPaths([path], folder)).files.map((file) => displayPath(folder, file));
        assert.equal(await found("."), ["a.lfer", "nets/model.lfer"]);
        assert.equal(await found("runs/T-1"), ["runs/T-1/model.lfer"]);
        assert.equal(await found("runs"), []);
      },
    ));

  test("what names nothing is an error", () =>
    inFolder(["m/x.txt"], async (folder) => {
      const { diagnostics } = await expandPaths(["m", "nope"], folder);
      assert.equal(
        diagnostics.map((diagnostic) => diagnostic.code),
        ["tool/no-models-in-folder", "tool/no-such-path"],
      );
    }));
});

suite("colours", (test) => {
  const terminal = { isTTY: true };
  test("NO_COLOR wins, then FORCE_COLOR, then the terminal", () => {
    assert.is(wantsColour(terminal, {}), true);
    assert.is(wantsColour({}, {}), false, "a pipe");
    assert.is(wantsColour(terminal, { NO_COLOR: "1", FORCE_COLOR: "1" }), false);
    assert.is(wantsColour(terminal, { NO_COLOR: "" }), true, "empty counts as unset (no-color.org)");
    assert.is(wantsColour({}, { FORCE_COLOR: "1" }), true);
    assert.is(wantsColour(terminal, { FORCE_COLOR: "0" }), false);
    assert.is(wantsColour(terminal, { CI: "true" }), false);
    assert.is(wantsColour(terminal, { TERM: "dumb" }), false);
  });
});

suite("--set", (test) => {
  test("takes NAME=VALUE", () => {
    assert.equal(
      parseSettings(["size=112", "head = linear", "eq=a=b"]),
      new Map([
        ["size", "112"],
        ["head", "linear"],
        ["eq", "a=b"],
      ]),
    );
    for (const bad of ["size", "=1", " =1"]) {
      const answer = parseSettings([bad]);
      assert.is("code" in answer && answer.code, "tool/bad-setting");
    }
  });

  test("gives a parameter one value", () => {
    for (const twice of [
      ["size=8", "size=16"],
      ["size=8", "head=a", " size =16"],
      ["size=8", "size=8"],
      ["student.size=8", "student.size=16"],
    ]) {
      const answer = parseSettings(twice);
      assert.is("code" in answer && answer.code, "tool/setting-said-twice");
    }
    assert.is(parseSettings(["student.size=8", "teacher.size=16"]) instanceof Map, true);
  });
});
