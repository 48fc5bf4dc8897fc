/** Random networks that mix all that moves channels: splits, slices, joins, shuffles, residuals, gates, multipliers. */
import type { Graph, ValueId } from "../../src/ir/graph.js";
import { batch, Net } from "../targets/onnx/networks.js";

/** Numbers from 0 up to a bound, the same for each seed (mulberry32). */
export function drawsOf(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}

const side = 6;

export function randomChannels(seed: number): Graph {
  const draw = drawsOf(seed);
  const net = new Net(`Random${seed}`);
  let count = 0;
  const path = (op: string): string => `${op}_${count++}`;
  const channelsOf = (value: ValueId): number => net.builder.typeOf(value).shape[1] as number;
  const one = (op: string, inputs: readonly ValueId[], attributes = {}): ValueId =>
    net.one(op, path(op), inputs, attributes);
  const conv = (x: ValueId, channels: number, kernel = 1, more = {}): ValueId =>
    net.conv(path("conv"), x, channels, kernel, { bias: draw(2) === 0, ...more });
  const depthwise = (x: ValueId, times = 1): ValueId => conv(x, channelsOf(x) * times, 3, { groups: channelsOf(x) });
  const maps: ValueId[] = [];
  const any = (): ValueId => maps[Math.max(0, maps.length - 1 - draw(4))]!;
  const ofSize = (channels: number): ValueId =>
    maps.findLast((value) => channelsOf(value) === channels) ?? conv(any(), channels);
  const split = (x: ValueId): readonly ValueId[] => {
    const cut = 1 + draw(channelsOf(x) - 1);
    return net.many("split", path("split"), [x], { axis: 1, sizes: [cut, channelsOf(x) - cut] });
  };
  const shuffled = (x: ValueId): ValueId => {
    const groups = [2, 3, 4].filter((each) => channelsOf(x) % each === 0);
    return groups.length === 0 ? x : one("channel_shuffle", [x], { groups: groups[draw(groups.length)] });
  };
  const steps: readonly ((x: ValueId) => ValueId)[] = [
    (x) => conv(x, 2 + draw(22)),
    (x) => one("relu", [conv(x, 8 * (1 + draw(3)), 3)]),
    (x) => (channelsOf(x) < 2 ? x : shuffled(one("concat", [...split(x)].reverse(), { axis: 1 }))),
    (x) => {
      if (channelsOf(x) < 2) return x;
      const [kept, worked] = split(x) as [ValueId, ValueId];
      return shuffled(one("concat", [kept, one("relu", [conv(depthwise(worked), 2 + draw(12))])], { axis: 1 }));
    },
    (x) => one("add", [x, ofSize(channelsOf(x))]),
    (x) => one("add", [x, shuffled(x)]),
    (x) => one("mul", [x, one("sigmoid", [conv(one("global_avg_pool", [x]), channelsOf(x))])]),
    (x) => one("mul", [x, one("sigmoid", [conv(x, 1)])]),
    (x) => depthwise(x, 1 + draw(3)),
    (x) => net.norm(path("norm"), one("hard_swish", [x])),
    (x) => one("max_pool", [x], { kernel: [3, 3], stride: [1, 1], padding: [1, 1, 1, 1] }),
    (x) => one("concat", [x, any(), x], { axis: 1 }),
    (x) => (channelsOf(x) < 3 ? x : one("slice", [x], { axis: 1, from: 1, to: channelsOf(x) - 1 })),
    (x) => one("concat", net.many("split", path("rows"), [x], { axis: 2, sizes: [2, side - 2] }), { axis: 2 }),
    (x) => one("softmax", [x], { axis: 1 }),
    (x) => one("mul", [x, one("reduce_mean", [x], { axes: [1], keep: true })]),
    (x) => one("div", [x, one("add", [one("square", [x]), one("exp", [x])])]),
    (x) => one("prelu", [x], { per_channel: draw(2) === 0 }),
  ];
  maps.push(conv(net.input("image", [batch, 3, side, side]), 4 + draw(20), 3));
  for (let i = 4 + draw(10); i > 0; i--) {
    const made = (steps[draw(steps.length)] as (x: ValueId) => ValueId)(any());
    maps.push(channelsOf(made) > 60 ? conv(made, 12) : made);
  }
  if (draw(3) === 0) net.output("early", any());
  net.output("late", maps.at(-1)!);
  net.output(
    "scores",
    one("linear", [one("flatten", [one("global_avg_pool", [any()])], { axis: 1 })], { features: 5, bias: true }),
  );
  return net.finish();
}
