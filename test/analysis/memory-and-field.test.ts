import * as assert from "uvu/assert";
import { layersOf } from "../../src/analysis/layers.js";
import { peakMemory } from "../../src/analysis/peak-memory.js";
import { receptiveField } from "../../src/analysis/receptive-field.js";
import type { Graph, ValueId } from "../../src/ir/graph.js";
import type { TensorType } from "../../src/ir/shape.js";
import { suite } from "../support/suite.js";
import { Network } from "./network.js";
import { paperNetworks } from "./paper-networks.js";

const cell = 4;

suite("layers", (test) => {
  test("an op of training is no layer: counting it is an error, not a zero", () => {
    const net = new Network("M");
    const image = net.image([1, 8, 8]);
    const graph = net.finish();
    const inside = { op: "inside", attributes: { low: 0, high: 1, closed: true }, inputs: [image], path: "mask" };
    const types = [...graph.types, graph.types[image] as TensorType];
    const masked: Graph = { ...graph, types, nodes: [{ ...inside, outputs: [graph.types.length] }] };
    assert.throws(() => layersOf(masked), /mask has the op "inside", which nobody counts/);
  });
});

suite("peak activation memory", (test) => {
  test("a chain holds a layer's input and output", () => {
    const net = new Network("M");
    const image = net.image([1, 8, 8]);
    net.output(net.op("relu", [net.conv(net.conv(image, 4, 3), 2, 3)]));
    const graph = net.finish();
    assert.equal(peakMemory(graph, { inPlace: false }), { bytes: (4 + 2) * 64 * cell, at: "conv2d_2" });
    assert.equal(peakMemory(graph, { inPlace: true }), { bytes: (4 + 2) * 64 * cell, at: "conv2d_2" });
  });

  test("in place, an activation needs no second map; a skip connection keeps its start alive", () => {
    const net = new Network("M");
    const first = net.conv(net.image([1, 8, 8]), 4, 3);
    const activated = net.op("relu", [first]);
    const inner = net.op("relu", [net.conv(activated, 4, 1)]);
    net.output(net.op("add", [inner, activated]));
    const graph = net.finish();
    // activated + second conv's output + its relu; in place only while the add makes a third map.
    assert.equal(peakMemory(graph, { inPlace: false }), { bytes: 3 * 4 * 64 * cell, at: "relu_2" });
    assert.equal(peakMemory(graph, { inPlace: true }), { bytes: 3 * 4 * 64 * cell, at: "add" });
  });

  test("nothing is written over the picture, nor over what is read again", () => {
    const net = new Network("M");
    const image = net.image([1, 8, 8]);
    const activated = net.op("relu", [image]);
    net.output(net.op("add", [net.op("sigmoid", [activated]), activated]));
    const graph = net.finish();
    assert.equal(peakMemory(graph, { inPlace: true }), peakMemory(graph, { inPlace: false }));
  });

  test("a value that nobody reads is freed at once, outputs are held to the end", () => {
    const net = new Network("M");
    const image = net.image([1, 8, 8]);
    net.op("relu", [image]);
    const early = net.conv(image, 2, 1);
    net.output(early, "early");
    net.output(net.conv(early, 3, 1), "late");
    assert.equal(peakMemory(net.finish(), { inPlace: false }), { bytes: 5 * 64 * cell, at: "conv2d_2" });
  });

  test("x + x reads x twice and frees it once", () => {
    const net = new Network("M");
    const x = net.conv(net.image([1, 8, 8]), 4, 3);
    net.output(net.conv(net.op("add", [x, x]), 8, 3));
    // The sum's 4 maps and the last layer's 8; if x were freed twice, there would be room for the sum.
    assert.is(peakMemory(net.finish(), { inPlace: false }).bytes, 12 * 64 * cell);
  });

  test("a part's peak counts what is alive around it", () => {
    const graph = (paperNetworks.lfer_ldl as () => Graph)();
    const among = (part: string) => peakMemory(graph, { inPlace: false, among: ({ path }) => path.startsWith(part) });
    assert.is(among("conv1").bytes, peakMemory(graph, { inPlace: false }).bytes);
    assert.ok(among("head").bytes < among("local").bytes);
  });
});

/** VGG-16's windows: thirteen 3x3 convolutions and five pools. */
function vgg16(): Graph {
  const net = new Network("vgg16");
  let x: ValueId = net.image([3, 224, 224]);
  for (const [channels, convolutions] of [
    [8, 2],
    [8, 2],
    [8, 3],
    [8, 3],
    [8, 3],
  ] as const) {
    for (let i = 0; i < convolutions; i++) x = net.conv(x, channels, 3);
    x = net.pool("max_pool", x, 2, 2);
  }
  net.output(x);
  return net.finish();
}

/** MobileNetV1's windows: a 3x3 stem and thirteen depthwise 3x3. */
function mobileNet(): Graph {
  const net = new Network("mobilenet_v1");
  let x = net.conv(net.image([3, 224, 224]), 8, 3, { stride: 2 });
  for (const stride of [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]) {
    x = net.conv(net.conv(x, 8, 3, { stride, groups: 8 }), 8, 1);
  }
  net.output(net.op("global_avg_pool", [x]));
  return net.finish();
}

suite("receptive field", (test) => {
  // Araujo, Norris, Sim: Computing receptive fields of convolutional neural networks, Distill 2019.
  test("VGG-16: 212, every 32", () => {
    const { size, jump } = receptiveField(vgg16());
    assert.equal(size, [212, 212]);
    assert.equal(jump, [32, 32]);
  });

  test("MobileNetV1: 315, every 32; a global pool adds nothing", () => {
    const { size, jump, at } = receptiveField(mobileNet());
    assert.equal(size, [315, 315]);
    assert.equal(jump, [32, 32]);
    assert.is(at, "conv2d_26");
  });

  test("the longest way counts where branches join; height and width apart", () => {
    const net = new Network("M");
    const image = net.image([1, 9, 9]);
    const near = net.conv(image, 2, 3);
    const far = net.conv(net.conv(image, 2, 3, { dilation: 2, padding: 2 }), 2, 5);
    net.output(net.pool("avg_pool", net.op("add", [near, far]), 2, 2));
    assert.equal(receptiveField(net.finish()), {
      size: [10, 10],
      jump: [2, 2],
      at: "avg_pool",
      whole: [undefined, undefined],
    });
  });
});
