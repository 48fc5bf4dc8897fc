import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";
import { diagnose, expectDiagnostics } from "../support/tester.js";
import { codesOf, graphOf, inModel, nodesOf, outputsOf, weightsOf } from "./one-model.js";

suite("semantics: combinators", (test) => {
  test("grid cuts rows first, joins them again, and each cell has weights of its own", async () => {
    const graph = await graphOf(inModel("logits = image -> grid(2, 2, depthwise)"));
    assert.equal(
      graph.nodes.map(({ op }) => op),
      ["split", "split", "conv2d", "conv2d", "concat", "split", "conv2d", "conv2d", "concat", "concat"],
    );
    const [rows, top] = graph.nodes;
    assert.equal(rows?.attributes, { axis: 2, sizes: [16, 16] });
    assert.equal(top?.inputs, [rows?.outputs[0]]);
    assert.equal(graph.nodes[2]?.inputs[0], top?.outputs[0]);
    assert.equal(
      weightsOf(graph),
      [1, 2, 3, 4].map((i) => `logits.depthwise_${i}.weight`),
    );
    assert.equal(outputsOf(graph), { logits: "[N, 3, 32, 32]" });
  });

  test("a grid of one cell, row or column cuts nothing it need not", async () => {
    const ops = async (grid: string) => (await graphOf(inModel(`logits = image -> ${grid}`))).nodes.map(({ op }) => op);
    assert.equal(await ops("grid(1, 1, relu)"), ["relu"]);
    assert.equal(await ops("grid(1, 2, relu)"), ["split", "relu", "relu", "concat"]);
  });

  test("grid says why a map does not fit", async () => {
    const text = inModel("logits = image -> grid(3, 2, depthwise)");
    expectDiagnostics(text, await diagnose(text), [
      { code: "shape/grid-does-not-fit", message: "3x2 cells, but the map is 32x32" },
    ]);
    assert.equal(await codesOf(inModel("logits = image -> flatten -> grid(2, 2, relu)")), ["shape/wrong-rank"]);
    assert.equal(await codesOf(inModel("logits = image -> grid(2, 2, parallel([relu, relu]))")), ["type/not-a-tensor"]);
  });

  test("repeat makes fresh weights each turn; 0 turns pass the input on", async () => {
    const graph = await graphOf(inModel("logits = image -> repeat(3, conv(3) -> relu) -> repeat(0, conv(99))"));
    assert.equal(
      weightsOf(graph),
      [1, 2, 3].map((i) => `logits.conv_${i}.weight`),
    );
    assert.equal(graph.nodes.length, 6);
  });

  test("residual adds the input, or its projection", async () => {
    const plain = await graphOf(inModel("logits = image -> residual(conv(3))"));
    assert.equal(nodesOf(plain), ["conv2d logits.conv", "add logits.add"]);
    assert.equal(plain.nodes[1]?.inputs, [plain.nodes[0]?.outputs[0], plain.inputs[0]?.value]);
    const wider = await graphOf(inModel("logits = image -> residual(conv(8), shortcut: conv(8, kernel: 1))"));
    assert.equal(
      wider.nodes.map(({ op }) => op),
      ["conv2d", "conv2d", "add"],
    );
    const text = inModel("logits = image -> residual(conv(8))");
    expectDiagnostics(text, await diagnose(text), [
      { code: "shape/residual-mismatch", at: "5:21", message: "[N, 8, 32, 32] to [N, 3, 32, 32]" },
    ]);
  });

  test("parallel gives one result a branch", async () => {
    const graph = await graphOf(
      inModel("logits = image -> parallel([conv(2), conv(3) -> relu, identity]) -> concat(axis: 1)"),
    );
    assert.equal(outputsOf(graph), { logits: "[N, 8, 32, 32]" });
    assert.equal(await codesOf(inModel("logits = image -> parallel([relu, relu]) -> relu")), [
      "type/wrong-input-count",
    ]);
  });

  test("layers are values: bound, chosen, listed, handed on", async () => {
    const graph = await graphOf(
      inModel(
        `act = if 1 > 2 then relu else mish
        logits = image -> act -> B(act, [tanh, sigmoid]) -> (relu -> square)`,
        "block B(first: layer, others: [layer]) = first -> (others[1]) -> (for other in others do other)",
      ),
    );
    assert.equal(
      graph.nodes.map(({ op }) => op),
      ["mish", "mish", "sigmoid", "tanh", "sigmoid", "relu", "square"],
    );
  });
});

