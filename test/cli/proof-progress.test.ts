import * as assert from "uvu/assert";
import { proofReport } from "../../src/cli/proof-progress.js";
import { suite } from "../support/suite.js";

const progress = (step: number, done: number) => ({ step, of: 3, title: `part ${step}`, done });

/** A clock that the test controls, and the output. */
function reporting(isLive: boolean) {
  const said: string[] = [];
  let at = 0;
  const live = { show: (text: string) => void said.push(text), clear: () => void said.push("cleared") };
  const report = proofReport(
    isLive ? live : undefined,
    (text) => void said.push(text),
    () => at,
  );
  return { said, report, moveTo: (ms: number) => (at = ms) };
}

suite("a proof's progress", (test) => {
  test("says nothing while it is quick", () => {
    const { said, report, moveTo } = reporting(false);
    report.show(progress(1, 0));
    moveTo(2000);
    report.show(progress(3, 0.9));
    report.clear();
    assert.equal(said, []);
  });

  test("names each step once where lines stay, with what is left", () => {
    const { said, report, moveTo } = reporting(false);
    moveTo(10_000);
    report.show(progress(1, 0.25));
    report.show(progress(1, 0.3));
    moveTo(20_000);
    report.show(progress(2, 0.5));
    assert.equal(said, ["proof, step 1 of 3: part 1  ETA 30 s\n", "proof, step 2 of 3: part 2  ETA 20 s\n"]);
  });

  test("renews its line on a terminal, and takes it away at the end", () => {
    const { said, report, moveTo } = reporting(true);
    moveTo(10_000);
    report.show(progress(1, 0.25));
    report.show(progress(1, 0.5));
    report.clear();
    assert.equal(said, ["proof, step 1 of 3: part 1  ETA 30 s", "proof, step 1 of 3: part 1  ETA 10 s", "cleared"]);
  });
});
