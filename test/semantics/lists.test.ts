import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";
import { diagnose, expectDiagnostics } from "../support/tester.js";
import { codesOf, floatOf, graphOf, inModel, intOf, nodesOf } from "./one-model.js";

suite("semantics: lists", (test) => {
  test("ranges hold both ends and are empty backwards", async () => {
    assert.is(await intOf("len([1..7])"), 7);
    assert.is(await intOf("len([3..3])"), 1);
    assert.is(await intOf("len([3..1]) + 1"), 1);
    assert.is(await intOf("sum([1..100])"), 5050);
  });

  test("items are counted from 0, in lists and tuples", async () => {
    assert.is(await intOf("[8, 16, 24][2]"), 24);
    assert.is(await intOf(`(8, "a", 3)[0]`), 8);
    assert.equal(
      await codesOf("lfer 1\n\nconst a = [1, 2][2]\nconst b = [1][-1]\nconst c = (1, 2)[1.0]\nconst d = 3[0]\n"),
      ["value/index-out-of-range", "value/index-out-of-range", "type/wrong-operand", "type/not-a-list"],
    );
  });

  test("a list has one type; ints become floats beside floats", async () => {
    assert.is(await floatOf("[1, 2.5][0] / 2"), 0.5);
    const text = `lfer 1\n\nconst a = [1, "a"]\nconst b = [(1, "a"), (2, 3)]\n`;
    expectDiagnostics(text, await diagnose(text), [
      { code: "type/mixed-list", at: "3:15", message: "the list holds int, but this item is string" },
      { code: "type/mixed-list", at: "4:22" },
    ]);
  });

  test("`[for ...]` lists what each turn gives", async () => {
    assert.is(await intOf("sum([for i in [1..4] do i * i])"), 30);
    assert.is(await intOf(`sum([for n, _name in [(3, "a"), (4, "b")] do n])`), 7);
    assert.is(await intOf("sum([for i in [1..3] do sum([for j in [1..i] do j])])"), 10);
    assert.is(await intOf("sum([for i in [1..0] do i]) + 1"), 1);
  });

  test("`for` joins layers, in order", async () => {
    const text = inModel(`logits = image -> (for channels, act in [(8, relu), (16, mish)] do conv(channels) -> act)`);
    assert.equal(
      (await graphOf(text)).nodes.map(({ op }) => op),
      ["conv2d", "relu", "conv2d", "mish"],
    );
  });

  test("turns that never happen leave nothing behind, but are typed", async () => {
    const text = inModel("logits = image -> (for _i in [1..0] do conv(3)) -> relu");
    assert.equal(nodesOf(await graphOf(text)), ["relu logits.relu"]);
    assert.equal(await codesOf(inModel("logits = image -> (for _i in [1..0] do cnv(3)) -> relu")), [
      "resolve/unknown-name",
    ]);
  });

  test("names of `for` fit the items", async () => {
    assert.equal(await codesOf(inModel("logits = image -> (for a, b in [(1, 2, 3)] do conv(a + b))")), [
      "type/wrong-tuple-length",
    ]);
    assert.equal(await codesOf(inModel("logits = image -> (for a in 3 do conv(a))")), ["type/not-a-list"]);
    assert.equal(await codesOf(inModel("logits = image -> (for a in [3] do a)")), ["type/for-needs-layers"]);
  });

  test("a list of tensors is an op's input before its length is known", async () => {
    const block = "block Wide(n: int) on x {\n  return concat([for _i in [1..n] do x], axis: 2)\n}";
    assert.equal(await codesOf(inModel("logits = image -> Wide(2)", block)), []);
    assert.equal(await codesOf(inModel("logits = image", `fn wide(n: int) on x = max([for _i in [1..n] do x])`)), [
      "lint/unused-declaration",
    ]);
  });

  test("several results are named one by one", async () => {
    const graph = await graphOf(inModel("a, b = split(image -> conv(4), parts: 2)\nlogits = a + b"));
    assert.equal(
      graph.nodes.map(({ op }) => op),
      ["conv2d", "split", "add"],
    );
    assert.equal(await codesOf(inModel("a, b = (image, image, image)\nlogits = a + b")), ["type/wrong-tuple-length"]);
  });

  test("what a name holds is bounded, however little text makes it", async () => {
    const doubled = Array.from({ length: 20 }, (_, i) => `const t${i + 1} = (t${i}, t${i})\n`).join("");
    assert.equal(await codesOf(`lfer 1\n\nconst t0 = (1, 2)\n${doubled}`), ["limit/too-many-repeats"]);
    const nested = Array.from({ length: 60 }, (_, i) => `const l${i + 1} = [l${i}]\n`).join("");
    assert.equal(await codesOf(`lfer 1\n\nconst l0 = [1]\n${nested}`), ["limit/nested-too-deep"]);
    assert.equal(await codesOf("lfer 1\n\nconst l = [for _i in [1..1000] do [1..1000]]\n"), ["limit/too-many-repeats"]);
  });
});
