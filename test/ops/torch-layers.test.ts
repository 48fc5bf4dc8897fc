import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import type { Attributes } from "../../src/ir/graph.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { findOp } from "../../src/ops/registry.js";
import { suite } from "../support/suite.js";

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Row {
  readonly op: string;
  readonly attributes: Attributes;
  readonly inputs: readonly Numbers[];
  readonly output: Numbers;
}

const { rows } = JSON.parse(readFileSync(new URL("../peers/torch/layers.json", import.meta.url), "utf8")) as {
  readonly rows: readonly Row[];
};

const tensor = ({ shape, data }: Numbers): Tensor => ({ shape, data: Float64Array.from(data) });

suite("ops: what PyTorch's layers answer in double precision", (test) => {
  for (const { op, attributes, inputs, output } of rows) {
    test(`${op} ${JSON.stringify(attributes)}`, () => {
      const [found] = findOp(op)?.evaluate(inputs.map(tensor), attributes) ?? [];
      assert.equal(found?.shape, output.shape);
      // The outputs are stored with 11 decimal digits.
      for (const [i, wanted] of output.data.entries()) {
        assert.ok(Math.abs((found?.data[i] as number) - wanted) < 1e-10, `[${i}]: ${found?.data[i]}, ${wanted}`);
      }
    });
  }
});
