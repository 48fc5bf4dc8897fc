/** Stages of pipes: random stages for a tensor of some shape, and the expected shape of the result. */
import { type Draw, divisorsOf } from "./draw.js";

/** Axis 0 is the multiple of the batch: `[2, 3, 8, 8]` is `[2N, 3, 8, 8]`. */
export type Sizes = readonly number[];

/** As written after an arrow, with its result; undefined if the random choice does not fit. */
export type Stage = { readonly text: string; readonly sizes: Sizes } | undefined;

type Maker = (draw: Draw, sizes: Sizes) => Stage;

/** Maximum number of elements per sample of a tensor. */
const largest = 700;

const sizeOf = (sizes: Sizes): number => sizes.slice(1).reduce((a, b) => a * b, 1);

const made = (text: string, sizes: Sizes): Stage =>
  sizes.every((size) => size >= 1) && sizeOf(sizes) <= largest ? { text, sizes } : undefined;

const argumentsOf = (given: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(given)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]))
    .join(", ");

/** `k` or `[k, l]`. */
function pair(
  draw: Draw,
  low: number,
  high: number,
): { readonly text: string; readonly value: readonly [number, number] } {
  const down = draw.int(low, high);
  if (draw.chance(0.6)) return { text: String(down), value: [down, down] };
  const right = draw.int(low, high);
  return { text: `[${down}, ${right}]`, value: [down, right] };
}

type Sides = readonly [number, number, number, number];

/** Padding in each of its forms; an `undefined` text omits it. */
function sides(
  draw: Draw,
  most: readonly [number, number],
  otherwise: Sides,
): { readonly text?: string; readonly value: Sides } {
  const least = Math.min(...most);
  const [one, down, right] = [draw.int(0, least), draw.int(0, most[0]), draw.int(0, most[1])];
  switch (draw.int(0, 3)) {
    case 0:
      return { value: otherwise };
    case 1:
      return { text: String(one), value: [one, one, one, one] };
    case 2:
      return { text: `[${down}, ${right}]`, value: [down, right, down, right] };
    default: {
      const four = [down, right, draw.int(0, most[0]), draw.int(0, most[1])] as const;
      return { text: `[${four.join(", ")}]`, value: four };
    }
  }
}

const keeping = ([kh, kw]: readonly [number, number], [dh, dw]: readonly [number, number] = [1, 1]): Sides => {
  const [h, w] = [kh % 2 === 1 ? (dh * (kh - 1)) / 2 : 0, kw % 2 === 1 ? (dw * (kw - 1)) / 2 : 0];
  return [h, w, h, w];
};

const optional = (draw: Draw, text: string, share = 0.5): string | undefined => (draw.chance(share) ? text : undefined);

function convolved(name: string): Maker {
  return (draw, [n = 1, c = 1, h = 1, w = 1]) => {
    const kernel = pair(draw, 1, draw.chance(0.8) ? 3 : 5);
    const stride = draw.chance(0.6) ? undefined : pair(draw, 1, 3);
    const dilation = draw.chance(0.8) ? undefined : pair(draw, 1, 3);
    const [sh, sw] = stride?.value ?? [1, 1];
    const [dh, dw] = dilation?.value ?? [1, 1];
    const padding = sides(draw, [3, 3], keeping(kernel.value, [dh, dw]));
    const [top, left, bottom, right] = padding.value;
    const depthwise = name === "depthwise";
    const groups = depthwise ? c : draw.chance(0.6) ? 1 : draw.pick(divisorsOf(c));
    const channels = depthwise ? c * draw.pick([1, 1, 2]) : groups * draw.int(1, Math.max(1, Math.floor(12 / groups)));
    const given = {
      ...(depthwise ? {} : groups === 1 ? {} : { groups: String(groups) }),
      ...(depthwise && channels !== c ? { channels: String(channels) } : {}),
      kernel: kernel.text === "3" && draw.chance(0.5) ? undefined : kernel.text,
      stride: stride?.text,
      dilation: dilation?.text,
      padding: padding.text,
      bias: optional(draw, draw.pick(["true", "false"]), 0.4),
    };
    const first = depthwise ? "" : `${channels}`;
    const text = [first, argumentsOf(given)].filter((part) => part !== "").join(", ");
    const height = Math.floor((h + top + bottom - dh * (kernel.value[0] - 1) - 1) / sh) + 1;
    const width = Math.floor((w + left + right - dw * (kernel.value[1] - 1) - 1) / sw) + 1;
    return made(text === "" ? name : `${name}(${text})`, [n, channels, height, width]);
  };
}

