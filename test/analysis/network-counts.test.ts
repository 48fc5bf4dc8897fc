import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import type { Stats } from "../../src/analysis/stats.js";
import { suite } from "../support/suite.js";
import { statsOfModel } from "./model-stats.js";

type Figures = Readonly<Record<string, number>>;
type ByTool = Readonly<Record<string, Figures>>;

const { networks } = JSON.parse(readFileSync(new URL("network-counts.json", import.meta.url), "utf8")) as {
  readonly networks: Readonly<Record<string, { readonly params: number } & ByTool>>;
};

/**
 * Ops that a network's author wrote as functions, methods or operators, which the tool does not see: the tool's count is smaller by
 * exactly our count of these ops.
 */
const written: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  // F.avg_pool2d and F.interpolate.
  ghostnetv2_100: { thop: ["avg_pool", "resize"], torchstat: ["avg_pool", "resize"], calflops: ["resize"] },
  unet_resnet18: { thop: ["resize"], torchstat: ["resize"], calflops: ["resize"] },
  deeplabv3_resnet50: { thop: ["resize"], torchstat: ["resize"], calflops: ["resize"] },
  // x.softmax, and `q @ k`, which calflops sees only as torch.matmul.
  vit_tiny: { thop: ["softmax"], torchstat: ["softmax"], calflops: ["softmax", "matmul"] },
  mobilevit_xxs: { thop: ["softmax"], torchstat: ["softmax"], calflops: ["softmax", "matmul"] },
};

/** What the tool counts in addition, by cause. */
const besides: Readonly<Record<string, number>> = {
  // F.interpolate with a size: calflops counts the size's product, once for all channels.
  "ghostnetv2_100 calflops flops": 9212,
  "unet_resnet18 calflops flops": 66_836,
  "deeplabv3_resnet50 calflops flops": 28 * 28 + 224 * 224,
  // Conv1d, which torchstat does not support: k products and k - 1 additions for each channel of 16 units.
  "eca_resnet50 torchstat madds": -160_512,
  "eca_resnet50 torchstat macs": -87_808,
  // timm's LayerNorm2d, a type of its own, behind the pool: 4 for each of 512 elements.
  "poolformer_s12 thop macs": -4 * 512,
};

function expected(stats: Stats, network: string, tool: string): Figures {
  const unseen = written[network]?.[tool] ?? [];
  const ours = (counts: Stats["counts"]): Figures => (counts as ByTool)[tool] ?? {};
  const total = Object.entries(ours(stats.counts)).map(([quantity, value]) => {
    const less = stats.layers
      .filter(({ op }) => unseen.includes(op))
      .reduce((sum, { counts }) => sum + (ours(counts)[quantity] ?? 0), 0);
    return [quantity, value - less + (besides[`${network} ${tool} ${quantity}`] ?? 0)] as const;
  });
  return Object.fromEntries(total);
}

suite("further networks count as the tools say of timm's and others'", (test) => {
  for (const [name, { params, ...wanted }] of Object.entries(networks)) {
    test(name, async () => {
      const stats = await statsOfModel(name);
      const seen = Object.keys(wanted).map((tool) => [tool, expected(stats, name, tool)] as const);
      assert.equal(Object.fromEntries(seen), wanted);
      assert.is(stats.params.total + stats.params.trainingOnly, params);
    });
  }
});
