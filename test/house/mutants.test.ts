// tools/mutants.mjs plants the faults of mutants.json, in `.ci/run --full`; here only: does each still match its file?
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

interface Mutant {
  /** Why the rule exists. */
  readonly rule: string;
  readonly file: string;
  /** A text that occurs once in the file. */
  readonly before: string;
  readonly after: string;
  /** The test file below test/, and the title of its test that must fail. */
  readonly test: string;
  readonly title: string;
}

const mutants = JSON.parse(readFileSync(join(root, "test/house/mutants.json"), "utf8")) as readonly Mutant[];

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A title as written, one composed of parts, or one from rows in another file. */
function hasTitle(text: string, title: string): boolean {
  const made = [...text.matchAll(/`([^`\n]*\$\{[^`\n]*)`/g)].map(([, template = ""]) =>
    template
      .split(/\$\{[^}]*\}/)
      .map(literal)
      .join(".+"),
  );
  const isOfRows = /\btest\(title\b/.test(text);
  return text.includes(title) || isOfRows || made.some((pattern) => new RegExp(`^${pattern}$`).test(title));
}

suite("mutants", (test) => {
  test("each stands for a rule of its own, once in its file, and names the test that must see it", () => {
    for (const { rule, file, before, after, test: testFile, title } of mutants) {
      const text = readFileSync(join(root, file), "utf8");
      assert.is(text.split(before).length, 2, `${rule}: "${before}" in ${file}`);
      assert.is.not(after, before);
      const path = join(root, "test", testFile);
      assert.ok(existsSync(path), `${rule}: ${testFile}`);
      assert.ok(hasTitle(readFileSync(path, "utf8"), title), `${rule}: no test of ${testFile} is called "${title}"`);
    }
    assert.is(new Set(mutants.map(({ file, before, after }) => `${file} ${before} ${after}`)).size, mutants.length);
  });
});
