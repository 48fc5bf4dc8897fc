import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Declaration } from "../../src/syntax/ast.js";
import type { Expression } from "../../src/syntax/ast-expressions.js";
import { parse } from "../../src/syntax/parse.js";
import { walk } from "../../src/syntax/walk.js";
import { suite } from "../support/suite.js";
import { meaningOf } from "../support/trees.js";

function declarationsOf(text: string): readonly Declaration[] {
  const { tree, diagnostics } = parse("a.lfer", text);
  assert.deepEqual(diagnostics, []);
  return tree.declarations;
}

function constantOf(text: string): Expression {
  const [declaration] = declarationsOf(`const v = ${text}`);
  return (declaration as { value: Expression }).value;
}

/** A short form of an expression with every operation in brackets, as an independent reading of precedence. */
function shape(e: Expression): string {
  if (e.kind === "BinaryExpression") return `(${shape(e.left)} ${e.operator} ${shape(e.right)})`;
  if (e.kind === "UnaryExpression") return `(${e.operator} ${shape(e.operand)})`;
  if (e.kind === "NameExpression") return e.name.text;
  if (e.kind === "NumberLiteral") return e.text;
  if (e.kind === "PipeExpression") {
    return `{${[e.source, ...e.stages.map((s) => s.expression)].map(shape).join(" | ")}}`;
  }
  return e.kind;
}

