import fc from "fast-check";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";
import { diagnose, expectDiagnostics } from "../support/tester.js";
import { codesOf, floatOf, graphOf, inModel, intOf, nodesOf } from "./one-model.js";

suite("semantics: operators", (test) => {
  test("precedence and associativity are those of mathematics", async () => {
    assert.is(await intOf("2 + 3 * 4 ** 2 / 6 - 1"), 9);
    assert.is(await intOf("2 ** 3 ** 2"), 512);
    assert.is(await intOf("100 - 10 - 1"), 89);
    assert.is(await floatOf("-2 ** 2"), -4);
  });

  test("the remainder has the divisor's sign, as in Python", async () => {
    assert.is(await floatOf("-7 % 3"), 2);
    assert.is(await floatOf("7 % -3"), -2);
    assert.is(await floatOf("-7.5 % 2"), 0.5);
  });

  test("ints stay ints, and become floats beside a float", async () => {
    assert.is(await intOf("8 / 2"), 4);
    assert.is(await floatOf("1 / 2.0"), 0.5);
    assert.is(await floatOf("2 ** 0.5"), Math.SQRT2);
  });

  test("arithmetic on safe integers is exact, or refused", async () => {
    const operand = fc.integer({ min: -1000, max: 1000 });
    await fc.assert(
      fc.asyncProperty(operand, operand, fc.constantFrom("+", "-", "*", "/"), async (a, b, operator) => {
        const text = `lfer 1\n\nconst x = (${a}) ${operator} (${b})\n`;
        const exact = { "+": a + b, "-": a - b, "*": a * b, "/": a / b }[operator] ?? Number.NaN;
        const expected =
          b === 0 && operator === "/"
            ? ["value/division-by-zero"]
            : Number.isInteger(exact)
              ? []
              : ["value/inexact-division"];
        assert.equal(await codesOf(text), expected);
        if (expected.length === 0) assert.is(await floatOf(`x`, text.slice(8)), exact + 0);
      }),
      { numRuns: 40 },
    );
  });

  test("mistakes say both numbers, at the operation", async () => {
    const text = "lfer 1\n\nconst a = 29 / 2\nconst b = 9007199254740991 + 1\nconst c = 1e308 * 10\nconst d = 8 % 0\n";
    expectDiagnostics(text, await diagnose(text), [
      { code: "value/inexact-division", at: "3:11", message: "29 / 2" },
      { code: "value/overflow", at: "4:11", message: "9007199254740991 + 1 is too large for int" },
      { code: "value/overflow", at: "5:11", message: "too large for float" },
      { code: "value/division-by-zero", at: "6:11" },
    ]);
  });

  test("a power that is no number of its type is refused", async () => {
    assert.equal(
      await codesOf("lfer 1\n\nconst a = 2 ** -1\nconst b = 0 ** -1\nconst c = -8.0\nconst d = c ** 0.5\n"),
      ["value/out-of-range", "value/out-of-range", "value/out-of-range"],
    );
    assert.is(await floatOf("2.0 ** -1"), 0.5);
  });

  test("`and` and `or` do not look at the numbers of what they need not, only at its types", async () => {
    const of = (condition: string): string => `lfer 1\n\nconst n = 0\nconst x = ${condition}\n`;
    assert.equal(await codesOf(of("n > 0 and 12 / n == 3")), []);
    assert.equal(await codesOf(of("n == 0 or 12 / n == 3")), []);
    assert.equal(await codesOf(of("n > 0 and 3")), ["type/wrong-operand"]);
    assert.equal(await codesOf(of("n == 0 or nn")), ["resolve/unknown-name"]);
  });

  test("comparisons work on numbers, and equality on strings and bools too", async () => {
    assert.is(await intOf(`if "a" == "a" and true != false and 1 <= 1.0 and not (2 > 3) then 1 else 2`), 1);
    assert.equal(await codesOf(`lfer 1\n\nconst x = "a" < "b"\nconst y = [1] == [1]\n`), [
      "type/wrong-operands",
      "type/wrong-operands",
    ]);
  });

  test("on tensors they are ops, numbers beside them constants", async () => {
    const graph = await graphOf(inModel("logits = -image * 2 + image / 3 - image ** 2"));
    assert.equal(
      graph.nodes.map(({ op }) => op),
      ["neg", "constant", "mul", "constant", "div", "add", "constant", "pow", "sub"],
    );
    assert.equal(nodesOf(await graphOf(inModel("logits = where(image > 0, image, -image)"))).length, 4);
  });

  test("comparisons of tensors are joined by and, or, not", async () => {
    const graph = await graphOf(inModel("logits = where(image >= 0 and image <= 1 or not (image != 2), image, 0)"));
    const joined = ["greater_equal", "less_equal", "logical_and", "not_equal", "logical_not", "logical_or", "where"];
    assert.equal(
      graph.nodes.map(({ op }) => op).filter((op) => op !== "constant"),
      joined,
    );
    for (const mixed of ["true and image > 0", "image > 0 or false", "3 and image > 0"]) {
      assert.equal(await codesOf(inModel(`logits = where(${mixed}, image, 0)`)), ["type/wrong-operands"], mixed);
    }
    assert.equal(await codesOf(inModel("logits = where(not image, image, 0)")), ["shape/wrong-dtype"]);
  });

  test("the sum, the largest and the smallest of a list of tensors, at each place", async () => {
    const graph = await graphOf(
      inModel(
        "xs = [for i in [1..3] do image -> conv(4)]\nys = split(xs[0], parts: 2)\nlogits = sum([for x in xs do x * x]) + concat(max([ys[0], ys[1]]), min([ys[0]]))",
      ),
    );
    assert.equal(
      graph.nodes.map(({ op }) => op).filter((op) => op !== "conv2d"),
      ["split", "mul", "mul", "mul", "add", "add", "maximum", "concat", "add"],
    );
    assert.equal(await codesOf(inModel("logits = sum([image, image -> conv(2)])")), ["shape/broadcast-mismatch"]);
    assert.equal(await codesOf(inModel("logits = sum([image, 1])")), ["type/mixed-list"]);
    assert.equal(await codesOf(inModel("none = [for i in [1..0] do image]\nlogits = image + max(none)")), [
      "type/wrong-argument",
    ]);
  });

  test("exp, sin and cos of numbers", async () => {
    assert.is(await floatOf("exp(0) + sin(0) + cos(0)"), 2);
    assert.ok(Math.abs((await floatOf("sin(1) ** 2 + cos(1) ** 2")) - 1) < 1e-15);
    assert.ok(Math.abs((await floatOf("exp(1)")) - Math.E) < 1e-15);
    assert.equal(await codesOf("lfer 1\n\nconst a = exp(710)\n"), ["type/wrong-argument"]);
  });

  test("logarithms of numbers, where they are defined; the size of any axis", async () => {
    assert.is(await floatOf("log2(512)"), 9);
    assert.is(await floatOf("log(1)"), 0);
    assert.equal(await codesOf("lfer 1\n\nconst a = log(0)\nconst b = log2(-1)\nconst c = sqrt(-1)\n"), [
      "type/wrong-argument",
      "type/wrong-argument",
      "value/out-of-range",
    ]);
    const folded = "x = reshape(image, shape: [4 * N, -1 + 1 + dim(image, 1), dim(image, 2) * dim(image, -1) / 4])";
    const back = "logits = reshape(x, shape: [dim(x, 0) / 4, dim(x, 1), dim(x, -1) * 4])";
    assert.equal(await codesOf(inModel(`${folded}\n${back}`)), []);
    assert.equal(await codesOf(inModel("logits = image -> conv(dim(image, 4))")), ["shape/axis-out-of-range"]);
  });

  test("a comparison of parts of a tensor, whose number is not known yet, is one of tensors", async () => {
    const of = (condition: string) =>
      codesOf(inModel(`a, b = split(image, sizes: [1, 2])\nlogits = where(${condition}, a, -a) + b`));
    assert.equal(await of("a > 0.1"), []);
    assert.equal(await of("a <= b"), []);
    assert.equal(await of('a > "b"'), ["type/wrong-operands"]);
  });

  test("truth of parts of a tensor, which are not known yet, may be of tensors", async () => {
    const body = "a, b = split(image, sizes: [1, 2])\nm = b > 0\nboth = m and m\nlogits = a";
    const text = inModel(body).replace("output logits", "output logits\n  output both");
    assert.ok(text.includes("output both"));
    assert.equal(await codesOf(text), []);
  });

  test("multiples of N stay multiples", async () => {
    const shape = async (dim: string) =>
      (await graphOf(`lfer 1\n\nmodel M {\n  input x: float32[${dim}, 2]\n  y = x -> relu\n  output y\n}\n`)).types[0]
        ?.shape[0];
    assert.equal(await shape("N"), { batch: 1 });
    assert.equal(await shape("2 * N * 3"), { batch: 6 });
    assert.equal(await shape("6 * N / 3"), { batch: 2 });
    const codes = (dim: string) =>
      codesOf(`lfer 1\n\nmodel M {\n  input x: float32[${dim}, 2]\n  y = x -> relu\n  output y\n}\n`);
    assert.equal(await codes("0 * N"), ["value/wrong-dimension"]);
    assert.equal(await codes("N * -1"), ["value/wrong-dimension"]);
    assert.equal(await codes("3 * N / 2"), ["value/inexact-division"]);
    assert.equal(await codes("N + 1"), ["type/wrong-operands"]);
    assert.equal(await codes("N * N"), ["type/wrong-operands"]);
    assert.equal(await codes("N * 9007199254740991 * 3"), ["value/overflow"]);
  });
});
