import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";
import { compile, diagnose, expectDiagnostics } from "../support/tester.js";
import { codesOf, inModel } from "./one-model.js";

suite("semantics: after a syntax error", (test) => {
  test("three unrelated mistakes of three phases give three diagnostics", async () => {
    const text = `${inModel("logits = image -> conv(8) -> rellu", "block Broken(c: int) = conv(c) -> -> relu")}
model Other {
  input image: float32[N, 3, 8, 8]
  a = image -> conv(8)
  b = image -> conv(9)
  logits = a + b -> Broken(3)
  output logits
}
`;
    expectDiagnostics(text, await diagnose(text), [
      { code: "syntax/missing-stage" },
      { code: "resolve/unknown-name", message: "rellu" },
      { code: "shape/broadcast-mismatch" },
    ]);
  });

  test("so do three in one model, as far as types go", async () => {
    const text = inModel(`a = image -> conv(8) -> -> relu\nb = image -> conv("8")\nlogits = a + b -> reluu`);
    expectDiagnostics(text, await diagnose(text), [
      { code: "syntax/missing-stage", at: "5:26" },
      { code: "type/wrong-argument", at: "6:21" },
      { code: "resolve/unknown-name", at: "7:21" },
    ]);
  });

  test("one mistake, one message", async () => {
    assert.equal(await codesOf(inModel("logits = image -> relu +")), ["syntax/operator-after-stage"]);
    assert.equal(await codesOf(inModel("logits = conv(8)(image)")), ["syntax/second-call"]);
    assert.equal(await codesOf(inModel("logits = image -> conv(8)(image) -> flatten")), ["syntax/second-call"]);
  });

  test("names that were lost are not missed", async () => {
    const lost = [
      inModel("a image -> conv(8)\nb = a -> relu\nlogits = b"),
      inModel("logits = image -> Foo(8)", "blok Foo(c: int) = conv(c)"),
      inModel("logits = image -> Foo(8)", "block Foo(c int) = conv(c)"),
      inModel("logits = image -> Foo(8, 3, d: 4)", "block Foo(c: int = conv(c)"),
      inModel("logits = image -> conv(width)", "const width ="),
      inModel("logits = image -> conv(width)", "const width = 3 +"),
      `${inModel("logits = image -> conv(8)").replace(/\}\n$/, "")}\nvariant V = M\ncheck V { params <= 1 }\n`,
      inModel("logits = image -> conv(8)").replace("input image: float32", "input image float32"),
      `${inModel("logits = image -> conv(8)")}variant V = M(\ncheck V { params <= 3k }\n`,
      `${inModel("logits = image -> conv(8)")}recipe R {\n  student = M\n  data = folder(\n}\n`,
    ];
    for (const text of lost) {
      const codes = await codesOf(text);
      assert.ok(codes.length > 0 && codes.every((code) => code.startsWith("syntax/")), `${codes.join()} for\n${text}`);
    }
  });

  test("names lost in an imported file neither", async () => {
    const files = {
      "main.lfer": inModel("logits = image -> Foo(8)", `import { Foo, Bar } from "./other.lfer"\nblock B = Bar`),
      "other.lfer": "lfer 1\n\nblok Foo(c: int) = conv(c)\n",
    };
    expectDiagnostics(files, await diagnose(files), [
      { code: "import/unknown-name", at: "main.lfer:3:15" },
      { code: "syntax/unknown-declaration", at: "other.lfer:3:1" },
    ]);
  });

  test("nothing is made of what was not read whole; the rest is", async () => {
    const text = `${inModel("logits = image -> conv(8) -> -> relu")}\nmodel Whole {\n  input x: float32[N, 3, 8, 8]\n  y = x -> relu\n  output y\n}\n`;
    const { models, diagnostics } = await compile(text, {});
    assert.equal(
      models.map(({ name }) => name),
      ["Whole"],
    );
    assert.is(diagnostics.length, 1);
    assert.equal(await codesOf(text, { model: "M" }), ["syntax/missing-stage"]);
  });
});
