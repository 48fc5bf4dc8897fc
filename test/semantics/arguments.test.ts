import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";
import { diagnose, type expectDiagnostics } from "../support/tester.js";
import { codesOf, graphOf, inModel } from "./one-model.js";

const block = `block B(c: int, k: int = 3, act: layer = relu, mode: "a" | "b" = "a", more: [float] = [], pair: (int, float) = (1, 2)) =
  conv(if mode == "a" then c else c + pair[0], kernel: k) -> act`;

suite("semantics: arguments", (test) => {
  test("by position, by name, mixed, and left out", async () => {
    for (const call of [
      "B(8, 5)",
      "B(c: 8, k: 5)",
      "B(k: 5, c: 8)",
      "B(k: 5, 8)",
      "B(8, k: 5, more: [1], pair: (2, 3))",
    ]) {
      const graph = await graphOf(inModel(`logits = image -> ${call}`, block));
      assert.equal([graph.nodes[0]?.attributes.channels, graph.nodes[0]?.attributes.kernel], [8, [5, 5]], call);
    }
    const last = await graphOf(inModel(`logits = image -> B(8, mode: "b")`, block));
    assert.is(last.nodes[0]?.attributes.channels, 9);
  });

  test("sizes that differ are a tuple or a list, for every parameter of a window", async () => {
    const attributesOf = async (call: string) =>
      (await graphOf(inModel(`logits = image -> ${call}`))).nodes[0]?.attributes;
    const listed = await attributesOf("conv(8, kernel: [3, 5], stride: [2, 1], padding: [1, 2], dilation: [1, 2])");
    assert.equal(listed?.padding, [1, 2, 1, 2]);
    assert.equal(
      await attributesOf("conv(8, kernel: (3, 5), stride: (2, 1), padding: (1, 2), dilation: (1, 2))"),
      listed,
    );
    assert.equal((await attributesOf("conv(8, padding: (0, 1, 2, 3))"))?.padding, [0, 1, 2, 3]);
    assert.equal((await attributesOf("max_pool((3, 5), padding: (0, 2))"))?.padding, [0, 2, 0, 2]);
    assert.equal(await codesOf(inModel("logits = image -> conv(8, padding: (1, 2, 3))")), ["value/wrong-length"]);
    assert.equal(await codesOf(inModel("logits = image -> conv(8, padding: (1.5, 2))")), ["type/wrong-argument"]);
  });

  test("mistakes point at the argument that is wrong", async () => {
    const of = (call: string) => inModel(`logits = image -> ${call}`, block);
    const expectAt = async (
      call: string,
      code: Parameters<typeof expectDiagnostics>[2][number]["code"],
      part: string,
    ) => {
      const text = of(call);
      const [found, ...rest] = await diagnose(text);
      assert.is(found?.code, code, call);
      assert.equal(rest, [], call);
      assert.is(text.slice(found?.span?.start, found?.span?.end), part, call);
    };
    await expectAt('B(8, 3, relu, "a", [], (1, 2), 7)', "type/too-many-arguments", "7");
    await expectAt("B(8, c: 9)", "type/argument-given-twice", "9");
    await expectAt("B(c: 9, c: 8)", "type/argument-given-twice", "8");
    await expectAt("B(kernel: 3)", "resolve/unknown-parameter", "kernel");
    await expectAt("B(k: 3)", "type/missing-argument", "B(k: 3)");
    await expectAt("B", "type/missing-argument", "B");
    await expectAt("B(1.5)", "type/wrong-argument", "1.5");
    await expectAt("B(8, act: 3)", "type/wrong-argument", "3");
    await expectAt('B(8, mode: "c")', "type/wrong-argument", '"c"');
    await expectAt("B(8, more: [true])", "type/wrong-argument", "[true]");
    await expectAt("B(8, pair: (1.5, 2))", "type/wrong-argument", "(1.5, 2)");
    await expectAt("conv(8, kernel: [3, 3, 3])", "value/wrong-length", "[3, 3, 3]");
    await expectAt("conv(8, kernel: 0)", "value/out-of-range", "0");
    await expectAt("conv(8, stride: [1, 0])", "value/out-of-range", "[1, 0]");
    await expectAt("conv(-1)", "value/out-of-range", "-1");
    await expectAt("conv(9, groups: 2)", "shape/not-divisible", "2");
    await expectAt("conv(chanels: 8)", "resolve/unknown-parameter", "chanels");
    await expectAt("repeat(-1, relu)", "value/out-of-range", "-1");
    await expectAt("repeat(2)", "type/missing-argument", "repeat(2)");
    await expectAt("grid(0, 2, relu)", "value/out-of-range", "0");
    await expectAt("parallel([])", "value/out-of-range", "parallel([])");
    await expectAt("parallel([3])", "type/wrong-argument", "[3]");
  });

  test("a default is an argument like any other, and may use the parameters before it", async () => {
    const graph = await graphOf(inModel("logits = image -> D(4)", "block D(c: int, wide: int = c * 2) = conv(wide)"));
    assert.is(graph.nodes[0]?.attributes.channels, 8);
    const wrong = `lfer 1\n\nblock A(c: int = 1.5, m: "x" | "y" = "z", l: layer = 3, d: int = e, e: int = 1) = conv(c)\n`;
    assert.equal(await codesOf(wrong), [
      "type/wrong-default",
      "type/wrong-default",
      "type/wrong-default",
      "resolve/unknown-name",
    ]);
  });

  test("tensors come by the arrow in a stage, and in parentheses in a call", async () => {
    assert.equal(await codesOf(inModel("logits = image -> add(image)")), ["type/tensor-in-stage"]);
    assert.equal(await codesOf(inModel("logits = conv(image, 8)")), ["type/block-needs-arrow"]);
    assert.equal(await codesOf(inModel("logits = B(image)", "block B = relu")), ["type/block-needs-arrow"]);
    assert.equal(await codesOf(inModel("logits = (image, image) -> relu")), ["type/wrong-input-count"]);
    assert.equal(await codesOf(inModel("logits = concat(image, relu, axis: 1)")), ["type/not-a-tensor"]);
    assert.equal(await codesOf(inModel("logits = 3 -> relu")), ["type/arrow-without-tensor"]);
    const graph = await graphOf(inModel("logits = (image, image) -> add -> concat(axis: 1)"));
    assert.equal(
      graph.nodes.map(({ op }) => op),
      ["add", "concat"],
    );
  });
});
