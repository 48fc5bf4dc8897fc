// A block is evaluated once for the same arguments and input, and its nodes are added again elsewhere. A block that takes a layer is
// evaluated each time: with such a parameter that nothing uses, every graph and every message must be the same.
import * as assert from "uvu/assert";
import type { CompileOptions } from "../../src/compiler.js";
import type { Attributes, Graph, Node } from "../../src/ir/graph.js";
import { limits } from "../../src/semantics/limits.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";
import { inModel } from "./one-model.js";

/** The same blocks with one more parameter, of type layer. */
const evaluatedEachTime = (text: string): string =>
  text.replace(/^block (\w+)(?:\((.*?)\))?(?= on| =)/gm, (_, name, parameters) => {
    const given = parameters === undefined ? "" : `${parameters}, `;
    return `block ${name}(${given}_unused: layer = relu)`;
  });

const withoutSpans = (graph: Graph): unknown =>
  JSON.parse(JSON.stringify(graph, (key, value) => (key === "span" ? undefined : value)));

/** Nodes that were added again share their original's attributes; what is said about them is said at the original's place. */
function expectPlacesOfOriginals({ nodes }: Graph): void {
  const originals = new Map<Attributes, Node>();
  for (const node of nodes) {
    const original = originals.get(node.attributes) ?? node;
    originals.set(node.attributes, original);
    assert.equal(node.span, original.span, node.path);
  }
}

/** The nodes that are one with an earlier one's attributes: those that were added again. */
const repeated = ({ nodes }: Graph): number => nodes.length - new Set(nodes.map(({ attributes }) => attributes)).size;

/** Compiles a text; its graphs and messages must be what they are if every block is evaluated. */
async function compared(text: string, options: CompileOptions = {}) {
  const found = await compile(text, options);
  const expected = await compile(evaluatedEachTime(text), options);
  const messages = ({ diagnostics }: typeof found) =>
    diagnostics.map(({ code, message, related }) => [code, message, related.map((link) => link.message)]);
  assert.equal(messages(found), messages(expected));
  assert.equal(
    found.models.map(({ graph, asksTraining }) => [withoutSpans(graph), asksTraining]),
    expected.models.map(({ graph, asksTraining }) => [withoutSpans(graph), asksTraining]),
  );
  assert.is(
    expected.models.reduce((sum, { graph }) => sum + repeated(graph), 0),
    0,
  );
  return found;
}

const unit = "block Unit(c: int) on x {\n  y = x -> conv(c) -> batch_norm as norm -> relu\n  return x + y\n}\n";

