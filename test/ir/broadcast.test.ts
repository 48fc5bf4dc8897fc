import * as assert from "uvu/assert";
import { broadcastShapes } from "../../src/ir/broadcast.js";
import { suite } from "../support/suite.js";

const N = { batch: 1 };

suite("ir: broadcasting", (test) => {
  test("aligns at the last axis and repeats ones", () => {
    assert.equal(broadcastShapes([N, 3, 1], [4]), [N, 3, 4]);
    assert.equal(broadcastShapes([], [N]), [N]);
    assert.equal(broadcastShapes([1], [{ batch: 4 }]), [{ batch: 4 }]);
  });

  test("a multiple of the batch fits only itself and 1", () => {
    assert.equal(broadcastShapes([{ batch: 2 }], [N]), { kind: "mismatch", axis: 0, sizes: [{ batch: 2 }, N] });
    assert.equal(broadcastShapes([5, N], [3]), { kind: "mismatch", axis: 1, sizes: [N, 3] });
  });
});
