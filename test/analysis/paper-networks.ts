import type { Graph, ValueId } from "../../src/ir/graph.js";
import { Network } from "./network.js";

/** ShuffleNetV2, ResNet-50, MobileNetV2 and LFER-LDL by hand, without the language: the exact counts are compared with them. */
export interface ShuffleNetOptions {
  readonly stem: number;
  readonly stages: readonly [number, number, number];
  readonly classes: number;
  readonly pdwres?: boolean;
  readonly head: "linear" | "output module" | "output module without norm";
}

function convNorm(net: Network, x: ValueId, channels: number, kernel: number, stride = 1, groups = 1): ValueId {
  return net.norm(net.conv(x, channels, kernel, { stride, groups }));
}

const relu = (net: Network, x: ValueId): ValueId => net.op("relu", [x]);

function mainBranch(net: Network, x: ValueId, channels: number, stride: number): ValueId {
  const squeezed = relu(net, convNorm(net, x, channels, 1));
  return relu(net, convNorm(net, convNorm(net, squeezed, channels, 3, stride, channels), channels, 1));
}

function shuffle(net: Network, left: ValueId, right: ValueId): ValueId {
  return net.op("channel_shuffle", [net.op("concat", [left, right], { axis: 1 })], { groups: 2 });
}

function downUnit(net: Network, x: ValueId, channels: number): ValueId {
  const width = net.channels(x);
  const half = channels / 2;
  const left = relu(net, convNorm(net, convNorm(net, x, width, 3, 2, width), half, 1));
  return shuffle(net, left, mainBranch(net, x, half, 2));
}

function unit(net: Network, x: ValueId): ValueId {
  const half = net.channels(x) / 2;
  const { outputs } = net.ops("split", [x], { axis: 1, sizes: [half, half] });
  const [left, right] = outputs as [ValueId, ValueId];
  return shuffle(net, left, mainBranch(net, right, half, 1));
}

function stage(net: Network, x: ValueId, channels: number, units: number): ValueId {
  let y = downUnit(net, x, channels);
  for (let i = 1; i < units; i++) y = unit(net, y);
  return y;
}

function quadrant(net: Network, x: ValueId, channels: number): ValueId {
  const first = net.op("relu6", [convNorm(net, x, channels, 3, 2, net.channels(x))]);
  return net.op("relu6", [convNorm(net, first, channels, 3, 1, channels)]);
}

function pdwres(net: Network, x: ValueId, channels: number): ValueId {
  const rows = [0, 28].map((top) => {
    const row = net.op("slice", [x], { axis: 2, from: top, to: top + 28 });
    const cells = [0, 28].map((left) =>
      quadrant(net, net.op("slice", [row], { axis: 3, from: left, to: left + 28 }), channels),
    );
    return net.op("concat", cells, { axis: 3 });
  });
  return net.op("concat", rows, { axis: 2 });
}

export function shuffleNet(name: string, options: ShuffleNetOptions): Graph {
  const net = new Network(name);
  const [s2, s3, s4] = options.stages;
  const conv1 = net.within("conv1", () => {
    const y = relu(net, convNorm(net, net.image([3, 224, 224]), options.stem, 3, 2));
    return net.pool("max_pool", y, 3, 2, 1);
  });
  let y = net.within("stage2", () => stage(net, conv1, s2, 4));
  if (options.pdwres) y = net.op("add", [y, net.within("local", () => pdwres(net, conv1, s2))]);
  y = net.within("stage3", () => stage(net, y, s3, 8));
  y = net.within("stage4", () => stage(net, y, s4, 4));
  y = net.within("conv5", () => relu(net, convNorm(net, y, 1024, 1)));
  net.output(
    net.within("head", () => {
      if (options.head === "linear") {
        return net.linear(net.op("reduce_mean", [y], { axes: [2, 3], keep: false }), options.classes);
      }
      const pooled = net.conv(net.op("global_avg_pool", [y]), 1024, 3, { groups: 1024 });
      const normed = options.head === "output module" ? net.norm(pooled) : pooled;
      return net.op("flatten", [net.conv(net.op("mish", [normed]), options.classes, 1)], { axis: 1 });
    }),
  );
  return net.finish();
}

