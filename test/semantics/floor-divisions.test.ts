import fc from "fast-check";
import * as assert from "uvu/assert";
import { format } from "../../src/syntax/format/format.js";
import { suite } from "../support/suite.js";
import { compile, diagnose, expectDiagnostics } from "../support/tester.js";
import { codesOf, floatOf, inModel, intOf } from "./one-model.js";
import { ordinaryRemarks } from "./ordinary-remarks.js";

const code = "syntax/floor-division";

/** A block with these lines in its body; `c`, `reduction`, `ratio`, `widths`, `half` are numbers in it, `stage2` is a tensor. */
const inBlock = (lines: string): string =>
  inModel(
    "logits = image -> B",
    `const half = 2
const names = ["a", "b"]
fn even(n: int) = 2 * n
block B(reduction: int = 4, ratio: float = 0.5, widths: [int] = [64, 32]) on x {
  c = channels(x)
  stage2 = x -> conv(8)
${lines}
  return stage2 -> conv(c + reduction + half) -> flatten
}`,
  );

/** The codes of the errors, without those for unused names. */
async function errorsOf(text: string): Promise<readonly string[]> {
  const { diagnostics } = await compile(text);
  return diagnostics.filter(({ severity }) => severity === "error").map((d) => d.code);
}

suite("semantics: `//` that is meant to divide", (test) => {
  const divisions = [
    "d = c // 2",
    "d = channels(x) // 2",
    "d = channels(x) // reduction",
    "d = channels(x)//2",
    "d = 64 // 2 + 1",
    "d = 64 // 4",
    "d = 64 // (2)",
    "d = 64 // -2",
    "d = 64 // 2 * half",
    "d = (c + 1) // 2",
    "d = ((c)) // 2",
    "d = c * reduction // half",
    "d = widths[0] // 2",
    "d = len(widths) // 2",
    "d = c // widths[0]",
    "d = c // widths[half - 1]",
    "d = c // max(2, reduction)",
    "d = c // even(reduction)",
    "d = c // len(widths)",
    "d = ratio // half",
    "d = c // 2 // 2",
    "d = c // 2   // half of them",
    "d = c // 2   # half of them",
    "d = if c > 3 then c else 8 // 2",
    "d = [c // 2]",
    "d = [c // 2, c // 4]",
    "d = [\n c,\n c // 2\n]",
    "d = [\n c // 2,\n]",
    "d = [\n c // 2, c // 4\n]",
    "d = [for w in widths do w // 2]",
    "d = [for w in widths do w // 2\n]",
    "d = [for w, n in [(4, 2), (8, 4)] do w // n\n]",
    "d = [1..c // 2]",
    "d = x -> conv(16 // 2)",
    "d = x -> conv(c // 2) -> relu",
    "d = x -> conv(c // 2, kernel: 1)",
    "d = x -> conv(\n c // 2,\n kernel: 1,\n)",
    "d = x -> conv(\n c // 2, kernel: 1\n)",
    "d = x -> conv(8, kernel: 1 // 1)",
    "d = x -> conv(8, kernel: 1 // 1\n)",
    "d = x -> conv(8) -> conv(channels(x) // reduction)",
    "d = (c // 2)",
    "d = (c // 2) * 2",
    "d = if c // 2 > 3 then 1 else 2",
    'require c // 2 == 1, "it is odd"',
    "d = even(c // 2)",
    "d = even(n: c // 2)",
    "d = x * 0.5 // 2",
    // A second one inside its brackets.
    "d = x -> conv(channels(x) // max(channels(x) // 16, 4)\n, kernel: 1)",
    "d = x -> conv(channels(x) // max(channels(x) // 16, 4), kernel: 1)",
    "d = 64 // max(9 // 4, 1)",
    "d = 64 // (9 // 4)",
    "d = 64 // (reduction // widths[0])",
    "d = 64 // min(c // 4, 8)",
    "d = 64 // min(c // 4, 8)   // (as (there",
    "d = 64 // max(64 // max(64 // max(c // 4, 8), 1), 1)",
    "d = [\n 64 // (9 // 4), 3\n]",
    // One that removes an item.
    "d = x -> conv(max(\n 64 // 2, 16\n ))",
    "d = [\n 64 // 2, 3\n]",
    "d = [\n 64 // 2, 3,\n]",
    "d = [\n 64 // 2, c, half\n]",
    "d = [\n 64 // 2, 3\n , 5]",
    "d = x -> conv(\n 64 // 2, 5\n )",
    "d = (\n 64 // 2, stage2\n )",
    "d = [[\n 64 // 2, [3]\n]]",
    "d = [\n 64 // 8 * 8, 3\n]",
    "d = [\n 64 // 2, 3 // 4, 5\n]",
    "d = x -> conv(\n 64 // 2, (c // 2)\n )",
    "d = x -> conv(64 // 2, 3 if c else 5\n )",
    // Every numeric divisor, also if it cannot be evaluated.
    "d = 64 // sum([2, 2])",
    "d = 64 // max([2, 4])",
    "d = 64 // len([1, 2])",
    "d = 64 // (if true then 2 else 4)",
    "d = 64 // channels(x -> conv(8))",
    "d = 64 // max(2, 4,)",
    "d = 64 // sum([2, 2,])",
    "d = 64 // sum([for w in widths do w])",
    "d = 64 // sum([1..3])",
    "d = 64 // +2",
    "d = 64 // 2 * +2",
    "d = 64 // max(+2, 1)",
    "d = 64 // floor(9 / 4)",
    "d = 64 // 1/255",
    "d = 64 // 9 / 4",
    "d = 64 // widths[9]",
    "d = 64 // sqrt(0 - 2)",
    "d = 64 // 1/0",
    "d = 0.1 // 1/255",
    "d = 64 // 4-2",
    "d = 64 // 2-c",
    "d = 64 // 1024/4",
    // Other ends of a division in Python.
    "d = 64 // 2 if true else 1",
    "d = 64 // (2 if true else 1)",
    "d = 64 // reduction if c else 1",
    "d = 64 // 2 or 1",
    "d = 64 // reduction or 1",
    "d = 64 // (reduction or 1)",
    "d = 64 // 2 << 1",
    "d = 64 // 2 >> 1",
    "d = 64 // 2;",
    "d = 64 // 2; e = 3",
  ];
  for (const line of divisions) {
    test(`an error in ${JSON.stringify(line)}, and the only kind of error`, async () => {
      const found = await errorsOf(inBlock(`  ${line}`));
      assert.ok(found.length > 0, "it is taken for a remark");
      assert.equal([...new Set(found)], [code]);
    });
  }

  const elsewhere: readonly (readonly [string, string])[] = [
    ["a constant", "lfer 1\n\nconst width = 64 // 2\n"],
    ["a default", inModel("logits = image -> B", "block B(n: int = 16 // 2\n) = conv(n) -> flatten")],
    [
      "a default of a model",
      "lfer 1\n\nmodel M(n: int = 16 // 2) {\n  input x: float32[N, 3, 8, 8]\n  y = x -> conv(n)\n  output y\n}\n",
    ],
    [
      "a default by one before it",
      inModel("logits = image -> B(8)", "block B(n: int, m: int = n // 2\n) = conv(m) -> flatten"),
    ],
    [
      "the size of an input",
      "lfer 1\n\nmodel M {\n  input x: float32[N, 3, 16 // 2, 8]\n  y = x -> conv(4)\n  output y\n}\n",
    ],
    ["a variant", `${inModel("logits = image -> conv(4) -> flatten")}\nvariant V = Net(4 // 2)\n`],
    ["a claim", `${inModel("logits = image -> conv(4) -> flatten")}\ncheck Net { params < 64 // 2 }\n`],
    [
      "a claim on its line",
      `${inModel("logits = image -> conv(4) -> flatten")}\ncheck Net {\n  params < 64M // 2\n}\n`,
    ],
    ["a measure", `${inModel("logits = image -> conv(4) -> flatten")}\ncheck Net {\n  64M > params // 2\n}\n`],
    ["the batch", inModel("n = dim(image, 0) // 2\nlogits = image -> conv(4) -> flatten")],
    ["a function", inModel("logits = image -> conv(f(4)) -> flatten", "fn f(n: int) = n // 2")],
  ];
  for (const [what, text] of elsewhere) {
    test(`an error in ${what}`, async () => {
      assert.ok((await codesOf(text)).includes(code), (await codesOf(text)).join());
    });
  }

  test("the message shows the remark and names floor_div", async () => {
    const text = inBlock("  d = channels(x) // reduction");
    const [found, ...others] = (await diagnose(text)).filter(({ severity }) => severity === "error");
    assert.equal(others, []);
    expectDiagnostics(text, [found as NonNullable<typeof found>], [{ code, message: "`// reduction` is ignored" }]);
    assert.match(found?.help ?? "", "floor_div(a, b)");
  });

  const remarks = [
    "d = x -> conv(64)   // stage2",
    "d = c   // stage2",
    "d = c   // channels",
    "d = c   // unknown",
    "d = c   // later\n later = 3",
    "d = c   // names",
    "d = c   // names[0]",
    'd = "a"   // 2',
    "d = true   // 2",
    "d = widths   // 2",
    "d = (c, c)   // 2",
    "d = [1, 2]   // 2",
    "d = x   // 2",
    "d = x -> conv(4)   // 2",
    "d = x -> conv(4, kernel: 1)   // reduction",
    "d = [\n 1,   // 2\n 2,   // 4\n]",
    "d = x -> conv(\n c,   // 2\n kernel: 1,   // 1\n)",
    "d = [   // 2\n 1]",
    "d = c +   // 2\n 1",
    "d = c\n // 2",
    "d = c   //// 2",
    "d = c   // d",
    // Text with arithmetic signs that is not arithmetic.
    "d = c   // 2019-11-12",
    "d = c   // 2019-1-2",
    "d = c   // 2019/11/12",
    "d = c   // 12.11.2019",
    "d = c   // 2019-11",
    "d = c   // 1706.03762",
    "d = 0.5   // 0.1-0.9",
    "d = c   // 2-4",
    "d = c   // 10-12",
    "d = c   // 2 - 4",
    "d = c   // 1e-4 - 1e-3",
    "d = [\n 64   // 10-12\n]",
    // The origin of the number.
    "d = 0.00392   // 1/255",
    "d = 0.003922   // 1/255",
    "d = 0.333   // 1/3",
    "d = 0.66   // 2/3",
    "d = 0 - 0.333   // -1/3",
    "d = 3.92e-3   // 1/255",
    "d = 33%   // 1/3",
    "d = 1.4142   // sqrt(2)",
    "d = 50176   // 224*224",
    "d = 50_176   // 224 ** 2",
    "d = 8   // half * 4",
    "d = 0.67   // 2/3",
    "d = 3   // len([1, 2, 3])",
    "d = x -> conv(8, kernel: 4   // half * 2\n )",
    // Lists of words, and text that looks like a list.
    "d = [\n 64   // 0.9, Nesterov\n]",
    "d = [\n 64   // 1, 2 or 4\n]",
    "d = 64   // 3, 224, 224",
    "d = 64   // 3, 224, 224   // of the input",
    "d = [\n 64   // 1706.03762, 1801.04381\n]",
    "d = 3k   // 2k-4k",
    "d = 3k   // 2-4k",
    "d = 64   // 64, 128, 256, 512",
    "d = [\n 64,   // 3, 224, 224\n 3\n]",
    "d = c   // 2 or more",
    "d = c   // (2 or more)",
    "d = c   // 1 or 2",
    "d = c   // 2; see above",
    "d = c   // + 1",
    "d = c   // 2 if small",
    "d = c   // 2 if small else more",
  ];
  for (const line of remarks) {
    test(`a remark in ${JSON.stringify(line)}`, async () => {
      assert.equal(await errorsOf(inBlock(`  ${line}`)), []);
    });
  }

  test("what was lost with a bracket otherwise keeps its own message", async () => {
    assert.equal(await codesOf(inBlock("  d = x -> conv(c // both of them)")), ["syntax/unclosed-bracket"]);
    assert.equal(await codesOf(inBlock("  d = x -> conv(c // 1) the stem")), ["syntax/unclosed-bracket"]);
  });

  test("a remark that leads back to what it stands in ends", async () => {
    assert.equal(await errorsOf("lfer 1\n\nfn f(n: int) = n // f(n)\n"), []);
    assert.equal(await errorsOf("lfer 1\n\nfn f(n: int) = n // f(n)\nconst a = f(3)\n"), [code]);
    assert.equal(await errorsOf("lfer 1\n\nconst a = 3 // b\nconst b = 3 // a\n"), [code]);
  });

  test("200 ordinary remarks behind a number stay remarks", async () => {
    assert.ok(ordinaryRemarks.length > 200, `${ordinaryRemarks.length}`);
    // In an open bracket without a comma before it, a row of numbers may be the rest of it.
    const rows = ordinaryRemarks.filter((remark) => /^\d+(?:, \d+)+$/.test(remark));
    assert.equal(rows, ["3, 224, 224", "64, 128, 256, 512"]);
    for (const [i, write] of [
      (remark: string) => `  d = c   // ${remark}`,
      (remark: string) => `  d = x -> conv(8,\n    kernel: 3${rows.includes(remark) ? "," : ""}   // ${remark}\n  )`,
      (remark: string) => `  d = [\n    1, 2${rows.includes(remark) ? "," : ""} //${remark}\n  ]`,
    ].entries()) {
      const lines = ordinaryRemarks.map((remark, j) => write(remark).replace("d =", `d${i}_${j} =`));
      const found = (await compile(inBlock(lines.join("\n")))).diagnostics.filter((d) => d.severity === "error");
      expectDiagnostics(inBlock(lines.join("\n")), found, []);
    }
  });

  test("remarks stay remarks where something else is wrong", async () => {
    const others = ordinaryRemarks.filter((remark) => !/^\d+(?:, \d+)+$/.test(remark));
    const lines = others.map((remark, i) => `  d${i} = x -> conv(c   // ${remark}\n  )`);
    const found = await codesOf(inBlock(`  d = conv(3 4)\n${lines.join("\n")}`));
    assert.equal(found, ["syntax/missing-comma"]);
  });

  test("fmt refuses what the parser refuses, and says where the names decide", () => {
    assert.is(format("a.lfer", inBlock("  d = x -> conv(c // 2)")).kind, "refused");
    const [bare, prose] = ["  d = c // 2", "  d = c // two"].map((line) => format("a.lfer", inBlock(line)));
    assert.equal(
      [bare?.kind === "formatted" && bare.mayDivide, prose?.kind === "formatted" && prose.mayDivide],
      [true, true],
    );
    const none = format("a.lfer", inBlock("  d = c // two of them"));
    assert.is(none.kind === "formatted" && none.mayDivide, false);
  });

  test("a setting is no place for a remark", async () => {
    const text = "lfer 1\n\nmodel M(n: int = 4) {\n  input x: float32[N, 3, 8, 8]\n  y = x -> conv(n)\n  output y\n}\n";
    assert.equal(await codesOf(text, { set: new Map([["n", "8 // 2"]]) }), ["value/wrong-setting"]);
  });
});

