import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";
import { statsOfModel } from "./model-stats.js";

type Figures = Readonly<Record<string, number>>;

const { networks } = JSON.parse(readFileSync(new URL("torchvision-counts.json", import.meta.url), "utf8")) as {
  readonly networks: Readonly<Record<string, Readonly<Record<string, Figures | number>>>>;
};

/**
 * Differences of the tool's counts from ours, by cause. A graph cannot show these: whether a PyTorch author called a function or made a
 * layer object.
 */
const unseen: Readonly<Record<string, number>> = {
  // A functional adaptive pool, which thop does not see: (49 + 1) cells for each channel.
  "mobilenet_v2 thop macs": (49 + 1) * 1280,
  "densenet121 thop macs": (49 + 1) * 1024,
  // Functional ReLUs, which torchstat does not see: DenseNet's last one; all of GoogLeNet's, one behind each convolution.
  "densenet121 torchstat madds": 1024 * 7 * 7,
  "densenet121 torchstat macs": 1024 * 7 * 7,
  "googlenet torchstat madds": 3_226_160,
  "googlenet torchstat macs": 3_226_160,
  // A functional average pool over the whole map of its modulator, which only calflops counts; our graph has a mean.
  "efficientface_nc7 calflops flops": -116 * 28 * 28,
  // The auxiliary heads, which the inference graph does not have: they are "in training only".
  "googlenet params": -6_379_984,
};

suite("torchvision's networks under models/ count as the tools say", (test) => {
  for (const [name, { params, ...wanted }] of Object.entries(networks)) {
    test(name, async () => {
      const stats = await statsOfModel(name);
      const counts = stats.counts as Readonly<Record<string, Figures>>;
      const seen = Object.keys(wanted).map((tool) => {
        const figures = Object.entries(counts[tool] ?? {}).map(([quantity, value]) => {
          return [quantity, value - (unseen[`${name} ${tool} ${quantity}`] ?? 0)] as const;
        });
        return [tool, Object.fromEntries(figures)] as const;
      });
      assert.equal(Object.fromEntries(seen), wanted);
      assert.is(stats.params.total - (unseen[`${name} params`] ?? 0), params);
    });
  }

  test("GoogLeNet's auxiliary heads are all that is in training only", async () => {
    const { params } = await statsOfModel("googlenet");
    assert.is(params.total + params.trainingOnly, networks.googlenet?.params);
  });

  for (const library of ["torchvision", "timm"]) {
    test(`every network that has a name of ${library}'s has its parameters and PyTorch's count of its work`, async () => {
      const read = readFileSync(new URL(`../peers/${library}/counts.json`, import.meta.url), "utf8");
      const wanted = JSON.parse(read) as Readonly<
        Record<string, readonly [size: number, params: number, flops: number]>
      >;
      const found: Record<string, readonly (number | undefined)[]> = {};
      for (const name of Object.keys(wanted)) {
        const { inputs, params, counts } = await statsOfModel(name, ["torch"]);
        found[name] = [inputs.image?.at(-1), params.total + params.trainingOnly, counts.torch?.flops];
      }
      assert.equal(found, wanted);
      assert.ok(Object.keys(wanted).length >= (library === "timm" ? 31 : 67));
    });
  }
});
