import * as assert from "uvu/assert";
import { catalogue } from "../../src/diagnostics/catalogue.js";
import type { Entry, SourceExample } from "../../src/diagnostics/entry.js";
import { onTerminal } from "../support/in-process.js";
import { suite } from "../support/suite.js";
import { diagnose, expectNoDiagnostics } from "../support/tester.js";
import { commandScenarios } from "./command-scenarios.js";
import { nativeScenarios } from "./onnx-scenarios.js";

const entries = Object.entries(catalogue as unknown as Readonly<Record<string, Entry<never>>>);

const isSource = (example: Entry<never>["bad"]): example is SourceExample =>
  typeof example === "string" || !("command" in example);

suite("examples of the catalogue", (test) => {
  for (const [code, entry] of entries) {
    const { bad, good } = entry;
    if (isSource(bad)) {
      test(`${code}: the bad one gives it and nothing else`, async () => {
        const codes = (await diagnose(bad)).map((diagnostic) => diagnostic.code);
        assert.equal([...new Set(codes)], [code]);
        assert.is(codes.length, 1, `given ${codes.length} times`);
      });
    } else {
      const testHere = nativeScenarios.includes(code) ? test.native : test;
      testHere(`${code}: a scenario provokes it`, async () => {
        const scenario = commandScenarios[code];
        assert.ok(scenario, "test/diagnostics/command-scenarios.ts has none for it");
        // The narrowest terminal: most texts are broken there.
        const found = await onTerminal(60, scenario);
        assert.ok(found.includes(code), `gave ${found.join(", ") || "nothing"}`);
      });
    }
    if (isSource(good)) {
      test(`${code}: the good one is clean`, async () => expectNoDiagnostics(good, await diagnose(good)));
    }
  }

  test("no scenario is left over", () => {
    const wanted = new Set(entries.filter(([, entry]) => !isSource(entry.bad)).map(([code]) => code));
    assert.equal(
      Object.keys(commandScenarios).filter((code) => !wanted.has(code)),
      [],
    );
  });

  test("every code is phase/what-is-wrong, every text ends as its kind does", () => {
    for (const [code, entry] of entries) {
      assert.match(code, /^[a-z]+\/[a-z0-9]+(-[a-z0-9]+)*$/);
      assert.match(entry.explanation, /[.!?]$/, `${code}'s explanation is a sentence`);
    }
  });
});
