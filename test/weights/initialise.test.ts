import * as assert from "uvu/assert";
import { GraphBuilder } from "../../src/ir/builder.js";
import type { Initializer } from "../../src/ir/graph.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
import { suite } from "../support/suite.js";

const graphOf = (slots: Readonly<Record<string, Initializer>>) => {
  const builder = new GraphBuilder("M");
  for (const [name, initializer] of Object.entries(slots)) {
    builder.slot({ name, role: "parameter", initializer }, { dtype: "float32", shape: [64, 50] });
  }
  return builder.finish();
};

const uniform = { kind: "uniform", low: -0.5, high: 0.25 } as const;
const normal = { kind: "normal", mean: 2, std: 0.1 } as const;

suite("initialising weights", (test) => {
  test("draws each slot from its own distribution", () => {
    const weights = initialiseWeights(graphOf({ u: uniform, n: normal, one: { kind: "constant", value: 1 } }), 0);
    const mean = (name: string) => [...(weights.get(name) ?? [])].reduce((sum, value) => sum + value, 0) / 3200;
    assert.ok(Math.abs(mean("u") + 0.125) < 5 * 0.75 * Math.sqrt(1 / 12 / 3200));
    assert.ok(Math.abs(mean("n") - 2) < 5 * 0.1 * Math.sqrt(1 / 3200));
    assert.ok(weights.get("u")?.every((value) => value >= -0.5 && value <= 0.25));
    assert.ok(weights.get("one")?.every((value) => value === 1));
    assert.is(weights.get("one")?.length, 3200);
  });

  test("a new layer does not move the others, another seed moves all", () => {
    const before = initialiseWeights(graphOf({ a: uniform, b: normal }), 7);
    const after = initialiseWeights(graphOf({ fresh: normal, b: normal, a: uniform }), 7);
    const other = initialiseWeights(graphOf({ a: uniform, b: normal }), 8);
    for (const name of ["a", "b"]) {
      assert.equal(after.get(name), before.get(name));
      assert.not.equal(other.get(name), before.get(name));
    }
  });
});
