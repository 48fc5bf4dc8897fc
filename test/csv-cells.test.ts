import fc from "fast-check";
import * as assert from "uvu/assert";
import { csvLine, csvRows } from "../src/formats/csv-cells.js";
import { suite } from "./support/suite.js";

const cellsOf = (text: string) => [...csvRows(text)].map((row) => ("fault" in row ? row : row.cells));

suite("cells between commas", (test) => {
  test("quotes, line ends of both kinds, a byte order mark, empty cells and lines", () => {
    assert.equal(cellsOf('\ufeffa,b\r\n"x, ""y""",\r\n\n"two\nlines",2\n,'), [
      ["a", "b"],
      ['x, "y"', ""],
      ["two\nlines", "2"],
      ["", ""],
    ]);
  });

  test("each row says the line that it begins on, also behind one of several lines", () => {
    const rows = [...csvRows('a\n"b\nb"\nc')];
    assert.equal(
      rows.map((row) => row.line),
      [1, 2, 4],
    );
  });

  test("a quote that is not closed, or has something before or behind it, is a fault where its row begins", () => {
    for (const text of ['a\n"b', 'a\n"b"c\nd', 'a\nb"c"\nd']) {
      const last = [...csvRows(text)].at(-1);
      assert.ok(last !== undefined && "fault" in last && last.line === 2, text);
    }
  });

  test("whatever is written is read back", () => {
    const cells = fc.array(fc.string({ unit: "binary", maxLength: 5 }), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(cells, { maxLength: 4 }), (rows) => {
        assert.equal(cellsOf(rows.map(csvLine).join("")), rows);
      }),
      { numRuns: 200 },
    );
  });
});
