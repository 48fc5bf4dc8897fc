// Tables of distributions are untrusted: errors are reported with their line, and nothing is guessed.
import * as assert from "uvu/assert";
import {
  columnsFor,
  distributionHeader,
  distributionRow,
  readDistributionTable,
} from "../../src/data/distribution-table.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { suite } from "../support/suite.js";

const read = (text: string | Uint8Array) =>
  readDistributionTable(typeof text === "string" ? new TextEncoder().encode(text) : text, "d.csv");

const saidOf = (text: string | Uint8Array): string => {
  const table = read(text);
  return isProblem(table) ? table.diagnose({}).message : "fine";
};

suite("a table of distributions", (test) => {
  test("brings back what was written: names with commas, accents however composed, shares to float32", () => {
    const shares = [0.1, 1 / 3, 1 - 0.1 - 1 / 3];
    const text = distributionHeader(["a", "b, c", "d"]) + distributionRow("x/cafe\u0301,1.png", shares);
    const table = read(text);
    assert.not.ok(isProblem(table));
    if (isProblem(table)) return;
    assert.equal([table.classes, table.count], [["a", "b, c", "d"], 1]);
    const found = table.sharesOf("x/caf\u00e9,1.png");
    assert.equal([...(found ?? [])], shares.map(Math.fround));
    assert.is(table.sharesOf("x/other.png"), undefined);
  });

  test("many rows: each its own", () => {
    const rows = Array.from({ length: 5000 }, (_, i) => distributionRow(`p${i}`, [i / 5000, 1 - i / 5000]));
    const table = read(distributionHeader(["a", "b"]) + rows.join(""));
    if (isProblem(table)) throw new Error("refused");
    for (const i of [0, 1, 1023, 1024, 1025, 4999]) assert.is(table.sharesOf(`p${i}`)?.[0], Math.fround(i / 5000));
  });

  for (const [text, said] of [
    ["", "line 1: it is empty"],
    ["name,a\nx,1\n", 'line 1: its first column is "name", not "path"'],
    ["path\nx\n", "line 1: each column after the first is named by a class"],
    ["path,a,a\nx,1,0\n", 'line 1: the class "a" appears twice'],
    ["path,a,b\n", "line 1: it has no row"],
    ["path,a,b\nx,1\n", "line 2: it has 1 numbers, the header 2 classes"],
    ["path,a,b\nx,1,0\nx,0,1\n", 'line 3: "x" appears twice'],
    ["path,a,b\nx,0.5,0.6\n", "line 2: its shares are 1.1 together, not 1"],
    ["path,a,b\nx,-0.5,1.5\n", 'line 2: "-0.5" is not a share from 0 to 1'],
    ["path,a,b\nx,,1\n", 'line 2: "" is not a share from 0 to 1'],
    ["path,a,b\nx,nan,1\n", 'line 2: "nan" is not a share from 0 to 1'],
    ['path,a,b\n"x,1,0\n', "line 2: a quotation mark stands where none may, or is not closed"],
  ] as const) {
    test(`${JSON.stringify(text)} is refused`, () => assert.is(saidOf(text), `d.csv, ${said}`));
  }

  test("what is no UTF-8 is refused; so are columns without end, at once", () => {
    assert.is(saidOf(Uint8Array.of(0x41, 0xff, 0x41)), "d.csv, line 1: it is not UTF-8 text");
    assert.is(saidOf(Uint8Array.of(0xff, 0xfe, 0x41)), "d.csv, line 1: it begins as UTF-16 text and is none");
    const columns = Array.from({ length: 100_001 }, (_, i) => `c${i}`).join(",");
    assert.is(saidOf(`path,${columns}\n`), "d.csv, line 1: it has 100001 classes, the limit is 100000");
  });

  test("its classes are the model's by name, in any order and by the usual words, or it is refused", () => {
    const of = (classes: readonly string[]) => columnsFor({ classes }, ["happiness", "sadness", "neutral"], "d.csv");
    assert.equal(of(["Neutral", "happy", "sad"]), [1, 2, 0]);
    for (const classes of [
      ["happy", "sad"],
      ["happy", "sad", "neutral", "fear"],
      ["happy", "happiness", "sad"],
    ]) {
      const found = of(classes);
      assert.ok(isProblem(found) && found.diagnose({}).code === "data/distribution-classes", classes.join());
    }
  });
});
