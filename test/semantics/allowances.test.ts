import * as assert from "uvu/assert";
import { format } from "../../src/syntax/format/format.js";
import { parse } from "../../src/syntax/parse.js";
import type { ExpectedDiagnostic } from "../../src/testing/expect-diagnostics.js";
import { suite } from "../support/suite.js";
import { diagnose, expectDiagnostics } from "../support/tester.js";

const file = (members: string, before = ""): string => `lfer 1

${before}model M {
  input image: float32[N, 3, 8, 8]
${members}
}
`;
const plain = "  logits = image -> conv(4) -> flatten\n  output logits";

suite("semantics: allow", (test) => {
  test("a warning about the statement behind it is not given; one about a later statement is", async () => {
    const text = file(`  allow("lint/unused-binding", "for a study")
  side = image -> conv(8)
  other = image -> conv(8)
${plain}`);
    expectDiagnostics(text, await diagnose(text), [{ code: "lint/unused-binding", at: "7:3" }]);
  });

  test("it covers a declaration whole, and findings in the graph of a model", async () => {
    const block = `allow("lint/dead-taps", "as published")
allow("lint/unused-parameter", "kept for callers")
block Head(spare: int = 3) on x = x -> global_avg_pool -> depthwise -> flatten

`;
    const text = file("  logits = image -> conv(4) -> Head\n  output logits", block);
    expectDiagnostics(text, await diagnose(text), []);
    const other = text.replace('"lint/dead-taps"', '"lint/unused-binding"');
    expectDiagnostics(other, await diagnose(other), [
      { code: "lint/unused-allow", at: "3:1" },
      { code: "lint/dead-taps", at: "5:59" },
    ]);
  });

  test("results of a body and outputs", async () => {
    const body = `block B on x {
  y = x -> conv(4) -> global_avg_pool
  allow("lint/dead-taps", "as published")
  return y -> depthwise
}

`;
    const text = file("  logits = image -> B -> flatten\n  output logits", body);
    expectDiagnostics(text, await diagnose(text), []);
    const labelled = file(`  logits = image -> conv(4) -> global_avg_pool -> flatten -> linear(2)
  other = image -> conv(4)
  output other
  allow("lint/duplicate-label", "ImageNet has two cranes")
  output logits: labels(["crane", "crane"])`);
    expectDiagnostics(labelled, await diagnose(labelled), []);
  });

  test("an unknown code, an error's code, and no reason are errors, and then nothing is silenced", async () => {
    const text = (code: string, reason: string): string =>
      file(`  allow("${code}", "${reason}")\n  side = image -> conv(8)\n${plain}`);
    const warning: ExpectedDiagnostic = { code: "lint/unused-binding", at: "6:3" };
    const wrongs: readonly [string, string, ExpectedDiagnostic][] = [
      ["lint/unused-bindings", "x", { code: "resolve/unknown-lint", message: 'Did you mean "lint/unused-binding"?' }],
      ["resolve/unknown-name", "x", { code: "resolve/unknown-lint" }],
      ["lint/unused-allow", "x", { code: "resolve/unknown-lint" }],
      ["lint/unused-binding", " ", { code: "resolve/allow-without-reason" }],
    ];
    for (const [code, reason, expected] of wrongs) {
      const wrong = text(code, reason);
      const found = await diagnose(wrong);
      expectDiagnostics(wrong, found, [
        { ...expected, at: found[0]?.code.includes("reason") ? "5:32" : "5:9" },
        warning,
      ]);
    }
  });

  test("an imported file's warnings are silenced by that file, whose unused ones are not told", async () => {
    const head = `lfer 1

allow("lint/unused-parameter", "kept for callers")
block Head(spare: int = 3) on x = x -> flatten
allow("lint/dead-taps", "on small maps")
block Tail on x = x
`;
    const files = {
      "main.lfer": file(
        "  logits = image -> conv(4) -> Head\n  output logits",
        'import { Head } from "./head.lfer"\n\n',
      ),
      "head.lfer": head,
    };
    expectDiagnostics(files, await diagnose(files), []);
    expectDiagnostics(head, await diagnose(head), []);
  });

  test("one behind which nothing stands silences nothing", async () => {
    const text = `${file(plain)}\nallow("lint/dead-taps", "of nothing")\n`;
    expectDiagnostics(text, await diagnose(text), [{ code: "lint/unused-allow", at: "9:1" }]);
  });

  test("with an error in the file, an unused one is not told: its warning may be hidden", async () => {
    const text = file(`  allow("lint/dead-taps", "as published")\n  logits = image -> cnv(4)\n  output logits`);
    expectDiagnostics(text, await diagnose(text), [{ code: "resolve/unknown-name", at: "6:21" }]);
  });
});

suite("syntax: allow", (test) => {
  test("it is a name elsewhere", async () => {
    const text = file(
      `  allow = image -> allow(4)\n  logits = allow\n    -> flatten\n  output logits`,
      "block allow(allow: int) = conv(allow)\n\n",
    );
    expectDiagnostics(text, await diagnose(text), []);
  });

  test("documentation before it and behind it is the declaration's", () => {
    const text = `/// One.\nallow("lint/dead-taps", "r")\n/// Two.\nblock B = relu\n/// Three.\nconst c = 3\n`;
    const { tree, diagnostics } = parse("m.lfer", text);
    assert.equal(diagnostics, []);
    assert.equal(
      tree.declarations.map(({ doc }) => doc),
      ["One.\nTwo.", "Three."],
    );
    assert.equal(
      tree.allowances.map(({ code, reason }) => [code.value, reason.value]),
      [["lint/dead-taps", "r"]],
    );
  });

  test("what is missing in it is told at its place, and the next statement is read", async () => {
    for (const [line, at] of [
      ['allow("lint/dead-taps")', "5:25"],
      ['allow(lint, "reason")', "5:9"],
      ['allow("lint/dead-taps", reason)', "5:26"],
    ] as const) {
      const text = file(`  ${line}\n${plain}`);
      const [first, ...others] = await diagnose(text);
      expectDiagnostics(text, first === undefined ? [] : [first], [{ code: "syntax/expected-token", at }]);
      assert.equal(
        others.filter(({ code }) => code !== "syntax/expected-token" && code !== "syntax/unexpected-token"),
        [],
      );
    }
  });

  test("fmt puts each on a line of its own, before what it is about", () => {
    const text = `lfer 1
allow(  "lint/dead-taps" , "a"  ) // why
   block B = relu
model M { input image: float32[N, 3, 8, 8]

  allow("lint/unused-binding","b") allow("lint/dead-taps","c")
  side = image
  logits = image -> flatten
  allow("lint/dead-taps","d") output logits }
`;
    const formatted = format("m.lfer", text);
    assert.is(formatted.kind, "formatted");
    if (formatted.kind !== "formatted") return;
    assert.is(
      formatted.text,
      `lfer 1

allow("lint/dead-taps", "a")   // why
block B = relu

model M {
  input image: float32[N, 3, 8, 8]

  allow("lint/unused-binding", "b")
  allow("lint/dead-taps", "c")
  side = image
  logits = image -> flatten
  allow("lint/dead-taps", "d")
  output logits
}
`,
    );
    const again = format("m.lfer", formatted.text);
    assert.is(again.kind === "formatted" && again.text, formatted.text);
  });
});