suite("semantics: blocks and functions", (test) => {
  test("several inputs, several results", async () => {
    const before =
      "block Two(c: int) on p, q {\n  left = p -> conv(c)\n  return left, q - left\n}\nfn swap on a, b {\n  return b, a\n}";
    const graph = await graphOf(inModel("x, y = (image, image) -> Two(3) -> swap\nlogits = x * y", before));
    assert.equal(
      graph.nodes.map(({ op }) => op),
      ["conv2d", "sub", "mul"],
    );
    assert.equal(graph.nodes[2]?.inputs, [graph.nodes[1]?.outputs[0], graph.nodes[0]?.outputs[0]]);
    assert.equal(await codesOf(inModel("x, y = image -> Two(3)\nlogits = x * y", before)), ["type/wrong-input-count"]);
  });

  test("a function stands in both positions, with its parameters", async () => {
    const before = "fn scaled(by: float = 2) on x = x * by";
    const ops = async (s: string) => (await graphOf(inModel(s, before))).nodes.map(({ op }) => op);
    assert.equal(await ops("logits = scaled(image)"), ["constant", "mul"]);
    assert.equal(await ops("logits = scaled(image, by: 3)"), ["constant", "mul"]);
    assert.equal(await ops("logits = image -> scaled -> scaled(3)"), ["constant", "mul", "constant", "mul"]);
  });

  test("a scalar function computes, typed by its parameters", async () => {
    const before = "fn make_divisible(v: float, by: int) = max(by, by * floor(v / by + 0.5))";
    const graph = await graphOf(inModel("logits = image -> conv(make_divisible(29 * 1.1, 8))", before));
    assert.is(graph.nodes[0]?.attributes.channels, 32);
    assert.equal(await codesOf(inModel("logits = image -> conv(make_divisible(29, 8.5))", before)), [
      "type/wrong-argument",
    ]);
  });

  test("a function makes no weights, by whatever way", async () => {
    const codes = (f: string, use = "image -> f") => codesOf(inModel(`logits = ${use} -> conv(3)`, f));
    assert.equal(await codes("fn f on x = x -> conv(3)"), ["type/weights-in-function"]);
    assert.equal(await codes("fn f on x = x -> B\nblock B = conv(3)"), ["type/weights-in-function"]);
    assert.equal(await codes("fn f on x {\n  weight w: float32[1] = ones\n  return x * w\n}"), [
      "type/weights-in-function",
    ]);
    assert.equal(await codes("fn f(l: layer) on x = x -> l", "image -> f(conv(3))"), ["type/weights-in-function"]);
    assert.equal(await codes("fn f(l: layer) on x = x -> l", "image -> f(relu)"), []);
    assert.equal(await codes("fn f(wide: bool) = if wide then conv(8) else conv(3)", "image -> f(true)"), []);
  });

  test("what a block is made of is said where it is declared", async () => {
    assert.equal(await codesOf("lfer 1\n\nblock B(c: int) = c * 2\nblock C on x {\n  return relu\n}\n"), [
      "type/block-needs-layer",
      "type/block-needs-tensor",
    ]);
  });

  test("the chain of blocks and functions comes with a mistake, innermost first", async () => {
    const text = inModel(
      "logits = image -> Outer(29)",
      "block Inner(c: int) = conv(half(c))\nblock Outer(c: int) = repeat(2, Inner(c))\nfn half(c: int) = c / 2",
    );
    const [found, ...rest] = await diagnose(text);
    assert.is(found?.code, "value/inexact-division");
    assert.equal(rest, []);
    assert.equal(
      found?.related.map(({ message, span }) => [message, text.slice(span.start, span.end)]),
      [
        ["in function half, used here", "half(c)"],
        ["in block Inner, used here", "Inner(c)"],
        ["in block Outer, used here", "Outer(29)"],
      ],
    );
  });

  test("`require` says what a block needs, and stops what follows", async () => {
    const before = `block B(c: int) on x {\n  require c % 2 == 0, "B works on halves"\n  return x -> conv(c / 2)\n}`;
    assert.equal((await graphOf(inModel("logits = image -> B(8)", before))).nodes.length, 1);
    const text = inModel("logits = image -> B(7)", before);
    expectDiagnostics(text, await diagnose(text), [
      { code: "value/requirement-failed", at: "4:11", message: "B works on halves" },
    ]);
    assert.equal(await codesOf(inModel(`require 3, "x"\nlogits = image`)), ["type/wrong-condition"]);
  });

  test("the same mistake of a block that is used often is said once", async () => {
    const text = inModel("logits = image -> repeat(5, B) -> B", "block B = grid(3, 3, relu)");
    expectDiagnostics(text, await diagnose(text), [{ code: "shape/grid-does-not-fit" }]);
  });
});
