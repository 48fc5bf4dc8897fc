import * as assert from "uvu/assert";
import { receptiveField } from "../../src/analysis/receptive-field.js";
import { typeOf } from "../../src/ir/graph.js";
import { bindShape, elementCount } from "../../src/ir/shape.js";
import { interpret } from "../../src/reference/interpret.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";
import { numericField } from "./numeric-field.js";

async function fieldOf(statements: string) {
  const text = `lfer 1

block Cross(channels: int) on x = x -> conv(channels, kernel: [1, 7]) -> conv(channels, kernel: [7, 1])

model M {
  input image: float32[N, 3, 64, 64]
  ${statements}
  output y
}
`;
  const [model] = (await compile(text)).models;
  assert.ok(model !== undefined, "the model compiles");
  return receptiveField(model.graph);
}

/** The receptive field of cells on a picture of 16x12, and whether it equals the reference's exactly. */
const networks: readonly (readonly [string, string, readonly [number, number], boolean])[] = [
  ["softmax over rows", "y = image -> conv(2) -> softmax(axis: 2) -> conv(2)", [16, 5], true],
  ["softmax over columns", "y = image -> conv(2) -> softmax(axis: 3) -> conv(2)", [5, 12], true],
  ["softmax over channels", "y = image -> conv(2) -> softmax(axis: 1) -> conv(2)", [5, 5], true],
  ["a norm over the channels", "y = image -> conv(2) -> layer_norm(axis: 1) -> conv(2)", [5, 5], true],
  ["a norm over the map", "y = image -> conv(2) -> layer_norm(axis: 2, through: 3) -> conv(2)", [16, 12], true],
  ["an instance norm", "y = image -> conv(2) -> instance_norm -> conv(2)", [16, 12], true],
  ["a mean over rows", "y = image -> conv(2) -> mean(axes: [2], keep: true)", [16, 3], true],
  ["squeeze and excite", "y = image -> conv(2) -> SqueezeExcite(reduction: 1) -> conv(2)", [16, 12], true],
  ["a gate for columns", "y = image * mean(image -> conv(2), axes: [2], keep: true)", [16, 3], true],
  [
    "channels last and back",
    "y = transpose(transpose(image -> conv(2), permutation: [0, 2, 3, 1]) -> layer_norm(axis: -1), permutation: [0, 3, 1, 2]) -> conv(2)",
    [5, 5],
    true,
  ],
  [
    "rows and columns in each other's place",
    "y = transpose(image -> conv(2, kernel: [3, 1]), permutation: [0, 1, 3, 2]) -> conv(2, kernel: [5, 1])",
    [3, 5],
    true,
  ],
  ["a pixel shuffle", "y = image -> conv(8) -> pixel_shuffle -> conv(2)", [4, 4], true],
  ["a pixel unshuffle", "y = image -> pixel_unshuffle -> conv(2)", [6, 6], true],
  ["both", "y = image -> pixel_unshuffle -> pixel_shuffle -> conv(2)", [3, 3], true],
  ["a grid", "y = image -> conv(2) -> grid(2, 2, conv(2)) -> conv(2)", [7, 7], true],
  [
    "windows as samples",
    "y = from_windows(image -> windows(4) -> conv(2, kernel: 9), down: 4, across: 3)",
    [9, 9],
    false,
  ],
  [
    "a mean of each window",
    "y = mean(reshape(image, shape: [N, 2, 4, 4, 3, 4]), axes: [3, 5]) -> conv(2)",
    [12, 12],
    true,
  ],
  [
    "tokens and back",
    "t = reshape(image -> conv(2), shape: [N, 2, 192]) -> layer_norm(axis: 1)\n  y = reshape(t, shape: [N, 2, 16, 12]) -> conv(2)",
    [5, 5],
    true,
  ],
  [
    "attention",
    "t = transpose(reshape(image, shape: [N, 2, 192]), permutation: [0, 2, 1])\n  y = matmul(softmax(matmul(t, transpose(t, permutation: [0, 2, 1])), axis: 2), t)",
    [16, 12],
    true,
  ],
  [
    "attention of channels",
    "t = reshape(image -> conv(2), shape: [N, 2, 192])\n  y = matmul(softmax(0.01 * matmul(t, transpose(t, permutation: [0, 2, 1])), axis: 2), t)",
    [16, 12],
    true,
  ],
  [
    "a token beside the map",
    "t = transpose(reshape(image, shape: [N, 2, 192]), permutation: [0, 2, 1])\n  all = concat(slice(t, axis: 1, from: 0, to: 1), t, axis: 1)\n  y = matmul(all, transpose(all, permutation: [0, 2, 1]))",
    [16, 12],
    false,
  ],
  [
    "attention in windows",
    "t = transpose(reshape(image -> windows(4), shape: [N * 12, 2, 16]), permutation: [0, 2, 1])\n  s = matmul(softmax(matmul(t, transpose(t, permutation: [0, 2, 1])), axis: 2), t)\n  y = from_windows(reshape(transpose(s, permutation: [0, 2, 1]), shape: [N * 12, 2, 4, 4]), down: 4, across: 3)",
    [4, 4],
    true,
  ],
  ["laid out anew", "y = reshape(image -> conv(2), shape: [N, 2, 12, 16]) -> conv(1)", [16, 12], false],
];

