import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";
import { diagnose, expectDiagnostics } from "../support/tester.js";
import { codesOf, graphOf, inModel, intOf, nodesOf } from "./one-model.js";

suite("semantics: names", (test) => {
  test("an unknown one is said where it stands, with what was meant", async () => {
    const text = inModel(
      `stem = image -> conv(8)
      logits = stm -> rellu -> Uint(8) -> conv(widht)`,
      `import { Unit } from "std/shufflenet"
      const width = 8
      block Uses = Unit(width)`,
    );
    expectDiagnostics(text, await diagnose(text), [
      { code: "resolve/unknown-name", at: "10:12", message: `Did you mean "stem"?` },
      { code: "resolve/unknown-name", at: "10:19", message: `Did you mean "relu"?` },
      { code: "resolve/unknown-name", at: "10:28", message: `Did you mean "Unit"?` },
      { code: "resolve/unknown-name", at: "10:44", message: `Did you mean "width"?` },
    ]);
  });

  test("Python's truth values are ours in small letters", async () => {
    const text = inModel("logits = image -> conv(8, bias: True)");
    assert.match((await diagnose(text))[0]?.message ?? "", /Did you mean "true"\?$/);
  });

  test("the nearest one counts: local, file, language", async () => {
    assert.is(await intOf("width", "const width = 8"), 8);
    const graph = await graphOf(
      inModel(
        "logits = image -> B(relu)",
        "const act = mish\nblock B(act: layer) on x {\n  tanh = x -> act\n  return tanh\n}",
      ),
    );
    assert.equal(nodesOf(graph), ["relu logits.tanh.act"]);
  });

  test("a constant may share the name of a function of the language", async () => {
    const graph = await graphOf(inModel("logits = image -> conv(width) -> conv(width(image))", "const width = 8"));
    assert.equal(
      graph.nodes.map(({ attributes }) => attributes.channels),
      [8, 32],
    );
  });

  test("a binding or parameter hides a declaration of its name, which is no recursion", async () => {
    const fn = "fn dice on p {\n  dice = p * 2\n  return dice\n}\nblock Stem(Stem: int = 3) = conv(Stem)";
    assert.equal(nodesOf(await graphOf(inModel("logits = dice(image) -> Stem", fn))).length, 3);
  });

  test("each name is bound once", async () => {
    const text = inModel(
      `image = image -> conv(3)
      y, y = split(image, axis: 2, parts: 2)
      share y = conv(3)
      weight y: float32[1] = ones
      logits = y`,
      "block A(c: int, c: int) = conv(c)\nblock A = relu\nblock B(x: int) on x {\n  return x -> relu\n}",
    );
    const codes = await codesOf(text);
    assert.equal(codes, new Array<string>(7).fill("resolve/duplicate-name"));
  });

  test("the language's names are its own", async () => {
    assert.equal(
      await codesOf(
        "lfer 1\n\nfn relu on x = x\nconst conv = 3\nblock grid = mish\nblock training = mish\nfn len(x: int) = x\n",
      ),
      [
        "resolve/name-is-built-in",
        "resolve/name-is-built-in",
        "resolve/name-is-built-in",
        "resolve/name-is-built-in",
        "resolve/name-is-built-in",
      ],
    );
  });

  test("mistakes in a declaration whose name is taken are said too", async () => {
    assert.equal(await codesOf("lfer 1\n\nblock A = relu\nblock A = rellu\n"), [
      "resolve/duplicate-name",
      "resolve/unknown-name",
    ]);
  });

  test("what is no layer, no function or no value is named as what it is", async () => {
    const text = inModel(
      `w = 8
      act = relu
      a = image -> conv(w(2))
      b = image -> act(3)
      c = image -> w
      d = image -> M2
      e = conv(size(2))
      logits = a + b + c + d -> e`,
      "const size = 3\nmodel M2 {\n  input x: float32[N, 3]\n  y = x -> relu\n  output y\n}",
    );
    assert.equal(await codesOf(text), [
      "type/not-callable",
      "type/layer-takes-no-arguments",
      "type/not-a-layer",
      "type/not-a-value",
      "type/not-callable",
    ]);
  });

  test("circles of every kind are said once each, and nothing follows from them", async () => {
    const text = inModel(
      "logits = image -> A -> conv(f(a)) -> Self",
      `block A = B
      block B = conv(3) -> A
      block Self = repeat(2, Self)
      fn f(x: int) = g(x)
      fn g(x: int) = f(x)
      const a = b
      const b = a + 1
      variant V = W
      variant W = V`,
    );
    expectDiagnostics(text, await diagnose(text), [
      { code: "resolve/recursive-declaration", message: "A -> B -> A" },
      { code: "resolve/recursive-declaration", message: "Self -> Self" },
      { code: "resolve/recursive-declaration", message: "f -> g -> f" },
      { code: "resolve/recursive-declaration", message: "a -> b -> a" },
      { code: "resolve/recursive-declaration", message: "V -> W -> V" },
    ]);
  });

  test("an unknown dtype and an unknown type have suggestions", async () => {
    const text =
      "lfer 1\n\nblock B(c: integer) = conv(c)\nmodel M {\n  input x: float23[N, 3]\n  y = x -> relu\n  output y\n}\n";
    expectDiagnostics(text, await diagnose(text), [
      { code: "resolve/unknown-type", at: "3:12" },
      { code: "resolve/unknown-type", at: "5:12", message: `Did you mean "float32"?` },
    ]);
  });
});
