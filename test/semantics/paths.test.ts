import fc from "fast-check";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";
import { codesOf, graphOf, inModel, nodesOf, weightsOf } from "./one-model.js";

suite("semantics: paths", (test) => {
  test("a binding's only layer with weights takes its name, several stand below it", async () => {
    const graph = await graphOf(
      inModel(
        `stem = image -> conv(8) -> relu
        body = stem -> conv(8) -> batch_norm -> relu
        logits = body -> flatten -> linear(3) as fc`,
      ),
    );
    assert.equal(weightsOf(graph), [
      "stem.weight",
      "body.conv.weight",
      "body.batch_norm.weight",
      "body.batch_norm.bias",
      "body.batch_norm.running_mean",
      "body.batch_norm.running_var",
      "fc.weight",
      "fc.bias",
    ]);
  });

  test("equals get ordinals, `as` names the place in the body, blocks go by snake case", async () => {
    const graph = await graphOf(
      inModel(
        "logits = image -> DownUnit -> repeat(2, DownUnit) -> DownUnit as last -> PDWRes",
        "block DownUnit = conv(3) -> conv(3) as second\nblock PDWRes = depthwise",
      ),
    );
    assert.equal(weightsOf(graph), [
      "logits.down_unit_1.conv.weight",
      "logits.down_unit_1.second.weight",
      "logits.down_unit_2.conv.weight",
      "logits.down_unit_2.second.weight",
      "logits.down_unit_3.conv.weight",
      "logits.down_unit_3.second.weight",
      "last.conv.weight",
      "last.second.weight",
      "logits.pdw_res.weight",
    ]);
  });

  test("a local name of a layer names its place", async () => {
    const graph = await graphOf(
      inModel(
        "first = conv(3)\nlogits = image -> first -> first -> B(conv(3))",
        "block B(inner: layer) on x {\n  y = x -> inner -> inner\n  return y\n}",
      ),
    );
    assert.equal(nodesOf(graph), [
      "conv2d logits.first_1",
      "conv2d logits.first_2",
      "conv2d logits.b.y.inner_1",
      "conv2d logits.b.y.inner_2",
    ]);
  });

  test("names that ordinals would take are left to their owners", async () => {
    const graph = await graphOf(inModel("logits = image -> B", "block B = conv(3) -> conv(3) as conv_1 -> conv(3)"));
    assert.equal(weightsOf(graph), ["logits.conv_2.weight", "logits.conv_1.weight", "logits.conv_3.weight"]);
  });

  test("parts of repeat, grid and for have numbers, however many there are", async () => {
    const of = async (count: number) =>
      weightsOf(
        await graphOf(
          inModel(
            `a = image -> repeat(${count}, conv(3) -> B) -> grid(1, ${count}, depthwise)
            b = a -> (for i in [1..${count}] do conv(i))
            c = [for i in [1..${count}] do b -> conv(3)] -> concat
            logits = c -> repeat(${count}, relu -> conv(3) as d)`,
            "block B on x {\n  inner = x -> conv(3)\n  return inner\n}",
          ),
        ),
      );
    const one = await of(1);
    assert.equal(one, [
      "a.conv_1.weight",
      "a.b_1.inner.weight",
      "a.depthwise_1.weight",
      "b.conv_1.weight",
      "c.conv_1.weight",
      "logits.d_1.weight",
    ]);
    const two = await of(2);
    assert.is(two.length, 12);
    assert.equal(
      one.filter((name) => !two.includes(name)),
      [],
    );
  });

  test("a name that begins with _ is in no path, unless there is no other", async () => {
    const graph = await graphOf(
      inModel(
        "_a, b = image -> Two\n_c, _d = image -> Two\nlogits = b -> conv(3)",
        "block Two on x {\n  return x, x -> conv(3)\n}",
      ),
    );
    assert.equal(weightsOf(graph), ["b.conv.weight", "logits.weight"]);
    const { slots } = await graphOf(
      inModel(
        "_a, b = image -> Two\nlogits = b -> repeat(1, conv(3))",
        "block Two on x {\n  return x, x -> conv(3)\n}",
      ),
    );
    assert.equal(
      slots.map(({ name, formerName }) => [name, formerName]),
      [
        ["b.conv.weight", "_a_b.conv.weight"],
        ["logits.conv_1.weight", "logits.conv.weight"],
      ],
    );
  });

  test("what holds no weights renames none", async () => {
    const stages = ["conv(3)", "batch_norm", "Unit", "repeat(2, conv(3))"];
    const plain = ["relu", "mish", "identity", "(relu -> tanh)", "halved", "repeat(2, relu)"];
    const before = "block Unit = residual(conv(3) -> batch_norm)\nfn halved on x = x / 2";
    const chain = fc.array(fc.constantFrom(...stages), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(chain, fc.nat(), fc.constantFrom(...plain), async (parts, at, extra) => {
        const more = [...parts];
        more.splice(at % (parts.length + 1), 0, extra);
        const weights = async (all: readonly string[]) =>
          weightsOf(await graphOf(inModel(`a = image -> ${all.join(" -> ")}\nlogits = a -> conv(3)`, before)));
        assert.equal(await weights(more), await weights(parts));
      }),
      { numRuns: 30 },
    );
  });

  test("paths and weight names are unique", async () => {
    const before =
      "block B on x {\n  weight conv_1: float32[1] = ones\n  conv = x -> conv(3) -> relu\n  return conv * conv_1 -> conv(3)\n}";
    const graph = await graphOf(
      inModel("conv = image -> B -> B\nlogits = conv -> conv(3) -> B as conv_1 -> B as conv", before),
    );
    assert.is(new Set(weightsOf(graph)).size, graph.slots.length);
    assert.is(new Set(nodesOf(graph)).size, graph.nodes.length);
  });

  test("a shared layer cannot be renamed", async () => {
    assert.equal(await codesOf(inModel("share q = conv(3)\nlogits = image -> q as other -> q")), [
      "resolve/alias-on-shared",
    ]);
  });
});
