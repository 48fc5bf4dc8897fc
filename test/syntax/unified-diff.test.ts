import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { unifiedDiff } from "../../src/syntax/format/unified-diff.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const anyText = fc
  .tuple(fc.array(fc.constantFrom("a", "b", "c", "d", ""), { maxLength: 30 }), fc.boolean())
  .map(([lines, ends]) => lines.join("\n") + (ends && lines.length > 0 ? "\n" : ""));

suite("unified diff", (test) => {
  test("looks as git prints it", () => {
    const before = "1\n2\n3\n4\n5\n6\n7\n8\n";
    assert.is(
      unifiedDiff("m.lfer", before, before.replace("5\n", "five\n")),
      "--- a/m.lfer\n+++ b/m.lfer\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n",
    );
    assert.is(unifiedDiff("m.lfer", before, before), "");
  });

  test("git apply makes the one text from the other", () =>
    inFolder({}, (folder) => {
      const path = join(folder, "t.txt");
      fc.assert(
        fc.property(anyText, anyText, (before, after) => {
          const diff = unifiedDiff("t.txt", before, after);
          // Git treats an empty file as a missing one.
          if (diff === "" || before === "" || after === "") return;
          writeFileSync(path, before);
          execFileSync("git", ["apply", "--unidiff-zero", "-"], { cwd: folder, input: diff, stdio: "pipe" });
          assert.is(readFileSync(path, "utf8"), after, diff);
        }),
        { numRuns: 60 },
      );
    }));

  test("texts that share next to nothing end too", () => {
    const lines = (from: number): string => Array.from({ length: 20_000 }, (_, i) => `${from + i}\n`).join("");
    const diff = unifiedDiff("big", lines(0), lines(1_000_000));
    assert.is(diff.split("\n").filter((line) => line.startsWith("+1")).length, 20_000);
  });
});