const transposed: Maker = (draw, [n = 1, c = 1, h = 1, w = 1]) => {
  const [kernel, stride] = [pair(draw, 1, 4), pair(draw, 1, 3)];
  const dilation = draw.chance(0.85) ? undefined : pair(draw, 1, 2);
  const [dh, dw] = dilation?.value ?? [1, 1];
  const padding = sides(draw, [1, 1], keeping(kernel.value, [dh, dw]));
  const more = draw.chance(0.7) ? undefined : pair(draw, 0, Math.min(...stride.value) - 1);
  const groups = draw.chance(0.6) ? 1 : draw.pick(divisorsOf(c));
  const channels = groups * draw.int(1, Math.max(1, Math.floor(8 / groups)));
  const [top, left, bottom, right] = padding.value;
  const grown = (size: number, step: number, k: number, d: number, pads: number, rest: number): number =>
    (size - 1) * step - pads + d * (k - 1) + 1 + rest;
  const given = {
    kernel: kernel.text,
    stride: stride.text,
    padding: padding.text,
    output_padding: more?.text,
    dilation: dilation?.text,
    groups: groups === 1 ? undefined : String(groups),
    bias: optional(draw, "true"),
  };
  return made(`conv_transpose(${channels}, ${argumentsOf(given)})`, [
    n,
    channels,
    grown(h, stride.value[0], kernel.value[0], dh, top + bottom, more?.value[0] ?? 0),
    grown(w, stride.value[1], kernel.value[1], dw, left + right, more?.value[1] ?? 0),
  ]);
};

/** PyTorch's rule: positions are rounded up, except one that would begin after the map and its padding at the start. */
function pooledSize(size: number, k: number, s: number, before: number, after: number, isCeil: boolean): number {
  const rest = size + before + after - k;
  if (rest < 0) return 0;
  if (!isCeil) return Math.floor(rest / s) + 1;
  const positions = Math.ceil(rest / s) + 1;
  return (positions - 1) * s >= size + before ? positions - 1 : positions;
}

function pooled(name: "max_pool" | "avg_pool"): Maker {
  return (draw, [n = 1, c = 1, h = 1, w = 1]) => {
    const kernel = pair(draw, 1, 4);
    const stride = draw.chance(0.3) ? undefined : pair(draw, 1, 3);
    const most = [kernel.value[0] - 1, kernel.value[1] - 1] as const;
    const padding = sides(draw, most, keeping(kernel.value));
    const isCeil = draw.chance(0.4);
    const [top, left, bottom, right] = padding.value;
    const [sh, sw] = stride?.value ?? kernel.value;
    const given = {
      stride: stride?.text,
      padding: padding.text,
      ceil_mode: isCeil ? "true" : optional(draw, "false", 0.2),
      count_include_pad: name === "avg_pool" ? optional(draw, draw.pick(["true", "false"])) : undefined,
    };
    const rest = argumentsOf(given);
    return made(`${name}(${kernel.text}${rest === "" ? "" : `, ${rest}`})`, [
      n,
      c,
      pooledSize(h, kernel.value[0], sh, top, bottom, isCeil),
      pooledSize(w, kernel.value[1], sw, left, right, isCeil),
    ]);
  };
}

const padded: Maker = (draw, [n = 1, c = 1, h = 1, w = 1]) => {
  const name = draw.pick(["pad", "reflection_pad", "replication_pad"]);
  const most = name === "reflection_pad" ? [Math.min(2, h - 1), Math.min(2, w - 1)] : [2, 2];
  const { text = "1", value } = sides(draw, most as [number, number], [1, 1, 1, 1]);
  if (text === "1" && Math.min(...(most as [number, number])) < 1) return undefined;
  const filled = name === "pad" && draw.chance(0.4) ? `, value: ${draw.pick(["-1", "0.5", "2"])}` : "";
  return made(`${name}(${text}${filled})`, [n, c, h + value[0] + value[2], w + value[1] + value[3]]);
};

