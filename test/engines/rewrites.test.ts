import * as assert from "uvu/assert";
import type { Values } from "../../src/engines/engine.js";
import { blockedProgram } from "../../src/engines/ort/blocked/blocked-program.js";
import type { Graph } from "../../src/ir/graph.js";
import { onnx } from "../../src/targets/onnx/generated/onnx.js";
import { suite } from "../support/suite.js";
import { run } from "./ort-runs.js";
import { assertRight, judge, reference } from "./step-comparison.js";
import { networkStep, type StepFeed, stepFeed } from "./step-networks.js";

/** How often an ONNX op occurs in the step's blocked form (blocks of 16, on any machine). */
async function count(body: string, size: number, weightDecay = 0): Promise<(op: string, place?: string) => number> {
  const step = await networkStep(body, 16, size, weightDecay);
  const { graph } = onnx.ModelProto.decode(blockedProgram(step, 16).bytes);
  const nodes = graph?.node ?? [];
  // Names of nodes begin with a number and the op that they come from.
  return (wanted, place = "") =>
    nodes.filter(({ op_type: op, name }) => op === wanted && name?.includes(` ${place}`) === true).length;
}

/** Every third scale of a norm is negative, as in trained networks. */
function withNegativeScales({ batch, state }: StepFeed): StepFeed {
  const turned = [...state].map(([name, values]): [string, Values] => {
    const isScale = name.includes("batch_norm") && name.endsWith(".weight") && !name.startsWith("velocity");
    return [name, isScale ? values.map((value, i) => (i % 3 === 1 ? -value : value)) : values];
  });
  return { batch, state: new Map(turned) };
}

async function assertNear(step: Graph, what: string, change: (feed: StepFeed) => StepFeed = (feed) => feed) {
  const judged = [];
  for (const seed of [1, 2]) {
    const feed = change(stepFeed(step, seed));
    judged.push(judge(await run(step, feed, false), reference(step, feed)));
  }
  assertRight(judged, what);
  // Statistics do not depend on values that rounding flips.
  assert.ok(
    judged.every(({ state }) => state < 1e-5),
    `${what}: ${JSON.stringify(judged)}`,
  );
}

const stem = "conv(12, stride: 2) -> batch_norm -> relu -> max_pool(3, stride: 2)";

suite("a batch norm's place behind the pool", ({ native: test }) => {
  // Only this form needs the signs of the scales.
  const isTaken = async (body: string, size: number): Promise<boolean> => (await count(body, size))("Less") === 1;

  test("it is taken for a stem, whose scales may be below 0", async () => {
    const body = `image -> ${stem} -> conv(8, kernel: 1) -> relu`;
    assert.ok(await isTaken(body, 48));
    await assertNear(await networkStep(body, 16, 48), "stem", withNegativeScales);
  });

  const declined = {
    "a convolution whose input needs a gradient": [`image -> conv(4, kernel: 1) -> relu -> ${stem}`, 48],
    "a pool of other windows": ["image -> conv(12, stride: 2) -> batch_norm -> relu -> max_pool(2, stride: 2)", 48],
    "a map of odd size": [`image -> ${stem}`, 50],
    relu6: ["image -> conv(12, stride: 2) -> batch_norm -> relu6 -> max_pool(3, stride: 2)", 48],
    "a norm without relu": ["image -> conv(12, stride: 2) -> batch_norm -> max_pool(3, stride: 2)", 48],
    "a convolution with bias": [
      "image -> conv(12, stride: 2, bias: true) -> batch_norm -> relu -> max_pool(3, stride: 2)",
      48,
    ],
    "a grouped convolution": [
      "image -> conv(12, stride: 2, groups: 3) -> batch_norm -> relu -> max_pool(3, stride: 2)",
      48,
    ],
    "a map that somebody else reads": ["image -> Twice", 48],
  } as const;
  for (const [what, [body, size]] of Object.entries(declined)) {
    test(`it is not for ${what}`, async () => {
      assert.not.ok(await isTaken(body, size));
      await assertNear(await networkStep(body, 16, size), what, withNegativeScales);
    });
  }
});

