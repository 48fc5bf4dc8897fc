import * as assert from "uvu/assert";
import { compareMarks, fixturesIn } from "../support/fixtures.js";
import { suite } from "../support/suite.js";
import { diagnose } from "../support/tester.js";

suite("semantics: fixtures", (test) => {
  for (const { name, text } of fixturesIn(new URL("../fixtures/semantics/", import.meta.url))) {
    test(name, async () => assert.equal(compareMarks(text, await diagnose(text)), []));
  }
});
