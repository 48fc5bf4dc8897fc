// The inputs of networks in `distill`, and what is done with their outputs, without an engine's arithmetic.
import * as assert from "uvu/assert";
import { generatedSet } from "../../src/data/generated-set.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { Engine, Values } from "../../src/engines/engine.js";
import { allOf, distill } from "../../src/training/distill.js";
import { suite } from "../support/suite.js";
import { smallPlan } from "./small-course.js";
import { stillEngine } from "./still-run.js";

/** An engine whose networks return their only weight for the first class. */
function answering(asked: (number | undefined)[]): Engine {
  return {
    ...stillEngine(),
    evaluator: async (graph, { weights, threads }) => {
      asked.push(threads);
      assert.equal(
        graph.outputs.map(({ name }) => name),
        ["logits"],
      );
      const [logit = 0] = weights.get("own") ?? [];
      return {
        run: async (_, batch) => {
          const logits = new Float32Array(3 * batch);
          for (let i = 0; i < batch; i++) logits[3 * i] = logit;
          return new Map([["logits", logits]]);
        },
        dispose: async () => undefined,
      };
    },
  };
}

const network = (logit: number): ReadonlyMap<string, Values> => new Map([["own", Float32Array.of(logit)]]);
const first = (logit: number): number => Math.exp(logit) / (Math.exp(logit) + 2);

suite("distilling", (test) => {
  test("each network is asked by the engine and the threads that were chosen, about its own pictures and those of nobody", async () => {
    const plan = await smallPlan();
    const set = generatedSet({ labels: plan.labels, classCount: 3, size: 16 });
    if (isProblem(set)) throw new Error("refused");
    const small = { ...set, training: set.training.slice(0, 40), heldOut: set.heldOut.slice(0, 3) };
    const parts = new Map(small.training.map(({ key }, i) => [key, i % 2]));
    const asked: (number | undefined)[] = [];
    const seen: string[] = [];
    const told = await distill({
      plan,
      set: small,
      networks: [network(1), network(3)],
      parts,
      temperature: 2,
      engine: answering(asked),
      threads: 3,
      onProgress: (done, all) => seen.push(`${done}/${all}`),
    });
    if (isProblem(told)) throw new Error("refused");
    assert.equal(asked, [3, 3]);
    assert.is(seen.at(-1), "43/43");
    assert.equal(
      told.pictures.map(({ sample }) => sample.key),
      allOf(small).map(({ key }) => key),
    );
    for (const { sample, shares } of told.pictures) {
      const part = parts.get(sample.key);
      const wanted = part === undefined ? (first(0.5) + first(1.5)) / 2 : first([0.5, 1.5][part] as number);
      assert.ok(Math.abs((shares[0] ?? 0) - wanted) < 1e-9, `${sample.key}: ${shares[0]}, not ${wanted}`);
    }
  });
});
