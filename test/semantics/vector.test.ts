import * as assert from "uvu/assert";
import { interpret } from "../../src/reference/interpret.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";
import { codesOf } from "./one-model.js";

const model = (expression: string): string => `lfer 1

fn scaled(by: [float]) on x = x * vector(by)

model M(weights: [float] = [1, 2.5, -3]) {
  input x: float32[N, 3]
  y = ${expression}
  output y
}
`;

suite("semantics: vector", (test) => {
  test("a list of numbers as a tensor, by itself and within a function", async () => {
    for (const expression of ["x * vector(weights)", "x * vector(values: [1, 2.5, -3])", "x -> scaled(weights)"]) {
      const { models, diagnostics } = await compile(model(expression));
      const errors = diagnostics.filter(({ severity }) => severity === "error");
      assert.equal(errors, [], expression);
      const graph = models[0]?.graph;
      assert.ok(graph);
      const x = { shape: [2, 3], data: Float64Array.from([1, 1, 1, 2, 4, 6]) };
      const found = interpret(graph, { inputs: { x }, slots: {}, batch: 2 });
      assert.equal(Array.from(found.y?.data ?? []), [1, 2.5, -3, 2, 10, -18]);
    }
  });

  test("mistakes", async () => {
    assert.equal(await codesOf(model("x * vector([])")), ["type/wrong-argument"]);
    assert.equal(await codesOf(model("x * vector(3)")), ["type/wrong-argument"]);
    assert.equal(await codesOf(model(`x * vector(["a"])`)), ["type/wrong-argument"]);
    assert.equal(await codesOf(model("x * vector()")), ["type/missing-argument"]);
    assert.equal(await codesOf(model("x * vector([1, 2])")), ["shape/broadcast-mismatch"]);
    assert.equal(await codesOf(model("x -> vector([1])")), ["type/not-a-layer"]);
  });
});