const resized: Maker = (draw, [n = 1, c = 1, h = 1, w = 1]) => {
  const mode = draw.pick(["nearest", "bilinear"]);
  const rest = `mode: "${mode}"${mode === "bilinear" && draw.chance(0.5) ? ", align_corners: true" : ""}`;
  if (draw.chance(0.5)) {
    const scale = pair(draw, 1, 3);
    return made(`upsample(scale: ${scale.text}, ${rest})`, [n, c, h * scale.value[0], w * scale.value[1]]);
  }
  const size = pair(draw, 1, 9);
  return made(`resize(${size.text}, ${rest})`, [n, c, ...size.value]);
};

const activations = [
  "relu",
  "relu6",
  "leaky_relu",
  "leaky_relu(0.2)",
  "elu",
  "elu(0.7)",
  "selu",
  "gelu",
  "gelu(approximate: true)",
  "mish",
  "silu",
  "sigmoid",
  "tanh",
  "softplus",
  "hard_sigmoid",
  "hard_swish",
  "erf",
  "abs",
  "neg",
  "square",
  "clip(min: -1, max: 0.8)",
  "clip(max: 0.5)",
  "clip(min: 0.1)",
  "identity",
  "dropout(0.3)",
  "drop_path(0.2)",
  "prelu",
  "prelu(per_channel: true)",
] as const;

const activated: Maker = (draw, sizes) => made(draw.pick(activations), sizes);

const normalised: Maker = (draw, sizes) => {
  const [, c = 1] = sizes;
  const eps = draw.chance(0.3) ? `eps: ${draw.pick(["1e-3", "0.1"])}` : "";
  const last = sizes.length - 1;
  switch (draw.int(0, 3)) {
    case 0:
      return made(eps === "" ? "layer_norm" : `layer_norm(${eps})`, sizes);
    case 1: {
      const axis = draw.int(1, last);
      return made(`layer_norm(axis: ${axis}, through: ${draw.chance(0.5) ? -1 : draw.int(axis, last)})`, sizes);
    }
    case 2:
      return made(`group_norm(${draw.pick(divisorsOf(c))}${eps === "" ? "" : `, ${eps}`})`, sizes);
    default:
      return last > 3 ? undefined : made(eps === "" ? "batch_norm" : `batch_norm(${eps})`, sizes);
  }
};

const shuffled: Maker = (draw, sizes) => made(`channel_shuffle(${draw.pick(divisorsOf(sizes[1] ?? 1))})`, sizes);

const softmaxed: Maker = (draw, sizes) => {
  const axis = draw.int(1, sizes.length - 1);
  const name = draw.pick(["softmax", "log_softmax", "log_not_softmax"]);
  if (name === "log_not_softmax" && (sizes[axis] ?? 1) < 2) return undefined;
  return made(`${name}(axis: ${draw.chance(0.5) ? axis : axis - sizes.length})`, sizes);
};

const reduced: Maker = (draw, sizes) => {
  const axes = sizes.map((_, axis) => axis).filter((axis) => axis > 0 && draw.chance(0.4));
  const keep = draw.chance(0.5);
  if (axes.length === 0 || (!keep && axes.length === sizes.length - 1)) return undefined;
  const written = axes.map((axis) => (draw.chance(0.3) ? axis - sizes.length : axis)).join(", ");
  const left = sizes.flatMap((size, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [size]));
  return made(`${draw.pick(["sum", "mean", "max", "min"])}(axes: [${written}]${keep ? ", keep: true" : ""})`, left);
};

const cut: Maker = (draw, sizes) => {
  const axis = draw.int(1, sizes.length - 1);
  const size = sizes[axis] ?? 1;
  const from = draw.int(0, size - 1);
  const to = draw.int(from + 1, size);
  const text = `axis: ${axis}, from: ${draw.chance(0.3) && from > 0 ? from - size : from}, to: ${to}`;
  return made(`slice(${text})`, sizes.with(axis, to - from));
};

const turned: Maker = (draw, sizes) => {
  const rest = sizes.map((_, axis) => axis).slice(1);
  const order = [
    0,
    ...rest
      .map((axis) => [draw.int(0, 99), axis] as const)
      .sort(([a], [b]) => a - b)
      .map(([, axis]) => axis),
  ];
  return made(
    `transpose(permutation: [${order.join(", ")}])`,
    order.map((axis) => sizes[axis] ?? 1),
  );
};

