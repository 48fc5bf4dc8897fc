import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";
import { compile, diagnose, expectDiagnostics } from "../support/tester.js";
import { codesOf, graphOf, inModel, outputsOf } from "./one-model.js";

const model = (parameters: string, statements = "", outputs = "output logits"): string => `lfer 1

model M(${parameters}) {
  input image: float32[N, 3, 8, 8]
  ${statements}
  ${outputs}
}
`;
const sized = model("a: int, b: int = 2", "logits = image -> conv(10 * a + b)");

async function channels(text: string, name: string, set: Readonly<Record<string, string>> = {}) {
  const graph = await graphOf(text, { model: name, set: new Map(Object.entries(set)) });
  return graph.nodes[0]?.attributes.channels;
}

suite("semantics: models and variants", (test) => {
  test("a variant gives arguments, a variant of it gives others over them", async () => {
    const text = `${sized}variant V = M(1)\nvariant W = V(b: 3)\nvariant X = W(4, 5)\nvariant Y = X(b: 6)\nvariant Z = Y\n`;
    assert.equal(
      await Promise.all(["V", "W", "X", "Y", "Z"].map((name) => channels(text, name))),
      [12, 13, 45, 46, 46],
    );
    assert.equal((await compile(text)).modelNames, ["M", "V", "W", "X", "Y", "Z"]);
    assert.equal(
      (await compile(text)).models.map(({ name, base }) => `${name}: ${base}`),
      ["V: M", "W: M", "X: M", "Y: M", "Z: M"],
    );
  });

  test("a model with parameters left open is a template, and one by name is asked for them", async () => {
    assert.equal(await codesOf(sized), []);
    expectDiagnostics(sized, await diagnose(sized, { model: "M" }), [
      { code: "type/missing-argument", at: "3:7", message: `M needs "a"` },
    ]);
  });

  test("a variant's mistakes point into it", async () => {
    const text = `${sized}variant A = M(1, 2, 3)\nvariant B = M(c: 3)\nvariant C = M(1, a: 2)\nvariant D = M("1")\nvariant E = M(b: x, 1)\nvariant F = G\n`;
    expectDiagnostics(text, await diagnose(text), [
      { code: "type/too-many-arguments", at: "8:21" },
      { code: "resolve/unknown-parameter", at: "9:15" },
      { code: "type/argument-given-twice", at: "10:21" },
      { code: "type/wrong-argument", at: "11:15" },
      { code: "resolve/unknown-name", at: "12:18" },
      { code: "resolve/not-a-model", at: "13:13" },
    ]);
  });

  test("what goes wrong only in a variant says which", async () => {
    const text = `${model("c: int = 8", "logits = image -> conv(c / 2)")}variant Odd = M(c: 7)\n`;
    const [found, ...rest] = await diagnose(text);
    assert.is(found?.code, "value/inexact-division");
    assert.equal(rest, []);
    assert.ok(found?.related.some(({ message }) => message.includes("Odd")));
  });

  test("outputs: several, in training, with labels", async () => {
    const text = model(
      'classes: [string] = ["a", "b"]',
      "logits = image -> global_avg_pool -> flatten -> linear(len(classes))\n  aux = image -> flatten",
      "output logits: labels(classes)\n  output aux in training",
    );
    assert.equal(outputsOf(await graphOf(text)), { logits: "[N, 2]" });
    assert.equal(outputsOf(await graphOf(text, { training: true })), { logits: "[N, 2]", aux: "[N, 192]" });
    assert.equal((await graphOf(text)).outputs[0]?.labels, ["a", "b"]);
    const wrong = text.replace("linear(len(classes))", "linear(3)");
    assert.equal(await codesOf(wrong), ["shape/labels-mismatch"]);
  });

  test("outputs are tensors, each once", async () => {
    assert.equal(await codesOf(inModel("logits = relu")), ["type/not-a-tensor"]);
    assert.equal(await codesOf(model("", "logits = image -> relu", "output logits, logits")), [
      "resolve/duplicate-name",
    ]);
    assert.equal(await codesOf(model("", "logits = image -> relu", "output logit")), ["resolve/unknown-name"]);
  });

  test("a picture's numbers fit its channels", async () => {
    const of = (picture: string) => codesOf(model("", "logits = image -> relu").replace("8, 8]", `8, 8] = ${picture}`));
    assert.equal(await of("picture(mean: [0.5, 0.5, 0.5], std: [1, 1, 1])"), []);
    assert.equal(await of("picture(mean: [0.5], std: [1, 1, 1])"), ["value/wrong-length"]);
    assert.equal(await of("picture(mean: [0.5, 0.5, 0.5], std: [1, 1, 0])"), ["value/out-of-range"]);
    assert.equal(await of('labels(["a"])'), ["type/wrong-annotation"]);
  });

  test("what no output needs is no part of the graph", async () => {
    const graph = await graphOf(inModel("_side = image -> conv(8) -> relu\nlogits = image -> conv(3)"));
    assert.equal([graph.nodes.length, graph.slots.length, graph.types.length], [1, 1, 3]);
  });
});

suite("semantics: --set", (test) => {
  const text = model(
    `n: int = 1, f: float = 0.5, b: bool = true, s: string = "x", m: "p" | "q" = "p", l: [string] = ["a"], t: (int, float) = (1, 2), act: layer = relu`,
    `logits = image -> conv(if b and s == "x" and m == "p" then n else 100 + n + len(l) + t[0]) -> act`,
  );

  test("every type, written as in a file; strings without quotes too", async () => {
    const of = (set: Readonly<Record<string, string>>) => channels(text, "M", set);
    assert.is(await of({ n: "2 * 3" }), 6);
    assert.is(await of({ b: "false", n: "7" }), 109);
    assert.is(await of({ s: "y" }), 103);
    assert.is(await of({ s: `"y"` }), 103);
    assert.is(await of({ m: "q", l: `["a", "b"]`, t: "(5, 1)" }), 108);
    assert.is(await of({ f: "3" }), 1);
    const graph = await graphOf(text, { set: new Map([["act", "mish"]]) });
    assert.is(graph.nodes[1]?.op, "mish");
  });

  test("constants of the file may be used", async () => {
    assert.is(await channels(`${text}const seven = 7\n`, "M", { n: "seven" }), 7);
  });

  test("it wins over a variant's argument", async () => {
    assert.is(await channels(`${text}variant V = M(n: 5)\n`, "V", { n: "6" }), 6);
  });

  test("wrong values and unknown names", async () => {
    const codes = async (key: string, value: string) =>
      (await diagnose(text, { set: new Map([[key, value]]) }))
        .filter(({ severity }) => severity === "error")
        .map(({ message }) => message);
    assert.equal(await codes("n", "big"), [`\`--set n=big\`: "n" is int, gets "big"`]);
    assert.equal(await codes("n", "1.5"), [`\`--set n=1.5\`: "n" is int, gets float 1.5`]);
    assert.equal(await codes("m", "r"), [`\`--set m=r\`: "m" is "p" | "q", gets "r"`]);
    assert.equal(await codes("n", "1 const x = 2"), [`\`--set n=1 const x = 2\`: "n" is int, gets "1 const x = 2"`]);
    assert.equal(await codes("l", "["), [`\`--set l=[\`: "l" is [string], gets "["`]);
    assert.equal(await codes("nn", "1"), [`\`--set nn=...\`: the model has no parameter "nn". Did you mean "n"?`]);
  });
});
