import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { type Stats, statsOf } from "../../src/analysis/stats.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { Graph, ValueId } from "../../src/ir/graph.js";
import { suite } from "../support/suite.js";
import { Network } from "./network.js";
import { paperNetworks } from "./paper-networks.js";

type Figures = Readonly<Record<string, number>>;

interface ExactCounts {
  readonly networks: Readonly<Record<string, Readonly<Record<string, Figures | number>>>>;
}

const { networks } = JSON.parse(readFileSync(new URL("exact-counts.json", import.meta.url), "utf8")) as ExactCounts;

const relu = (net: Network, x: ValueId): ValueId => net.op("relu", [x]);

function stats(graph: Graph): Stats {
  const found = statsOf(graph, { locate: () => "?" });
  if (isProblem(found)) throw new Error(found.diagnose({}).message);
  return found;
}

suite("counts equal those of the tools themselves", (test) => {
  for (const [name, wanted] of Object.entries(networks)) {
    test(name, () => {
      const { params, counts } = stats((paperNetworks[name] as () => Graph)());
      const { params: wantedParams, ...wantedCounts } = wanted;
      const ours = counts as Readonly<Record<string, Figures>>;
      const picked = Object.fromEntries(Object.keys(wantedCounts).map((tool) => [tool, ours[tool]]));
      assert.equal(picked, wantedCounts);
      assert.is(params.total, wantedParams);
    });
  }

  test("the paper's own figures, as facts.md reconstructs them", () => {
    const figures = (name: string) => stats((paperNetworks[name] as () => Graph)()).counts.paper;
    assert.equal(figures("lfer_baseline"), { params: 1_238_184, madds: 291_482_184 });
    assert.equal(figures("lfer_output_module"), { params: 1_254_568, madds: 291_513_921 });
    assert.equal(figures("lfer_ldl"), { params: 1_262_920, madds: 294_606_017 });
    assert.equal(figures("lfer_ldl_8"), { params: 1_263_944, madds: 294_608_064 });
  });

  test("thop of 2020 on VGG Face, as papers of that time print it: 15,490,455,552", () => {
    const net = new Network("vgg_face");
    let x = net.image([3, 224, 224]);
    for (const [channels, convolutions] of [
      [64, 2],
      [128, 2],
      [256, 3],
      [512, 3],
      [512, 3],
    ] as const) {
      for (let i = 0; i < convolutions; i++) x = relu(net, net.conv(x, channels, 3, { bias: true }));
      x = net.pool("max_pool", x, 2, 2);
    }
    x = net.op("flatten", [x], { axis: 1 });
    for (const features of [4096, 4096]) x = relu(net, net.linear(x, features));
    net.output(net.linear(x, 2622));
    assert.equal(stats(net.finish()).counts["thop-2020"], { macs: 15_490_455_552 });
  });

  test("onnx-tool on the ONNX file of ShuffleNetV2 with batch norm folded: 148,057,042, of which 91 is shape arithmetic", () => {
    const { counts } = stats((paperNetworks.shufflenet_v2_x1_0_nc7 as () => Graph)());
    assert.equal(counts["onnx-tool"], { macs: 148_057_042 - 91 });
  });

  test("totals are the sums of the rows", () => {
    const { params, counts, layers } = stats((paperNetworks.lfer_ldl as () => Graph)());
    assert.is(
      layers.reduce((sum, layer) => sum + layer.params, 0),
      params.total,
    );
    assert.is(
      Object.values(params.byOp).reduce((sum, n) => sum + n, 0),
      params.total,
    );
    for (const [tool, figures] of Object.entries(counts as Record<string, Figures>)) {
      for (const [quantity, total] of Object.entries(figures)) {
        const sum = layers.reduce(
          (so, { counts: c }) => so + ((c as Record<string, Figures>)[tool]?.[quantity] ?? 0),
          0,
        );
        assert.is(sum, total, `${tool} ${quantity}`);
      }
    }
  });
});
