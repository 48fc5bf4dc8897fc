// The standard library's trees in the bundles equal those that the parser makes of its texts.
import * as assert from "uvu/assert";
import { readyTrees } from "../../src/std/ready-trees.js";
import { standardLibrary } from "../../src/std/sources.js";
import { parse } from "../../src/syntax/parse.js";
import { makeTrees } from "../../tools/ready-trees.mjs";
import { suite } from "../support/suite.js";

/** Without undefined fields, which JSON cannot represent. */
function withoutGaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutGaps);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.map(([key, part]) => [key, withoutGaps(part)]));
}

const trees = await makeTrees();

suite("ready trees", (test) => {
  test("every text has one, and nothing is wrong with it", () => {
    assert.equal(
      trees.map(([path]) => path),
      [...standardLibrary.keys()],
    );
    for (const [path, text] of standardLibrary) {
      const { diagnostics, divisions } = parse(path, text);
      assert.equal([diagnostics.length, divisions.size], [0, 0], path);
    }
  });

  for (const [path, json] of trees) {
    test(`${path}: read from JSON it is the tree`, () => {
      assert.equal(JSON.parse(json), withoutGaps(parse(path, standardLibrary.get(path) ?? "").tree));
    });
  }

  test("lferc has none where it runs from its sources", () => assert.is(readyTrees.size, 0));
});
