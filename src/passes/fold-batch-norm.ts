/**
 * Batch norm of a convolution (or of a linear layer) is that layer with other weights. With s = weight / sqrt(var + epsilon)
 * per output channel o, from y = W x + b:
 *
 *   (y - mean) s + bias  =  (s W) x + ((b - mean) s + bias),   so   W'[o] = s[o] W[o],   b'[o] = (b[o] - mean[o]) s[o] + bias[o]
 *
 * Which layer that is says analysis/folded-norm.ts. A batch norm behind anything else stays what it is.
 */
import { foldedNorm } from "../analysis/folded-norm.js";
import type { Node, ValueId } from "../ir/graph.js";
import { indexGraph } from "../ir/graph-index.js";
import { bindShape } from "../ir/shape.js";
import { viewAlong } from "../ops/axes.js";
import { GraphRewriter } from "./graph-rewriter.js";
import { type Pass, valuesLike, type WeightedGraph, type WeightValues } from "./weighted-graph.js";

export const foldBatchNorm: Pass = { name: "fold-batch-norm", run: fold };

function fold<W extends WeightValues>(model: WeightedGraph<W>): WeightedGraph<W> {
  const { graph } = model;
  const rewriter = new GraphRewriter(model);
  const index = indexGraph(graph);
  const folder = new Folder(rewriter);
  const nodes: Node[] = [];
  const placeOf = new Map<Node, number>();
  let changed = false;
  for (const node of graph.nodes) {
    const folded = foldedNorm(graph, node, index);
    const at = folded === undefined ? undefined : placeOf.get(folded.layer);
    if (folded === undefined || at === undefined) {
      placeOf.set(node, nodes.length);
      nodes.push(node);
    } else {
      nodes[at] = folder.fold(nodes[at] as Node, folded.axis, node);
      changed = true;
    }
  }
  return changed ? rewriter.finish(nodes) : model;
}

/** A function of its own: V8 optimizes it after some rows, and a long function only in the middle of its last large layers. */
function scaleRow(from: WeightValues, to: WeightValues, start: number, length: number, factor: number): void {
  for (let i = start; i < start + length; i++) to[i] = (from[i] as number) * factor;
}

/** Folds pairs of layers; layers that share all their weights get one shared set of folded ones. */
class Folder<W extends WeightValues> {
  readonly #rewriter: GraphRewriter<W>;
  readonly #done = new Map<string, readonly [ValueId, ValueId]>();

  constructor(rewriter: GraphRewriter<W>) {
    this.#rewriter = rewriter;
  }

  /** The layer with the batch norm folded into its weights. */
  fold(layer: Node, axis: number, norm: Node): Node {
    const key = JSON.stringify([layer.inputs.slice(1), norm.inputs.slice(1), norm.attributes.epsilon]);
    const weights = this.#done.get(key) ?? this.#foldWeights(layer, axis, norm);
    this.#done.set(key, weights);
    const [input] = layer.inputs as readonly [ValueId];
    return {
      ...layer,
      attributes: { ...layer.attributes, bias: true },
      inputs: [input, ...weights],
      outputs: norm.outputs,
    };
  }

  #foldWeights(layer: Node, axis: number, norm: Node): readonly [ValueId, ValueId] {
    const slots = [...layer.inputs.slice(1), ...norm.inputs.slice(1)].map((value) => this.#rewriter.slot(value));
    const hasBias = layer.inputs.length === 3;
    const known = slots.map((slot) => slot?.values) as W[];
    const [weight, ...rest] = known as [W, ...W[]];
    const bias = hasBias ? rest.shift() : undefined;
    const [scale, shift, mean, variance] = rest as [W, W, W, W];
    const channels = scale.length;
    const weightType = this.#rewriter.typeOf(layer.inputs[1] as ValueId);
    const { inner } = viewAlong(bindShape(weightType.shape, 1), axis);
    const epsilon = norm.attributes.epsilon as number;
    const foldedWeight = valuesLike(weight, weight.length);
    const foldedBias = valuesLike(weight, channels);
    const factor = (o: number): number => (scale[o] as number) / Math.sqrt((variance[o] as number) + epsilon);
    const factors = Array.from({ length: channels }, (_, o) => factor(o));
    for (let row = 0; row * inner < weight.length; row++) {
      scaleRow(weight, foldedWeight, row * inner, inner, factors[row % channels] as number);
    }
    for (const [o, s] of factors.entries()) {
      foldedBias[o] = ((bias?.[o] ?? 0) - (mean[o] as number)) * s + (shift[o] as number);
    }
    const weightName = slots[0]?.name ?? `${layer.path}.weight`;
    const biasName = weightName.endsWith("weight") ? weightName.replace(/weight$/, "bias") : `${layer.path}.bias`;
    const { span } = layer;
    const common = { role: "parameter", span } as const;
    return [
      this.#rewriter.addSlot({
        ...common,
        name: weightName,
        otherwise: `${layer.path}.weight`,
        type: weightType,
        values: foldedWeight,
      }),
      this.#rewriter.addSlot({
        ...common,
        name: biasName,
        otherwise: `${layer.path}.bias`,
        type: { dtype: weightType.dtype, shape: [channels] },
        values: foldedBias,
      }),
    ];
  }
}
