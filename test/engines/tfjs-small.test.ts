// Small networks on TensorFlow.js' CPU backend, by portable programs: compared with float64, its own differentiation, and ort.
import { createRequire } from "node:module";
import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { RunningStep } from "../../src/engines/engine.js";
import { ortEngine } from "../../src/engines/ort/ort-engine.js";
import type { Graph } from "../../src/ir/graph.js";
import { compileStep } from "../../src/targets/tfjs/compile.js";
import { suite } from "../support/suite.js";
import { runOnCpu, tfjs } from "../support/tfjs-cpu.js";
import { stdNetworks } from "./std-networks.js";
import {
  assertRight,
  gradientDistance,
  type Judged,
  judge,
  lossDistance,
  reference,
  runOnce,
} from "./step-comparison.js";
import { type StepFeed, smallStep, stepFeed, stepNetworks } from "./step-networks.js";
import { autodiffGradients } from "./tfjs-autodiff.js";

// tfjs-core alone registers no gradients; @tensorflow/tfjs registers them like this.
createRequire(import.meta.url)("@tensorflow/tfjs-core/dist/register_all_gradients.js");

const start = (step: Graph, { state }: StepFeed): Promise<RunningStep> =>
  runOnCpu(compileStep(step, { native: false }), state);

/** The networks that it cannot differentiate, and the kernel for which it has no gradient. */
const withoutOwn: Readonly<Record<string, string>> = {
  "comparisons, made as the graph has them and in blocks": "LessEqual",
  with_token: "Equal",
};

const small = (name: string): Promise<Graph> => smallStep(name, name in stdNetworks ? 2 : 4);

suite("small networks on the CPU backend of TensorFlow.js", (test) => {
  for (const name of Object.keys({ ...stepNetworks, ...stdNetworks })) {
    test(`${name}: loss, state and all gradients are those of float64, and of its own differentiation`, async () => {
      const step = await small(name);
      const judged: Judged[] = [];
      for (const seed of [1, 2, 3]) {
        const feed = stepFeed(step, seed);
        const found = await runOnce(await start(step, feed), feed.batch);
        judged.push(judge(found, reference(step, feed)));
        const own = await autodiffGradients(tfjs, step, feed).catch((error: Error) => error.message);
        if (typeof own === "string") {
          assert.match(own, `gradient function not found for ${withoutOwn[name]}.`);
        } else assert.ok(gradientDistance(found, own) < 1e-5, "its own differentiation");
        if ((judged.at(-1)?.gradients ?? 1) < 1e-4) break;
      }
      assertRight(judged, name);
    });
  }

  test("as many tensors after each step as before", async () => {
    const step = await small("shuffle units");
    const feed = stepFeed(step, 1);
    const running = await start(step, feed);
    const { numTensors } = tfjs.memory();
    for (let i = 0; i < 3; i++) {
      await running.run(feed.batch);
      assert.is(tfjs.memory().numTensors, numTensors);
    }
    await running.dispose();
  });

  for (const name of ["stem", "shuffle units", "quadrants"]) {
    test.native(`${name}: ten steps are those of ort`, async () => {
      const step = await small(name);
      const feeds = Array.from({ length: 10 }, (_, i) => stepFeed(step, i + 1));
      const [first] = feeds as [StepFeed];
      const ort = await ortEngine({ portable: true }).create(step, { state: first.state, threads: 1 });
      if (isProblem(ort)) throw new Error(ort.diagnose({}).message);
      const apart = await lossDistance(await start(step, first), ort, feeds);
      assert.ok(apart < 1e-3, String(apart));
    });
  }
});
