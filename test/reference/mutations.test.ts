import * as assert from "uvu/assert";
import type { Graph, Node, ValueId } from "../../src/ir/graph.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { interpret } from "../../src/reference/interpret.js";
import { probeInputs, probeWeights } from "../../src/reference/probe-weights.js";
import { smallNetwork } from "../ops/small-network.js";
import { suite } from "../support/suite.js";
import { assertVaries, distance } from "./distance.js";

const graph = smallNetwork();
const feed = { inputs: probeInputs(graph, 2, 11), slots: probeWeights(graph, 12), batch: 2 };
const whole = interpret(graph, feed).logits as Tensor;

const find = (path: string): Node => {
  const node = graph.nodes.find((candidate) => candidate.path === path);
  if (node === undefined) throw new Error(`no node ${path}`);
  return node;
};

/** The graph with one node changed. */
const changed = (path: string, change: (node: Node) => Partial<Node>): Graph => {
  const target = find(path);
  return { ...graph, nodes: graph.nodes.map((node) => (node === target ? { ...node, ...change(node) } : node)) };
};

const asIdentity = (): Partial<Node> => ({ op: "identity", attributes: {} });
const onlyInput = ({ inputs }: Node): Partial<Node> => ({ ...asIdentity(), inputs: inputs.slice(0, 1) });
const reversed = ({ inputs }: Node): Partial<Node> => ({ inputs: inputs.toReversed() });

/** The results of two nodes, exchanged. */
function swapped(a: string, b: string): Graph {
  const [first, second] = [find(a).outputs[0] as ValueId, find(b).outputs[0] as ValueId];
  const other = (value: ValueId): ValueId => (value === first ? second : value === second ? first : value);
  return { ...graph, nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(other) })) };
}

/** Possible errors of a compiler; the probe must distinguish each from the correct network. */
const mutations: Readonly<Record<string, Graph>> = {
  "two quadrants swapped in their row": changed("local.row_0", reversed),
  "two rows of quadrants swapped": changed("local", reversed),
  "two quadrants' inputs swapped": {
    ...graph,
    nodes: graph.nodes.map((node) => {
      const { inputs } = find(node.path === "local.cell_0_0.conv" ? "local.cell_0_1.conv" : "local.cell_0_0.conv");
      if (!["local.cell_0_0.conv", "local.cell_0_1.conv"].includes(node.path)) return node;
      return { ...node, inputs: [inputs[0] as ValueId, ...node.inputs.slice(1)] };
    }),
  },
  "the first shuffle lost": changed("unit_1.shuffle", asIdentity),
  "the last shuffle lost": changed("unit_3.shuffle", asIdentity),
  "the halves of a unit joined the wrong way round": changed("unit_2.concat", reversed),
  "a batch norm lost": changed("deep.batch_norm", onlyInput),
  "the last batch norm lost": changed("head.batch_norm", onlyInput),
  "a relu lost": changed("unit_1.last.relu", asIdentity),
  "a relu6 that is a relu": changed("local.cell_1_1.relu6", () => ({ op: "relu" })),
  "mish that is silu": changed("head.mish", () => ({ op: "silu" })),
  "max_pool that averages": changed("stem.pool", ({ attributes }) => ({
    op: "avg_pool",
    attributes: { ...attributes, count_include_pad: true, overhang: [0, 0] },
  })),
  "two quadrants' results swapped": swapped("local.cell_1_0.relu6", "local.cell_1_1.relu6"),
};

suite("reference: mutations are seen on probe weights", (test) => {
  test("the network's outputs vary", () => assertVaries(whole));

  for (const [title, mutant] of Object.entries(mutations)) {
    test(title, () => {
      assertSound(mutant);
      const logits = interpret(mutant, feed).logits as Tensor;
      // The error of float32 engines is about 1e-6: far below the effect of any of these errors.
      const apart = distance(logits, whole);
      assert.ok(apart > 1e-3, `only ${apart} apart`);
    });
  }

  test("a bias set to zero, statistics taken for 0 and 1", () => {
    for (const [name, value] of [
      ["head.scores.bias", 0],
      ["unit_1.first.batch_norm.bias", 0],
      ["stem.batch_norm.running_mean", 0],
      ["deep.batch_norm.running_var", 1],
      ["local.cell_0_1.batch_norm.weight", 1],
    ] as const) {
      const slot = feed.slots[name] as Tensor;
      const slots = { ...feed.slots, [name]: { ...slot, data: slot.data.map(() => value) } };
      const apart = distance(interpret(graph, { ...feed, slots }).logits as Tensor, whole);
      assert.ok(apart > 1e-3, `${name}: only ${apart} apart`);
    }
  });
});
