// `check --fix` and `check --deny`: what is written, and what makes a check fail.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { failAt } from "../support/faults.mjs";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

/** The first round mends errors; the lint of a missing edition comes with the second. */
const mended = (text: string): string =>
  text.replace("'relu'", '"relu"').replace("!true && 1 == 2", "not true and 1 == 2");

const before = `const kind = 'relu'
const wide = !true && 1 == 2
model M {
  input image: float32[N, 3, 8, 8]
  logits = image -> conv(8, kernel: 3) -> global_avg_pool -> flatten
  output logits
}
`;

suite("lferc check --fix", (test) => {
  test("what can only mean one thing is written; what is left is told, and a second time there is nothing to do", () =>
    inFolder({ "m.lfer": before }, async (cwd) => {
      const path = join(cwd, "m.lfer");
      const first = await callLferc(["check", "--fix", "m.lfer"], cwd);
      const fixed = readFileSync(path, "utf8");
      assert.is(fixed, `lfer 1\n\n${mended(before)}`);
      assert.match(first.stderr, /1 file checked: 2 warnings, 4 fixed/);
      assert.equal(codesIn(first.stderr), ["lint/unused-declaration", "lint/unused-declaration"]);
      const second = await callLferc(["check", "--fix", "m.lfer"], cwd);
      assert.is(readFileSync(path, "utf8"), fixed);
      assert.not.match(second.stderr, /fixed/);
    }));

  test("without --fix nothing is written, nor is a fix that would guess a word", () =>
    inFolder({ "m.lfer": before, "guess.lfer": "lfer 1\n\nblock B = convv(8)\n" }, async (cwd) => {
      await callLferc(["check", "."], cwd);
      assert.is(readFileSync(join(cwd, "m.lfer"), "utf8"), before);
      const ran = await callLferc(["check", "--fix", "guess.lfer"], cwd);
      assert.is(ran.code, 1);
      assert.is(readFileSync(join(cwd, "guess.lfer"), "utf8"), "lfer 1\n\nblock B = convv(8)\n");
    }));

  test("a file that cannot be written is whole, as it was before that round, and that is an error", () =>
    inFolder({ "m.lfer": before }, async (cwd) => {
      for (let at = 1; ; at++) {
        writeFileSync(join(cwd, "m.lfer"), before);
        const fault = failAt(at, "ENOSPC");
        const ran = await callLferc(["check", "--fix", "m.lfer"], cwd).finally(fault.end);
        if (fault.operations.length < at) {
          assert.ok(at > 1, "no operation was seen");
          break;
        }
        if (!codesIn(ran.stderr).includes("tool/cannot-write")) continue;
        assert.is(ran.code, 1, ran.stderr);
        const left = readFileSync(join(cwd, "m.lfer"), "utf8");
        assert.ok([before, mended(before)].includes(left), left);
      }
    }));
});

suite("lferc check --deny", (test) => {
  test("a warning that is denied fails the check, by its code or as all warnings", () =>
    inFolder({ "m.lfer": `lfer 1\n\nconst spare = 1\n${before.slice(before.indexOf("model"))}` }, async (cwd) => {
      const codes = async (...more: readonly string[]) => (await callLferc(["check", "m.lfer", ...more], cwd)).code;
      assert.equal(
        [
          await codes(),
          await codes("--deny", "warnings"),
          await codes("--deny", "lint/unused-declaration"),
          await codes("--deny", "lint/no-edition"),
        ],
        [0, 1, 1, 0],
      );
      const sarif = await callLferc(["check", "m.lfer", "--deny", "warnings", "--format", "sarif"], cwd);
      assert.is(JSON.parse(sarif.stdout).runs[0].results[0].level, "error");
    }));
});
