import * as assert from "uvu/assert";
import { statsOf } from "../../src/analysis/stats.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { codesOf, graphOf } from "../semantics/one-model.js";
import { inFolder, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

/** Each pool doubles the step: after n pools a cell sees 2^(n + 1) - 1 pixels. */
const pools = (n: number, claims = "") => `lfer 1

model Pools {
  input image: float32[N, 3, 2, 2]
  y = image -> repeat(${n}, max_pool(3, stride: 2, padding: 1))
  output y
}
${claims}`;
/** Convolutions of 2^40 multiplications each, inexact together or alone. */
const vast = (n: number) => `lfer 1

model Vast {
  input image: float32[N, 1024, 1024, 1024]
  y = image -> repeat(${n}, conv(1024, kernel: 3))
  output y
}
check Vast { params("conv") > 1 }
`;

suite("analysis: figures are exact or refused", (test) => {
  test("a receptive field is printed to the last integer that is one, and refused from there on", async () => {
    const exact = statsOf(await graphOf(pools(52)));
    assert.not.ok(isProblem(exact));
    assert.equal(isProblem(exact) ? [] : exact.receptiveField.size, [2 ** 53 - 1, 2 ** 53 - 1]);
    const refused = statsOf(await graphOf(pools(53)));
    assert.is(isProblem(refused) && refused.diagnose({}).code, "budget/too-large-to-count");
    assert.match(
      isProblem(refused) ? refused.diagnose({}).message : "",
      /receptive field's cells come to about 1\.80e\+16,/,
    );
  });

  test("a budget on such a figure is refused, not compared with a rounded one", async () => {
    assert.equal(await codesOf(pools(52, "check Pools { receptive_field == 9_007_199_254_740_991 }")), []);
    assert.equal(await codesOf(pools(53, "check Pools { receptive_field > 1G }")), ["budget/too-large-to-count"]);
  });

  test("every format refuses, an explanation too", () =>
    inFolder({ "pools.lfer": pools(60), "vast.lfer": vast(1000) }, (cwd) => {
      for (const args of [
        ["pools.lfer", "--format", "json"],
        ["pools.lfer", "--format", "csv"],
        ["pools.lfer", "--format", "markdown"],
        ["pools.lfer"],
        ["vast.lfer"],
        ["vast.lfer", "--explain", "y", "--convention", "conv"],
      ]) {
        const { code, stdout, stderr } = runLferc(["stats", ...args], { cwd });
        assert.equal([args, code, stdout], [args, 1, ""]);
        assert.match(stderr, "budget/too-large-to-count");
      }
    }));
});
