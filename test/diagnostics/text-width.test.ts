import * as assert from "uvu/assert";
import { cutToWidth, textWidth } from "../../src/diagnostics/text-width.js";
import { suite } from "../support/suite.js";

// By wcswidth of PyPI's wcwidth 0.9.4. It counts a spacing mark (Devanagari) alone as zero columns: not compared here.
const widths: readonly (readonly [string, number])[] = [
  ["plain", 5],
  ["日本語", 6],
  ["한국어", 6],
  ["ＡＢＣ", 6],
  ["é", 1],
  ["e\u0301e\u0301e\u0301", 3],
  ["n\u0303o", 2],
  ["\u200bzero", 4],
  ["👩‍🔬", 2],
  ["🇩🇪", 2],
  ["❤️", 2],
  ["☺", 1],
  ["✅", 2],
  ["ก็", 1],
  ["\u1100\u1161\u11a8", 2],
  ["｡ｱ", 2],
  ["〈x〉", 5],
  ["שלום", 4],
  ["мир", 3],
  ["𠀀", 2],
  ["🫠", 2],
  ["①", 1],
  ["│─", 2],
  ["so\u00adft", 5],
];

suite("the columns that text takes", (test) => {
  for (const [text, width] of widths) {
    test(`${JSON.stringify(text)}: ${width}`, () => assert.is(textWidth(text), width));
  }

  test("looks take none", () => assert.is(textWidth("\u001b[1mbold\u001b[22m \u001b[38;5;4mblue\u001b[39m"), 9));

  test("what is cut fits, ends with a mark, and cuts no character in two", () => {
    assert.is(cutToWidth("abc", 3), "abc");
    assert.is(cutToWidth("abcd", 3), "ab…");
    assert.is(cutToWidth("日本語", 5), "日本…");
    assert.is(cutToWidth("日本語", 4), "日…");
    assert.is(cutToWidth("e\u0301e\u0301e\u0301", 2), "e\u0301…");
    assert.is(cutToWidth("👩‍🔬👩‍🔬", 3), "👩‍🔬…");
    assert.is(cutToWidth("abc", 1), "…");
    assert.is(cutToWidth("abc", 0), "");
  });
});
