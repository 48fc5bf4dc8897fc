import assert from "node:assert/strict";
import { catalogue } from "../../src/diagnostics/catalogue.js";
import { parse } from "../../src/syntax/parse.js";
import { fixturesIn } from "../support/fixtures.js";
import { suite } from "../support/suite.js";

const syntaxEntries = Object.entries(catalogue).filter(([code]) => code.startsWith("syntax/"));

suite("syntax: catalogue", (test) => {
  for (const [code, entry] of syntaxEntries) {
    test(`${code}: the bad example gives it alone, the good one nothing`, () => {
      const codes = (example: unknown): readonly string[] =>
        parse("main.lfer", String(example)).diagnostics.map((d) => d.code);
      assert.deepEqual(codes(entry.bad), [code]);
      assert.deepEqual(codes(entry.good), []);
    });
  }

  test("what comes from Python is answered in its own terms", () => {
    const help = (statement: string): readonly (string | undefined)[] =>
      parse(
        "main.lfer",
        `lfer 1\nmodel M {\n  input x: float32[N, 3, 8, 8]\n  ${statement}\n  output x\n}\n`,
      ).diagnostics.map((diagnostic) => diagnostic.help);
    assert.match(String(help("y = x -> nn.Conv2d(3, 16, 3)")), /`x -> conv\(16, kernel: 3\)`/);
    assert.match(String(help("y = x.flatten(1)")), /`x -> flatten`/);
    assert.match(String(help("y = F.relu(x)")), /`x -> relu`/);
    assert.match(String(help("y = x -> conv(8);")), /a statement ends where the next one begins/);
    assert.match(String(help("y = [for i in 1..3 do i]")), /`\[1\.\.3\]`/);
  });

  test("every code stands in a fixture", () => {
    const all = fixturesIn(new URL("../fixtures/syntax/", import.meta.url)).map((f) => f.text);
    // Found by length: shown in limits.test.ts.
    const elsewhere = ["syntax/nesting-too-deep"];
    const missing = syntaxEntries
      .map(([code]) => code)
      .filter((code) => !elsewhere.includes(code) && !all.some((text) => text.includes(` ${code}`)));
    assert.deepEqual(missing, []);
  });
});
