import { invariant } from "../diagnostics/invariant.js";
import { type Attributes, type Graph, type Node, type Slot, typeOf, type ValueId } from "../ir/graph.js";
import { bindShape, elementCount } from "../ir/shape.js";
import { viewAlong } from "../ops/axes.js";
import type { AnyOp, ProbeRule, Tensor } from "../ops/contracts.js";
import { findOp } from "../ops/registry.js";
import { type RandomStream, randomStream } from "../random/stream.js";
import { runNodes, TensorTable, type WatchNode } from "./interpret.js";

/*
 * Default initialisation makes deep outputs collapse to about zero or to one and the same for every sample, and then any
 * broken middle passes a comparison. Probe weights are fitted while a probe batch runs through the network (as in LSUV,
 * Mishkin & Matas 2016): a layer's weights have variance 1 / (fan_in * mean square of its input), biases and batch-norm
 * statistics put each channel near mean 0 and variance 1, but not on it, so that a pass that drops or swaps one is seen.
 * Before an op that wants a wider reach the scale is larger: else nothing ever gets to the 6 of a ReLU6. What an op wants is its `probe`.
 */

/** Samples of the fitting batch: enough for a channel after global pooling to have a variance. */
export const fittingBatch = 3;

/** Probe tensors for every slot by name, the same for the same graph and seed. Costs one run of the interpreter. */
export const probeWeights = (graph: Graph, seed: number, watch?: WatchNode): Record<string, Tensor> =>
  probeRun(graph, seed, fittingBatch, watch).slots;

/** The run in which probe weights are fitted: inputs, weights and outputs. */
export interface ProbeRun {
  readonly inputs: Record<string, Tensor>;
  readonly slots: Record<string, Tensor>;
  readonly outputs: Record<string, Tensor>;
}

export function probeRun(graph: Graph, seed: number, batch: number, watch?: WatchNode): ProbeRun {
  const values = new TensorTable(graph, batch);
  const inputs = probeInputs(graph, batch, seed);
  for (const { name, value } of graph.inputs) values.put(value, inputs[name], `input ${name}`);
  const weights = new Map<ValueId, Tensor>();
  const site: FittingSite = {
    graph,
    seed,
    values,
    weights,
    slots: slotsByValue(graph),
    reach: reachOf(graph),
  };
  runNodes(graph, values, (node) => fitSlots(site, node), watch);
  for (const slot of graph.slots) if (!weights.has(slot.value)) give(site, slot, plainNumbers(site, slot));
  return {
    inputs,
    slots: Object.fromEntries(graph.slots.map(({ name, value }) => [name, weights.get(value) as Tensor])),
    outputs: Object.fromEntries(graph.outputs.map(({ name, value }) => [name, values.take(value)])),
  };
}

/** Standard normal numbers for every input, like a normalised picture. */
export function probeInputs(graph: Graph, batch: number, seed: number): Record<string, Tensor> {
  return Object.fromEntries(
    graph.inputs.map(({ name, value }) => {
      const { dtype, shape: symbolic } = typeOf(graph, value);
      const shape = bindShape(symbolic, batch);
      const random = randomStream(seed, `input ${name}`);
      const draw = dtype === "bool" ? () => (random.uniform() < 0.5 ? 0 : 1) : () => random.normal();
      return [name, { shape, data: drawn(elementCount(shape), draw) }];
    }),
  );
}

/** A plain loop: for millions of weights, `Float64Array.from` takes several times as long. */
function drawn(length: number, draw: () => number): Float64Array {
  const out = new Float64Array(length);
  for (let i = 0; i < length; i++) out[i] = draw();
  return out;
}

interface FittingSite {
  readonly graph: Graph;
  readonly seed: number;
  readonly values: TensorTable;
  readonly weights: Map<ValueId, Tensor>;
  readonly slots: ReadonlyMap<ValueId, Slot>;
  /** How far from 0 a value must extend to exercise its readers completely; 1 if it is not listed. */
  readonly reach: ReadonlyMap<ValueId, number>;
}

const slotsByValue = (graph: Graph): ReadonlyMap<ValueId, Slot> =>
  new Map(graph.slots.map((slot) => [slot.value, slot]));

