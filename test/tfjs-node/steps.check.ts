/**
 * Training steps on tfjs-node against float64. Not part of `npm test`: tfjs-node is no dependency of lfer's.
 *   node tools/build-tfjs-node.mjs && node --import tsx node_modules/uvu/bin.js test/tfjs-node '\.check\.ts$'
 */
import { readdirSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { Graph } from "../../src/ir/graph.js";
import type { RunningStep } from "../../src/training/engines/engine.js";
import { ortEngine } from "../../src/training/engines/ort/engine.js";
import { tfjsNodeEngine } from "../../src/training/engines/tfjs/engine.js";
import { loadTfjsNode } from "../../src/training/engines/tfjs/runtime.js";
import { suite } from "../support/suite.js";
import { assertRight, type Judged, judge, reference, runOnce } from "../training/step-comparison.js";
import { modelStep, type StepFeed, smallStep, stepFeed, stepNetworks } from "../training/step-networks.js";

const tf = await loadTfjsNode(2);
if (isProblem(tf)) throw new Error(tf.diagnose({}).message);

async function start(step: Graph, { state }: Pick<StepFeed, "state">, engine = tfjsNodeEngine): Promise<RunningStep> {
  const running = await engine.create(step, { state, threads: 2 });
  if (isProblem(running)) throw new Error(running.diagnose({}).message);
  return running;
}

async function assertStep(step: Graph, seeds: readonly number[], what: string): Promise<void> {
  const judged: Judged[] = [];
  for (const seed of seeds) {
    const feed = stepFeed(step, seed);
    judged.push(judge(await runOnce(await start(step, feed), feed.batch), reference(step, feed)));
  }
  assertRight(judged, what);
}

suite("training steps on tfjs-node against float64", (test) => {
  for (const name of Object.keys(stepNetworks)) {
    test(name, async () => assertStep(await smallStep(name), [1, 2, 3], name));
  }
});

suite("networks of models/ train on tfjs-node", (test) => {
  const folder = new URL("../../models/", import.meta.url);
  const models = Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "utf8")]),
  );

  // The seeds of test/training/ort.test.ts: no ReLU flips in the first one, some do in the other.
  test("LferLdl at 64 pixels", async () => {
    await assertStep(await modelStep(models, "lfer_ldl.lfer", "LferLdl", 64, 16), [5, 1], "LferLdl");
  });

  for (const [file, model] of [
    ["resnet.lfer", "resnet18_nc7"],
    ["mobilenet_v2.lfer", "MobileNetV2"],
  ] as const) {
    test(`${model} equals ort's portable form`, async () => {
      const step = await modelStep(models, file, model, 32, 16);
      const judged: Judged[] = [];
      for (const seed of [1, 2, 3, 4]) {
        const feed = stepFeed(step, seed);
        const portable = await start(step, feed, ortEngine({ portable: true }));
        judged.push(judge(await runOnce(await start(step, feed), feed.batch), await runOnce(portable, feed.batch)));
        if ((judged.at(-1)?.gradients ?? 1) < 1e-4) break;
      }
      assertRight(judged, model);
    });
  }
});

suite("state in TensorFlow.js", (test) => {
  const network = () => smallStep("shuffle units");

  test("what goes in comes out, whatever the layout", async () => {
    const step = await network();
    const feed = stepFeed(step, 1);
    const running = await start(step, feed);
    const found = await running.state();
    await running.dispose();
    assert.equal([...found.keys()].sort(), [...feed.state.keys()].sort());
    for (const [name, values] of feed.state) assert.equal(found.get(name), values, name);
  });

  test("it moves on from step to step as the reference does", async () => {
    const step = await network();
    let feed = stepFeed(step, 1);
    const running = await start(step, feed);
    for (let i = 0; i < 3; i++) {
      const wanted = reference(step, feed);
      const outputs = await running.run(feed.batch);
      assert.ok(Math.abs((outputs.get("loss")?.[0] ?? 0) - wanted.loss) < 1e-4 * wanted.loss, `step ${i}`);
      feed = {
        ...feed,
        state: new Map([...wanted.state].map(([name, values]) => [name, Float32Array.from(values)])),
      };
    }
    await running.dispose();
  });

  test("as many tensors after each step as before, none after the last", async () => {
    const step = await network();
    const feed = stepFeed(step, 1);
    const before = tf.memory().numTensors;
    const running = await start(step, feed);
    const held = tf.memory().numTensors;
    assert.ok(held > before);
    for (let i = 0; i < 4; i++) {
      await running.run(feed.batch);
      assert.is(tf.memory().numTensors, held, `after step ${i}`);
    }
    const incomplete = new Map([...feed.batch].slice(1));
    const thrown = await running.run(incomplete).then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.instance(thrown, Error);
    assert.is(tf.memory().numTensors, held, "after a step that failed");
    await running.dispose();
    assert.is(tf.memory().numTensors, before);
  });

  test("the same steps give the same bits", async () => {
    const step = await network();
    const feed = stepFeed(step, 2);
    const twice = [];
    for (let i = 0; i < 2; i++) {
      const running = await start(step, feed);
      await running.run(feed.batch);
      await running.run(feed.batch);
      twice.push(await running.state());
      await running.dispose();
    }
    for (const [name, values] of twice[0] ?? []) assert.equal(values, twice[1]?.get(name), name);
  });
});
