import * as assert from "uvu/assert";
import { type ProofProgress, watchProof } from "../../../src/targets/onnx/proof-steps.js";
import { verifyOnnx } from "../../../src/targets/onnx/verify.js";
import { suite } from "../../support/suite.js";
import { miniShuffleNet } from "./networks.js";

suite("the steps of a proof", (test) => {
  test("are told in order, and how much is done never goes back", async () => {
    const told: ProofProgress[] = [];
    await verifyOnnx(miniShuffleNet(), { opset: 18, level: 1, onProgress: (progress) => void told.push(progress) });
    assert.equal(
      [...new Set(told.map(({ step, of, title }) => `${step}/${of} ${title}`))],
      ["1/2 the reference, in float64", "2/2 the rewritten graph, in float64"],
    );
    assert.ok(told.every(({ done }, i) => done >= (told[i - 1]?.done ?? 0) && done <= 1));
    assert.ok(told.at(-1)!.done > 0.9);
  });

  test("a step without work is none", () => {
    const told: string[] = [];
    const steps = [
      { title: "a", work: 1 },
      { title: "none", work: 0 },
      { title: "b", work: 3 },
    ];
    const watch = watchProof(steps, ({ step, of, title, done }) => void told.push(`${step}/${of} ${title} ${done}`));
    watch.begin(0);
    watch.begin(2);
    assert.equal(told, ["1/2 a 0", "2/2 b 0.25"]);
  });
});
