import type { Graph, ValueId } from "../../src/ir/graph.js";
import type { Shape } from "../../src/ir/shape.js";
import { N, Network } from "./network.js";

/** Convolution, batch norm and an activation. */
function convUnit(net: Network, x: ValueId, path: string, args: Record<string, unknown>, activation = "relu"): ValueId {
  const name = args.depthwise ? "depthwise" : "conv";
  const { depthwise: _, ...rest } = args;
  const conv = net.layer(name, [x], rest, `${path}.conv`);
  const norm = net.layer("batch_norm", [conv], {}, `${path}.batch_norm`);
  return activation === "" ? norm : net.layer(activation, [norm], {}, `${path}.${activation}`);
}

/** ShuffleNetV2's unit: half the channels pass unchanged, half are convolved, then both are interleaved. */
function shuffleUnit(net: Network, x: ValueId, path: string, channels: number): ValueId {
  const [kept = x, worked = x] = net.layers("split", [x], { parts: 2 }, `${path}.split`);
  const pointwise = { channels: channels / 2, kernel: [1, 1] };
  const first = convUnit(net, worked, `${path}.first`, pointwise);
  const middle = convUnit(net, first, `${path}.middle`, { depthwise: true }, "");
  const last = convUnit(net, middle, `${path}.last`, pointwise);
  const joined = net.layer("concat", [kept, last], {}, `${path}.concat`);
  return net.layer("channel_shuffle", [joined], { groups: 2 }, `${path}.shuffle`);
}

/** Each quadrant of the map through its own depthwise convolution: what `grid(2, 2, ...)` becomes. */
function quadrants(net: Network, x: ValueId, path: string): ValueId {
  const rows = net.layers("split", [x], { parts: 2, axis: 2 }, `${path}.rows`);
  const done = rows.map((row, r) => {
    const cells = net.layers("split", [row], { parts: 2, axis: 3 }, `${path}.columns_${r}`);
    const worked = cells.map((cell, c) => convUnit(net, cell, `${path}.cell_${r}_${c}`, { depthwise: true }, "relu6"));
    return net.layer("concat", worked, { axis: 3 }, `${path}.row_${r}`);
  });
  return net.layer("concat", done, { axis: 2 }, path);
}

/** A small LFER-LDL: stem, shuffle units next to quadrants, output module. */
export function smallNetwork(input: Shape = [N, 3, 32, 32], classes = 7): Graph {
  const net = new Network("Small");
  const image = net.input("image", input);
  const stem = net.layer(
    "max_pool",
    [convUnit(net, image, "stem", { channels: 8, stride: [2, 2] })],
    { kernel: [3, 3], stride: [2, 2] },
    "stem.pool",
  );
  const unit = shuffleUnit(net, shuffleUnit(net, stem, "unit_1", 8), "unit_2", 8);
  const fused = net.layer("add", [unit, quadrants(net, stem, "local")], {}, "fused");
  const deep = shuffleUnit(net, convUnit(net, fused, "deep", { channels: 16, stride: [2, 2] }), "unit_3", 16);
  const pooled = net.layer("global_avg_pool", [deep], {}, "head.pool");
  const head = convUnit(net, pooled, "head", { depthwise: true }, "mish");
  const scores = net.layer("conv", [head], { channels: classes, kernel: [1, 1], bias: true }, "head.scores");
  return net.finish({ logits: net.layer("flatten", [scores], {}, "head.flatten") });
}
