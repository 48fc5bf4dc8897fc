import * as assert from "uvu/assert";
import { displayWidth, expandTabs, printable } from "../../src/diagnostics/display-text.js";
import { suite } from "../support/suite.js";

suite("display text", (test) => {
  test("knows wide, combining and joined characters", () => {
    assert.is(displayWidth("abc"), 3);
    assert.is(displayWidth("日本"), 4);
    assert.is(displayWidth("e\u0301"), 1, "e with a combining accent");
    assert.is(displayWidth("ﾊﾝ"), 2, "half width katakana");
    assert.is(displayWidth("Ａ"), 2, "full width A");
    assert.is(displayWidth("😀"), 2);
    assert.is(displayWidth("👩‍👩‍👧"), 2, "a family is one picture");
    assert.is(displayWidth("한국"), 4);
    assert.is(displayWidth(""), 0);
  });

  test("a tab goes to the next stop, from wherever it stands", () => {
    assert.is(displayWidth("\t"), 4);
    assert.is(displayWidth("a\tb"), 5);
    assert.is(displayWidth("\t", 3), 1);
    assert.is(expandTabs("a\tb\t\tc"), "a   b       c");
    assert.is(expandTabs("日\tx"), "日  x");
  });

  test("control and bidi characters are shown, not obeyed", () => {
    assert.is(printable("a\u001b[31mb"), "a␛[31mb");
    assert.is(printable("x\u202ey\u2066z"), "x\ufffdy\ufffdz");
    assert.is(printable("\u007f\u0000"), "␡␀");
    assert.is(printable("two\nlines"), "two\nlines");
  });
});
