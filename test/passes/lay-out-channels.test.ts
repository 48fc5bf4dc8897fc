import * as assert from "uvu/assert";
import type { Graph } from "../../src/ir/graph.js";
import { elementCount } from "../../src/ir/shape.js";
import { type Block, layOutChannels } from "../../src/passes/lay-out-channels.js";
import { optimize } from "../../src/passes/pipeline.js";
import type { WeightedGraph } from "../../src/passes/weighted-graph.js";
import { suite } from "../support/suite.js";
import { batch, Net } from "../targets/onnx/networks.js";
import { assertSameOutputs, opsOf, probed } from "./equal-outputs.js";
import { randomChannels } from "./random-channels.js";

type Model = WeightedGraph<Float64Array>;

const laidOut = (graph: Graph, block: Block = 16): { readonly before: Model; readonly after: Model } => {
  const before = optimize(probed(graph), 1);
  const after = layOutChannels(block).run(before);
  assertSameOutputs(before, after, { mustVary: false });
  return { before, after };
};

const differs = (before: Model, after: Model): boolean => {
  try {
    assertSameOutputs(before, after, { mustVary: false });
    return false;
  } catch {
    return true;
  }
};

const channelsOf = ({ graph }: Model, value: number): number => graph.types[value]!.shape[1] as number;

/** A stage of ShuffleNet units, whose result a 1x1 convolution reads. */
function units(
  count: number,
  { half = 29, side = 28, ...more }: { half?: number; side?: number; shuffled?: boolean } = {},
): Graph {
  const net = new Net("Units");
  const image = net.input("image", [batch, 3, side, side]);
  let x = net.conv("stem", image, 2 * half, 3, { bias: true });
  for (let i = 0; i < count; i++) {
    const [kept, worked] = net.many("split", `split_${i}`, [x], { axis: 1, sizes: [half, half] }) as [number, number];
    const wide = net.one("relu", `relu_${i}_1`, [net.conv(`conv_${i}_1`, worked, half, 1, { bias: true })]);
    const seen = net.conv(`depthwise_${i}`, wide, half, 3, { groups: half });
    const last = net.one("relu", `relu_${i}_2`, [net.conv(`conv_${i}_2`, seen, half, 1, { bias: true })]);
    const joined = net.one("concat", `concat_${i}`, [kept, last], { axis: 1 });
    x = more.shuffled === false ? joined : net.one("channel_shuffle", `shuffle_${i}`, [joined], { groups: 2 });
  }
  net.output("y", net.one("global_avg_pool", "pool", [net.conv("conv_5", x, 7, 1)]));
  return net.finish();
}

