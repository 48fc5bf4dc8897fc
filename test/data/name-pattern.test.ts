import * as assert from "uvu/assert";
import { namePattern } from "../../src/data/name-pattern.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { suite } from "../support/suite.js";

function found(pattern: string, path: string, what: "person" | "group" = "person"): string | undefined {
  const made = namePattern(pattern, what);
  if (isProblem(made)) throw new Error(made.diagnose({}).message);
  return made(path);
}

suite("a pattern of pictures' names", (test) => {
  for (const [pattern, path, person] of [
    ["{person}_*", "train/happy/anna_1.jpg", "anna"],
    ["{person}_*", "Aaron_Eckhart_0001.jpg", "Aaron"],
    ["{person}_#.*", "Aaron_Eckhart_0001.jpg", "Aaron_Eckhart"],
    ["{person}_#.*", "Aaron_Eckhart.jpg", undefined],
    ["{person}/*", "train/happy/anna/1.jpg", "anna"],
    ["{person}/*/*", "anna/happy/1.jpg", "anna"],
    ["{person}/*/*", "happy/1.jpg", undefined],
    ["*-{person}.jpg", "a-b-c.jpg", "b-c"],
    ["s#{person}*.png", "s12ab.png", "2"],
    ["{person}", "1.jpg", "1.jpg"],
    ["x{person}y", "xy", undefined],
    ["{person}.(a+)+$", "anna.(a+)+$", "anna"],
    ["{person}_*", "\u{1F600}_1.jpg", "\u{1F600}"],
  ] as const) {
    test(`${pattern} of ${path} is ${person ?? "nobody"}`, () => assert.is(found(pattern, path), person));
  }

  test("one capture of the right name, in parts that are not empty", () => {
    for (const pattern of [
      "",
      "*_*",
      "{person}{person}",
      "{group}_*",
      "/{person}",
      "{person}/",
      "{person}_{x}",
      "*".repeat(300),
    ]) {
      assert.ok(isProblem(namePattern(pattern, "person")), pattern);
    }
    assert.is(found("{group}_*", "a_b", "group"), "a");
  });

  test("many stars against a name that fits nearly do not take time without end", () => {
    // Trying all matches would take longer than the age of the universe.
    const pattern = `${"*a".repeat(60)}{person}b`;
    assert.is(found(pattern, "a".repeat(1000)), undefined);
  });
});
