/** Writes a graph anew with its channels laid out in pieces. */
import { invariant } from "../../diagnostics/invariant.js";
import type { Attributes, Graph, Node, ValueId } from "../../ir/graph.js";
import { bindShape, type TensorType } from "../../ir/shape.js";
import type { GraphRewriter } from "../graph-rewriter.js";
import type { WeightedGraph, WeightValues } from "../weighted-graph.js";
import { isPlain, type Layout, layOut, padding } from "./lay-out-weight.js";
import { padOfOperand } from "./pad-values.js";
import type { BundleSizes } from "./padding.js";
import { type Part, partsOf, type Reading, stretchesOf, summedStrands } from "./reads.js";
import type { Each, Role, Sums } from "./roles.js";
import type { Strand } from "./strands.js";

export class LaidOutGraph<W extends WeightValues> {
  readonly #rewriter: GraphRewriter<W>;
  readonly #reading: Reading;
  readonly #sizes: BundleSizes;
  readonly #graph: Graph;
  readonly #nodes: Node[] = [];
  readonly #paths: Set<string>;
  readonly #ordinals = new Map<string, number>();
  /** The tensors of pieces, by the value that they are of and their number. */
  readonly #pieces = new Map<string, ValueId>();
  /** Tensors put together from pieces, and weights laid out anew, so that two readers share one. */
  readonly #done = new Map<string, ValueId>();

  constructor(rewriter: GraphRewriter<W>, graph: Graph, reading: Reading, sizes: BundleSizes) {
    this.#rewriter = rewriter;
    this.#graph = graph;
    this.#reading = reading;
    this.#sizes = sizes;
    this.#paths = new Set(graph.nodes.map(({ path }) => path));
  }

  write(): WeightedGraph<W> {
    const { roles, parts } = this.#reading.flow;
    for (const [at, node] of this.#graph.nodes.entries()) {
      const role = roles[at] as Role;
      const isFree = parts.isFree(node.outputs[0] as ValueId);
      if (role.kind === "sums") this.#writeSums(at, node, role);
      else if (role.kind === "each" && isFree) this.#writeEach(at, node, role);
      else if (role.kind !== "taken" || !isFree)
        this.#nodes.push({ ...node, inputs: node.inputs.map((value) => this.#natural(value)) });
    }
    const outputs = this.#graph.outputs.map((output) => ({ ...output, value: this.#natural(output.value) }));
    return this.#rewriter.finish(this.#nodes, outputs);
  }

  /** Each piece of the result is a layer with the rows of its channels; its columns are in the order of the channels that it reads. */
  #writeSums(at: number, node: Node, { use }: Sums): void {
    const { flow, plan } = this.#reading;
    const [input, weight, bias] = node.inputs as readonly [ValueId, ValueId, ValueId?];
    const [result] = node.outputs as readonly [ValueId];
    let [columns, from] = [undefined as Layout | undefined, input];
    if (flow.parts.isFree(input)) {
      const strands = summedStrands(this.#reading, flow.tableOf(input));
      columns = this.#layoutOf(strands);
      from = this.#gather(input, strands, node.path);
    }
    const write = (rows: Layout | undefined, outputs: readonly ValueId[], path: string): void => {
      const laid = this.#layWeight(weight, node.path, [
        { axis: use.to, layout: rows },
        { axis: use.from, layout: columns },
      ]);
      const biases = bias === undefined ? [] : [this.#layWeight(bias, node.path, [{ axis: 0, layout: rows }])];
      const attributes = rows === undefined ? node.attributes : use.withChannels(rows.length);
      this.#nodes.push({ ...node, path, attributes, inputs: [from, laid, ...biases], outputs });
    };
    if (!flow.parts.isFree(result)) {
      write(undefined, node.outputs, node.path);
      return;
    }
    const table = flow.tableOf(result);
    const pieces = plan.get(at)?.pieces ?? [];
    for (const [i, { strands }] of pieces.entries()) {
      const rows = this.#layoutOf(strands.map((strand) => table.strands[strand] as Strand));
      const made = this.#newValue(result, rows.length);
      this.#pieces.set(`${result}:${i}`, made);
      write(rows, [made], this.#pathOf(node.path, pieces.length === 1));
    }
  }

