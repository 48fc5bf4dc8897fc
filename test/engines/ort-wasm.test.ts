/** The engine on ONNX Runtime in WebAssembly, compared with the native one and the float64 reference. */
import { join } from "node:path";
import * as assert from "uvu/assert";
import { RuntimeFailure } from "../../src/deploy/runtime.js";
import { loadWasmRuntime, startIn } from "../../src/deploy/wasm-runtime.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { Engine, RunningStep, Values } from "../../src/engines/engine.js";
import { ModelWriter } from "../../src/engines/ort/model-writer.js";
import { ortEngine } from "../../src/engines/ort/ort-engine.js";
import { portableStep } from "../../src/engines/ort/portable-step.js";
import { ortWasmEngine } from "../../src/engines/ort/wasm-engine.js";
import type { Graph } from "../../src/ir/graph.js";
import { compileText } from "../../src/testing/compile-text.js";
import { BatchMaker } from "../../src/training/batches.js";
import { evaluate } from "../../src/training/evaluate.js";
import { runCourse } from "../../src/training/loop.js";
import { trainRun } from "../../src/training/run.js";
import { timeTrainingStep } from "../../src/training/time-step.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { Listener, smallCourse, smallPlan, smallSource } from "../training/small-course.js";
import { plainRecipe, recipeText } from "../training/small-recipe.js";
import { stillCircumstances } from "../training/still-run.js";
import { assertRight, judge, reference, runOnce } from "./step-comparison.js";
import { networkStep, type StepFeed, smallStep, stepFeed, stepNetworks } from "./step-networks.js";

async function created(engine: Engine, step: Graph, { state }: StepFeed): Promise<RunningStep> {
  const running = await engine.create(step, { state, threads: 1 });
  if (isProblem(running)) throw new Error(running.diagnose({}).message);
  return running;
}

/** The losses of this many steps on one batch. */
async function lossesOf(engine: Engine, step: Graph, feed: StepFeed, steps: number): Promise<readonly number[]> {
  const running = await created(engine, step, feed);
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push((await running.run(feed.batch)).get("loss")?.[0] ?? Number.NaN);
  await running.dispose();
  return losses;
}

/** The same in float64: only values passed between steps are rounded. */
function referenceLosses(step: Graph, first: StepFeed, steps: number): readonly number[] {
  const losses: number[] = [];
  let feed = first;
  for (let i = 0; i < steps; i++) {
    const { loss, state } = reference(step, feed);
    losses.push(loss);
    feed = { ...feed, state: new Map([...state].map(([name, values]) => [name, Float32Array.from(values)])) };
  }
  return losses;
}

const largest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN)) / Math.abs(value)));

suite("training steps in WebAssembly", (test) => {
  test.native("twenty steps have the losses of the native engine and of float64, to the noise of float32", async () => {
    // A smooth network, so that no path flips and the noise stays small.
    const body = "image -> conv(6) -> batch_norm -> mish -> depthwise(stride: 2) -> batch_norm -> silu -> conv(8)";
    const step = await networkStep(body, 16, 14);
    const feed = stepFeed(step, 1);
    const wasm = await lossesOf(ortWasmEngine, step, feed, 20);
    const native = await lossesOf(ortEngine(), step, feed, 20);
    const wanted = referenceLosses(step, feed, 20);
    assert.ok((wasm[19] ?? 1) < 0.5 * (wasm[0] ?? 0), `it does not learn: ${wasm.join(" ")}`);
    assert.ok(largest(wanted, wasm) < 1e-5, `float64: ${wanted.join(" ")}, WebAssembly: ${wasm.join(" ")}`);
    assert.ok(largest(native, wasm) < 1e-5, `native: ${native.join(" ")}, WebAssembly: ${wasm.join(" ")}`);
  });

  for (const name of Object.keys(stepNetworks)) {
    test(`${name}: as in float64`, async () => {
      const step = await smallStep(name);
      const judged = [];
      // Until a seed without a flip.
      for (const seed of [1, 2, 3]) {
        const feed = stepFeed(step, seed);
        const found = judge(await runOnce(await created(ortWasmEngine, step, feed), feed.batch), reference(step, feed));
        judged.push(found);
        if (found.gradients < 1e-4) break;
      }
      assertRight(judged, name);
    });
  }

  test("says what it is, and which threads it has", async () => {
    const step = await smallStep("quadrants", 2);
    const running = await created(ortWasmEngine, step, stepFeed(step, 1));
    assert.equal([running.description, ortWasmEngine.fixedThreads], ["ort-wasm, portable", 1]);
    await running.dispose();
  });

  test("between two steps other work goes on: signals are heard", async () => {
    const step = await smallStep("quadrants", 2);
    const feed = stepFeed(step, 1);
    const running = await created(ortWasmEngine, step, feed);
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    for (let i = 0; i < 2; i++) await running.run(feed.batch);
    assert.ok(turned);
    await running.dispose();
  });

  test("a state that is put in its place is what goes on", async () => {
    const step = await smallStep("stem", 2);
    const feed = stepFeed(step, 1);
    const running = await created(ortWasmEngine, step, feed);
    const first = (await running.run(feed.batch)).get("loss");
    const second = (await running.run(feed.batch)).get("loss");
    await running.restore(feed.state);
    assert.equal((await running.run(feed.batch)).get("loss"), first);
    assert.not.equal(second, first);
    await running.dispose();
  });
});

