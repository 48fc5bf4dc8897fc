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
});
