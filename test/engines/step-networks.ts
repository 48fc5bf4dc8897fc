import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { Values } from "../../src/engines/engine.js";
import type { Graph } from "../../src/ir/graph.js";
import { probeInputs, probeWeights } from "../../src/reference/probe-weights.js";
import { adam } from "../../src/step/adam.js";
import { drawMasks } from "../../src/step/masks.js";
import type { OptimizerRule } from "../../src/step/optimizer.js";
import { sgd } from "../../src/step/sgd.js";
import { learningRateInput } from "../../src/step/step-state.js";
import { trainingStep } from "../../src/step/training-step.js";
import { compileText } from "../../src/testing/compile-text.js";
import { stdNetworks } from "./std-networks.js";

/** Small networks that together use every lowering of the blocked layout, by what they test. */
export const stepNetworks: Readonly<Record<string, string>> = {
  "1x1 convolutions, one of stride 2, with and without bias":
    "image -> conv(6, kernel: 1, bias: true) -> relu -> conv(5, kernel: 1, stride: 2) -> batch_norm -> relu",
  "1x1 convolutions of stride 2 on even and odd maps":
    "image -> conv(6, kernel: 1, stride: 2) -> batch_norm -> relu -> conv(8, kernel: 1, stride: 2) -> batch_norm",
  "depthwise of stride 1 and 2 on even and odd maps":
    "image -> depthwise -> batch_norm -> depthwise(stride: 2) -> relu -> depthwise(stride: 2) -> batch_norm -> depthwise(kernel: 5)",
  "depthwise with two filters a channel, and dilated":
    "image -> depthwise(6, stride: 2) -> batch_norm -> relu6 -> depthwise(dilation: 2, bias: true) -> mish",
  "depthwise 5x5 of stride 2":
    "image -> depthwise(kernel: 5, stride: 2) -> batch_norm -> relu6 -> depthwise(stride: 2)",
  "dense 3x3, dilated": "image -> conv(6, dilation: 2) -> batch_norm -> relu -> conv(4, stride: 2, dilation: 2)",
  "dense 3x3, of stride 2, and 5x5":
    "image -> conv(6) -> batch_norm -> relu -> conv(7, stride: 2) -> relu -> conv(4, kernel: 5, stride: 2) -> batch_norm",
  "dense 3x3 with many channels: whole tiles, cut ones, no padding":
    "image -> conv(16, kernel: 1) -> conv(20, bias: true) -> batch_norm -> relu -> conv(17) -> relu -> conv(16, padding: 0) -> batch_norm -> relu -> conv(18) -> max_pool(3, stride: 2) -> conv(16, padding: 2)",
  "dense 3x3 with many channels on two cells by two":
    "image -> conv(16, kernel: 1) -> batch_norm -> avg_pool(7) -> conv(16) -> batch_norm -> conv(17)",
  "dense with strides: uneven ones, dilated, without padding, larger than the kernel":
    "image -> conv(6, kernel: 4, stride: 3, padding: 1) -> batch_norm -> relu -> conv(5, stride: 2, dilation: 2, padding: 2) -> relu -> conv(6, kernel: 2, stride: 2, padding: 0) -> conv(4, kernel: 1, stride: 2)",
  "grouped convolution, which has no blocked form":
    "image -> conv(8, kernel: 1) -> batch_norm -> relu -> conv(12, groups: 4) -> batch_norm -> relu -> channel_shuffle(4)",
  "layer norm of one channel, whose scale is one number of three axes":
    "image -> conv(1, kernel: 1) -> layer_norm(axis: 1, through: 1)",
  "max and average pools": "image -> conv(6, kernel: 1) -> batch_norm -> max_pool(3, stride: 2) -> avg_pool(2)",
  "max pool whose last windows hang over the edge":
    "image -> conv(6) -> relu -> max_pool(3, stride: 2, padding: 1, ceil_mode: true) -> conv(4)",
  "max pool whose windows do not fit": "image -> conv(6, kernel: 3, padding: 0) -> relu -> max_pool(3, stride: 2)",
  stem: "image -> conv(12, stride: 2) -> batch_norm -> relu -> max_pool(3, stride: 2) -> conv(8, kernel: 1) -> batch_norm -> relu -> max_pool(3, stride: 2)",
  "shuffle units":
    "image -> conv(8, kernel: 1) -> batch_norm -> relu -> DownUnit(12) -> Unit(12) -> Unit(12) -> Unit(12) -> conv(9, kernel: 1) -> batch_norm -> relu",
  quadrants: "image -> conv(4, kernel: 1) -> batch_norm -> relu -> grid(2, 2, Quadrant(8)) -> conv(5, kernel: 1)",
  "dropout of elements and of samples":
    "image -> conv(6) -> batch_norm -> relu -> dropout(0.2) -> residual(conv(6) -> batch_norm -> drop_path(0.3)) -> relu",
  "many filters on a map of one channel":
    "image -> conv(1, kernel: 1) -> conv(6, stride: 2, bias: true) -> batch_norm -> relu -> conv(4)",
  "comparisons, made as the graph has them and in blocks": "image -> conv(6) -> batch_norm -> Compared -> conv(4)",
  "two batch norms of one map": "image -> parallel([batch_norm(eps: 0.1), batch_norm -> relu]) -> sub -> conv(6)",
  "gates per channel and per cell": "image -> conv(6) -> batch_norm -> relu -> Gated",
};

