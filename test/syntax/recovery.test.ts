import assert from "node:assert/strict";
import { parse } from "../../src/syntax/parse.js";
import { compareMarks, fixturesIn } from "../support/fixtures.js";
import { suite } from "../support/suite.js";

suite("syntax: recovery", (test) => {
  for (const { name, text } of fixturesIn(new URL("../fixtures/syntax/", import.meta.url))) {
    test(`${name} gives exactly the marked diagnostics`, () => {
      assert.deepEqual(compareMarks(text, parse(name, text).diagnostics), []);
    });
  }

  test("after a guess what merely follows stays silent, until the next statement", () => {
    const rows: readonly (readonly [text: string, codes: readonly string[]])[] = [
      ["block B(x: = 3 4) = relu", ["syntax/missing-type"]],
      ["block B(x: ) y) = relu", ["syntax/missing-type"]],
      ["block B(x: 5 6 7) = relu\nblock C(y: 5 6) = relu", ["syntax/missing-type", "syntax/missing-type"]],
    ];
    for (const [text, codes] of rows) {
      const found = parse("m.lfer", `lfer 1\n\n${text}\n`).diagnostics.map(({ code }) => code);
      assert.deepEqual(found, codes, text);
    }
  });
});