function reachOf(graph: Graph): ReadonlyMap<ValueId, number> {
  const reach = new Map<ValueId, number>();
  for (const { op, inputs } of graph.nodes) {
    const rule = findOp(op)?.probe;
    if (rule?.kind !== "none" || (rule.reach ?? 1) === 1) continue;
    for (const value of inputs) reach.set(value, Math.max(reach.get(value) ?? 1, rule.reach ?? 1));
  }
  return reach;
}

function give(site: FittingSite, slot: Slot, data: Float64Array): void {
  const tensor = { shape: bindShape(typeOf(site.graph, slot.value).shape, 1), data };
  site.weights.set(slot.value, tensor);
  site.values.put(slot.value, tensor, `slot ${slot.name}`);
}

const sizeOf = (site: FittingSite, slot: Slot): number => elementCount(typeOf(site.graph, slot.value).shape);

const between = (random: RandomStream, low: number, high: number): number => low + (high - low) * random.uniform();

/** For a trained tensor outside of layers. */
function plainNumbers(site: FittingSite, slot: Slot): Float64Array {
  const random = randomStream(site.seed, slot.name);
  return drawn(sizeOf(site, slot), () => random.normal());
}

/**
 * Sets the slots that a node is the first to read; a shared slot keeps the values for its first reader. Returns the node's
 * results if fitting a bias has computed them.
 */
function fitSlots(site: FittingSite, node: Node): readonly Tensor[] | undefined {
  const op = findOp(node.op);
  invariant(op !== undefined, `unknown op ${node.op} at ${node.path}`, node.span);
  const fresh = new Map<string, Slot>();
  for (const [i, value] of node.inputs.entries()) {
    const slot = site.slots.get(value);
    if (slot === undefined || site.weights.has(value)) continue;
    const declared = op.inputs === "many" ? undefined : op.inputs[i];
    if (declared === undefined || declared.role === "tensor") give(site, slot, plainNumbers(site, slot));
    else fresh.set(declared.name, slot);
  }
  if (fresh.size === 0) return undefined;
  const scale = Math.max(...node.outputs.map((value) => site.reach.get(value) ?? 1));
  const rule = op.probe;
  switch (rule.kind) {
    case "none":
      invariant(false, `${node.op} has weights, and no rule for a probe's`, node.span);
      return undefined;
    case "statistics":
      fitBatchNorm(site, node, fresh, scale);
      return undefined;
    case "factors":
      fitFactors(site, rule, fresh, scale);
      return undefined;
    case "layer":
      return fitLayer(site, node, op, rule, fresh, scale);
  }
}

type Rule<K extends ProbeRule<Attributes>["kind"]> = Extract<ProbeRule<Attributes>, { kind: K }>;

function fitFactors(site: FittingSite, rule: Rule<"factors">, fresh: ReadonlyMap<string, Slot>, scale: number): void {
  const wider = rule.scales ? scale : 1;
  const [low, high] = [rule.low * wider, rule.high * wider];
  for (const [name, slot] of fresh) {
    const random = randomStream(site.seed, slot.name);
    const draw = (): number => (name === "bias" ? scale * between(random, -0.5, 0.5) : between(random, low, high));
    give(site, slot, drawn(sizeOf(site, slot), draw));
  }
}

/** Numbers of a channel from which its variance is known well enough. */
const enoughNumbers = 32;

/**
 * Sets running_mean and running_var near the channel's own, with a variance of at least a hundredth of the mean square, so that
 * rounding errors are not amplified. On maps of a few cells a channel has few numbers, which may lie close together by chance; divided
 * by their deviation, numbers of other samples would grow from layer to layer. So the fewer they are, the more the layer's mean
 * variance counts, and it is that of a further number about the mean of n: (n + 1) / (n - 1) of the variance of the n.
 */