suite("syntax: parse", (test) => {
  for (const [text, value, isInteger] of [
    ["0", 0, true],
    ["1_262_920", 1262920, true],
    ["1.29M", 1290000, true],
    ["294.60M", 294600000, true],
    ["100k", 100000, true],
    ["2G", 2e9, true],
    ["0.5k", 500, true],
    ["50%", 0.5, false],
    ["100%", 1, true],
    ["12ms", 12, false],
    ["0.5e1ms", 5, false],
    ["1.0", 1, false],
    ["1e3", 1000, false],
    ["1e-4", 0.0001, false],
    ["1.5e-3k", 1.5, false],
    ["9007199254740991", 9007199254740991, true],
  ] as const) {
    test(`the number ${text}`, () => {
      const found = constantOf(text);
      assert.deepEqual(meaningOf(found), { kind: "NumberLiteral", value, isInteger, text });
    });
  }

  // Python's results, which has the same levels for these operators (and its own names for `and`, `or`, `not`).
  for (const [text, wanted] of [
    ["a + b * c", "(a + (b * c))"],
    ["a - b - c", "((a - b) - c)"],
    ["a / b * c % d", "(((a / b) * c) % d)"],
    ["-a ** b", "(- (a ** b))"],
    ["a ** -b", "(a ** (- b))"],
    ["a ** b ** c", "(a ** (b ** c))"],
    ["-a * b", "((- a) * b)"],
    ["a - -b", "(a - (- b))"],
    ["not a == b and c or d", "(((not (a == b)) and c) or d)"],
    ["a or b and not c", "(a or (b and (not c)))"],
    ["a + b < c * d", "((a + b) < (c * d))"],
    ["2 ** -a ** b * c", "((2 ** (- (a ** b))) * c)"],
  ] as const) {
    test(`${text} is ${wanted}`, () => assert.equal(shape(constantOf(text)), wanted));
  }

  test("the arrow binds loosest", () => {
    assert.equal(shape(constantOf("a + b -> f -> (g -> h)")), "{(a + b) | f | {g | h}}");
  });

  test("strings resolve their escapes", () => {
    assert.deepEqual(meaningOf(constantOf(String.raw`"a\"b\\c\n\t\u{e9}\u{1F600}//"`)), {
      kind: "StringLiteral",
      value: 'a"b\\c\n\t\u00e9\u{1F600}//',
    });
  });

  test("a list with `for` in it holds one ForExpression", () => {
    const list = constantOf("[for a, b in xs do a * b]");
    assert.equal(list.kind, "ListExpression");
    assert.deepEqual(list.kind === "ListExpression" && list.items.map((i) => i.kind), ["ForExpression"]);
  });

  test("parentheses of one leave no node, of two a tuple", () => {
    assert.equal(constantOf("((a))").kind, "NameExpression");
    assert.equal(constantOf("(a, b)").kind, "TupleExpression");
  });

  test("documentation belongs to the declaration behind it", () => {
    const [a, b, c] = declarationsOf(`// plain
/// One.
///  Two.
const a = 1 // no doc
//// ruler
const b = 2
/// For c.

///
/// End.
const c = 3
`);
    assert.deepEqual([a?.doc, b?.doc, c?.doc], ["One.\n Two.", undefined, "For c.\n\nEnd."]);
  });

  test("spans cover the text of their node, parentheses of operands included", () => {
    const text = "const v = (a + b) * f(c, axis: 1) -> g(2) as h";
    const found = new Map<string, string>();
    walk(parse("a.lfer", text).tree, (node) => {
      found.set(node.kind, text.slice(node.span.start, node.span.end));
      return true;
    });
    assert.equal(found.get("ConstDeclaration"), text);
    assert.equal(found.get("PipeExpression"), "(a + b) * f(c, axis: 1) -> g(2) as h");
    assert.equal(found.get("Stage"), "g(2) as h");
    const value = constantOf("(a + b) * c");
    assert.equal(value.kind === "BinaryExpression" && value.span.end - value.span.start, "(a + b) * c".length);
  });

  test("the sample has the parts that its text shows", () => {
    const text = readFileSync(new URL("../fixtures/syntax/sample.lfer", import.meta.url), "utf8");
    const { tree, diagnostics } = parse("sample.lfer", text);
    assert.deepEqual(diagnostics, []);
    assert.equal(tree.edition?.value, 1);
    assert.deepEqual(
      tree.imports.map((i) => [i.names.map((n) => n.text).join(" "), i.from.value]),
      [
        ["Unit DownUnit", "std/shufflenet"],
        ["ResNet50", "./resnet.lfer"],
        ["raf_db_classes affectnet_8_classes", "std/labels"],
        ["kl log_not_softmax", "std/losses"],
      ],
    );
    const names = tree.declarations.map((d) => `${d.kind.replace("Declaration", "")} ${d.name.text}`);
    assert.deepEqual(names, [
      "Block Quadrant",
      "Block PDWRes",
      "Block OutputModule",
      "Block Stage",
      "Model LferLdl",
      "Variant lfer_baseline",
      "Variant lfer_ldl_8",
      "Function balanced_bce",
      "Function dice",
      "Function combo",
      "Recipe RafDb",
      "Check LferLdl",
      "Check lfer_baseline",
    ]);
    const model = tree.declarations.find((d) => d.kind === "ModelDeclaration");
    assert.deepEqual(
      model?.statements.map((s) => (s.kind === "BindingStatement" ? s.names[0]?.text : s.kind)),
      ["conv1", "global", "fused", "deep", "conv5", "logits"],
    );
    assert.deepEqual(
      model?.parameters.map((p) => p.name.text),
      ["classes", "size", "stem", "pdwres", "head"],
    );
    const check = tree.declarations.find((d) => d.kind === "CheckDeclaration");
    assert.equal(check?.claims.length, 4);
  });

  test("a broken file keeps what could be read", () => {
    const { tree } = parse("a.lfer", "model M { input i: float32[N, 3] x = i -> conv(8, kernel: ) -> ");
    const [model] = tree.declarations;
    const statement = model?.kind === "ModelDeclaration" ? model.statements[0] : undefined;
    assert.equal(
      statement?.kind === "BindingStatement" && shape(statement.value),
      "{i | CallExpression | MissingExpression}",
    );
  });

  test("a fix, put in place, mends the text", () => {
    for (const text of [
      "const v = f(a = 1)",
      "const v = f(1 2)",
      "const v = a && b",
      "const v = 'text'",
      "const v : 3",
      "const v = if a = b then 1 else 2",
      "modle M { input i: float32[N] output i }",
      "model M { input i: float32[N]\nouput i }",
    ]) {
      const [found] = parse("a.lfer", text).diagnostics;
      const fix = found?.fix;
      assert.ok(fix, text);
      const mended = text.slice(0, fix.span.start) + fix.text + text.slice(fix.span.end);
      assert.deepEqual(parse("a.lfer", mended).diagnostics, [], mended);
    }
  });
});
