import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import type { SourceTree } from "../../src/syntax/ast.js";
import type { Expression } from "../../src/syntax/ast-expressions.js";
import { parse } from "../../src/syntax/parse.js";
import { print, printExpression } from "../../src/syntax/print.js";
import { suite } from "../support/suite.js";
import { anyExpression, anyTree, meaningOf } from "../support/trees.js";

const runs = process.env.LFER_FUZZ === "long" ? 50_000 : 300;
const root = new URL("../../", import.meta.url);

function expressionOf(text: string): Expression {
  const { tree, diagnostics } = parse("e.lfer", `const e = ${text}`);
  assert.deepEqual(diagnostics, [], text);
  const [declaration] = tree.declarations;
  assert.equal(declaration?.kind, "ConstDeclaration");
  return (declaration as { value: Expression }).value;
}

function assertPrintsBack(tree: SourceTree): void {
  const text = print(tree);
  const again = parse("again.lfer", text);
  assert.deepEqual(again.diagnostics, [], text);
  assert.deepEqual(meaningOf(again.tree), meaningOf(tree), text);
  assert.equal(print(again.tree), text);
}

suite("syntax: print", (test) => {
  for (const [given, wanted] of [
    ["(a + b) + c", "a + b + c"],
    ["a + (b + c)", "a + (b + c)"],
    ["(a * b) + c", "a * b + c"],
    ["a * (b + c)", "a * (b + c)"],
    ["(a ** b) ** c", "(a ** b) ** c"],
    ["a ** (b ** c)", "a ** b ** c"],
    ["(-a) ** b", "(-a) ** b"],
    ["-(a ** b)", "-a ** b"],
    ["a ** (-b)", "a ** -b"],
    ["(-a) * b", "-a * b"],
    ["-(a * b)", "-(a * b)"],
    ["not (a == b)", "not a == b"],
    ["(not a) == b", "(not a) == b"],
    ["(a < b) == c", "(a < b) == c"],
    ["(not a) and b", "not a and b"],
    ["a and (not b)", "a and not b"],
    ["(a or b) and c", "(a or b) and c"],
    ["((a)) -> (f) -> (g(1))", "a -> f -> g(1)"],
    ["(a -> f) + b", "(a -> f) + b"],
    ["(a + b) -> f", "a + b -> f"],
    ["a -> (f -> g) as h", "a -> (f -> g) as h"],
    ["(if a then b else c) -> f", "(if a then b else c) -> f"],
    ["if a then (b -> f) else (if c then d else e)", "if a then b -> f else if c then d else e"],
    ["(a + b)[0].c", "(a + b)[0].c"],
    ["[(for a in xs do a * 2)]", "[for a in xs do a * 2]"],
    ["f((a), b: (c + d))", "f(a, b: c + d)"],
  ] as const) {
    test(`${given} is ${wanted}`, () => {
      assert.equal(printExpression(expressionOf(given)), wanted);
      assert.deepEqual(meaningOf(expressionOf(wanted)), meaningOf(expressionOf(given)));
    });
  }

  test("any expression prints to a text that parses back to it", () => {
    fc.assert(
      fc.property(anyExpression, (expression) => {
        assert.deepEqual(meaningOf(expressionOf(printExpression(expression))), meaningOf(expression));
      }),
      { numRuns: runs },
    );
  });

  test("any tree prints to a text that parses back to it", () => {
    fc.assert(fc.property(anyTree, assertPrintsBack), { numRuns: runs });
  });

  for (const folder of ["test/fixtures/syntax/", "models/", "src/std/", "examples/"]) {
    const url = new URL(folder, root);
    const files = existsSync(url) ? readdirSync(url).filter((name) => name.endsWith(".lfer")) : [];
    for (const name of files) {
      const { tree, diagnostics } = parse(name, readFileSync(new URL(name, url), "utf8"));
      if (diagnostics.length > 0 && folder.startsWith("test/")) continue;
      test(`${folder}${name} prints back`, () => {
        assert.deepEqual(diagnostics, []);
        assertPrintsBack(tree);
      });
    }
  }
});
