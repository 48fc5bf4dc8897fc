import fc from "fast-check";
import * as assert from "uvu/assert";
import { lineIndex } from "../../src/diagnostics/line-index.js";
import { suite } from "../support/suite.js";

suite("line index", (test) => {
  test("counts lines and columns from 1", () => {
    const lines = lineIndex("ab\ncd\n");
    assert.equal(lines.locate(0), { line: 1, column: 1 });
    assert.equal(lines.locate(2), { line: 1, column: 3 });
    assert.equal(lines.locate(3), { line: 2, column: 1 });
    assert.equal(lines.locate(6), { line: 3, column: 1 });
    assert.is(lines.lineCount, 3);
  });

  test("takes CRLF and a lone CR as one break each", () => {
    const lines = lineIndex("a\r\nb\rc\r\n\r\nd");
    assert.equal([1, 2, 3, 4, 5].map(lines.lineText), ["a", "b", "c", "", "d"]);
    assert.equal(lines.locate(3), { line: 2, column: 1 });
    assert.equal(lines.locate(2), { line: 1, column: 3 });
  });

  test("columns are UTF-16 units", () => {
    assert.equal(lineIndex("😀x").locate(2), { line: 1, column: 3 });
  });

  test("moves offsets outside the text to its ends", () => {
    const lines = lineIndex("ab");
    assert.equal(lines.locate(-5), { line: 1, column: 1 });
    assert.equal(lines.locate(99), { line: 1, column: 3 });
    assert.is(lines.lineText(0), "");
    assert.is(lines.lineText(2), "");
  });

  test("agrees with splitting the text, on any text", () => {
    const text = fc.array(fc.constantFrom("a", "é", "\n", "\r", "\r\n", "\t", "日")).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, fc.nat(60), (source, at) => {
        const offset = Math.min(at, source.length);
        // A break begins a new line only when all of it is before the offset.
        const before = source.slice(0, offset).split(/\r\n|\n|\r(?!\n)/);
        const halfBreak = source[offset - 1] === "\r" && source[offset] === "\n";
        const pieces = halfBreak ? source.slice(0, offset - 1).split(/\r\n|\n|\r/) : before;
        const column = (pieces.at(-1) ?? "").length + 1 + (halfBreak ? 1 : 0);
        assert.equal(lineIndex(source).locate(offset), { line: pieces.length, column });
        assert.equal(
          Array.from({ length: lineIndex(source).lineCount }, (_, i) => lineIndex(source).lineText(i + 1)),
          source.split(/\r\n|\n|\r/),
        );
      }),
    );
  });
});
