import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { codesIn, inFolder, lfercPath, root, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const ugly = `lfer 1
block   B(c:int)=conv( c )->relu // sharp
model M { input image: float32[N,3,8,8]


  logits = image->B( 4 )
  output logits }
`;
const pretty = `lfer 1

block B(c: int) = conv(c) -> relu   // sharp

model M {
  input image: float32[N, 3, 8, 8]

  logits = image -> B(4)
  output logits
}
`;
const broken = `lfer 1\n\nblock B(c: int = conv(c)\n`;

const files = { "a.lfer": ugly, "good/b.lfer": pretty };

suite("lferc fmt", (test) => {
  test("rewrites what is not in its form, and nothing else", () =>
    inFolder(files, (cwd) => {
      chmodSync(join(cwd, "a.lfer"), 0o600);
      const before = statSync(join(cwd, "good/b.lfer"));
      const ran = runLferc(["fmt"], { cwd });
      assert.equal(ran, { code: 0, stdout: "", stderr: "2 files looked at: 1 formatted\n" });
      assert.is(readFileSync(join(cwd, "a.lfer"), "utf8"), pretty);
      assert.is(statSync(join(cwd, "a.lfer")).mode & 0o777, 0o600);
      const after = statSync(join(cwd, "good/b.lfer"));
      assert.equal([after.ino, after.mtimeMs], [before.ino, before.mtimeMs]);
      assert.is(runLferc(["check", "a.lfer"], { cwd }).code, 0);
    }));

  test("--check lists, --diff shows, neither writes", () =>
    inFolder(files, (cwd) => {
      const check = runLferc(["fmt", "--check", "."], { cwd });
      assert.equal([check.code, check.stdout], [1, "a.lfer\n"]);
      const diff = runLferc(["fmt", "--diff", "a.lfer"], { cwd });
      assert.is(diff.code, 1);
      assert.match(diff.stdout, "--- a/a.lfer\n+++ b/a.lfer\n@@ -1,7 +1,10 @@\n lfer 1\n");
      assert.is(readFileSync(join(cwd, "a.lfer"), "utf8"), ugly);
      assert.equal(runLferc(["fmt", "--check", "--diff", "good"], { cwd }).code, 0);
    }));

  test("a broken file is told and left as it is; the others are formatted", () =>
    inFolder({ ...files, "broken.lfer": broken }, (cwd) => {
      const ran = runLferc(["fmt"], { cwd });
      assert.is(ran.code, 1);
      assert.ok(codesIn(ran.stderr).every((code) => code.startsWith("syntax/")) && codesIn(ran.stderr).length > 0);
      assert.match(ran.stderr, "--> broken.lfer:3:");
      assert.is(readFileSync(join(cwd, "broken.lfer"), "utf8"), broken);
      assert.is(readFileSync(join(cwd, "a.lfer"), "utf8"), pretty);
    }));

  test("a division by // stays as it is written, also where only an import tells that it is one", () => {
    const using = (remark: string): string =>
      `lfer 1\nimport { half } from "./half.lfer"\nconst a=half // ${remark}\nconst b=a+half\n`;
    const sources = {
      "divides.lfer": using("half"),
      "remarks.lfer": using("names"),
      "half.lfer": 'lfer 1\n\nconst half = 2\nconst names = ["a"]\n',
      "swallows.lfer": "lfer 1\nconst a=[3 // 2]\n",
    };
    return inFolder(sources, (cwd) => {
      const ran = runLferc(["fmt"], { cwd });
      assert.is(ran.code, 1);
      assert.equal(codesIn(ran.stderr), ["syntax/floor-division", "syntax/floor-division"]);
      assert.match(ran.stderr, "--> divides.lfer:3:14");
      for (const name of ["divides.lfer", "swallows.lfer"] as const) {
        assert.is(readFileSync(join(cwd, name), "utf8"), sources[name]);
      }
      assert.match(readFileSync(join(cwd, "remarks.lfer"), "utf8"), "const a = half   // names\n");
      const { status, stdout, stderr } = spawnSync(process.execPath, [lfercPath(), "fmt", "-"], {
        cwd,
        input: sources["divides.lfer"],
        encoding: "utf8",
      });
      assert.equal([status, stdout, codesIn(stderr)], [1, "", ["syntax/floor-division"]]);
    });
  });

  test("- goes from stdin to stdout", () => {
    const run = (input: string, ...args: readonly string[]) => {
      const { status, stdout } = spawnSync(process.execPath, [lfercPath(), "fmt", "-", ...args], {
        input,
        encoding: "utf8",
      });
      return [status, stdout];
    };
    assert.equal(run(ugly), [0, pretty]);
    assert.equal(run(ugly, "--check"), [1, ""]);
    assert.equal(run(pretty, "--check"), [0, ""]);
    assert.equal(run(broken), [1, ""]);
    assert.is(runLferc(["fmt", "-", "a.lfer"]).code, 2);
  });

  test("paths that are not there, and files that are no text", () =>
    inFolder({ "p.lfer": Buffer.from([0xff, 0xfe, 0]), "e.lfer": "" }, (cwd) => {
      assert.equal(codesIn(runLferc(["fmt", "no.lfer"], { cwd }).stderr), ["tool/no-such-path"]);
      assert.equal(codesIn(runLferc(["fmt", "p.lfer"], { cwd }).stderr), ["tool/unreadable-path"]);
      assert.is(runLferc(["fmt", "e.lfer"], { cwd }).code, 0);
    }));

  test("our own files are in their form", () => {
    const ran = runLferc(["fmt", "--check", "models", "examples", "src/std"], { cwd: root });
    assert.equal([ran.code, ran.stdout], [0, ""]);
  });
});
