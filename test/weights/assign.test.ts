import * as assert from "uvu/assert";
import type { Graph } from "../../src/ir/graph.js";
import { assignWeights } from "../../src/weights/assign.js";
import { settleNames } from "../../src/weights/names/settle-names.js";
import { readSafetensors, writeSafetensors } from "../../src/weights/safetensors.js";
import type { WeightFile } from "../../src/weights/weight-file.js";
import { suite } from "../support/suite.js";
import { graphOf } from "./slot-graph.js";

const fileOf = (tensors: Readonly<Record<string, readonly number[]>>, fill = 1): WeightFile => {
  const written = new Map(
    Object.entries(tensors).map(([name, shape]) => [
      name,
      { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(fill) },
    ]),
  );
  const result = readSafetensors(new Uint8Array(Buffer.concat(writeSafetensors(written))), "best.safetensors");
  if (result.kind === "refused") throw new Error(result.diagnostics[0]?.message);
  return result.value;
};

const assign = (graph: Graph, file: WeightFile) => assignWeights(graph, settleNames(graph, file, undefined));

suite("assigning weights", (test) => {
  test("matches by name and ignores PyTorch's batch counters", () => {
    const graph = graphOf({ "a.weight": [2, 2], "b.bias": [3] });
    const file = fileOf({ "b.bias": [3], "a.weight": [2, 2], "bn.num_batches_tracked": [1], num_batches_tracked: [1] });
    const { weights, diagnostics } = assign(graph, file);
    assert.equal(diagnostics, []);
    assert.equal(
      [...weights].map(([name, values]) => [name, ...values]),
      [
        ["a.weight", 1, 1, 1, 1],
        ["b.bias", 1, 1, 1],
      ],
    );
  });

  test("reports missing, surplus and mis-shaped tensors at once, with what was probably meant", () => {
    const graph = graphOf({ "stage2.unit_1.weight": [4], "head.weight": [7, 8], "head.bias": [7] });
    const file = fileOf({ "stage2.unit1.weight": [4], "head.weight": [8, 8], "head.bias": [7] });
    const { diagnostics } = assign(graph, file);
    assert.equal(
      diagnostics.map(({ code }) => code),
      ["weights/missing-tensor", "weights/surplus-tensor", "weights/wrong-shape"],
    );
    assert.ok(diagnostics[0]?.help.includes('"stage2.unit1.weight"'));
    assert.ok(diagnostics[1]?.help.includes('Did you mean "stage2.unit_1.weight"?'));
    assert.ok(diagnostics[2]?.message.includes('"head.weight" is [8, 8]; the model needs [7, 8]'));
  });

  test("lists ten of a kind and counts the rest", () => {
    const names = Array.from({ length: 25 }, (_, i) => [`layer_${i}.weight`, [i + 1]] as const);
    const { diagnostics } = assign(graphOf(Object.fromEntries(names)), fileOf({}));
    assert.is(diagnostics.length, 11);
    assert.ok(diagnostics[10]?.message.includes("15 more tensors are missing"));
  });

  test("refuses weights that are not finite", () => {
    const { diagnostics } = assign(graphOf({ w: [3] }), fileOf({ w: [3] }, Number.NaN));
    assert.equal(
      diagnostics.map(({ code }) => code),
      ["weights/not-finite"],
    );
    assert.ok(diagnostics[0]?.message.includes("NaN at element 0 (3 in all"));
  });
});
