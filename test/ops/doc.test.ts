import * as assert from "uvu/assert";
import { ops, surfaces } from "../../src/ops/registry.js";
import { generateOpsDoc } from "../../tools/generate-ops-doc.js";
import { suite } from "../support/suite.js";

suite("ops: generated reference", (test) => {
  test("names every op, every surface and every parameter", () => {
    const doc = generateOpsDoc();
    for (const name of Object.keys(ops)) assert.ok(doc.includes(`\n## ${name}\n`), name);
    for (const [name, { surface }] of surfaces) {
      assert.ok(doc.includes(`| \`${name}\` | ${surface.kind} |`), name);
      for (const [parameter, { doc: meaning }] of Object.entries(surface.parameters)) {
        assert.ok(doc.includes(`| \`${parameter}\` |`) && doc.includes(meaning), `${name}.${parameter}`);
      }
    }
  });

  test("every op says in a sentence what it is", () => {
    for (const { name, doc } of Object.values(ops)) assert.match(doc, /^[^\n]{3,110}\.$/, name);
  });
});