suite("semantics: repeated blocks", (test) => {
  for (const [what, statements, blocks, times] of [
    ["turns of a repeat", "logits = image -> conv(4) -> repeat(3, Unit(4))", unit, 8],
    ["cells of a grid", "logits = image -> conv(4) -> grid(2, 2, Unit(4))", unit, 12],
    ["branches", "a, b = image -> conv(4) -> parallel([Unit(4), Unit(4)])\nlogits = a + b", unit, 4],
    ["blocks of blocks", "logits = image -> conv(4) -> B -> Unit(4) -> B", `${unit}block B = Unit(4) -> Unit(4)\n`, 16],
    ["a block in its binding's scope", "a = image -> Act -> Dense -> relu\nlogits = a -> Act -> Dense", dense(), 4],
    [
      "names that are taken",
      "logits = image -> B -> B -> relu",
      "block B on x = x -> relu as b_2 -> conv(3) as b\n",
      2,
    ],
    ["several results", "a, b = image -> Two\nc, d = a -> Two\nlogits = b + c + d", two(), 2],
    ["the input as the result", "logits = image -> Same -> relu -> Same", "block Same on x = x\n", 0],
    ["a node in a layer's argument", "logits = image -> B -> B", "block B = conv(3 * len([vector([1])]))\n", 1],
    ["weights that nothing reads", "logits = image -> W -> W", weight(), 1],
    [
      "shared layers inside",
      "logits = image -> S -> S",
      "block S on x {\n  share q = conv(3)\n  return x -> q -> q\n}\n",
      2,
    ],
  ] as const) {
    test(what, async () => {
      const { models, diagnostics } = await compared(inModel(statements, blocks));
      assert.equal(diagnostics, []);
      const [graph] = models.map((model) => model.graph);
      assert.ok(graph);
      assert.is(repeated(graph), times);
      expectPlacesOfOriginals(graph);
    });
  }

  test("a shared block has the weights of its first application", async () => {
    await compared(inModel("share u = Unit(3)\nlogits = image -> u -> Unit(3) -> u -> Unit(3)", unit));
  });

  test("for another size of the input, or another argument, it is evaluated", async () => {
    const text = inModel("logits = image -> B(4) -> B(4) -> B(8)", "block B(c: int) = conv(c, stride: 2)\n");
    const { models } = await compared(text);
    assert.is(repeated(models[0]?.graph as Graph), 0);
  });

  test("in all variants of a model", async () => {
    const model = inModel("logits = image -> Unit(3)", unit).replace("model M", "model M(a: int = 1)");
    const { models } = await compared(`${model}variant V = M(a: 2)\nvariant W = M(a: 3)\n`);
    const [, one, other] = models.map(({ graph }) => graph.nodes[0]?.attributes);
    assert.ok(one);
    assert.ok(one === other);
  });

  test("what asks for training is evaluated for training", async () => {
    const text = inModel("logits = image -> B -> B", "block B = if training then conv(3) else relu\n");
    const { models } = await compared(text);
    assert.is(models[0]?.asksTraining, true);
    const recipe = `recipe R {
  student   = M
  data      = folder()
  loss      = mean(student.logits)
  optimizer = sgd(lr: 0.1)
  train     = run(batch: 2, epochs: 1)
}
`;
    const { recipes } = await compile(`${text}${recipe}`);
    assert.equal(
      recipes[0]?.student.graph.nodes.map(({ op }) => op),
      ["conv2d", "conv2d"],
    );
  });

  test("what is wrong in it is said with the chain of its first use", async () => {
    const { diagnostics } = await compared(
      inModel("logits = image -> B(5) -> B(5)", "block B(c: int) = conv(6 / c)\n"),
    );
    assert.equal(
      diagnostics.map(({ code }) => code),
      ["value/inexact-division"],
    );
  });

  test("limits are met where they would be", async () => {
    const many = "block B = repeat(1000, relu)\nblock C = repeat(10, B) -> relu\n";
    const tooMany = await compared(inModel(`logits = image -> repeat(${limits.nodes / 10_000}, C)`, many));
    const work = "block B = (for _i in [1..len([for _a in [1..1000] do len([1..1000])]) / 1000] do relu)\n";
    const tooMuch = await compared(inModel("logits = image -> repeat(20, B)", work));
    const deepest = limits.instantiationDepth - 2;
    const blocks = Array.from({ length: deepest + 3 }, (_, i) => `block D${i + 1} = D${i}\n`).join("");
    const tooDeep = await compared(
      inModel(`logits = image -> D${deepest} -> D${deepest + 3}`, `block D0 = relu\n${blocks}`),
    );
    // E is first evaluated inside 91 blocks, and then again, but inside more expressions.
    const inside91 = (name: string, one: (inner: string) => string) =>
      Array.from({ length: 91 }, (_, i) => `block ${name}${i} = ${i === 0 ? "E" : one(`${name}${i - 1}`)}\n`).join("");
    const wrapped = inside91("D", (inner) => `repeat(1, repeat(1, residual(${inner})))`);
    const inner = `block E = ${"residual(".repeat(140)}relu${")".repeat(140)}\n`;
    const tooNested = await compared(
      inModel("logits = image -> C90 -> D90", `${inner}${inside91("C", (block) => block)}${wrapped}`),
    );
    assert.equal(
      [tooMany, tooMuch, tooDeep, tooNested].map(({ diagnostics }) => diagnostics.map(({ code }) => code)),
      [["limit/too-many-nodes"], ["limit/too-much-work"], ["limit/nested-too-deep"], ["limit/nested-too-deep"]],
    );
  });

  test("a model with a mistake in a block is not made, nor its variants", async () => {
    const block = "block B(c: int) on x {\n  _y = x -> conv(6 / c)\n  return x -> relu\n}\n";
    const model = inModel("logits = image -> B(5) -> B(5)", block).replace("model M", "model M(_a: int = 1)");
    const { models, diagnostics } = await compared(`${model}variant V = M(_a: 2)\nvariant W = M(_a: 3)\n`);
    assert.equal(
      diagnostics.map(({ code }) => code),
      ["value/inexact-division"],
    );
    assert.equal(models, []);
  });

  test("in a recipe's loss, whose student decides the order of classes", async () => {
    const recipeFor = (order: string) =>
      `recipe R${order} {
  student   = ${order}
  data      = folder()
  loss      = student.logits -> Weighted
  optimizer = sgd(lr: 0.1)
  train     = run(batch: 2, epochs: 1)
}
model ${order} {
  input image: float32[N, 3, 8, 8]
  logits = image -> global_avg_pool -> flatten -> linear(2)
  output logits: labels(["${order[0]}", "${order[1]}"])
}
`;
    const { recipes, diagnostics } = await compile(
      `lfer 1\n${recipeFor("AB")}${recipeFor("BA")}block Weighted on x = mean(x * vector([1, 2], labels: ["A", "B"]))\n`,
    );
    assert.equal(diagnostics, []);
    assert.equal(
      recipes.map(({ loss }) => loss.nodes.find(({ op }) => op === "constant")?.attributes.values),
      [
        [1, 2],
        [2, 1],
      ],
    );
  });
});

function dense(): string {
  return "block Act = relu -> tanh\nblock Dense = conv(3) -> batch_norm\n";
}

function two(): string {
  return "block Two on x {\n  a = x -> conv(3)\n  b = x -> relu\n  return a, b\n}\n";
}

function weight(): string {
  return "block W on x {\n  weight _w: float32[3] = fill(1)\n  weight v: float32[1] = fill(2)\n  return x * v\n}\n";
}
