import { readdirSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { Graph } from "../../src/ir/graph.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { interpretStep } from "../../src/reference/interpret.js";
import type { Values } from "../../src/training/engines/engine.js";
import { blockWorks, probeBlock } from "../../src/training/engines/ort/block-probe.js";
import { ortEngine } from "../../src/training/engines/ort/engine.js";
import { loadOnnxRuntime } from "../../src/training/engines/ort/runtime.js";
import { suite } from "../support/suite.js";
import { modelStep, type StepFeed, smallStep, stepFeed, stepNetworks } from "./step-networks.js";

const ort = await loadOnnxRuntime();
if (isProblem(ort)) throw new Error(ort.diagnose({}).message);
const block = await probeBlock(ort);

interface Stepped {
  readonly loss: number;
  readonly state: ReadonlyMap<string, ArrayLike<number>>;
}

async function run(step: Graph, { batch, state }: StepFeed, portable: boolean): Promise<Stepped> {
  const running = await ortEngine({ portable }).create(step, { state, threads: 1 });
  if (isProblem(running)) throw new Error(running.diagnose({}).message);
  assert.is(running.description, portable || block === undefined ? "ort, portable" : `ort, blocks of ${block}`);
  const outputs = await running.run(batch);
  const after = running.state();
  await running.dispose();
  return { loss: outputs.get("loss")?.[0] ?? Number.NaN, state: after };
}

/** The same step in float64. */
function reference(step: Graph, { batch, state }: StepFeed): Stepped {
  const tensors = (values: ReadonlyMap<string, Values>, shapeOf: (name: string) => readonly number[]) =>
    Object.fromEntries(
      [...values].map(([name, data]): [string, Tensor] => [
        name,
        { shape: shapeOf(name), data: Float64Array.from(data) },
      ]),
    );
  const shapes = new Map(
    [...step.inputs, ...step.slots].map(({ name, value }) => [name, step.types[value]?.shape as readonly number[]]),
  );
  const shapeOf = (name: string): readonly number[] => shapes.get(name) ?? [];
  const { outputs, slots } = interpretStep(step, {
    inputs: tensors(batch, shapeOf),
    slots: tensors(state, shapeOf),
    batch: 1,
  });
  return {
    loss: outputs.loss?.data[0] ?? Number.NaN,
    state: new Map(Object.entries(slots).map(([name, { data }]) => [name, data])),
  };
}

/** || a - b || / || b || over all slots of a kind together. */
function distance(a: Stepped, b: Stepped, wanted: (name: string) => boolean): number {
  let [difference, scale] = [0, 0];
  for (const [name, right] of b.state) {
    if (!wanted(name)) continue;
    const left = a.state.get(name);
    assert.is(left?.length, right.length, name);
    for (let i = 0; i < right.length; i++) {
      difference += ((left?.[i] as number) - (right[i] as number)) ** 2;
      scale += (right[i] as number) ** 2;
    }
  }
  assert.ok(scale > 0, "nothing to compare");
  return Math.sqrt(difference / scale);
}

/** A first velocity is the gradient. */
const isGradient = (name: string): boolean => name.startsWith("velocity.");

interface Judged {
  readonly loss: number;
  readonly gradients: number;
  readonly state: number;
}

function judge(found: Stepped, wanted: Stepped): Judged {
  return {
    loss: Math.abs(found.loss - wanted.loss) / Math.abs(wanted.loss),
    gradients: distance(found, wanted, isGradient),
    state: distance(found, wanted, (name) => !isGradient(name)),
  };
}

/**
 * Rounding may flip a ReLU or the maximum of a window, and with it a whole path: then float32 is 1e-3 apart from float64,
 * in every engine. Right algebra shows in the seeds where nothing flips.
 */
function assertRight(judged: readonly Judged[], what: string): void {
  const text = `${what}: ${JSON.stringify(judged)}`;
  assert.ok(
    judged.every(({ loss, state, gradients }) => loss < 1e-4 && state < 1e-2 && gradients < 0.1),
    text,
  );
  assert.ok(
    judged.some(({ gradients }) => gradients < 1e-4),
    text,
  );
}

async function assertStep(step: Graph, seeds: readonly number[], what: string): Promise<void> {
  const judged: { readonly portable: Judged; readonly blocked: Judged }[] = [];
  for (const seed of seeds) {
    const feed = stepFeed(step, seed);
    const wanted = reference(step, feed);
    const [portable, blocked] = [await run(step, feed, true), await run(step, feed, false)];
    judged.push({ portable: judge(portable, wanted), blocked: judge(blocked, wanted) });
  }
  assertRight(
    judged.map(({ portable }) => portable),
    `${what}, portable`,
  );
  assertRight(
    judged.map(({ blocked }) => blocked),
    `${what}, blocked`,
  );
}

suite("the block of the machine", (test) => {
  test("the probe tells blocks apart: at most one gives the right numbers", async () => {
    const works = await Promise.all(([8, 16] as const).map((candidate) => blockWorks(ort, candidate)));
    assert.is(works.filter(Boolean).length, block === undefined ? 0 : 1);
    if (block !== undefined) assert.ok(works[block === 8 ? 0 : 1]);
  });
});

suite("training steps on ONNX Runtime against float64", (test) => {
  for (const name of Object.keys(stepNetworks)) {
    test(name, async () => assertStep(await smallStep(name), [1, 2, 3], name));
  }

  test("a batch of three blocks", async () => {
    const name = "shuffle units";
    await assertStep(await smallStep(name, 48, 8), [1, 2], name);
  });
});

suite("networks of models/ train", (test) => {
  const folder = new URL("../../models/", import.meta.url);
  const models = Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "utf8")]),
  );

  // One seed of those where nothing flips in either form, and one where something does. Of the seeds 1 to 10 the portable form
  // is 1.6e-5 away or nearer at 6 to 9, the blocked one at 5, 6, 7 and 9; where a path flips, both are 1e-3 to 2e-2 away.
  test("LferLdl at 64 pixels", async () => {
    await assertStep(await modelStep(models, "lfer_ldl.lfer", "LferLdl", 64, 16), [6, 1], "LferLdl");
  });

  test("resnet18: the blocked form equals the portable one", async () => {
    const step = await modelStep(models, "resnet.lfer", "resnet18_nc7", 32, 16);
    const judged: Judged[] = [];
    for (const seed of [1, 2, 3]) {
      const feed = stepFeed(step, seed);
      judged.push(judge(await run(step, feed, false), await run(step, feed, true)));
      if ((judged.at(-1)?.gradients ?? 1) < 1e-4) break;
    }
    assertRight(judged, "resnet18");
  });
});

suite("state", (test) => {
  test("it moves on from step to step as the reference does", async () => {
    const step = await smallStep("1x1 convolutions, one of stride 2, with and without bias");
    let feed = stepFeed(step, 1);
    const running = await ortEngine().create(step, { state: feed.state, threads: 1 });
    if (isProblem(running)) throw new Error("no engine");
    for (let i = 0; i < 3; i++) {
      const wanted = reference(step, feed);
      const outputs = await running.run(feed.batch);
      assert.ok(Math.abs((outputs.get("loss")?.[0] ?? 0) - wanted.loss) < 1e-4 * wanted.loss);
      feed = {
        ...feed,
        state: new Map([...wanted.state].map(([name, values]) => [name, Float32Array.from(values)])),
      };
    }
    await running.dispose();
  });

  test("a batch that fills no block takes the portable form", async () => {
    const step = await smallStep("quadrants", 6);
    const { state } = stepFeed(step, 1);
    const running = await ortEngine().create(step, { state, threads: 1 });
    if (isProblem(running)) throw new Error("no engine");
    assert.is(running.description, "ort, portable");
    await running.dispose();
  });
});