const bytesOf = (state: ReadonlyMap<string, Values>): string =>
  [...state].map(([name, values]) => `${name} ${Buffer.from(values.slice().buffer).toString("base64")}`).join("\n");

suite("a course in WebAssembly", (test) => {
  const recipe = {
    augment: "[horizontal_flip(0.5)]",
    run: 'batch: 16, epochs: 3, last_batch: "keep", accumulate: 3, average: 0.9',
  };

  test("the same seed gives the same bytes, and going on after an epoch those of never having stopped", async () => {
    const plan = await smallPlan(recipe);
    const [whole, again, rest] = [new Listener(), new Listener(), new Listener()];
    await runCourse(await smallCourse(plan, 42, ortWasmEngine), undefined, whole);
    await runCourse(await smallCourse(plan, 42, ortWasmEngine), undefined, again);
    await runCourse(await smallCourse(plan, 42, ortWasmEngine), whole.epochs[0]!.standing, rest);
    const [end, ...others] = [whole, again, rest].map(({ epochs }) => epochs.at(-1)!.standing);
    assert.equal([whole.epochs.length, rest.epochs.length], [3, 2]);
    for (const other of others) {
      assert.is(bytesOf(other.state), bytesOf(end!.state));
      assert.equal(other.best, end!.best);
    }
  });

  test.native("the native engine evaluates the weights that it made as it does itself", async () => {
    const plan = await smallPlan();
    const course = await smallCourse(plan, 48, ortWasmEngine);
    const events = new Listener();
    await runCourse(course, undefined, events);
    const { record, standing } = events.epochs.at(-1)!;
    const maker = new BatchMaker(course.batches);
    const score = await evaluate(plan, ortEngine(), standing.state, course.heldOut, maker, 1);
    if (score === undefined || isProblem(score)) throw new Error("not evaluated");
    assert.ok(Math.abs(score.loss - record.validationLoss) < 1e-5 * record.validationLoss);
    assert.is(score.accuracy, record.validationAccuracy);
  });
});

/** One number broadcast to this many cells: it takes memory only at run time. */
function spread(cells: readonly number[]): Uint8Array {
  const writer = new ModelWriter(18);
  const x = writer.input(
    "x",
    cells.map(() => 1),
  );
  writer.output("y", writer.one("Expand", [x, writer.int64s(cells)]), cells);
  return writer.finish("spread");
}

/** The native engine without memory as soon as a step runs. */
const exhausted: Engine = {
  ...ortEngine(),
  name: "tried",
  create: async (step, options) => {
    const made = await ortEngine().create(step, options);
    if (isProblem(made)) return made;
    const run = async () => Promise.reject(new RuntimeFailure("no memory is left"));
    return { description: "", run, state: () => made.state(), restore: async () => {}, dispose: () => made.dispose() };
  },
};
const refusal = "tried cannot run this training step: no memory is left";

