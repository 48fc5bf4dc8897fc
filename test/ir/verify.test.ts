import * as assert from "uvu/assert";
import { graphEntries } from "../../src/diagnostics/catalogue/graph.js";
import type { Graph, Node } from "../../src/ir/graph.js";
import { assertSound, findFaults } from "../../src/ops/verify-types.js";
import { smallNetwork } from "../ops/small-network.js";
import { suite } from "../support/suite.js";
import { graphScenarios } from "./graph-scenarios.js";

const good = smallNetwork();

const withNode = (op: string, change: (node: Node) => Node): Graph => {
  const index = good.nodes.findIndex((node) => node.op === op);
  return { ...good, nodes: good.nodes.map((node, i) => (i === index ? change(node) : node)) };
};
const withAttribute = (op: string, attributes: Node["attributes"]): Graph =>
  withNode(op, (node) => ({ ...node, attributes: { ...node.attributes, ...attributes } }));

const rows: readonly (readonly [string, Graph, string])[] = [
  ["an op nobody knows", withNode("mish", (n) => ({ ...n, op: "misch" })), "graph/unknown-op"],
  ["a result made again", withNode("mish", (n) => ({ ...n, outputs: [0] })), "graph/value-made-again"],
  ["a value from below", withNode("relu", (n) => ({ ...n, inputs: [good.types.length - 1] })), "graph/value-not-made"],
  ["a value from nowhere", withNode("relu", (n) => ({ ...n, inputs: [9999] })), "graph/value-not-made"],
  ["a result without a type", withNode("mish", (n) => ({ ...n, outputs: [9999] })), "graph/value-not-made"],
  [
    "a type that nothing has",
    { ...good, types: [...good.types, { dtype: "bool", shape: [] }] },
    "graph/value-not-made",
  ],
  ["a path twice", withNode("mish", (n) => ({ ...n, path: "stem.conv" })), "graph/duplicate-name"],
  ["a slot's name twice", { ...good, slots: good.slots.map((s) => ({ ...s, name: "w" })) }, "graph/duplicate-name"],
  ["an output's name twice", { ...good, outputs: [...good.outputs, ...good.outputs] }, "graph/duplicate-name"],
  [
    "a next state of another type",
    { ...good, slots: good.slots.map((s, i) => (i === 0 ? { ...s, next: 0 } : s)) },
    "graph/wrong-type",
  ],
  [
    "a next state from nowhere",
    { ...good, slots: good.slots.map((s, i) => (i === 0 ? { ...s, next: 9999 } : s)) },
    "graph/value-not-made",
  ],
  ["a size of 0", withType(good, [0]), "graph/impossible-size"],
  ["half a channel", withType(good, [1, 2.5]), "graph/impossible-size"],
  ["minus one batch", withType(good, [{ batch: -1 }]), "graph/impossible-size"],
  ["more elements than can be counted", withType(good, [2 ** 30, 2 ** 30]), "graph/impossible-size"],
  ["an input too few", withNode("add", (n) => ({ ...n, inputs: n.inputs.slice(1) })), "graph/wrong-count"],
  ["an input too many", withNode("relu", (n) => ({ ...n, inputs: [0, 0] })), "graph/wrong-count"],
  ["a convolution without its weight", withNode("conv2d", (n) => ({ ...n, inputs: [0] })), "graph/wrong-count"],
  ["a bias that is promised only", withAttribute("conv2d", { bias: true }), "graph/wrong-count"],
  ["a number where a list belongs", withAttribute("conv2d", { stride: 2 }), "graph/wrong-attribute"],
  ["a list too short", withAttribute("conv2d", { kernel: [3] }), "graph/wrong-attribute"],
  ["a stride of 0", withAttribute("conv2d", { stride: [0, 1] }), "graph/wrong-attribute"],
  ["half a group", withAttribute("channel_shuffle", { groups: 1.5 }), "graph/wrong-attribute"],
  ["an attribute too many", withAttribute("relu", { slope: 0.1 }), "graph/wrong-attribute"],
  ["an attribute missing", withNode("channel_shuffle", (n) => ({ ...n, attributes: {} })), "graph/wrong-attribute"],
  ["a shape that does not follow", withAttribute("max_pool", { stride: [1, 1] }), "graph/wrong-type"],
  ["a rule of the op broken", withAttribute("channel_shuffle", { groups: 3 }), "shape/not-divisible"],
  ["a weight for other channels", withAttribute("conv2d", { channels: 9 }), "graph/wrong-slot"],
  ["a part too few", withAttribute("split", { sizes: [8] }), "graph/wrong-count"],
];

/** The graph with this shape for its first input. */
function withType(graph: Graph, shape: Graph["types"][number]["shape"]): Graph {
  return { ...graph, types: [{ dtype: "float32", shape }, ...graph.types.slice(1)] };
}

suite("ir: every code of the graph phase", (test) => {
  for (const code of Object.keys(graphEntries)) {
    test(`${code} is provoked by an edit of a text`, async () => {
      const codes = await graphScenarios[code as keyof typeof graphScenarios]();
      assert.is(codes[0], code);
    });
  }
});

suite("ir: verifier", (test) => {
  test("a good graph has no fault", () => {
    assert.equal(findFaults(good), []);
  });

  for (const [title, graph, code] of rows) {
    test(`${title}: ${code}`, () => {
      const [first] = findFaults(graph);
      assert.is(first?.problem.diagnose({}).code, code);
      assert.throws(() => assertSound(graph), /graph Small is unsound at /);
    });
  }

  test("an unknown op is offered its neighbour", () => {
    const [fault] = findFaults(withNode("mish", (n) => ({ ...n, op: "misch" })));
    assert.is(
      fault?.problem.diagnose({}).message,
      'node head.mish applies "misch", which is not an op. Did you mean "mish"?',
    );
  });

  test("both shapes are named", () => {
    const [fault] = findFaults(withAttribute("max_pool", { stride: [1, 1] }));
    assert.match(fault?.problem.diagnose({}).message ?? "", /float32\[N, 8, 8, 8\], but .* float32\[N, 8, 16, 16\]/);
  });
});
