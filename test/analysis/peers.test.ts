// The tools' own counts of the small networks of peers/networks.json, from the scripts beside it.
import * as assert from "uvu/assert";
import { claimOf } from "../../src/analysis/convention.js";
import { conventionTable, quantityKeys } from "../../src/analysis/conventions.js";
import { statsOf } from "../../src/analysis/stats.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { isLayerOp, layerOpNames } from "../../src/ops/registry.js";
import { onnx } from "../../src/targets/onnx/generated/onnx.js";
import { differences, notAsked, opOf, reasonOf, runs, standingOf, toolsAsked } from "../../tools/peer-runs.js";
import { suite } from "../support/suite.js";
import { graphOf, networks, onnxOf } from "./peer-networks.js";

type Figures = Readonly<Record<string, number>>;

const ofNetwork = new Map<string, Readonly<Record<string, Figures>>>();

function countsOf(name: string): Readonly<Record<string, Figures>> {
  const known = ofNetwork.get(name);
  if (known !== undefined) return known;
  const stats = statsOf(graphOf(name), { locate: () => "?" });
  if (isProblem(stats)) throw new Error(stats.diagnose({}).message);
  ofNetwork.set(name, stats.counts as Readonly<Record<string, Figures>>);
  return stats.counts as Readonly<Record<string, Figures>>;
}

const known = (tool: string, network: string, quantity: string): number =>
  differences.find((each) => each.tool === tool && network in each.networks)?.networks[network]?.[quantity] ?? 0;

suite("counts equal what the real tools say of small networks", (test) => {
  for (const [tool, { answers }] of runs) {
    test(tool, () => {
      for (const [network, { refused, nodes: _, ...figures }] of Object.entries(answers)) {
        if (refused !== undefined) continue;
        const wanted = Object.entries(figures).map(([quantity, value]) => {
          const key = quantityKeys[quantity as keyof typeof quantityKeys];
          return [key, (value as number) - known(tool, network, quantity)] as const;
        });
        assert.equal(countsOf(network)[tool], Object.fromEntries(wanted), `${tool}: ${network}`);
      }
    });
  }

  test("every difference is of a network that the tool has answered", () => {
    for (const { tool, networks: each } of differences) {
      for (const [network, figures] of Object.entries(each)) {
        assert.is(runs.get(tool)?.answers[network]?.refused, undefined, `${tool}: ${network}`);
        for (const [quantity, value] of Object.entries(figures))
          assert.ok(value !== 0, `${tool}: ${network} ${quantity}`);
      }
    }
  });

  test("lferc writes the networks as it did when onnx-tool was asked", () => {
    for (const [network, { nodes }] of Object.entries(runs.get("onnx-tool")?.answers ?? {})) {
      const written = onnx.ModelProto.decode(onnxOf(network)).graph?.node?.map(({ op_type: type }) => type);
      assert.is(written?.join(" "), nodes, `${network}: ask onnx-tool anew (test/analysis/peers/onnx_tool_counts.py)`);
    }
  });
});

suite("a claim about another tool is held by a run of it, or says that nobody asked", (test) => {
  test("every tool was asked", () => assert.equal([...runs.keys()], [...toolsAsked]));

  test("every network with a name of an op has that op", () => {
    for (const [name, { layers }] of Object.entries(networks)) {
      if (opOf(name) === "mixed") continue;
      assert.ok(isLayerOp(opOf(name)) && layers.some(({ op }) => op === opOf(name)), name);
    }
  });

  for (const tool of toolsAsked) {
    test(`${tool}: rows of their own, and ops that have a network`, () => {
      const { named } = conventionTable(tool);
      const asked = new Set(Object.keys(networks).map(opOf));
      for (const op of layerOpNames) {
        if (!named.has(op) && !asked.has(op)) continue;
        const stands = standingOf(tool, op).kind !== "not asked" || reasonOf(tool, op) !== undefined;
        const how = asked.has(op)
          ? "run the script in test/analysis/peers that asks it"
          : "give the op a network in test/analysis/peers/networks.json and run the scripts beside it";
        assert.ok(
          stands,
          `nobody asked ${tool} about ${op}: ${how}, or say under notAsked in that file why it cannot be asked`,
        );
      }
    });
  }

  test("what is said not to be asked was not, and is an op", () => {
    for (const op of Object.keys(notAsked)) {
      assert.ok(isLayerOp(op), op);
      for (const tool of toolsAsked) {
        if (isLayerOp(op) && reasonOf(tool, op) !== undefined)
          assert.is(standingOf(tool, op).kind, "not asked", `${tool} ${op}`);
      }
    }
  });

  test("a row that nobody asked about cites its family, or says so", () => {
    const thop = conventionTable("thop");
    assert.is(claimOf(thop, "sigmoid", true), "a module without a hook in profile.py's register_hooks");
    assert.is(claimOf(thop, "sigmoid", false), "as the rest of its family, activation; not asked");
    assert.is(claimOf(thop, "relu", false), "registered with zero_ops in profile.py (not asked)");
    const { rules } = conventionTable("paper");
    assert.is(claimOf(conventionTable("paper"), "relu", false), rules.relu.kind === "zero" ? rules.relu.why : "");
  });
});
