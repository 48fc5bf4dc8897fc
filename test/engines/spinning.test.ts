// Whether ONNX Runtime's threads spin depends on the load by others; their results do not depend on it.
import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { busyOf, type LoadReading, takenBetween } from "../../src/engines/ort/core-load.js";
import { loadNativeRuntime, sessionOptions } from "../../src/engines/ort/ort-runtime.js";
import { OrtStep } from "../../src/engines/ort/ort-step.js";
import { portableProgram } from "../../src/engines/ort/portable.js";
import { adaptiveSession, type Spinning, type StepSession, spinningFor } from "../../src/engines/ort/spinning.js";
import { trainingStep } from "../../src/step/training-step.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
import { suite } from "../support/suite.js";
import { smallPlan } from "../training/small-course.js";

/** Readings a second apart, in each of which others use this many cores, and our steps as many as they have threads. */
function clockOf(taken: readonly number[], threads: number) {
  let at = 0;
  let [busy, own] = [0, 0];
  const left = [...taken];
  const now = (): number => at;
  const read = (): LoadReading => ({ at, busy, own, besides: 0 });
  const pass = (ms: number): void => {
    at += ms;
    own += threads * ms;
    busy += (threads + (left.shift() ?? 0)) * ms;
  };
  return { now, read, pass };
}

/** Sessions that only record their calls. */
function recorder() {
  const said: string[] = [];
  const open = async (spinning: Spinning) => {
    said.push(`open ${spinning}`);
    return {
      run: async () => void said.push(`run ${spinning}`),
      release: async () => void said.push(`release ${spinning}`),
    };
  };
  return { said, open };
}

suite("spinning", (test) => {
  test("is long where cores are free for every thread, whatever their number; between the bounds it stays", () => {
    assert.is(spinningFor(0, 2, 2, "long"), "long");
    assert.is(spinningFor(1, 2, 2, "long"), "brief");
    assert.is(spinningFor(0.2, 2, 2, "long"), "long");
    assert.is(spinningFor(0.2, 2, 2, "brief"), "brief");
    assert.is(spinningFor(0.05, 2, 2, "brief"), "long");
    assert.is(spinningFor(13, 16, 2, "long"), "long");
    assert.is(spinningFor(15, 16, 2, "long"), "brief");
  });

  test("what others take is what the cores worked, less our steps; our other threads are others", () => {
    const times = { user: 1, nice: 2, sys: 4, idle: 100, irq: 8 };
    assert.is(busyOf([{ times }, { times: { ...times, user: 0 } }]), 29);
    const before = { at: 1000, busy: 500, own: 100, besides: 20 };
    assert.is(takenBetween(before, { at: 2000, busy: 2500, own: 1600, besides: 520 }), 1);
    // The system's counters are coarser than ours.
    assert.is(takenBetween(before, { at: 2000, busy: 1400, own: 1600, besides: 20 }), 0);
  });

  test("a session is opened anew when the load has changed, the old one released, and not before its time", async () => {
    const { said, open } = recorder();
    const { pass, ...clock } = clockOf([1, 1, 1, 0], 2);
    const waiting: { spinning: Spinning } = { spinning: "long" };
    const session = await adaptiveSession(open, { threads: 2, cores: 2, waiting, ...clock });
    const run = (): Promise<unknown> => session.run({}, {});
    await run();
    pass(900);
    await run();
    pass(200);
    await run();
    assert.is(waiting.spinning, "brief");
    pass(14_000);
    await run();
    pass(2000);
    await run();
    pass(15_000);
    await run();
    await session.release();
    const changes = ["open brief", "release long", "run brief"];
    const back = ["open long", "release brief", "run long", "release long"];
    assert.equal(said, ["open long", "run long", "run long", ...changes, "run brief", "run brief", ...back]);
  });

  test("one thread waits for nobody", async () => {
    const { said, open } = recorder();
    const { pass, ...clock } = clockOf([9], 1);
    const session = await adaptiveSession(open, { threads: 1, cores: 2, waiting: { spinning: "long" }, ...clock });
    pass(60_000);
    await session.run({}, {});
    assert.equal(said, ["open long", "run long"]);
  });

  test.native("state and outputs are the same to the last bit, long, brief, or by turns", async () => {
    const ort = await loadNativeRuntime();
    if (isProblem(ort)) throw new Error(ort.diagnose({}).message);
    const { step } = await smallPlan();
    const graph = trainingStep({ ...step, batch: 16 });
    const program = portableProgram(graph);
    const open = (spinning: Spinning) =>
      ort.InferenceSession.create(
        program.bytes,
        sessionOptions({ provider: "cpu", threads: 2, optimize: "all", spinning }),
      );
    const batch = new Map(
      program.inputs.map(({ name, shape }) => {
        const length = shape.reduce((product, size) => product * size, 1);
        return [name, Float32Array.from({ length }, (_, i) => (length === 1 ? 0.01 : Math.abs(Math.sin(i * 12.9898))))];
      }),
    );
    const trained = async (session: StepSession, between: () => void) => {
      const running = new OrtStep(ort, session, program, initialiseWeights(graph, 0), "");
      const losses: (number | undefined)[] = [];
      for (let i = 0; i < 6; i++) {
        losses.push((await running.run(batch)).get("loss")?.[0]);
        between();
      }
      const state = await running.state();
      await running.dispose();
      return { losses, state: [...state].map(([name, values]) => [name, Buffer.from(values.buffer).toString("hex")]) };
    };
    const long = await trained(await open("long"), () => {});
    assert.ok(new Set(long.losses).size === 6 && long.losses.every(Number.isFinite));
    assert.equal(await trained(await open("brief"), () => {}), long);
    const { pass, ...clock } = clockOf([1, 0, 1, 0, 1, 0], 2);
    const waiting: { spinning: Spinning } = { spinning: "long" };
    const changed: Spinning[] = [];
    const session = await adaptiveSession(open, { threads: 2, cores: 2, waiting, ...clock });
    const byTurns = await trained(session, () => {
      changed.push(waiting.spinning);
      pass(20_000);
    });
    assert.equal(byTurns, long);
    assert.equal(changed, ["long", "brief", "long", "brief", "long", "brief"]);
  });
});
