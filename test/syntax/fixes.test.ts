import assert from "node:assert/strict";
import type { Fix } from "../../src/diagnostics/diagnostic.js";
import { parse } from "../../src/syntax/parse.js";
import { suite } from "../support/suite.js";

const mended = (text: string, { span, text: written }: Fix): string =>
  text.slice(0, span.start) + written + text.slice(span.end);

/** Applies the first offered fix repeatedly. */
function rounds(text: string): readonly string[] {
  const found = [text];
  for (let round = 0; round < 10; round++) {
    const last = found[found.length - 1] as string;
    const fix = parse("a.lfer", last).diagnostics.find((d) => d.fix !== undefined)?.fix;
    if (fix === undefined) break;
    found.push(mended(last, fix));
  }
  return found.map((each) => each.replace(/^const a = |\n$/g, ""));
}

suite("syntax: fixes", (test) => {
  for (const [written, meant] of [
    ["b === c", "b == c"],
    ["b ==== c", "b == c"],
    ["b ====== c", "b == c"],
    ["b !== c", "b != c"],
    ["b !=== c", "b != c"],
    ["b && c", "b and c"],
    ["b &&& c", "b and c"],
    ["b&&c", "b and c"],
    ["b || c", "b or c"],
    ["b||c", "b or c"],
    ["!b", "not b"],
    ["! b", "not b"],
    ["b^2", "b**2"],
    ["b \u2260 c", "b != c"],
    ["b = c", "b == c"],
  ] as const) {
    test(`of ${written} leaves nothing to be told again`, () => {
      assert.deepEqual(rounds(`const a = ${written}\n`), [written, meant]);
      assert.deepEqual(parse("a.lfer", `const a = ${meant}\n`).diagnostics, []);
    });
  }
});
