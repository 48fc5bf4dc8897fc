import * as assert from "uvu/assert";
import { receptiveField } from "../../src/analysis/receptive-field.js";
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

  test("flatten and linear see the whole picture: the figure stays that of the last map", async () => {
    const field = await fieldOf("y = image -> conv(2, stride: 2) -> conv(2, stride: 2) -> flatten -> linear(4)");
    assert.equal(field.size, [7, 7]);
  });
});
