import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { eachRecord, readCsv, splitFields } from "../../src/data/csv.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

async function records(text: string | Uint8Array): Promise<readonly unknown[]> {
  return inFolder({ "t.csv": text }, async (cwd) => {
    const found: unknown[] = [];
    const unread = await eachRecord(join(cwd, "t.csv"), ({ fields, line }) => {
      found.push([line, ...fields]);
      return undefined;
    });
    return unread === undefined ? found : [unread.diagnose({}).message.replace(/^.*: /, "")];
  });
}

suite("CSV", (test) => {
  test("as Python's csv module reads it: quotes, quoted quotes, commas and line ends in quotes, empty fields", () => {
    // csv.reader(io.StringIO(line)) of Python 3.11.
    for (const [line, fields] of [
      ["a,b,c", ["a", "b", "c"]],
      ["a,,", ["a", "", ""]],
      [",", ["", ""]],
      ['"a,b",c', ["a,b", "c"]],
      ['"say ""hi""",""', ['say "hi"', ""]],
      ['"a\nb",c', ["a\nb", "c"]],
      ['a "b",c', ['a "b"', "c"]],
      ['"",""', ["", ""]],
    ] as const) {
      assert.equal(splitFields(line), fields, line);
    }
  });

  test("a byte order mark, Windows' line ends, no end of the last line, empty lines", async () => {
    assert.equal(await records('\uFEFFa,b\r\n\r\n"1\r\n2",x\r\n3,4'), [
      [1, "a", "b"],
      [3, "1\n2", "x"],
      [5, "3", "4"],
    ]);
  });

  test("lines that lie across the pieces in which a file is read come whole", async () => {
    const long = "x".repeat(100_000);
    const found = await records(Array.from({ length: 9 }, (_, i) => `${i},${long}${i}\n`).join(""));
    assert.equal(
      found,
      Array.from({ length: 9 }, (_, i) => [i + 1, String(i), `${long}${i}`]),
    );
  });

  test("what is no table is refused in words", async () => {
    assert.equal(await records('a,b\n"c,d\ne,f\n'), ["the quotes that open in line 2 do not close"]);
    assert.equal(await records(`a,b\n"${"x\n".repeat(2 ** 20)}`), ["the quotes that open in line 2 do not close"]);
    assert.equal(await records(Buffer.from("\uFEFFa,b\n", "utf16le")), ["it is UTF-16; save it as UTF-8"]);
    assert.equal(await records("x".repeat(2 ** 20 + 1)), ["line 1 has more than 1048576 bytes"]);
    const nowhere = await eachRecord("/nowhere/t.csv", () => undefined);
    assert.match(nowhere?.diagnose({}).message ?? "", /there is no such file/);
    const device = await eachRecord("/dev/zero", () => undefined);
    assert.match(device?.diagnose({}).message ?? "", /not a regular file/);
  });

  test("columns are found by name, whatever their case and order; of two with one name the first counts", () =>
    inFolder({ "t.csv": "B, a ,b\n1,2,3\n" }, async (cwd) => {
      const rows: string[] = [];
      const read = () =>
        readCsv(join(cwd, "t.csv"), ["A", "b"], ({ get }) => {
          rows.push(get("a"), get("B"), get("c"));
          return undefined;
        });
      assert.is(await read(), undefined);
      assert.equal(rows, ["2", "1", ""]);
      writeFileSync(join(cwd, "t.csv"), "a\n1\n");
      assert.match((await read())?.diagnose({}).message ?? "", /has no column b; its columns are a/);
    }));
});