export function resNet50(name: string, classes: number): Graph {
  const net = new Network(name);
  let y = net.pool("max_pool", relu(net, convNorm(net, net.image([3, 224, 224]), 64, 7, 2)), 3, 2, 1);
  for (const [i, blocks] of [3, 4, 6, 3].entries()) {
    const width = 64 * 2 ** i;
    for (let block = 0; block < blocks; block++) {
      const stride = block === 0 && i > 0 ? 2 : 1;
      const narrow = relu(net, convNorm(net, y, width, 1));
      const wide = convNorm(net, relu(net, convNorm(net, narrow, width, 3, stride)), 4 * width, 1);
      const way = block === 0 ? convNorm(net, y, 4 * width, 1, stride) : y;
      y = relu(net, net.op("add", [wide, way]));
    }
  }
  net.output(net.linear(net.op("flatten", [net.op("global_avg_pool", [y])], { axis: 1 }), classes));
  return net.finish();
}

function mobileNetV2(name: string, classes: number): Graph {
  const net = new Network(name);
  const relu6 = (x: ValueId): ValueId => net.op("relu6", [x]);
  let y = relu6(convNorm(net, net.image([3, 224, 224]), 32, 3, 2));
  for (const [expand, channels, units, first] of [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ] as const) {
    for (let unit = 0; unit < units; unit++) {
      const stride = unit === 0 ? first : 1;
      const width = net.channels(y) * expand;
      const wide = expand === 1 ? y : relu6(convNorm(net, y, width, 1));
      const narrow = convNorm(net, relu6(convNorm(net, wide, width, 3, stride, width)), channels, 1);
      y = stride === 1 && net.channels(y) === channels ? net.op("add", [y, narrow]) : narrow;
    }
  }
  const last = relu6(convNorm(net, y, 1280, 1));
  net.output(net.linear(net.op("flatten", [net.op("global_avg_pool", [last])], { axis: 1 }), classes));
  return net.finish();
}

const x1 = { stages: [116, 232, 464] } as const;

/** The networks of exact-counts.json by name. */
export const paperNetworks: Readonly<Record<string, () => Graph>> = {
  lfer_baseline: () => shuffleNet("lfer_baseline", { ...x1, stem: 29, classes: 7, head: "linear" }),
  lfer_output_module: () => shuffleNet("lfer_output_module", { ...x1, stem: 29, classes: 7, head: "output module" }),
  lfer_ldl: () => shuffleNet("lfer_ldl", { ...x1, stem: 29, classes: 7, head: "output module", pdwres: true }),
  lfer_ldl_8: () => shuffleNet("lfer_ldl_8", { ...x1, stem: 29, classes: 8, head: "output module", pdwres: true }),
  lfer_ldl_no_head_bn: () =>
    shuffleNet("lfer_ldl_no_head_bn", {
      ...x1,
      stem: 29,
      classes: 7,
      head: "output module without norm",
      pdwres: true,
    }),
  lfer_baseline_stem24: () => shuffleNet("lfer_baseline_stem24", { ...x1, stem: 24, classes: 7, head: "linear" }),
  shufflenet_v2_x1_0_nc7: () => shuffleNet("shufflenet_v2_x1_0_nc7", { ...x1, stem: 24, classes: 7, head: "linear" }),
  shufflenet29_nc7: () => shuffleNet("shufflenet29_nc7", { ...x1, stem: 29, classes: 7, head: "linear" }),
  shufflenet_v2_x0_5: () =>
    shuffleNet("shufflenet_v2_x0_5", { stages: [48, 96, 192], stem: 24, classes: 1000, head: "linear" }),
  shufflenet_v2_x1_0: () => shuffleNet("shufflenet_v2_x1_0", { ...x1, stem: 24, classes: 1000, head: "linear" }),
  resnet50_nc7: () => resNet50("resnet50_nc7", 7),
  resnet50: () => resNet50("resnet50", 1000),
  mobilenet_v2: () => mobileNetV2("mobilenet_v2", 1000),
};
