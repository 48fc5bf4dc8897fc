// Weights rounded like tensorflowjs' converter rounds them: compared with its own quantization.py, and read back by TensorFlow.js.
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { encodeWeight, rounded } from "../../../src/targets/tfjs-model/encode-weights.js";
import type { HeldNumbers } from "../../../src/targets/tfjs-model/graph-model.js";
import { fromHalf, halfOf } from "../../../src/weights/half.js";
import type { WeightsType } from "../../../src/weights/weights-type.js";
import { suite } from "../../support/suite.js";
import { tfjs } from "../../support/tfjs-cpu.js";

interface Row {
  readonly title: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly uint8: { readonly steps: readonly number[]; readonly min: number; readonly scale: number };
  readonly float16: readonly number[];
}

/** Made by make_rounded_weights.py. */
const rows = JSON.parse(readFileSync(new URL("rounded-weights.json", import.meta.url), "utf8")) as readonly Row[];

const held = ({ title, shape, values }: Pick<Row, "title" | "shape" | "values">): HeldNumbers => ({
  name: title,
  shape,
  values: Float32Array.from(values),
  isWeight: true,
});

/** The numbers that TensorFlow.js computes from the bytes. */
function decoded(weight: HeldNumbers, type: WeightsType): Float32Array {
  const { spec, bytes } = encodeWeight(weight, type);
  const { buffer, byteOffset, byteLength } = bytes;
  const data = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  const specs = [spec] as unknown as import("@tensorflow/tfjs-core").io.WeightsManifestEntry[];
  const tensor = tfjs.io.decodeWeights(data, specs)[spec.name];
  assert.equal(tensor?.shape, [...weight.shape]);
  return Float32Array.from(tensor?.dataSync() ?? []);
}

suite("weights that are rounded", (test) => {
  for (const row of rows) {
    test(`uint8, ${row.title}: the steps of tensorflowjs, within half a step of the weight`, () => {
      const { spec, bytes } = encodeWeight(held(row), "uint8");
      const { min, scale } = row.uint8;
      assert.equal(spec.quantization, { dtype: "uint8", min, scale, original_dtype: "float32" });
      // numpy computes in float32 what we compute in double precision: at a tie it may choose the other step.
      for (const [i, step] of [...bytes].entries()) {
        const exact = ((row.values[i] ?? 0) - min) / scale;
        const isTie = Math.abs(exact - Math.floor(exact) - 0.5) < 1e-4;
        assert.ok(step === row.uint8.steps[i] || isTie, `${step}, not ${row.uint8.steps[i]}`);
      }
      for (const [i, value] of decoded(held(row), "uint8").entries()) {
        // Zero is moved to a step, so an end of the range may be half a step beyond the last one.
        assert.ok(Math.abs(value - (row.values[i] ?? 0)) <= 0.5001 * scale, `${value} for ${row.values[i]}`);
        if (row.values[i] === 0) assert.is(Math.abs(value), 0);
      }
    });

    test(`float16, ${row.title}: the bits of numpy`, () => {
      const { spec, bytes } = encodeWeight(held(row), "float16");
      assert.equal(spec.quantization, { dtype: "float16", original_dtype: "float32" });
      assert.equal([...new Uint16Array(bytes.slice().buffer)], [...row.float16]);
      for (const [i, value] of decoded(held(row), "float16").entries()) {
        const weight = row.values[i] ?? 0;
        assert.ok(
          Math.abs(value - weight) <= Math.max(2 ** -11 * Math.abs(weight), 2 ** -25),
          `${value} for ${weight}`,
        );
      }
    });

    test(`${row.title}: what we say that TensorFlow.js makes of it`, () => {
      for (const type of ["uint8", "float16", "float32"] as const) {
        assert.equal([...rounded(held(row), type)], [...decoded(held(row), type)], type);
      }
    });
  }

  test("every number of half precision is written as itself, and read by TensorFlow.js as we read it", () => {
    const bits = Array.from({ length: 2 ** 16 }, (_, i) => i).filter((each) => !Number.isNaN(fromHalf(each)));
    assert.equal(
      bits.filter((each) => halfOf(fromHalf(each)) !== each),
      [],
    );
    const finite = bits.filter((each) => Number.isFinite(fromHalf(each)));
    const weight = held({ title: "all", shape: [1, finite.length], values: finite.map(fromHalf) });
    assert.equal([...decoded(weight, "float16")].map(Math.abs), finite.map(fromHalf).map(Math.abs));
  });

  test("half precision rounds to the nearest, of two to the even one, and from 65520 on to infinity", () => {
    const found = [1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -20, 65519, 65520, 2 ** -25, 3 * 2 ** -25];
    assert.equal(
      found.map((value) => fromHalf(halfOf(value))),
      [1, 1 + 2 ** -9, 1 + 2 ** -10, 65504, Number.POSITIVE_INFINITY, 0, 2 ** -23],
    );
    assert.ok(Number.isNaN(fromHalf(halfOf(Number.NaN))));
  });

  test("biases, statistics and numbers that lowerings need stay as they are", () => {
    const bias = { ...held({ title: "b", shape: [3], values: [1, 0.1, 0.2] }) };
    const constant = { ...held({ title: "c", shape: [1, 3], values: [1, 0.1, 0.2] }), isWeight: false };
    const indices = { name: "i", shape: [1, 2], values: Int32Array.of(3, 4), isWeight: true };
    for (const each of [bias, constant, indices]) {
      const { spec, bytes } = encodeWeight(each, "uint8");
      assert.is(spec.quantization, undefined);
      assert.is(bytes.byteLength, 4 * each.values.length);
    }
  });
});
