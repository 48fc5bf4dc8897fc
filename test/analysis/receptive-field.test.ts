import * as assert from "uvu/assert";
import { receptiveField } from "../../src/analysis/receptive-field.js";
import { typeOf } from "../../src/ir/graph.js";
import { bindShape, elementCount } from "../../src/ir/shape.js";
import { interpret } from "../../src/reference/interpret.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";

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

  test("a maximum over channels keeps the map, one over the map ends the path", async () => {
    const field = await fieldOf(`gate = max(image -> conv(4), axes: [1], keep: true) -> conv(1, kernel: 7)
  y = image * sigmoid(gate)`);
    assert.equal(field.size, [9, 9]);
    const ended = await fieldOf(`gate = mean(image -> conv(3), axes: [2, 3], keep: true) -> conv(3, kernel: 1)
  y = image * sigmoid(gate)`);
    assert.equal(ended.size, [3, 3]);
  });

  test("a split of channels onto an axis of their own keeps the map, one of rows ends the path", async () => {
    // As split attention does it (Zhang et al. 2020): 3x3, then 5x5 behind the branches, is 7x7.
    const split = await fieldOf(`parts = reshape(image -> conv(8), shape: [N, 2, 4, 64, 64])
  turned = transpose(parts, permutation: [0, 2, 1, 3, 4])
  y = sum(turned * 0.5, axes: [2]) -> conv(4, kernel: 5)`);
    assert.equal(split.size, [7, 7]);
    for (const anew of [
      "reshape(image -> conv(3), shape: [N, 3, 32, 128])",
      "transpose(image -> conv(3), permutation: [0, 1, 3, 2])",
      "sum(reshape(image -> conv(4), shape: [N, 2, 2, 64, 64]), axes: [3], keep: true) -> reshape(shape: [N, 4, 1, 64])",
    ]) {
      assert.equal((await fieldOf(`y = ${anew} -> conv(1, kernel: 9)`)).size, [3, 3], anew);
    }
  });

  // Which rows of the picture reach a row of the map is asked of the reference: all weights are 1.
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
