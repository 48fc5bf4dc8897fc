import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";
import { compile, diagnose, expectDiagnostics } from "../support/tester.js";
import { codesOf, inModel } from "./one-model.js";

const model = `lfer 1

const _budget = 100
model M(c: int = 4) {
  input image: float32[N, 3, 8, 8]
  stem = image -> conv(c)
  logits = stem -> conv(2, kernel: 1)
  output logits
}
model Open(c: int) {
  input image: float32[N, c, 8, 8]
  logits = image -> conv(1)
  output logits
}
variant V = M(c: 8)
`;
const check = (claims: string, of = "M"): string => `${model}check ${of} { ${claims} }\n`;

suite("semantics: check", (test) => {
  test("claims hold or say by how much they do not", async () => {
    assert.equal(await codesOf(check("params == 116   params > 115   params <= _budget + 16   params != 3")), []);
    assert.equal(await codesOf(check("params == 117")), ["budget/not-equal"]);
    assert.equal(await codesOf(check("params == 110 within 6")), []);
    assert.equal(await codesOf(check("params == 110 within 5")), ["budget/not-equal"]);
    assert.equal(await codesOf(check("params == 110 within 6%   params <= 110 within 5.5%")), []);
    assert.equal(await codesOf(check("params == 110 within 5%")), ["budget/not-equal"]);
    assert.equal(await codesOf(check(`params(at: "stem") == 108   params("conv", at: "logits") == 8`)), []);
    assert.equal(await codesOf(check(`macs("conv") / params == 64   params * 2 - 32 == 2 * _budget`)), []);
    assert.equal(await codesOf(check(`macs == macs("fvcore")   activations == activations("fvcore")`)), []);
  });

  test("variants, arguments and imported models", async () => {
    assert.equal(await codesOf(check("params == 232", "V")), []);
    assert.equal(await codesOf(check("params == 58", "M(c: 2)")), []);
    assert.equal(await codesOf(check("params == 58", "V(2)")), []);
    const files = {
      "main.lfer": `lfer 1\n\nimport { V } from "./other.lfer"\n\ncheck V { params == 231 }\n`,
      "other.lfer": model,
    };
    assert.equal(await codesOf(files), ["budget/not-equal"]);
  });

  test("of the model that is asked for, whatever --set says", async () => {
    const text = check("params == 1");
    assert.equal(await codesOf(text, { model: "V" }), []);
    assert.equal(await codesOf(text, { model: "M" }), ["budget/not-equal"]);
    assert.equal(await codesOf(check("params == 116"), { set: new Map([["c", "5"]]) }), []);
    assert.equal(await codesOf(check("params == 116"), { training: true }), []);
    const { checks } = await compile(check("params == 116"));
    assert.is(checks[0]?.graph.slots.length, 2);
  });

  test("what cannot be measured", async () => {
    const codes = (claims: string, of?: string) => codesOf(check(claims, of));
    assert.equal(await codes("parms <= 3"), ["resolve/unknown-measure"]);
    assert.equal(await codes("flops <= 3"), ["resolve/convention-needed"]);
    assert.equal(await codes("madds <= 3"), ["resolve/convention-needed"]);
    assert.equal(await codes(`macs("fvcor") <= 3`), ["resolve/unknown-convention"]);
    assert.equal(await codes(`madds("fvcore") <= 3`), ["resolve/unknown-convention"]);
    assert.equal(await codes("params(at: 3) <= 3"), ["type/wrong-argument"]);
    assert.equal(await codes(`params(at: "nowhere") <= 3`), ["budget/unknown-part"]);
    assert.equal(await codes(`params(at: "stem", at: "logits") <= 3`), ["type/argument-given-twice"]);
    assert.equal(await codes(`params(of: "stem") <= 3`), ["resolve/unknown-parameter"]);
    assert.equal(await codes(`params("paper", "conv") <= 3`), ["type/too-many-arguments"]);
    assert.equal(await codes(`params <= "3"`), ["type/wrong-operand"]);
    assert.equal(await codes(`params <= 3 within "a"`), ["type/wrong-operand"]);
    assert.equal(await codes("params <= 116 within -1"), ["value/out-of-range"]);
    assert.equal(await codes("params <= bugdet"), ["resolve/unknown-measure"]);
  });

  test("what is no model, or lacks arguments, is said at the check", async () => {
    for (const [of, code, at] of [
      ["N2", "resolve/not-a-model", "16:7"],
      ["_budget", "resolve/not-a-model", "16:7"],
      ["Open", "type/missing-argument", "16:7"],
      ["M(d: 3)", "resolve/unknown-parameter", "16:9"],
    ] as const) {
      const text = check("params <= 1k", of);
      expectDiagnostics(text, await diagnose(text), [{ code, at }]);
    }
  });

  test("a model with a mistake is not measured", async () => {
    assert.equal(await codesOf(`${inModel("logits = image -> grid(3, 3, relu)")}check M { params == 7 }\n`), [
      "shape/grid-does-not-fit",
    ]);
  });
});