suite("a batch norm before a 1x1 convolution and another norm", ({ native: test }) => {
  // Every other norm scales its map by a convolution.
  const folded = async (body: string, size: number): Promise<number> => {
    const ops = await count(body, size);
    return body.split("batch_norm").length - 1 - ops("Conv", "batch_norm_training");
  };
  const head = "image -> conv(12, kernel: 1) -> batch_norm -> relu -> depthwise";

  test("its result is never made: maps normalised, and of many cells", async () => {
    const body = `${head} -> batch_norm -> conv(12, kernel: 1) -> batch_norm -> relu -> conv(6, kernel: 1)`;
    for (const size of [12, 64]) {
      assert.is(await folded(body, size), 1, `${size}`);
      await assertNear(await networkStep(body, 16, size), `folded at ${size}`, withNegativeScales);
    }
  });

  test("two after each other", async () => {
    const body = `${head} -> batch_norm -> conv(8, kernel: 1) -> batch_norm -> conv(6, kernel: 1) -> batch_norm -> relu`;
    assert.is(await folded(body, 12), 2);
    await assertNear(await networkStep(body, 16, 12), "two folded", withNegativeScales);
  });

  const declined = {
    "with relu between": `${head} -> batch_norm -> relu -> conv(8, kernel: 1) -> batch_norm`,
    "with a bias": `${head} -> batch_norm -> conv(8, kernel: 1, bias: true) -> batch_norm`,
    "with a larger kernel": `${head} -> batch_norm -> conv(8) -> batch_norm`,
    "with a stride": `${head} -> batch_norm -> conv(8, kernel: 1, stride: 2) -> batch_norm`,
    "in groups": `${head} -> batch_norm -> conv(8, kernel: 1, groups: 2) -> batch_norm`,
    "without a norm after": `${head} -> batch_norm -> conv(8, kernel: 1) -> relu`,
    "whose input somebody else reads": "image -> conv(12) -> Shared",
    "whose result somebody else reads": "image -> conv(12) -> Leak",
  } as const;
  for (const [what, body] of Object.entries(declined)) {
    test(`not for one ${what}`, async () => {
      if (body.includes("batch_norm")) assert.is(await folded(body, 12), 0);
      await assertNear(await networkStep(body, 16, 12), what, withNegativeScales);
    });
  }
});

suite("max pool's gradient", ({ native: test }) => {
  test("of equal numbers in a window the first gets it, at the border too", async () => {
    const steps = await Promise.all([
      networkStep("image -> conv(6, kernel: 1, bias: true) -> max_pool(3, stride: 2)", 16, 16),
      networkStep(`image -> ${stem}`, 16, 48),
    ]);
    for (const step of steps) {
      await assertNear(step, "ties", ({ batch, state }) => {
        const levels = [...batch].map(([name, values]): [string, Values] => [
          name,
          name === "image" ? values.map((value) => Math.sign(Math.round(value))) : values,
        ]);
        return { batch: new Map(levels), state };
      });
    }
  });
});

suite("a batch norm's statistics", ({ native: test }) => {
  const byProducts = async (body: string): Promise<boolean> => (await count(body, 64))("LayerNormalization") === 0;

  test("large maps of convolutions without bias take products", async () => {
    const body = "image -> conv(12, kernel: 1) -> batch_norm -> relu6 -> conv(6, kernel: 1, stride: 4)";
    assert.ok(await byProducts(body));
    await assertNear(await networkStep(body, 16, 64), "products", withNegativeScales);
  });

  test("a bias may move the mean far: rows are normalised, and stay right", async () => {
    const body = "image -> conv(12, kernel: 1, bias: true) -> batch_norm -> relu -> conv(6, kernel: 1, stride: 4)";
    assert.not.ok(await byProducts(body));
    await assertNear(await networkStep(body, 16, 64), "rows", ({ batch, state }) => {
      const far = [...state].map(([name, values]): [string, Values] => [
        name,
        name === "features.conv_1.bias" ? values.map(() => 100) : values,
      ]);
      return { batch, state: new Map(far) };
    });
  });
});

suite("weight decay", ({ native: test }) => {
  const fused = async (channels: number, weightDecay: number): Promise<number> =>
    (await count(body(channels), 8, weightDecay))("Conv", "update state");
  const body = (channels: number): string =>
    `image -> conv(${channels}, kernel: 1) -> batch_norm -> relu -> conv(${channels}) -> batch_norm -> relu`;

  test("of a large parameter it is added to the gradient in one pass", async () => {
    assert.is(await fused(64, 0.5), 1);
    await assertNear(await networkStep(body(64), 16, 8, 0.5), "decay of 64 by 64 filters");
  });

  test("not for one of a size that no rows fit, nor for none", async () => {
    assert.is(await fused(66, 0.5), 0);
    assert.is(await fused(64, 0), 0);
    await assertNear(await networkStep(body(66), 16, 8, 0.5), "decay of 66 by 66 filters");
  });
});