suite("semantics: floor_div", (test) => {
  test("rounds towards minus infinity, as Python's //", async () => {
    // Results of Python 3.
    for (const [a, b, expected] of [
      [7, 2, 3],
      [-7, 2, -4],
      [7, -2, -4],
      [-7, -2, 3],
      [8, 2, 4],
      [-8, 2, -4],
      [0, 5, 0],
      [1, 9007199254740991, 0],
      [-1, 9007199254740991, -1],
      [9007199254740991, 2, 4503599627370495],
      [-9007199254740991, 2, -4503599627370496],
      [9007199254740990, 9007199254740991, 0],
    ] as const) {
      assert.is(await floatOf(`floor_div(${a}, ${b})`), expected, `${a} // ${b}`);
    }
    assert.is(await intOf("floor_div(29, 2)"), 14);
  });

  test("of floats too, with the bits of Python", async () => {
    for (const [a, b, expected] of [
      ["0.7", "0.1", 6],
      ["1.0", "0.1", 9],
      ["0.6", "0.1", 5],
      ["-0.7", "0.1", -7],
      ["7.5", "2", 3],
      ["-7.5", "2", -4],
      ["7", "2.5", 2],
      ["123456.789", "0.001", 123456789],
      ["-1e-300", "5.0", -1],
      ["5.0", "1e-3", 4999],
      ["1e16", "3", 3333333333333333],
      ["-1e16", "3", -3333333333333335],
      ["1e16", "-3", -3333333333333335],
      ["1e17", "7.0", 14285714285714286],
      ["1e300", "3", 3.3333333333333335e299],
      ["-1e22", "7", -1.4285714285714287e21],
    ] as const) {
      assert.is(await floatOf(`floor_div(${a}, ${b})`), expected, `${a} // ${b}`);
    }
  });

  test("is exact for all ints", async () => {
    const int = fc.maxSafeInteger();
    await fc.assert(
      fc.asyncProperty(
        int,
        int.filter((b) => b !== 0),
        async (a, b) => {
          const [x, y] = [BigInt(a), BigInt(b)];
          const quotient = x / y - (x % y !== 0n && x < 0n !== y < 0n ? 1n : 0n);
          assert.is(BigInt(await floatOf(`floor_div(${a}, ${b})`)), quotient);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("an int of ints, a float beside a float; zero and strangers are refused", async () => {
    const use = (call: string): string => `lfer 1\n\nconst a = ${call}\n`;
    assert.equal(await codesOf(use("[floor_div(7, 2)][0]")), []);
    assert.equal(await codesOf(inModel("logits = image -> conv(floor_div(7.0, 2)) -> flatten")), [
      "type/wrong-argument",
    ]);
    assert.equal(await codesOf(use("floor_div(7, 0)")), ["value/division-by-zero"]);
    assert.equal(await codesOf(use("floor_div(7.5, 0.0)")), ["value/division-by-zero"]);
    assert.equal(await codesOf(use("floor_div(1e308, 1e-300)")), ["value/overflow"]);
    assert.equal(await codesOf(use('floor_div(7, "2")')), ["type/wrong-argument"]);
    assert.equal(await codesOf(use("floor_div(7)")), ["type/wrong-argument"]);
    assert.equal(await codesOf(use("floor_div(7, 2, 1)")), ["type/wrong-argument"]);
  });
});
