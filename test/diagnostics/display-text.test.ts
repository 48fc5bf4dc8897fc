import * as assert from "uvu/assert";
import {
  displayWidth,
  expandTabs,
  harmless,
  harmlessJson,
  oneLine,
  printable,
  readable,
  readableName,
  visible,
} from "../../src/diagnostics/display-text.js";
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

  test("what would be obeyed is shown; only looks pass to a terminal", () => {
    const hostile = "a\u001b[2Jb\u0007\u009b2Jc\u202ed\r\n\t\u001b]0;title\u0007";
    assert.is(printable(hostile), "a␛[2Jb␇\ufffd2Jc\ufffdd␍\n\t␛]0;title␇");
    assert.is(oneLine("a\n::error::b"), "a␊::error::b");
    assert.is(visible("::error::a ##[error]\u0007"), "::error::a ##[error]␇");
    assert.is(harmless(`\u001b[1;31mred\u001b[0m ${hostile}`), `\u001b[1;31mred\u001b[0m ${printable(hostile)}`);
  });

  test("no runner finds a command, where a line begins or, by its mark, anywhere", () => {
    for (const clean of [printable, oneLine, harmless, readable, readableName, expandTabs]) {
      assert.is(clean("::error::a"), "∶:error::a");
      assert.match(clean(" \u00a0\u3000::set-output name=x::y"), /^\s+∶:set/);
      assert.is(clean("a ##[error] b ##vso[x] ##teamcity[y] ##"), "a ♯#[error] b ♯#vso[x] ♯#teamcity[y] ##");
      assert.is(clean("a::b, a ## b, [##"), "a::b, a ## b, [##");
    }
    assert.is(printable("a\n::error::b\n\t ::c"), "a\n∶:error::b\n\t ∶:c");
    assert.is(harmless("\u001b[31m::error::a"), "\u001b[31m∶:error::a");
    const json = JSON.stringify({ "##[a]": ["##vso[b]", "# #[c]"] });
    assert.not.match(harmlessJson(json), /##\w*\[/);
    assert.equal(JSON.parse(harmlessJson(json)), JSON.parse(json));
  });

  test("a word of megabytes is cut before it is matched", () => {
    const word = readable(`a "${"r".repeat(9_000_000)}" b`);
    assert.ok(word.length < 250 && word.startsWith('a "rrr') && word.endsWith('rrr" b'), word);
  });

  test("what is quoted at any length is cut to one that people read", () => {
    assert.is(readable('nothing here is called "relu"'), 'nothing here is called "relu"');
    const name = readable(`nothing here is called "${"r".repeat(100_000)}"`);
    assert.ok(name.length < 250 && name.startsWith('nothing here is called "rrr') && name.endsWith('rrr"'), name);
    const text = readable("a word ".repeat(100_000));
    assert.ok(text.length < 2100 && text.includes("…"), text);
    for (let shift = 0; shift < 4; shift++) {
      const cut = readable("x".repeat(shift) + "😀".repeat(100_000));
      assert.not.match(cut, /\p{Cs}/u);
    }
  });

  test("control and bidi characters are shown, not obeyed", () => {
    assert.is(printable("a\u001b[31mb"), "a␛[31mb");
    assert.is(printable("x\u202ey\u2066z"), "x\ufffdy\ufffdz");
    assert.is(printable("\u007f\u0000"), "␡␀");
    assert.is(printable("two\nlines"), "two\nlines");
  });
});