const stdImports = `import { pixel_shuffle, pixel_unshuffle, roll, windows, from_windows } from "std/arrange"
import {
  SqueezeExcite, EffectiveSqueezeExcite, ChannelNeighbours, ChannelAttention, SpatialAttention, Cbam,
  with_token, to_tokens, to_map, SelfAttention, TransformerUnit
} from "std/attention"
import { BasicUnit, BottleneckUnit } from "std/resnet"
import { Separable, ConvNorm } from "std/separable"`;

const source = (body: string, size: number): string => `lfer 1
import { Unit, DownUnit } from "std/shufflenet"
import { cross_entropy } from "std/losses"
${stdImports}
block Begun on tokens {
  weight token: float32[1, 1, dim(tokens, 2)] = normal(0.02)
  return with_token(tokens, token)
}
block Quadrant(channels: int) = depthwise(channels, stride: 2) -> batch_norm -> relu6
block Gated on x {
  gate = x -> global_avg_pool -> conv(6, kernel: 1, bias: true) -> sigmoid
  cells = x -> conv(1, kernel: 1) -> sigmoid
  return x * gate * cells + 2 * x
}
block Compared on x {
  above = greater(x, vector([for i in [1..width(x)] do 0.05 * i]))
  below = less_equal(x, 0.5 * x - 0.1)
  return where(above, x, 0.25 * x) + where(below, x, 0.1)
}
block Shared on x {
  map = x -> batch_norm
  return (map -> conv(8, kernel: 1) -> batch_norm) + (map -> conv(8))
}
block Leak on x {
  map = x -> batch_norm -> conv(8, kernel: 1)
  return (map -> batch_norm) + map
}
block Twice on x {
  map = x -> conv(12, stride: 2) -> batch_norm -> relu
  return (map -> max_pool(3, stride: 2) -> conv(6, kernel: 1)) + (map -> conv(6, kernel: 1, stride: 2))
}
model Small(size: int = ${size}) {
  input image: float32[N, 3, size, size] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  features = ${body}
  logits = features -> global_avg_pool -> conv(5, kernel: 1, bias: true) -> flatten
  output logits: labels(["a", "b", "c", "d", "e"])
}
${recipe("Small")}`;

const recipe = (model: string): string => `recipe Plain {
  student   = ${model}
  data      = folder()
  loss      = cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: 0.1, momentum: 0.9)
  train     = run(batch: 16, epochs: 1, seed: 0)
}
`;

const momentum = (weightDecay: number): OptimizerRule => sgd({ momentum: 0.9, weightDecay, nesterov: false });

/** The step of the recipe in these files; with momentum and usually no decay, so that the first velocity is the gradient. */
export async function compileStep(
  texts: Readonly<Record<string, string>>,
  batch: number,
  optimizer: OptimizerRule = momentum(0),
): Promise<Graph> {
  const { diagnostics, recipes } = await compileText(texts);
  const [found] = recipes;
  const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
  if (found === undefined || isProblem(found)) throw new Error(errors.join("\n"));
  return trainingStep({ network: found.student.graph, loss: found.loss, batch, optimizer });
}

/** The step of a network between picture and head, in the language. */
export const networkStep = (body: string, batch: number, size: number, weightDecay = 0): Promise<Graph> =>
  compileStep({ "main.lfer": source(body, size) }, batch, momentum(weightDecay));

/** The same with Adam: a first moment is a tenth of the gradient. */
export const adamStep = (body: string, batch: number, size: number): Promise<Graph> =>
  compileStep({ "main.lfer": source(body, size) }, batch, adam({ betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 }));

export const smallStep = (name: string, batch = 16, size = 14): Promise<Graph> =>
  networkStep(stepNetworks[name] ?? stdNetworks[name] ?? "", batch, size);

/** The step of a network of models/, at a given size. */
export function modelStep(
  models: Readonly<Record<string, string>>,
  file: string,
  model: string,
  size: number,
  batch: number,
): Promise<Graph> {
  const main = `lfer 1
import { ${model} } from "./${file}"
import { cross_entropy } from "std/losses"
${recipe(`${model}(size: ${size})`)}`;
  return compileStep({ "main.lfer": main, ...models }, batch);
}

/** A batch and a state that make errors visible: probe weights, zero velocities, one class per sample. */
export interface StepFeed {
  readonly batch: ReadonlyMap<string, Values>;
  readonly state: ReadonlyMap<string, Values>;
}

export function stepFeed(step: Graph, seed: number): StepFeed {
  const weights = probeWeights({ ...step, nodes: forwardOf(step) }, seed);
  const state = step.slots.map(({ name, role }): [string, Values] => {
    const { data } = weights[name] as { readonly data: Float64Array };
    return [name, role === "optimizer" ? new Float32Array(data.length) : Float32Array.from(data)];
  });
  const numbers = probeInputs(step, 1, seed);
  const data = step.inputs.filter(({ mask }) => mask === undefined);
  const batch = data.map(({ name }): [string, Values] => {
    const { shape, data } = numbers[name] as { readonly shape: readonly number[]; readonly data: Float64Array };
    if (name === learningRateInput) return [name, Float32Array.of(0.1)];
    if (shape.length === 4) return [name, Float32Array.from(data)];
    const classes = shape[1] as number;
    return [
      name,
      Float32Array.from(data, (_, i) => (i % classes === (Math.floor(i / classes) * 3 + seed) % classes ? 1 : 0)),
    ];
  });
  const masks = drawMasks(step, { seed, epoch: 0, step: 0 });
  return { batch: new Map([...batch, ...masks]), state: new Map(state) };
}

/** Weights are fitted in the forward pass; evaluating the rest would be wasted. */
export const forwardOf = (step: Graph): Graph["nodes"] =>
  step.nodes.filter(({ path }) => !path.startsWith("gradient") && !path.startsWith("next."));