suite("receptive field", (test) => {
  test("each side has its own path: 1x7 then 7x1 see 7x7", async () => {
    assert.equal((await fieldOf("y = image -> Cross(4)")).size, [7, 7]);
  });

  test("a sum sees what either side sees", async () => {
    const field = await fieldOf(`tall = image -> conv(3, kernel: [9, 1])
  wide = image -> conv(3, kernel: [1, 5])
  y = tall + wide -> relu`);
    assert.equal(field.size, [9, 5]);
  });

  test("a maximum over channels keeps the map; a gate from one over the map sees all of it", async () => {
    const field = await fieldOf(`gate = max(image -> conv(4), axes: [1], keep: true) -> conv(1, kernel: 7)
  y = image * sigmoid(gate)`);
    assert.equal(
      [field.size, field.whole],
      [
        [9, 9],
        [undefined, undefined],
      ],
    );
    const gated = await fieldOf(`gate = mean(image -> conv(3), axes: [2, 3], keep: true) -> conv(3, kernel: 1)
  y = image * sigmoid(gate)`);
    assert.equal(
      [gated.size, gated.whole],
      [
        [64, 64],
        ["y.mul", "y.mul"],
      ],
    );
  });

  test("windows may reach beyond the picture, also behind a gate that sees all of it", async () => {
    const field = await fieldOf(`x = image -> conv(3, kernel: 41, stride: 2)
  y = x * mean(x, axes: [2, 3], keep: true) -> conv(3, kernel: 21)`);
    assert.equal(field.size, [81, 81]);
  });

  test("a split of channels onto an axis of their own keeps the map", async () => {
    // As split attention does it (Zhang et al. 2020): 3x3, then 5x5 behind the branches, is 7x7.
    const split = await fieldOf(`parts = reshape(image -> conv(8), shape: [N, 2, 4, 64, 64])
  turned = transpose(parts, permutation: [0, 2, 1, 3, 4])
  y = sum(turned * 0.5, axes: [2]) -> conv(4, kernel: 5)`);
    assert.equal(split.size, [7, 7]);
  });

  test("a budget of 5 is exceeded by a norm and by a softmax over the map", async () => {
    for (const [middle, seen] of [
      ["layer_norm(axis: 1, through: 3)", 64],
      ["softmax(axis: 2)", 64],
      ["softmax(axis: 1)", undefined],
    ] as const) {
      const { diagnostics } = await compile(`lfer 1

model M {
  input image: float32[N, 3, 64, 64]
  y = image -> conv(4) -> ${middle} -> conv(4)
  output y
}
check M { receptive_field <= 5 }
`);
      const said = diagnostics.map(({ code, message }) => `${code}: ${message}`).join();
      if (seen === undefined) assert.is(said, "");
      else assert.match(said, `budget/exceeded: M: receptive_field is ${seen}, the check allows <= 5`);
    }
  });

  for (const [title, statements, size, exact] of networks) {
    test(`${title}: ${size.join("x")}`, async () => {
      const text = `lfer 1

import { SqueezeExcite } from "std/attention"
import { from_windows, pixel_shuffle, pixel_unshuffle, roll, windows } from "std/arrange"

model M {
  input image: float32[N, 2, 16, 12]
  ${statements}
  output y
}
`;
      const [model] = (await compile(text)).models;
      assert.ok(model !== undefined, "the model compiles");
      assert.equal(receptiveField(model.graph).size, size);
      const seen = numericField(model.graph);
      const said = [Math.min(16, size[0]), Math.min(12, size[1])];
      if (exact) assert.equal(seen, said);
      else assert.ok(seen.every((cells, i) => cells <= (said[i] ?? 0)));
    });
  }

  // The reference shows which rows of the picture reach a row of the map: all weights are 1.
  for (const [layers, size] of [
    ["conv(1, kernel: [3, 1]) -> upsample(scale: [2, 1]) -> conv(1, kernel: [3, 1])", 4],
    ["conv(1, kernel: [2, 1], stride: [2, 1], padding: 0) -> upsample(scale: [2, 1]) -> conv(1, kernel: [2, 1])", 4],
    [
      "max_pool([4, 1], padding: 0) -> upsample(scale: [4, 1]) -> conv(1, kernel: [3, 1]) -> conv(1, kernel: [5, 1])",
      12,
    ],
    ['max_pool([4, 1], padding: 0) -> upsample(scale: [4, 1], mode: "bilinear")', 8],
    ["max_pool([4, 1], padding: 0) -> conv_transpose(1, kernel: [2, 1], stride: [2, 1])", 4],
    ["max_pool([4, 1], padding: 0) -> conv_transpose(1, kernel: [4, 1], stride: [2, 1], padding: [1, 0])", 8],
    [
      "conv(1, kernel: [3, 1], stride: [2, 1]) -> conv_transpose(1, kernel: [3, 1], stride: [2, 1]) -> conv(1, kernel: [3, 1])",
      7,
    ],
  ] as const) {
    test(`${layers} sees ${size} rows`, async () => {
      const text = `lfer 1

model M {
  input image: float32[N, 1, 32, 1]
  y = image -> ${layers}
  output y
}
`;
      const [model] = (await compile(text)).models;
      assert.ok(model !== undefined, "the model compiles");
      const { graph } = model;
      const ones = (value: number) => {
        const shape = bindShape(typeOf(graph, value).shape, 1);
        return { shape, data: new Float64Array(elementCount(shape)).fill(1) };
      };
      const slots = Object.fromEntries(graph.slots.map(({ name, value }) => [name, ones(value)]));
      const seenBy = new Map<number, number>();
      for (let row = 0; row < 32; row++) {
        const image = { shape: [1, 1, 32, 1], data: Float64Array.from({ length: 32 }, (_, i) => (i === row ? 1 : 0)) };
        const [y] = Object.values(interpret(graph, { inputs: { image }, slots, batch: 1 }));
        for (const [at, value] of (y?.data ?? []).entries()) {
          if (value !== 0) seenBy.set(at, (seenBy.get(at) ?? 0) + 1);
        }
      }
      assert.is(Math.max(...seenBy.values()), size);
      assert.equal(receptiveField(graph).size[0], size);
    });
  }

  test("flatten and linear see the whole picture: the figure stays that of the last map", async () => {
    const field = await fieldOf("y = image -> conv(2, stride: 2) -> conv(2, stride: 2) -> flatten -> linear(4)");
    assert.equal(field.size, [7, 7]);
  });
});