function fitBatchNorm(site: FittingSite, node: Node, fresh: ReadonlyMap<string, Slot>, scale: number): void {
  const input = site.values.take(node.inputs[0] as ValueId);
  const channels = channelMoments(input);
  const numbers = input.data.length / channels.length;
  const own = Math.min(1, numbers / enoughNumbers);
  const ofFurther = own === 1 ? 1 : (numbers + 1) / Math.max(1, numbers - 1);
  const ofLayer = channels.reduce((sum, { variance }) => sum + variance, 0) / channels.length;
  const fit = (name: string, draw: (random: RandomStream, channel: ChannelMoments) => number): void => {
    const slot = fresh.get(name);
    if (slot === undefined) return;
    const random = randomStream(site.seed, slot.name);
    give(
      site,
      slot,
      Float64Array.from(channels, (channel) => draw(random, channel)),
    );
  };
  fit("weight", (random) => scale * between(random, 0.7, 1.5));
  fit("bias", (random) => scale * between(random, -0.5, 0.5));
  fit("running_mean", (random, { mean, variance }) => mean + Math.sqrt(variance) * between(random, 0.1, 0.4));
  fit("running_var", (random, { variance, square }) => {
    const known = ofFurther * (own * variance + (1 - own) * ofLayer);
    return Math.max(known, 1e-2 * square, 1e-6) * between(random, 0.6, 1.8);
  });
}

/** Sets a layer's `weight` and optional `bias`: output variance near `scale^2`, each channel's mean near 0 if there is a bias. */
function fitLayer(
  site: FittingSite,
  node: Node,
  op: AnyOp,
  { fanIn, channelAxis }: Rule<"layer">,
  fresh: ReadonlyMap<string, Slot>,
  scale: number,
): readonly Tensor[] | undefined {
  const input = site.values.take(node.inputs[0] as ValueId);
  const [weight, bias] = [fresh.get("weight"), fresh.get("bias")];
  if (weight !== undefined) {
    const { shape } = typeOf(site.graph, weight.value);
    const random = randomStream(site.seed, weight.name);
    const taps = fanIn(bindShape(shape, 1), input.shape, node.attributes);
    const std = scale / Math.sqrt(taps * meanSquare(input.data));
    give(
      site,
      weight,
      drawn(sizeOf(site, weight), () => std * random.normal()),
    );
  }
  if (bias === undefined) return undefined;
  const random = randomStream(site.seed, bias.name);
  give(site, bias, new Float64Array(sizeOf(site, bias)));
  const [output] = op.evaluate(
    node.inputs.map((value) => site.values.take(value)),
    node.attributes,
  ) as readonly [Tensor];
  const axis = channelAxis === 1 ? 1 : output.shape.length - 1;
  const around = channelMoments(output, axis).map(({ mean }) => scale * between(random, 0.1, 0.5) - mean);
  give(site, bias, Float64Array.from(around));
  return [plusChannels(output, axis, around)];
}

function plusChannels({ shape, data }: Tensor, axis: number, numbers: readonly number[]): Tensor {
  const { length, inner } = viewAlong(shape, axis);
  const out = new Float64Array(data.length);
  for (let i = 0; i < out.length; ) {
    const plus = numbers[Math.floor(i / inner) % length] as number;
    for (const end = i + inner; i < end; i++) out[i] = (data[i] as number) + plus;
  }
  return { shape, data: out };
}

/**
 * At least 1e-6, as for batch norm: what an instance norm leaves of a map's mean is rounding errors of some 1e-8 in float32, and weights
 * that bring them to 1 make an output on which no two engines agree.
 */
function meanSquare(data: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += (data[i] as number) ** 2;
  return Math.max(1e-6, sum / data.length);
}

interface ChannelMoments {
  readonly mean: number;
  readonly variance: number;
  readonly square: number;
}

function channelMoments({ shape, data }: Tensor, axis = 1): ChannelMoments[] {
  const { outer, length, inner } = viewAlong(shape, axis);
  return Array.from({ length }, (_, channel) => {
    let [sum, squares] = [0, 0];
    for (let o = 0; o < outer; o++) {
      const base = (o * length + channel) * inner;
      for (let i = base; i < base + inner; i++) {
        const x = data[i] as number;
        sum += x;
        squares += x * x;
      }
    }
    const [mean, square] = [sum / (outer * inner), squares / (outer * inner)];
    return { mean, variance: Math.max(0, square - mean * mean), square };
  });
}