suite("laying out channels", (test) => {
  test("of units with shuffles, no shuffle, split or cut of channels remains", () => {
    for (const block of [8, 16] as const) {
      const ops = opsOf(laidOut(units(4), block).after);
      assert.equal(
        ops.filter((op) => ["channel_shuffle", "split", "slice", "transpose", "reshape"].includes(op)),
        [],
      );
    }
  });

  test("what is joined has whole blocks, where padding pays", () => {
    const { after } = laidOut(units(3), 16);
    const joins = after.graph.nodes.filter(({ op }) => op === "concat");
    assert.ok(joins.length > 0);
    for (const { inputs } of joins)
      assert.equal(
        inputs.map((value) => channelsOf(after, value) % 16),
        inputs.map(() => 0),
      );
    const depthwise = after.graph.nodes.filter(({ path }) => path.startsWith("depthwise"));
    assert.equal(
      depthwise.map(({ attributes }) => [attributes.channels, attributes.groups]),
      [
        [32, 32],
        [32, 32],
        [32, 32],
      ],
    );
  });

  test("of few channels of a large map none are padded: that would cost more than it saves", () => {
    const { after } = laidOut(units(1, { half: 2, side: 96 }), 16);
    const most = Math.max(
      ...after.graph.nodes.flatMap(({ outputs }) => outputs.map((value) => channelsOf(after, value))),
    );
    assert.ok(most < 16, `${most} channels`);
  });

  test("channels that nothing reads are not computed", () => {
    const net = new Net("Unread");
    const wide = net.conv("conv_1", net.input("image", [batch, 3, 6, 6]), 20, 3);
    const few = net.one("slice", "slice", [net.one("relu", "relu", [wide])], { axis: 1, from: 4, to: 12 });
    net.output("y", net.one("global_avg_pool", "pool", [net.conv("conv_2", few, 5, 1)]));
    const { after } = laidOut(net.finish(), 8);
    assert.equal(opsOf(after), ["conv2d", "relu", "conv2d", "global_avg_pool"]);
    assert.is(after.weights.get("conv_1.weight")?.length, 8 * 3 * 9);
  });

  test("nothing is padded where zeros would become infinite", () => {
    const net = new Net("Ratio");
    const x = net.one("relu", "relu", [
      net.conv("conv_1", net.input("image", [batch, 3, 28, 28]), 29, 3, { bias: true }),
    ]);
    const y = net.one("add", "add", [x, net.one("exp", "exp", [x])]);
    const safe = net.conv(
      "conv_2",
      net.conv("by_channel", net.one("div", "div", [x, y]), 29, 3, { groups: 29 }),
      32,
      1,
    );
    net.output("y", net.one("global_avg_pool", "pool", [safe]));
    assert.ok(opsOf(laidOut(net.finish()).after).includes("div"), "0 / (0 + 1) is padded");
    const other = new Net("Ratio");
    const z = other.one("square", "square", [other.conv("conv_1", other.input("image", [batch, 3, 28, 28]), 29, 3)]);
    const ratio = other.one("div", "div", [z, z]);
    other.output("y", other.one("global_avg_pool", "pool", [other.conv("by_channel", ratio, 29, 3, { groups: 29 })]));
    const { after } = laidOut(other.finish());
    assert.ok(after.graph.nodes.every(({ outputs }) => outputs.every((value) => channelsOf(after, value) <= 29)));
  });

  test("an op over channels, and an output, get their channels in order", () => {
    const net = new Net("Ends");
    const x = net.conv("conv_1", net.input("image", [batch, 3, 28, 28]), 29, 3, { bias: true });
    const seen = net.conv("by_channel", x, 29, 3, { groups: 29 });
    net.output("soft", net.one("softmax", "softmax", [seen], { axis: 1 }));
    net.output("seen", seen);
    net.output("y", net.conv("conv_2", seen, 32, 1));
    laidOut(net.finish());
  });

  test("layers that share weights share those that are laid out", () => {
    const net = new Net("Shared");
    const image = net.input("image", [batch, 3, 28, 28]);
    const [a, b] = ["a", "b"].map((name) => net.conv(name, image, 29, 3)) as [number, number];
    const [c, d] = [a, b].map((x, i) =>
      net.conv(`c${i}`, net.conv(`d${i}`, x, 29, 3, { groups: 29, weightsOf: "d" }), 32, 1, { weightsOf: "c" }),
    );
    net.output("y", net.one("global_avg_pool", "pool", [net.one("maximum", "max", [c!, d!])]));
    const { before, after } = laidOut(net.finish());
    assert.is(after.graph.slots.length, before.graph.slots.length);
  });

  for (let from = 0; from < 300; from += 50) {
    test(`random networks ${from} to ${from + 49} compute the same`, () => {
      for (let seed = from; seed < from + 50; seed++) {
        try {
          laidOut(randomChannels(seed), seed % 2 === 0 ? 8 : 16);
        } catch (error) {
          throw new Error(`network ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
        }
      }
    });
  }

  test("the comparison finds two rows that changed places, in any weight", () => {
    const { before, after } = laidOut(units(2, { half: 5, side: 6 }));
    for (const { name, value } of after.graph.slots) {
      const { shape } = after.graph.types[value]!;
      const row = elementCount(shape) / (shape[0] as number);
      const swapped = after.weights.get(name)!.slice();
      const [one, other] = [swapped.slice(0, row), swapped.slice(row, 2 * row)];
      swapped.set(other, 0);
      swapped.set(one, row);
      const wrong = { graph: after.graph, weights: new Map([...after.weights, [name, swapped]]) };
      assert.ok(differs(before, wrong), `${name} with two rows swapped computes the same`);
    }
  });
});