suite("the limits of WebAssembly", (test) => {
  test("it leaves nothing behind in the process that loads it", async () => {
    await loadWasmRuntime();
    assert.not.ok("Worker" in globalThis);
  });

  test("files that are not there are a problem, not a crash", async () => {
    const found = await startIn(() => new URL("./nowhere/", import.meta.url));
    assert.ok(isProblem(found));
    const { code, message } = found.diagnose({});
    assert.is(code, "onnx/no-webassembly");
    assert.match(message, "ENOENT");
  });

  test("memory beyond 4 GiB is said in words, and what is smaller runs on", async () => {
    const runtime = await loadWasmRuntime();
    if (isProblem(runtime)) throw new Error(runtime.diagnose({}).message);
    const tooMany = [
      [1 << 16, 1 << 14],
      [1 << 16, 1 << 16],
    ];
    for (const cells of [...tooMany, [2, 3]]) {
      const session = await runtime.InferenceSession.create(spread(cells), {});
      const x = new runtime.Tensor("float32", Float32Array.of(7), [1, 1]);
      const found = await session.run({ x }).catch((error: unknown) => error);
      await session.release();
      if (!tooMany.includes(cells))
        assert.equal([...(found as { y: { data: Float32Array } }).y.data], Array(6).fill(7));
      else assert.ok(found instanceof RuntimeFailure && found.message.includes("4 GiB"), String(found));
    }
  });

  test("errors of a model are its words, without codes", async () => {
    const runtime = await loadWasmRuntime();
    if (isProblem(runtime)) throw new Error(runtime.diagnose({}).message);
    const found = await runtime.InferenceSession.create(Buffer.from("no model"), {}).catch((error: unknown) => error);
    assert.is((found as Error).message, "Failed to load model because protobuf parsing failed.");
  });

  test("a step that it cannot take in is refused with its reason; any other error is a bug of ours", async () => {
    const step = await smallStep("quadrants", 2);
    const runtime = await loadWasmRuntime();
    if (isProblem(runtime)) throw new Error(runtime.diagnose({}).message);
    const created = (error: Error) => {
      const failing = { ...runtime, InferenceSession: { create: () => Promise.reject(error) } };
      const { state } = stepFeed(step, 1);
      return portableStep({ runtime: failing, name: "ort-wasm", provider: "cpu", step, state });
    };
    const refused = await created(new RuntimeFailure("no memory is left"));
    assert.is(isProblem(refused) && refused.diagnose({}).code, "engine/refuses-step");
    const bug = await created(new Error("no such op")).catch((error: unknown) => error);
    assert.ok(bug instanceof Error && bug.message === "no such op");
  });

  test.native("an engine that fails while it measures is a problem", async () => {
    const found = await timeTrainingStep(await plainRecipe(recipeText()), exhausted, {
      threads: 1,
      steps: 1,
      warmup: 0,
    });
    assert.is(isProblem(found) && found.diagnose({}).message, refusal);
  });

  test.native("an engine that fails while it trains ends the run with a diagnostic", () =>
    inFolder({}, async (folder) => {
      const { recipes, models } = await compileText(smallSource(), { recipe: "Try" });
      const nothing = () => undefined;
      const result = await trainRun(
        {
          recipe: recipes[0]!,
          deployed: models[0]!.graph,
          sourceSha256: "",
          set: new Map(),
          data: "generated",
          home: folder,
          claim: {
            folder: join(folder, "run"),
            takenFrom: undefined,
            swept: [],
            lost: async () => undefined,
            release: async () => undefined,
          },
          source: { entry: "model.lfer", texts: new Map() },
          resume: false,
          engine: exhausted,
          threads: 1,
          weights: undefined,
          epochs: 1,
          limit: 32,
          seed: undefined,
          circumstances: stillCircumstances,
        },
        {
          isStopped: () => false,
          onWarning: nothing,
          onReading: nothing,
          onWeights: nothing,
          onTeacherOrder: nothing,
          onReady: nothing,
          onContinue: nothing,
          onStart: nothing,
          onStep: nothing,
          onJudging: nothing,
          onRebuilt: nothing,
          onEpoch: async () => undefined,
        },
      );
      assert.ok(result.kind === "failed");
      assert.equal(
        result.diagnostics.map(({ code, message }) => [code, message]),
        [["engine/refuses-step", refusal]],
      );
    }),
  );
});
