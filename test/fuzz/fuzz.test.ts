import * as assert from "uvu/assert";
import type { Graph, Node } from "../../src/ir/graph.js";
import { layerOps } from "../../src/ops/registry.js";
import { optimize } from "../../src/passes/pipeline.js";
import type { WeightedGraph } from "../../src/passes/weighted-graph.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";
import { drawNetwork, writeNetwork } from "./network.js";
import { tryNetwork } from "./try-network.js";

/** Networks that together use every op, as few as were found. `test/fuzz/run.ts` tries more, as time permits. */
const kept = [433, 580, 304, 641, 148, 57, 27, 136, 406, 242, 536, 14];

/** Those with a training step. */
const trained = [4, 11];

const graphOf = async (seed: number): Promise<Graph> =>
  (await compile(writeNetwork(drawNetwork(seed)))).models[0]?.graph as Graph;

type Rewrite = (model: WeightedGraph<Float64Array>) => WeightedGraph<Float64Array>;

/** The passes, and then one error at every node of an op. */
const withMistake =
  (op: string, mistake: (node: Node) => Node): Rewrite =>
  (model) => {
    const { graph, weights } = optimize(model, 1);
    return { weights, graph: { ...graph, nodes: graph.nodes.map((node) => (node.op === op ? mistake(node) : node)) } };
  };

/** What a wrong pass might do, and a seed whose network it breaks. */
const mistakes = [
  { title: "relu taken for nothing", op: "relu", seed: 15, mistake: (node: Node) => ({ ...node, op: "identity" }) },
  {
    title: "an epsilon lost",
    op: "layer_norm",
    seed: 6,
    mistake: (node: Node) => ({ ...node, attributes: { ...node.attributes, epsilon: 0.5 } }),
  },
  {
    title: "a difference turned round",
    op: "sub",
    seed: 2,
    mistake: (node: Node) => ({ ...node, inputs: node.inputs.toReversed() }),
  },
];

suite("fuzz: random networks", ({ native: test }) => {
  for (const seed of kept) {
    test(`seed ${seed}`, async () => {
      assert.equal(await tryNetwork(seed, "computes"), "right");
    });
  }

  for (const seed of trained) {
    test(`seed ${seed}, trained`, async () => {
      assert.equal(await tryNetwork(seed, "trains"), "right");
    });
  }

  test("the kept seeds reach every op that networks are made of", async () => {
    const reached = new Set((await Promise.all(kept.map(graphOf))).flatMap(({ nodes }) => nodes.map(({ op }) => op)));
    assert.equal(
      Object.keys(layerOps).filter((op) => !reached.has(op)),
      [],
    );
  });

  for (const { title, op, seed, mistake } of mistakes) {
    test(`a wrong pass is caught: ${title}`, async () => {
      const failure = await tryNetwork(seed, "computes", withMistake(op, mistake));
      if (typeof failure === "string") throw new Error(`seed ${seed} is ${failure}: nothing was found`);
      assert.match(failure.wrong, /^level 1 is /);
      // After shrinking, little but the op is left.
      const { nodes } = (await compile(failure.text)).models[0]!.graph;
      assert.ok(nodes.some((node) => node.op === op));
      const statements = failure.text.split("\n").filter((line) => /^ {2}v\d+.* = /.test(line));
      assert.ok(statements.length <= 2, failure.text);
    });
  }
});