  #writeEach(at: number, node: Node, role: Each): void {
    const { flow, plan } = this.#reading;
    const pieces = plan.get(at)?.pieces ?? [];
    for (const [i, piece] of pieces.entries()) {
      const stretches = stretchesOf(flow, node, role, piece);
      const made = stretches.map(({ results, operands }) => {
        const layout = this.#layoutOf(results);
        const inputs = node.inputs.map((value, input) => (role.carried.includes(input) ? value : this.#natural(value)));
        for (const [k, strands] of operands.entries()) {
          const input = role.carried[k] as number;
          inputs[input] = this.#gather(node.inputs[input] as ValueId, strands, node.path);
        }
        const pad = role.use.kind === "own" ? 0 : padOfOperand;
        for (const { input, axis } of role.fixed) {
          inputs[input] = this.#layWeight(node.inputs[input] as ValueId, node.path, [{ axis, layout }], pad);
        }
        const outputs = node.outputs.map((value) => this.#newValue(value, layout.length));
        const attributes: Attributes = role.use.kind === "own" ? role.use.withChannels(layout.length) : node.attributes;
        const path = this.#pathOf(node.path, pieces.length === 1 && stretches.length === 1);
        this.#nodes.push({ ...node, path, attributes, inputs, outputs });
        return outputs;
      });
      for (const [r, value] of node.outputs.entries()) {
        const tensors = made.map((outputs) => outputs[r] as ValueId);
        this.#pieces.set(`${value}:${i}`, this.#concat(value, tensors, node.path));
      }
    }
  }

  /** The tensor in which all channels are in their order. */
  #natural(value: ValueId): ValueId {
    const { flow } = this.#reading;
    if (!flow.parts.isFree(value)) return value;
    const known = this.#done.get(`natural ${value}`);
    if (known !== undefined) return known;
    const { strands, strandAt } = flow.tableOf(value);
    const runs: { tensor: ValueId; from: number; to: number }[] = [];
    for (const [place, at] of strandAt.entries()) {
      const strand = strands[at] as Strand;
      const [part] = partsOf(this.#reading, [strand]) as [Part];
      const tensor = this.#pieces.get(`${part.maker}:${part.piece}`) as ValueId;
      const start = this.#offsetOf(part) + strand.positions.indexOf(place);
      const last = runs.at(-1);
      if (last?.tensor === tensor && last.to === start) last.to++;
      else runs.push({ tensor, from: start, to: start + 1 });
    }
    const path = this.#graph.nodes[this.#reading.nodeOf.get(value) ?? 0]?.path ?? "";
    const cuts = runs.map(({ tensor, from, to }) => this.#slice(value, tensor, [from, to], path));
    const whole = this.#concat(value, cuts, path);
    this.#done.set(`natural ${value}`, whole);
    return whole;
  }

  /** Strands one after the other in one tensor. */
  #gather(value: ValueId, strands: readonly Strand[], path: string): ValueId {
    const tensors = partsOf(this.#reading, strands).map((part) => {
      const tensor = this.#pieces.get(`${part.maker}:${part.piece}`);
      invariant(tensor !== undefined, `a piece of ${path} is read before it is made`);
      if (part.isWhole) return tensor;
      const from = this.#offsetOf(part);
      return this.#slice(value, tensor, [from, from + this.#sizeOf(part.strands)], path);
    });
    return this.#concat(value, tensors, path);
  }

  #concat(value: ValueId, tensors: readonly ValueId[], path: string): ValueId {
    const [first] = tensors;
    if (first !== undefined && tensors.length === 1) return first;
    const key = `concat ${tensors.join()}`;
    const known = this.#done.get(key);
    if (known !== undefined) return known;
    const size = tensors.reduce((sum, tensor) => sum + this.#channelsOf(tensor), 0);
    const made = this.#newValue(value, size);
    this.#nodes.push({
      op: "concat",
      attributes: { axis: 1 },
      inputs: tensors,
      outputs: [made],
      path: this.#fresh(`${path}.joined`),
    });
    this.#done.set(key, made);
    return made;
  }

  #slice(value: ValueId, tensor: ValueId, [from, to]: readonly [number, number], path: string): ValueId {
    if (from === 0 && to === this.#channelsOf(tensor)) return tensor;
    const key = `slice ${tensor} ${from} ${to}`;
    const known = this.#done.get(key);
    if (known !== undefined) return known;
    const made = this.#newValue(value, to - from);
    this.#nodes.push({
      op: "slice",
      attributes: { axis: 1, from, to },
      inputs: [tensor],
      outputs: [made],
      path: this.#fresh(`${path}.cut`),
    });
    this.#done.set(key, made);
    return made;
  }

  /** Where a part begins in the tensor of its piece. */
  #offsetOf({ maker, piece, place }: Part): number {
    const { flow, plan, nodeOf } = this.#reading;
    const table = flow.tableOf(maker);
    const strands = plan.get(nodeOf.get(maker) as number)?.pieces[piece]?.strands.slice(0, place) ?? [];
    return this.#sizeOf(strands.map((strand) => table.strands[strand] as Strand));
  }

  #sizeOf(strands: readonly Strand[]): number {
    return strands.reduce((sum, { bundle }) => sum + (this.#sizes[bundle] as number), 0);
  }

  #layoutOf(strands: readonly Strand[]): Layout {
    const layout = new Int32Array(this.#sizeOf(strands)).fill(padding);
    let at = 0;
    for (const { positions, bundle } of strands) {
      layout.set(positions, at);
      at += this.#sizes[bundle] as number;
    }
    return layout;
  }

  /** A weight with the entries along some axes laid out anew. */
  #layWeight(
    weight: ValueId,
    path: string,
    along: readonly { readonly axis: number; readonly layout: Layout | undefined }[],
    pad = 0,
  ): ValueId {
    const changed = along.filter(
      ({ axis, layout }) => layout !== undefined && !isPlain(layout, this.#sizeAlong(weight, axis)),
    );
    if (changed.length === 0) return weight;
    const key = `weight ${weight} ${pad} ${changed.map(({ axis, layout }) => `${axis}:${layout?.join()}`).join(" ")}`;
    const known = this.#done.get(key);
    if (known !== undefined) return known;
    const slot = this.#rewriter.slot(weight);
    invariant(slot !== undefined, `a weight of ${path} is computed`);
    let { values } = slot;
    let shape = bindShape(this.#rewriter.typeOf(weight).shape, 1);
    for (const { axis, layout } of changed) {
      values = layOut(values, shape, axis, layout as Layout, pad);
      shape = shape.with(axis, (layout as Layout).length);
    }
    const type: TensorType = { dtype: "float32", shape };
    const ending = slot.name.split(".").at(-1) ?? "weight";
    const made = this.#rewriter.addSlot({
      name: slot.name,
      otherwise: `${path}.${ending}`,
      role: "parameter",
      type,
      values,
    });
    this.#done.set(key, made);
    return made;
  }

  #sizeAlong(value: ValueId, axis: number): number {
    return this.#rewriter.typeOf(value).shape[axis] as number;
  }

  #channelsOf(value: ValueId): number {
    return this.#sizeAlong(value, 1);
  }

  /** A new value like another one, with so many channels. */
  #newValue(like: ValueId, channels: number): ValueId {
    const { dtype, shape } = this.#rewriter.typeOf(like);
    return this.#rewriter.addValue({ dtype, shape: shape.with(1, channels) });
  }

  /** The node's own path if it is written once, else one that no other node has. */
  #pathOf(path: string, isOne: boolean): string {
    return isOne ? path : this.#fresh(`${path}.part`);
  }

  #fresh(wanted: string): string {
    let ordinal = this.#ordinals.get(wanted) ?? 0;
    let path: string;
    do path = ordinal++ === 0 ? wanted : `${wanted}_${ordinal}`;
    while (this.#paths.has(path));
    this.#ordinals.set(wanted, ordinal);
    this.#paths.add(path);
    return path;
  }
}
