// Against ONNX Runtime's own calibrator: calibration.py wrote calibration.json.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import {
  binCount,
  type CalibrationMethod,
  calibrationMethods,
  countInto,
  mostOf,
  rangeBy,
} from "../../../../src/targets/onnx/quantize/calibration-methods.js";
import { suite } from "../../../support/suite.js";

type Ranges = Readonly<Record<string, readonly [number, number]>>;

const golden = JSON.parse(
  readFileSync(fileURLToPath(new URL("./calibration.json", import.meta.url)), "utf8"),
) as Readonly<Record<CalibrationMethod, Ranges>> & { readonly count: number };

/** The generator of calibration.py. */
function noise(seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: golden.count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}

const [u, v, w] = [noise(1), noise(2), noise(3)] as [Float64Array, Float64Array, Float64Array];
const bell = u.map((x, i) => x + v[i]! + w[i]! - 1.5);
const tensors: Readonly<Record<string, Float64Array>> = {
  even: u.map((x) => x * 3 - 1),
  bell,
  positive: bell.map((x) => Math.max(x, 0)),
  tailed: bell.map((x, i) => x * x * x * (w[i]! > 0.999 ? 40 : 1)),
  one_sided_tail: bell.map((x, i) => (v[i]! > 0.9995 ? 30 * u[i]! : Math.max(x, 0))),
};

function rangeOf(method: CalibrationMethod, numbers: Float32Array) {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const bins = new Float64Array(binCount);
  if (mostOf({ low, high }) > 0) countInto(bins, mostOf({ low, high }), numbers);
  return { ...rangeBy(method, { low, high, bins }), most: mostOf({ low, high }) };
}

/**
 * How many bins apart: ONNX Runtime's percentile cuts off the last bin, and its divergences are float32, so that neighbours of the least
 * one may be taken. One bin is a thousandth of the range.
 */
const binsApart: Readonly<Record<CalibrationMethod, number>> = { minmax: 0, percentile: 1, entropy: 5 };

suite("calibration methods", (test) => {
  for (const method of calibrationMethods) {
    test(`${method}: the ranges of ONNX Runtime's calibrator`, () => {
      for (const [name, numbers] of Object.entries(tensors)) {
        const { low, high, most } = rangeOf(method, Float32Array.from(numbers));
        const [expectedLow, expectedHigh] = golden[method][name]!;
        const allowed = (binsApart[method] * 2 * most) / binCount + (method === "minmax" ? 0 : 1e-6);
        assert.ok(Math.abs(low - expectedLow) <= allowed, `${name}: ${low}, not ${expectedLow}`);
        assert.ok(Math.abs(high - expectedHigh) <= allowed, `${name}: ${high}, not ${expectedHigh}`);
      }
    });
  }

  test("methods differ where a few numbers lie far out, and only there", () => {
    const width = (method: CalibrationMethod, name: string): number => {
      const { low, high } = rangeOf(method, Float32Array.from(tensors[name]!));
      return high - low;
    };
    assert.ok(width("entropy", "tailed") < 0.5 * width("minmax", "tailed"));
    assert.ok(width("entropy", "even") > 0.95 * width("minmax", "even"));
  });

  test("a tensor of zeros has the range of zeros, one of a single number that number", () => {
    for (const method of calibrationMethods) {
      assert.equal(rangeOf(method, new Float32Array(100)), { low: 0, high: 0, most: 0 });
      const { low, high } = rangeOf(method, new Float32Array(100).fill(3));
      assert.ok(low <= 3 && high === 3, `${method}: ${low} to ${high}`);
    }
  });
});
