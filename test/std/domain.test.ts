import assert from "node:assert/strict";
import { interpret } from "../../src/reference/interpret.js";
import { suite } from "../support/suite.js";
import { compile, diagnose } from "../support/tester.js";

const names = [
  'import { from_windows, pixel_shuffle, pixel_unshuffle, roll, windows } from "std/arrange"',
  'import { to_map, to_tokens, eca_kernel } from "std/attention"',
  'import { make_divisible } from "std/widths"',
  'import { balanced_bce, combo, dice, focal, kl, smoothed_cross_entropy, weighted_cross_entropy } from "std/losses"',
  'import { balanced_bce_sigmoid, combo_of, divergence } from "std/ldl"',
];

/** Logits of large and small size, and targets that are labels, distributions and zeros, over three classes. */
const logits = [2, -1, 0.5, 60, -60, 0, 0, 0, 0];
const target = [1, 0, 0, 0.2, 0.5, 0.3, 0, 1, 0];

const model = (value: string): string => `lfer 1

${names.join("\n")}

model M {
  input image: float32[N, 144, 6, 6]
  input z: float32[N, 3]
  input t: float32[N, 3]
  value = ${value}
  output value
}
`;

/** The function of one argument in its whole form; its least and greatest values, if there are; values outside. */
const domains: readonly {
  readonly call: (given: string) => string;
  readonly inside: readonly string[];
  readonly outside: readonly string[];
  readonly says: string;
}[] = [
  {
    call: (n) => `pixel_shuffle(image, factor: ${n})`,
    inside: ["1", "2", "3", "12"],
    outside: ["0", "-2"],
    says: "factor",
  },
  {
    call: (n) => `pixel_unshuffle(image, factor: ${n})`,
    inside: ["1", "2", "6"],
    outside: ["0", "-1"],
    says: "factor",
  },
  { call: (n) => `windows(image, size: ${n})`, inside: ["1", "2", "6"], outside: ["0", "-3"], says: "size" },
  { call: (n) => `image -> windows(2) -> from_windows(${n}, 3)`, inside: ["3"], outside: ["0", "-3"], says: "down" },
  { call: (n) => `image -> windows(2) -> from_windows(3, ${n})`, inside: ["3"], outside: ["0", "-3"], says: "across" },
  { call: (n) => `image -> roll(${n}, 3)`, inside: ["0", "1", "-1", "6", "-6", "1000"], outside: [], says: "" },
  { call: (n) => `to_tokens(image) -> to_map(${n})`, inside: ["1", "4", "36"], outside: ["0", "-6"], says: "height" },
  { call: (n) => `z * make_divisible(20.5, by: ${n})`, inside: ["1", "2", "64"], outside: ["0", "-8"], says: "by" },
  { call: (n) => `z * eca_kernel(${n})`, inside: ["1", "2", "4096"], outside: ["0", "-2"], says: "channel" },
  {
    call: (n) => `smoothed_cross_entropy(z, t, smoothing: ${n})`,
    inside: ["0", "0.1", "1"],
    outside: ["-0.1", "1.1"],
    says: "share",
  },
  {
    call: (n) => `weighted_cross_entropy(z, t, weights: [1, 2, 3], smoothing: ${n})`,
    inside: ["0", "0.1", "1"],
    outside: ["-0.1", "1.1"],
    says: "share",
  },
  { call: (n) => `focal(z, t, gamma: ${n})`, inside: ["0", "0.5", "2", "5"], outside: ["-0.5"], says: "power" },
  { call: (n) => `kl(t, z, temperature: ${n})`, inside: ["0.1", "1", "20"], outside: ["0", "-1"], says: "temperature" },
  {
    call: (n) => `divergence(t, z, temperature: ${n})`,
    inside: ["0.1", "1"],
    outside: ["0", "-1"],
    says: "temperature",
  },
  { call: (n) => `balanced_bce(z, t, beta: ${n})`, inside: ["0", "0.5", "1"], outside: ["-0.1", "1.1"], says: "beta" },
  {
    call: (n) => `balanced_bce_sigmoid(z, t, beta: ${n})`,
    inside: ["0", "0.5", "1"],
    outside: ["-0.1", "1.1"],
    says: "beta",
  },
  { call: (n) => `dice(softmax(z), t, smooth: ${n})`, inside: ["0", "1", "10"], outside: ["-1"], says: "smooth" },
  {
    call: (n) => `dice(softmax(z), t, each: "sample", smooth: ${n})`,
    inside: ["0", "1"],
    outside: ["-1"],
    says: "smooth",
  },
  { call: (n) => `combo(z, t, alpha: ${n})`, inside: ["0", "0.5", "1"], outside: ["-0.1", "1.1"], says: "alpha" },
  {
    call: (n) => `combo_of(z, t, alpha: ${n}, probabilities: "sigmoid")`,
    inside: ["0", "1"],
    outside: ["-1", "2"],
    says: "alpha",
  },
];

suite("std: arguments at and beyond the ends of their domain", (test) => {
  for (const { call, inside, outside, says } of domains) {
    test(`${call("...")}: ${inside.join(", ")} give finite numbers; ${outside.join(", ") || "nothing"} is refused`, async () => {
      for (const given of inside) {
        const { models, diagnostics } = await compile(model(call(given)));
        const errors = diagnostics.filter(({ code }) => !code.startsWith("lint/"));
        assert.deepEqual(
          errors.map(({ message }) => message),
          [],
          given,
        );
        const graph = models[0]?.graph;
        assert.ok(graph !== undefined);
        const image = Float64Array.from({ length: 3 * 144 * 36 }, (_, i) => i);
        const inputs = {
          image: { shape: [3, 144, 6, 6], data: image },
          z: { shape: [3, 3], data: Float64Array.from(logits) },
          t: { shape: [3, 3], data: Float64Array.from(target) },
        };
        const { value } = interpret(graph, { inputs, slots: {}, batch: 3 });
        const data = value?.data ?? [Number.NaN];
        assert.ok(data.every(Number.isFinite), given);
        // What only moves cells keeps them all.
        if (call(given).includes("image")) {
          assert.deepEqual(
            [...data].sort((a, b) => a - b),
            [...image],
            given,
          );
        }
      }
      for (const given of outside) {
        const found = (await diagnose(model(call(given)))).filter(({ severity }) => severity === "error");
        assert.deepEqual(
          found.map(({ code }) => code),
          ["value/requirement-failed"],
          given,
        );
        assert.match(found[0]?.message ?? "", new RegExp(says), given);
      }
    });
  }
});
