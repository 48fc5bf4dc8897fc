import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { formatShape } from "../../src/ir/shape.js";
import { retypeGraph } from "../../src/ops/retype.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { suite } from "../support/suite.js";
import { N, Network } from "./network.js";

function plainNetwork(size: number, channels = 3) {
  const net = new Network("Plain");
  const image = net.input("image", [N, channels, size, size]);
  const map = net.layer("conv", [image], { channels: 4, stride: [2, 2] }, "conv");
  return net.finish({ logits: net.layer("flatten", [net.layer("global_avg_pool", [map], {}, "pool")], {}, "flatten") });
}

function slicingNetwork(size: number) {
  const net = new Network("Slicing");
  const image = net.input("image", [N, 3, size, size]);
  return net.finish({ half: net.layer("slice", [image], { axis: 2, to: size / 2 }, "half") });
}

suite("ops: another input size", (test) => {
  test("gives the graph that would have been built for it", () => {
    const graph = retypeGraph(plainNetwork(32), { image: [N, 3, 20, 20] });
    assert.ok(!isProblem(graph));
    if (isProblem(graph)) return;
    assert.equal(graph, plainNetwork(20));
    assertSound(graph);
  });

  test("an input that is not named keeps its shape", () => {
    assert.equal(retypeGraph(plainNetwork(32), { mask: [N] }), plainNetwork(32));
  });

  test("other channels do not fit the weights", () => {
    const found = retypeGraph(plainNetwork(32), { image: [N, 1, 32, 32] });
    assert.is(isProblem(found) && found.diagnose({}).code, "graph/wrong-slot");
  });

  test("a slice beyond the edge is a problem", () => {
    const found = retypeGraph(slicingNetwork(32), { image: [N, 3, 8, 8] });
    assert.is(isProblem(found) && found.diagnose({}).code, "shape/slice-out-of-range");
    const larger = retypeGraph(slicingNetwork(32), { image: [N, 3, 64, 64] });
    assert.is(isProblem(larger) ? "" : formatShape(larger.types.at(-1)?.shape ?? []), "[N, 3, 16, 64]");
  });
});
