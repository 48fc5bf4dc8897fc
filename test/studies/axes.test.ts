import fc from "fast-check";
import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { cellsOf, parseAxes, parseAxis } from "../../src/studies/axes.js";
import { canonical, folderOf, identityOf } from "../../src/studies/settings.js";
import { suite } from "../support/suite.js";

const valuesOf = (text: string): readonly string[] => {
  const axis = parseAxis(text);
  if (isProblem(axis)) throw new Error(axis.diagnose({}).message);
  return axis.values;
};

suite("what a sweep goes over", (test) => {
  test("steps are decimal: no dust of binary fractions, both ends where they are met", () => {
    assert.equal(valuesOf("beta=0..1:0.1"), ["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1"]);
    assert.equal(valuesOf("a=-0.3..0.3:.3"), ["-0.3", "0", "0.3"]);
    assert.equal(valuesOf("a=1..0:-0.5"), ["1", "0.5", "0"]);
    assert.equal(valuesOf("a=0..1:0.4"), ["0", "0.4", "0.8"]);
    assert.equal(valuesOf("a=16..64:16"), ["16", "32", "48", "64"]);
    assert.equal(valuesOf("a=1e-4..3e-4:1e-4"), ["0.0001", "0.0002", "0.0003"]);
    assert.equal(valuesOf("a=2..2:1"), ["2"]);
  });

  test("a range is what counting in whole steps gives", () => {
    const small = fc.integer({ min: -200, max: 200 });
    fc.assert(
      fc.property(small, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 30 }), (from, step, steps) => {
        const text = (hundredths: number): string => (hundredths / 100).toFixed(2);
        assert.equal(
          valuesOf(`a=${text(from)}..${text(from + steps * step)}:${text(step)}`).map(Number),
          Array.from({ length: steps + 1 }, (_, i) => Number(text(from + i * step))),
        );
      }),
    );
  });

  test("listed values keep brackets and quotes together, and one number has one spelling", () => {
    assert.equal(valuesOf("lr=0.10, 1e-2,.5"), ["0.1", "0.01", "0.5"]);
    assert.equal(valuesOf('m=[0.1, 0.2],[1,2],"a,b",c'), ["[0.1, 0.2]", "[1,2]", '"a,b"', "c"]);
  });

  test("what is no list of values is refused in words", () => {
    for (const text of [
      "beta",
      "=1",
      "beta=",
      "beta=0..1",
      "beta=0..1:0",
      "beta=0..1:-1",
      "beta=0..x:1",
      "beta=0..1:1e-9",
      "beta=1,1.0",
      "beta=1,,2",
      "beta=0..1e999:1",
    ]) {
      const axis = parseAxis(text);
      assert.ok(isProblem(axis), text);
      assert.is(axis.diagnose({}).code, "study/bad-over");
    }
  });

  test("several make a grid, the last one moving first; a name has its values once", () => {
    const axes = parseAxes(["a=1,2", "b=x,y"], new Map([["c", "1"]]));
    if (isProblem(axes)) throw new Error("refused");
    assert.equal(
      cellsOf(axes).map((cell) => [...cell.values()].join("")),
      ["1x", "1y", "2x", "2y"],
    );
    for (const [texts, set] of [
      [["a=1", "a=2"], new Map()],
      [["a=1"], new Map([["a", "1"]])],
      [["a=0..99:1", "b=0..99:1"], new Map()],
    ] as const) {
      assert.ok(isProblem(parseAxes(texts, set)), texts.join(" "));
    }
  });
});

suite("what a run of a study is", (test) => {
  test("its settings and seed, whatever their order and spelling", () => {
    const a = new Map([
      ["lr", "0.10"],
      ["beta", ".2"],
    ]);
    const b = new Map([
      ["beta", "0.2"],
      ["lr", "1e-1"],
    ]);
    assert.is(identityOf("R", a, 1), identityOf("R", b, 1));
    assert.is(folderOf("", a), "beta=0.2,lr=0.1");
    assert.is(folderOf("", b), folderOf("", a));
    assert.not.equal(identityOf("R", a, 1), identityOf("R", a, 2));
    assert.not.equal(identityOf("R", a, 1), identityOf("S", a, 1));
    assert.is(canonical("0.1234567890123456789"), "0.1234567890123456789");
  });

  test("no setting leads its folder elsewhere, and different settings have different folders", () => {
    const hostile = ["../..", "a/b", "a\\b", "a b", "..", "", ".", "x".repeat(500), "\u202e", 'a"', "a'"];
    const names = hostile.map((value) => folderOf("", new Map([["k", value]])));
    assert.is(new Set(names).size, hostile.length);
    for (const name of [...names, ...hostile.map((title) => folderOf(title, new Map()))]) {
      assert.match(name, /^[\w=+-][\w.,=+-]{0,95}$/);
    }
  });
});
