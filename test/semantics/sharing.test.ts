import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";
import { diagnose, expectDiagnostics } from "../support/tester.js";
import { codesOf, graphOf, inModel, nodesOf, weightsOf } from "./one-model.js";

/** For each node that has weights, the names of them. */
async function weightsByNode(statements: string, before = ""): Promise<readonly (readonly string[])[]> {
  const graph = await graphOf(inModel(statements, before));
  const names = new Map(graph.slots.map(({ value, name }) => [value, name]));
  return graph.nodes
    .map((node) => node.inputs.flatMap((value) => names.get(value) ?? []))
    .filter((weights) => weights.length > 0);
}

suite("semantics: share", (test) => {
  test("one set of weights, however often applied", async () => {
    const graph = await graphOf(inModel("share q = conv(3) -> relu\nlogits = image -> q -> q"));
    assert.equal(weightsOf(graph), ["q.conv.weight"]);
    assert.equal(nodesOf(graph), ["conv2d q.conv", "relu q.relu", "conv2d q@2.conv", "relu q@2.relu"]);
  });

  test("in the cells of a grid and the turns of a repeat", async () => {
    assert.equal(await weightsByNode("share q = depthwise\nlogits = image -> grid(2, 2, q) -> repeat(2, q)"), [
      ...new Array<string[]>(6).fill(["q.weight"]),
    ]);
  });

  test("each instance of a block that shares has a set of its own", async () => {
    const before = "block B on x {\n  share q = conv(3)\n  return x -> q -> q\n}";
    assert.equal(await weightsByNode("logits = image -> B -> B", before), [
      ["logits.b_1.q.weight"],
      ["logits.b_1.q.weight"],
      ["logits.b_2.q.weight"],
      ["logits.b_2.q.weight"],
    ]);
  });

  test("shared layers within shared layers, applied in whatever order", async () => {
    const inner = "block B on x {\n  share q = conv(3)\n  return x -> q -> depthwise -> q\n}";
    const once = [["b.q.weight"], ["b.depthwise.weight"], ["b.q.weight"]];
    assert.equal(await weightsByNode("share b = B\nlogits = image -> b -> b", inner), [...once, ...once]);
    const outer = "block C(l: layer) = l -> depthwise -> l";
    const both = [["q.weight"], ["c.depthwise.weight"], ["q.weight"]];
    assert.equal(await weightsByNode("share q = conv(3)\nshare c = C(q)\nlogits = image -> c -> c", outer), [
      ...both,
      ...both,
    ]);
    assert.equal(await weightsByNode("share q = conv(3)\nshare c = C(q)\nlogits = image -> q -> c -> c", outer), [
      ["q.weight"],
      ...both,
      ...both,
    ]);
  });

  test("every application must fit the first one's weights", async () => {
    const text = inModel("share q = conv(3)\nlogits = image -> q -> conv(8) -> q");
    const [found] = await diagnose(text);
    assert.equal(
      found?.related.map(({ message, span }) => [message, span.start]),
      [["in shared q, used here", text.lastIndexOf("q")]],
    );
    expectDiagnostics(text, await diagnose(text), [
      {
        code: "shape/shared-weights-differ",
        at: "5:13",
        message: "[3, 3, 3, 3], but here they would need [3, 8, 3, 3]",
      },
    ]);
    const before = "block B on x {\n  return if channels(x) == 3 then x -> conv(3) else x -> conv(3) -> conv(9)\n}";
    assert.equal(await codesOf(inModel("share b = B\nlogits = image -> b -> conv(4) -> b", before)), [
      "shape/shared-weights-differ",
      "shape/shared-weights-surplus",
    ]);
  });

  test("only layers are shared", async () => {
    assert.equal(await codesOf(inModel("share q = 3\nlogits = image -> q")), ["type/not-a-layer"]);
    assert.equal(await codesOf(inModel("share q = image -> conv(3)\nlogits = image -> q")), ["type/not-a-layer"]);
  });
});

suite("semantics: weight", (test) => {
  test("a bare one has its name, shape and beginning", async () => {
    const graph = await graphOf(
      inModel(
        "logits = image -> B -> B",
        "block B on x {\n  weight scale: float32[1, channels(x), 1, 1] = normal(0.5, mean: 1)\n  return x * scale\n}",
      ),
    );
    assert.equal(weightsOf(graph), ["logits.b_1.scale", "logits.b_2.scale"]);
    assert.equal(graph.slots[0]?.initializer, { kind: "normal", mean: 1, std: 0.5 });
    assert.equal(graph.types[graph.slots[0]?.value ?? -1], { dtype: "float32", shape: [1, 3, 1, 1] });
  });

  test("each initializer, with its numbers", async () => {
    const of = async (initializer: string) =>
      (await graphOf(inModel(`weight w: float32[1] = ${initializer}\nlogits = image * w`))).slots[0]?.initializer;
    assert.equal(await of("zeros"), { kind: "constant", value: 0 });
    assert.equal(await of("ones"), { kind: "constant", value: 1 });
    assert.equal(await of("fill(1 / 4.0)"), { kind: "constant", value: 0.25 });
    assert.equal(await of("uniform(-1, high: 2)"), { kind: "uniform", low: -1, high: 2 });
    assert.equal(await of("normal(2)"), { kind: "normal", mean: 0, std: 2 });
  });

  test("mistakes", async () => {
    const codes = (statement: string) => codesOf(inModel(`${statement}\nlogits = image * w`));
    assert.equal(await codes("weight w: float32[N, 1, 1, 1] = ones"), ["type/weight-type"]);
    assert.equal(await codes("weight w: bool[1] = ones"), ["type/weight-type"]);
    assert.equal(await codes("weight w: float32[0] = ones"), ["value/wrong-dimension"]);
    assert.equal(await codes("weight w: float32[1.5] = ones"), ["type/wrong-operand"]);
    assert.equal(await codes("weight w: float32[1] = 1"), ["type/not-an-initializer"]);
    assert.equal(await codes("weight w: float32[1] = fill"), ["type/missing-argument"]);
    assert.equal(await codes("weight w: float32[1] = normal(-1)"), ["value/out-of-range"]);
    assert.equal(await codes("weight w: float32[1] = uniform(1, -1)"), ["value/out-of-range"]);
    assert.equal(await codes("weight w: float32[1] = uniform(1, 1)"), []);
    assert.equal(await codes("weight w: float32[9_000_000_000_000] = ones"), ["limit/tensor-too-large"]);
  });
});
