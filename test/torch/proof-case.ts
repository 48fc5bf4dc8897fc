// One network as model.py, with inputs, weights, outputs and gradients by the float64 reference, for check.py.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { trainingForm } from "../../src/autodiff/training-form.js";
import { GraphBuilder } from "../../src/ir/builder.js";
import { copyGraph } from "../../src/ir/copy-graph.js";
import { type Graph, typeOf, type ValueId } from "../../src/ir/graph.js";
import { bindBatch } from "../../src/ops/bind-batch.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { randomStream } from "../../src/random/stream.js";
import { type Feed, interpret } from "../../src/reference/interpret.js";
import { leavesOf, reverseGradients } from "../autodiff/finite-differences.js";

const batch = 2;

/** The graph with a loss: each output times a weight for each element, summed up. The weights are inputs, `upstream 0` and on. */
function withLoss(graph: Graph): { readonly graph: Graph; readonly loss: ValueId } {
  const builder = new GraphBuilder(graph.name);
  const copy = copyGraph(graph, builder);
  copy.inputs();
  copy.slots();
  copy.nodes();
  copy.outputs();
  const scalar = { dtype: "float32", shape: [] } as const;
  const apply = (
    op: string,
    inputs: readonly ValueId[],
    attributes: object,
    type: Graph["types"][number],
    path: string,
  ) => builder.node({ op, attributes: attributes as never, inputs, path }, [type])[0] as ValueId;
  const sums = graph.outputs.map(({ value }, i) => {
    const type = typeOf(graph, value);
    const upstream = builder.input({ name: `upstream ${i}` }, type);
    const product = apply("mul", [copy.at(value), upstream], {}, type, `product_${i}`);
    return apply("reduce_sum", [product], { axes: type.shape.map((_, axis) => axis), keep: false }, scalar, `sum_${i}`);
  });
  const loss = sums.reduce((a, b, i) => apply("add", [a, b], {}, scalar, `total_${i}`));
  return { graph: copy.finish(), loss };
}

/** All tensors of a case, one after the other, as float64. */
class Store {
  readonly #pieces: Float64Array[] = [];
  #length = 0;

  add(name: string, { shape, data }: Tensor) {
    const from = this.#length;
    this.#pieces.push(data);
    this.#length += data.length;
    return { name, shape, from };
  }

  bytes(): Uint8Array {
    const all = new Float64Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return new Uint8Array(all.buffer);
  }
}

/** Outputs, statistics after it, and the gradients of the loss. */
function runOf(store: Store, given: Graph, feed: Feed, hasGradients = true) {
  const outputs = interpret(given, feed);
  const upstream = given.outputs.map(({ name }, i): [string, Tensor] => {
    const { shape, data } = outputs[name] as Tensor;
    const random = randomStream(9, `upstream ${i}`);
    return [`upstream ${i}`, { shape, data: data.map(() => random.normal()) }];
  });
  const isFloat = hasGradients && given.outputs.every(({ value }) => typeOf(given, value).dtype === "float32");
  const next = given.slots.filter((slot) => slot.next !== undefined);
  const after = interpret(
    { ...given, outputs: next.map(({ name, next: value }) => ({ name, value: value as ValueId })) },
    feed,
  );
  const { graph, loss } = withLoss(given);
  const leaves = leavesOf(graph).filter(({ name, from }) => {
    const slot = given.slots.find((each) => from === "slots" && each.name === name);
    return !name.startsWith("upstream ") && (from === "inputs" || slot?.role === "parameter");
  });
  const whole = { ...feed, inputs: { ...feed.inputs, ...Object.fromEntries(upstream) } };
  const { gradients } = isFloat ? reverseGradients(graph, loss, leaves, whole) : { gradients: [] };
  return {
    outputs: given.outputs.map(({ name }) => store.add(name, outputs[name] as Tensor)),
    after: next.map(({ name }) => store.add(name, after[name] as Tensor)),
    upstream: isFloat ? upstream.map(([name, tensor]) => store.add(name, tensor)) : [],
    gradients: gradients.map((gradient, i) => store.add(leaves[i]?.name ?? "", gradient)),
  };
}

export interface ProofCase {
  readonly name: string;
  readonly text: string;
  readonly className: string;
  /** A function that does the same, for graphs without weights. */
  readonly functionText?: string;
  /** Whether it is also compared in training, with the statistics that batch norms leave. */
  readonly inTraining: boolean;
  /** False leaves out gradients. */
  readonly hasGradients?: boolean;
  /** How many of the outputs, the first ones, there are at inference; all by default. */
  readonly deployed?: number;
}

/** Writes a case into its own folder. `feed` belongs to the graph in inference form. */
export function writeCase(folder: string, { name, text, ...about }: ProofCase, graph: Graph, feed: Feed): void {
  const store = new Store();
  const bound = bindBatch(graph, batch);
  const inference = { ...bound, outputs: bound.outputs.slice(0, about.deployed ?? bound.outputs.length) };
  const training = about.inTraining ? trainingForm(bound) : undefined;
  const hasMasks = training?.inputs.some(({ mask }) => mask !== undefined);
  const told = {
    name,
    className: about.className,
    hasFunction: about.functionText !== undefined,
    inputs: graph.inputs.map(({ name: input, value }) => ({
      ...store.add(input, feed.inputs[input] as Tensor),
      dtype: typeOf(graph, value).dtype,
    })),
    slots: graph.slots.map(({ name: slot }) => store.add(slot, feed.slots[slot] as Tensor)),
    initial: graph.slots.map(({ name: slot, initializer }) => ({ name: slot, initializer })),
    inference: runOf(store, inference, feed, about.hasGradients),
    training: training === undefined || hasMasks ? undefined : runOf(store, training, feed, about.hasGradients),
  };
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "model.py"), text);
  if (about.functionText !== undefined) writeFileSync(join(place, "function.py"), about.functionText);
  writeFileSync(join(place, "data.bin"), store.bytes());
  writeFileSync(join(place, "case.json"), JSON.stringify(told));
}
