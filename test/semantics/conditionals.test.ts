import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";
import { codesOf, graphOf, inModel, intOf, nodesOf } from "./one-model.js";

suite("semantics: if", (test) => {
  test("takes the branch of a known condition", async () => {
    assert.is(await intOf("if 1 > 2 then 3 else if 2 > 1 then 4 else 5"), 4);
  });

  test("both branches are typed, known condition or not", async () => {
    const wrong = `if wide then 8 else "x"`;
    assert.equal(await codesOf(inModel(`logits = image -> conv(${wrong})`, "const wide = true")), [
      "type/branches-differ",
    ]);
    assert.equal(await codesOf(inModel("logits = image -> B(true)", `block B(wide: bool) = conv(${wrong})`)), [
      "type/branches-differ",
    ]);
    assert.equal(await codesOf(inModel("logits = image -> conv(if true then 8 else eihgt)")), ["resolve/unknown-name"]);
  });

  test("only the branch that is taken is held to its numbers and shapes", async () => {
    const grid = "block B(cut: bool) on x {\n  return if cut then x -> grid(5, 5, depthwise) else x -> depthwise\n}";
    assert.equal(await codesOf(inModel("logits = image -> B(false)", grid)), []);
    assert.equal(await codesOf(inModel("logits = image -> B(true)", grid)), ["shape/grid-does-not-fit"]);
    assert.equal(await codesOf("lfer 1\n\nconst n = 0\nconst x = if n > 0 then 12 / n else 0\n"), []);
  });

  test("the branch that is not taken leaves no nodes, weights or names behind", async () => {
    const graph = await graphOf(inModel("logits = (if true then image -> conv(3) else image -> conv(4)) -> relu"));
    assert.equal(nodesOf(graph), ["conv2d logits.conv", "relu logits.relu"]);
  });

  test("a condition is a bool", async () => {
    assert.equal(await codesOf("lfer 1\n\nconst x = if 1 then 2 else 3\n"), ["type/wrong-condition"]);
  });

  test("`training` is known in a model only", async () => {
    const text = inModel("logits = image -> Noisy", "block Noisy = if training then relu else mish");
    assert.equal((await graphOf(text)).nodes[0]?.op, "mish");
    assert.equal((await graphOf(text, { training: true })).nodes[0]?.op, "relu");
  });
});
