import assert from "node:assert/strict";
import { parse } from "../../src/syntax/parse.js";
import { maxHeight, maxNesting } from "../../src/syntax/parser/parsing.js";
import { walk } from "../../src/syntax/walk.js";
import { suite } from "../support/suite.js";

const constant = (value: string): string => `lfer 1\nconst a = ${value}\n`;
const codes = (text: string): readonly string[] => parse("a.lfer", text).diagnostics.map((d) => d.code);
const tooDeep = ["syntax/nesting-too-deep"];

/** Opening text, core, closing text: one level of nesting for each repetition of the first. */
const nests: readonly (readonly [string, string, string])[] = [
  ["(", "1", ")"],
  ["f(", "1", ")"],
  ["f(b: ", "1", ")"],
  ["[", "1", "]"],
  ["x -> (", "y", ")"],
  ["x[", "1", "]"],
  ["if a then b else ", "c", ""],
  ["if a then ", "b", " else c"],
  ["if ", "a", " then b else c"],
  ["for a in b do ", "c", ""],
];
/** Flat for the parser, deep in the tree. */
const chains: readonly (readonly [string, string, string])[] = [
  ["1 + ", "1", ""],
  ["1 - ", "1", ""],
  ["2 ** ", "2", ""],
  ["not ", "a", ""],
  ["- ", "a", ""],
  ["", "a", ".b"],
  ["", "a", "[0]"],
  ["a or ", "b", ""],
];

suite("syntax: limits", (test) => {
  for (const [open, core, close] of nests) {
    test(`${open.trim()} ... nests ${maxNesting} deep and no deeper`, () => {
      const nested = (n: number): string => constant(open.repeat(n) + core + close.repeat(n));
      assert.deepEqual(codes(nested(maxNesting - 1)), []);
      assert.deepEqual(codes(nested(maxNesting)), tooDeep);
      assert.deepEqual(codes(nested(100_000)), tooDeep);
    });
  }

  for (const [open, core, close] of chains) {
    test(`a chain of ${(open + close).trim()} is as high as ${maxHeight}`, () => {
      const chain = (n: number): string => constant(open.repeat(n) + core + close.repeat(n));
      assert.deepEqual(codes(chain(maxHeight - 1)), []);
      assert.deepEqual(codes(chain(maxHeight)), tooDeep);
      assert.deepEqual(codes(chain(100_000)), tooDeep);
    });
  }

  test("chains within brackets add up", () => {
    const sum = "1 + ".repeat(300);
    assert.deepEqual(codes(constant(`${`${sum}(`.repeat(3)}1${")".repeat(3)}`)), []);
    assert.deepEqual(codes(constant(`(${sum}1)${" + 1".repeat(600)}`)), []);
    assert.deepEqual(codes(constant(`(${sum}1)${" + 1".repeat(700)}`)), tooDeep);
  });

  test("unclosed brackets, however many, are one mistake", () => {
    for (const open of ["(", "[", "{", "f(", "[[", "(["]) {
      const found = codes(constant(open.repeat(100_000)));
      assert.equal(found.length, 1, `${open}: ${found.slice(0, 5)}`);
    }
  });

  test("types nest as deep as expressions", () => {
    const nested = (n: number): string => `fn f(a: ${"[".repeat(n)}int${"]".repeat(n)}) = 1`;
    assert.deepEqual(codes(nested(maxNesting - 1)), []);
    assert.deepEqual(codes(nested(100_000)), tooDeep);
  });

  test("a string, a number, a word, a remark of megabytes is one token", () => {
    const n = 4_000_000;
    for (const value of [
      `"${"x".repeat(n)}"`,
      `"${"\\n".repeat(n / 2)}"`,
      `"${"\\".repeat(n)}"`,
      "w".repeat(n),
      `1.${"1".repeat(n)}`,
      `3 // ${"2 * ".repeat(n / 4)}2`,
      `3 // ${"c".repeat(n)}`,
      `3 ${"// 2 ".repeat(n / 5)}`,
      `3 ${"// (2 ".repeat(n / 10)}${")".repeat(n / 10)}`,
      `3 // 2 ${"or 2 ".repeat(n / 5)}`,
      `3 // 2 ${"if 2 else 2 ".repeat(n / 12)}`,
    ]) {
      assert.deepEqual(codes(constant(value)), [], value.slice(0, 10));
    }
    const divisions = codes(constant(`f(3 ${"// 2 ".repeat(n / 5)})`));
    assert.equal(divisions.at(-1), "syntax/unclosed-bracket");
    assert.deepEqual(codes(constant("1".repeat(n))), ["syntax/number-too-large"]);
    assert.deepEqual(codes(constant(`"${"\\n".repeat(n / 2)}`)), ["syntax/unterminated-string"]);
    assert.deepEqual(codes(constant("@".repeat(n))), ["syntax/missing-expression"]);
  });

  test("long flat texts parse", () => {
    const n = 20_000;
    const stages = parse("a.lfer", constant(`x${" -> relu".repeat(n)}`));
    const items = parse("a.lfer", constant(`[${"1, ".repeat(n)}]`));
    const model = `model M { input i: float32[N]\n${"x = i -> relu\n".repeat(n)}output x }`;
    const statements = parse("a.lfer", model);
    for (const { diagnostics } of [stages, items, statements]) assert.deepEqual(diagnostics, []);
    const count = (kind: string, tree: typeof stages.tree): number => {
      let found = 0;
      walk(tree, (node) => {
        if (node.kind === kind) found++;
        return true;
      });
      return found;
    };
    assert.equal(count("Stage", stages.tree), n);
    assert.equal(count("NumberLiteral", items.tree), n + 1);
    assert.equal(count("BindingStatement", statements.tree), n);
  });
});
