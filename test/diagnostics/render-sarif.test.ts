import { readFileSync } from "node:fs";
import { type Schema, Validator } from "@cfworker/json-schema";
import * as assert from "uvu/assert";
import { catalogue } from "../../src/diagnostics/catalogue.js";
import { type DiagnosticCode, diagnose } from "../../src/diagnostics/diagnostic.js";
import type { Located } from "../../src/diagnostics/render-json.js";
import { renderSarif } from "../../src/diagnostics/render-sarif.js";
import { noSourceTexts, sourceTexts } from "../../src/diagnostics/source-text.js";
import { version } from "../../src/version.js";
import { inFolder, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { diagnose as diagnoseText } from "../support/tester.js";

const schema = JSON.parse(
  readFileSync(new URL("../fixtures/sarif/sarif-schema-2.1.0.json", import.meta.url), "utf8"),
) as Schema;
const validator = new Validator(schema, "4", false);

/** The errors of a log by the official schema. */
const faults = (log: unknown): readonly string[] =>
  validator.validate(log).errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);

const examples = Object.entries(catalogue).flatMap(([code, { bad }]) =>
  typeof bad === "string" ? [[code, bad] as const] : [],
);

suite("sarif", (test) => {
  test("every diagnostic that a text can show makes a log that the official schema accepts", async () => {
    const located: Located[] = [];
    for (const [code, text] of examples) {
      const file = `folder with blanks/${code}#1.lfer`;
      const sources = sourceTexts(
        () => text,
        () => file,
      );
      for (const diagnostic of await diagnoseText(text)) located.push([diagnostic, sources]);
    }
    located.push([diagnose("tool/no-such-path", { path: "x" }), noSourceTexts]);
    assert.ok(located.some(([{ fix }]) => fix !== undefined) && located.some(([{ related }]) => related.length > 0));
    const log = JSON.parse(renderSarif(located, version));
    assert.equal(faults(log), []);
    const [{ tool, results }] = log.runs;
    assert.is(results.length, located.length);
    for (const [i, result] of results.entries()) {
      assert.is(tool.driver.rules[result.ruleIndex].id, located[i]?.[0].code as DiagnosticCode);
    }
    const uri = results[0].locations[0].physicalLocation.artifactLocation.uri as string;
    assert.match(uri, /^folder%20with%20blanks\/.*%231\.lfer$/);
  });

  test("an empty log is one too", () => assert.equal(faults(JSON.parse(renderSarif([], version))), []));

  test("the schema finds what is wrong with a log", () => {
    const log = JSON.parse(renderSarif([[diagnose("tool/no-such-path", { path: "x" }), noSourceTexts]], version));
    log.runs[0].results[0].level = "fatal";
    assert.ok(faults(log).length > 0);
    log.runs[0].results[0] = { level: "error" };
    assert.ok(faults(log).length > 0);
  });

  test("lferc check --format sarif: where it is, from line and column 1, and how to mend it", () =>
    inFolder({ "models/m.lfer": "lfer 1\n\nconst a = 1 + 'b'\n" }, (cwd) => {
      const ran = runLferc(["check", "--format", "sarif", "models"], { cwd });
      assert.is(ran.code, 1);
      const log = JSON.parse(ran.stdout);
      assert.equal(faults(log), []);
      const [{ ruleId, level, locations, fixes }] = log.runs[0].results;
      assert.equal([ruleId, level], ["syntax/single-quotes", "error"]);
      const region = { startLine: 3, startColumn: 15, endLine: 3, endColumn: 18 };
      assert.equal(locations, [{ physicalLocation: { artifactLocation: { uri: "models/m.lfer" }, region } }]);
      assert.equal(fixes[0].artifactChanges[0].replacements, [
        { deletedRegion: region, insertedContent: { text: '"b"' } },
      ]);
    }));
});
