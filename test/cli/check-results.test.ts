import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const source = (checks: string, channels = 4): string => `lfer 1

model Small(size: int = 16) {
  input image: float32[N, 3, size, size] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  logits = image -> conv(${channels}) -> relu -> global_avg_pool -> flatten -> linear(3)
  output logits: labels(["surprise", "happiness", "neutral"])
}

${checks}
`;

const held = `check Small {
  accuracy("generated/validation") >= 0%
  mean_class_accuracy("generated/validation") <= 100%
  macro_f1("generated/validation") <= 100%
  calibration_error("generated/validation") <= 100%
  latency("here") <= 100_000ms
  peak_memory("here") <= 100G
}`;

suite("lferc check --results", (test) => {
  test("what eval and bench wrote holds a check, or breaks it", () =>
    inFolder({ "m.lfer": source("") }, async (cwd) => {
      const call = async (line: string) => callLferc(line.split(" "), cwd);
      const keep = async (name: string, line: string): Promise<void> => {
        const ran = await call(`${line} --format json`);
        assert.is(ran.code, 0, ran.stderr);
        writeFileSync(join(cwd, name), ran.stdout);
      };
      const check = async () => {
        const ran = await call("check m.lfer --results eval.json --results bench.json");
        return [ran.code, codesIn(ran.stderr)];
      };
      assert.is((await call("build m.lfer --no-verify -o m.onnx")).code, 0);
      await keep("eval.json", "eval m.onnx --data generated");
      await keep("bench.json", "bench m.onnx --device here --steps 2 --threads 1");
      writeFileSync(join(cwd, "m.lfer"), source(held));
      assert.equal(await check(), [0, []]);
      writeFileSync(join(cwd, "m.lfer"), source(held.replace(">= 0%", "> 100%")));
      assert.equal(await check(), [1, ["budget/below-minimum"]]);
      // Another network than the measured one.
      writeFileSync(join(cwd, "m.lfer"), source('check Small { latency("here") <= 100_000ms }', 5));
      assert.equal(await check(), [1, ["budget/stale-result"]]);
      writeFileSync(join(cwd, "m.lfer"), source('check Small(size: 20) { latency("here") <= 100_000ms }'));
      assert.equal(await check(), [1, ["budget/stale-result"]]);
      // Another training of the same network.
      assert.is((await call("build m.lfer --no-verify --seed 5 -o other.onnx")).code, 0);
      await keep("bench.json", "bench other.onnx --device here --steps 2 --threads 1");
      writeFileSync(join(cwd, "m.lfer"), source(held));
      assert.equal(await check(), [1, ["budget/results-of-several-models"]]);
    }));

  test("a file that cannot be read is one error, without one for each figure that it may hold", () =>
    inFolder({ "m.lfer": source(`${held}\ncheck Small { params <= 1 }`), "notes.json": "notes" }, async (cwd) => {
      const ran = await callLferc(["check", "m.lfer", "--results", "notes.json", "--results", "no.json"], cwd);
      assert.equal(
        [ran.code, codesIn(ran.stderr)],
        [1, ["budget/not-results", "budget/not-results", "budget/exceeded"]],
      );
      assert.match(ran.stderr, /no\.json contains no results: there is no such file/);
      const without = await callLferc(["check", "m.lfer"], cwd);
      assert.is(codesIn(without.stderr).filter((code) => code === "budget/no-result").length, 6);
    }));
});