const batchText = (times: number): string => (times === 1 ? "N" : `${times} * N`);

/** Sizes of a reshape as they are written. */
export const shapeText = ([times = 1, ...rest]: Sizes): string => `[${[batchText(times), ...rest].join(", ")}]`;

/** Some axes are merged or split, and sometimes a factor moves into the batch or back. */
const reshaped: Maker = (draw, sizes) => {
  const [times = 1, ...rest] = sizes;
  let to: number[] = [times, ...rest];
  if (times > 1 && draw.chance(0.6)) to = [1, times * (rest[0] ?? 1), ...rest.slice(1)];
  else if (times === 1 && draw.chance(0.3)) {
    const by = draw.pick(divisorsOf(rest[0] ?? 1).filter((n) => n <= 4));
    to = [by, (rest[0] ?? 1) / by, ...rest.slice(1)];
  } else {
    const axis = draw.int(1, sizes.length - 1);
    if (draw.chance(0.5) && axis + 1 < sizes.length) to.splice(axis, 2, (to[axis] ?? 1) * (to[axis + 1] ?? 1));
    else {
      const by = draw.pick(divisorsOf(to[axis] ?? 1));
      to.splice(axis, 1, by, (to[axis] ?? 1) / by);
    }
  }
  return to.length > 5 ? undefined : made(`reshape(shape: ${shapeText(to)})`, to);
};

const flattened: Maker = (draw, sizes) => {
  const axis = draw.int(1, sizes.length - 1);
  return made(axis === 1 && draw.chance(0.5) ? "flatten" : `flatten(axis: ${axis})`, [
    ...sizes.slice(0, axis),
    sizeOf([1, ...sizes.slice(axis)]),
  ]);
};

const linear: Maker = (draw, sizes) => {
  const features = draw.int(1, 9);
  return made(`linear(${features}${draw.chance(0.3) ? ", bias: false" : ""})`, [...sizes.slice(0, -1), features]);
};

const adaptive: Maker = (draw, [n = 1, c = 1]) => {
  if (draw.chance(0.4)) return made("global_avg_pool", [n, c, 1, 1]);
  const size = pair(draw, 1, 4);
  return made(`${draw.pick(["adaptive_avg_pool", "adaptive_max_pool"])}(${size.text})`, [n, c, ...size.value]);
};

const instance: Maker = (draw, sizes) =>
  made(draw.chance(0.5) ? "instance_norm" : "instance_norm(affine: true)", sizes);

const neighbours: Maker = (draw, sizes) =>
  made(`local_response_norm(${draw.int(1, 5)}${draw.chance(0.5) ? ", alpha: 0.5, k: 2" : ""})`, sizes);

const conv = convolved("conv");

/** By frequency; some are listed twice. */
const onMaps: readonly Maker[] = [
  conv,
  conv,
  conv,
  convolved("depthwise"),
  convolved("depthwise"),
  transposed,
  pooled("max_pool"),
  pooled("avg_pool"),
  padded,
  resized,
  adaptive,
  shuffled,
  neighbours,
  instance,
];

const onAny: readonly Maker[] = [
  activated,
  activated,
  normalised,
  normalised,
  softmaxed,
  reduced,
  cut,
  turned,
  reshaped,
  flattened,
  linear,
];

/** A stage that fits a tensor of these sizes. */
export function drawStage(draw: Draw, sizes: Sizes): Exclude<Stage, undefined> {
  for (let tries = 0; tries < 20; tries++) {
    const makers = sizes.length === 4 && draw.chance(0.6) ? onMaps : onAny;
    const stage = draw.pick(makers)(draw, sizes);
    if (stage !== undefined) return stage;
  }
  return { text: "relu", sizes };
}

/** A stage that keeps the sizes. */
export function drawKeeping(draw: Draw, sizes: Sizes): string {
  for (let tries = 0; tries < 40; tries++) {
    const stage = drawStage(draw, sizes);
    if (stage.sizes.length === sizes.length && stage.sizes.every((size, axis) => size === sizes[axis]))
      return stage.text;
  }
  return draw.pick(activations);
}
