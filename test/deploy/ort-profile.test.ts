import * as assert from "uvu/assert";
import { collectProfile, readProfile } from "../../src/deploy/ort-profile.js";
import { timeSteps, timingOf } from "../../src/deploy/timing.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { suite } from "../support/suite.js";

const node = (name: string, op: string, ts: number, dur: number, ending = "_kernel_time") => ({
  cat: "Node",
  name: `${name}${ending}`,
  ts,
  dur,
  args: { op_name: op },
});
const run = (ts: number) => ({ cat: "Session", name: "model_run", ts, dur: 100 });

suite("ONNX Runtime's profile", (test) => {
  test("sums by op and by node, as the mean of the runs that are not for warming up", () => {
    const events = [
      run(0),
      node("a", "Conv", 1, 90_000),
      run(1000),
      node("a", "Conv", 1001, 4000),
      node("b", "Conv", 1002, 1000),
      node("c", "Relu", 1003, 3000),
      node("c", "Relu", 1003, 3000, "_fence_before"),
      run(2000),
      node("a", "Conv", 2001, 6000),
      node("b", "Conv", 2002, 1000),
      node("c", "Relu", 2003, 5000),
    ];
    assert.equal(readProfile(events, 1), [
      { kind: "op", name: "Conv", op: "Conv", ms: 6, share: 0.6, nodes: 2 },
      { kind: "op", name: "Relu", op: "Relu", ms: 4, share: 0.4, nodes: 1 },
      { kind: "node", name: "a", op: "Conv", ms: 5, share: 0.5, nodes: 1 },
      { kind: "node", name: "c", op: "Relu", ms: 4, share: 0.4, nodes: 1 },
      { kind: "node", name: "b", op: "Conv", ms: 1, share: 0.1, nodes: 1 },
    ]);
  });

  test("is empty where nothing was written", async () => {
    const events = await collectProfile(() => Promise.resolve());
    assert.not(isProblem(events));
    assert.equal(isProblem(events) ? undefined : readProfile(events, 1), []);
  });
});

suite("timing", (test) => {
  test("least, median, 95th percentile: times that were measured", () => {
    const times = Array.from({ length: 40 }, (_, i) => 40 - i);
    assert.equal(timingOf(times, 10), { minMs: 1, p50Ms: 20, p95Ms: 38, perSecond: 500 });
    assert.equal(timingOf([7], 1), { minMs: 7, p50Ms: 7, p95Ms: 7, perSecond: 1000 / 7 });
  });

  test("warming up is run and not counted", async () => {
    let runs = 0;
    const heard: number[] = [];
    const step = () => Promise.resolve(runs++);
    const times = await timeSteps(step, { steps: 3, warmup: 2 }, (done) => heard.push(done));
    assert.equal([times.length, runs, heard], [3, 5, [1, 2, 3, 4, 5]]);
  });
});
