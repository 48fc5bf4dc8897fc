/**
 * Writes a plan into a file's parts: QuantizeLinear and DequantizeLinear around every tensor that is rounded, int8 weights with a scale for
 * each output, int32 biases. A runtime without whole-number kernels computes the same, in float32.
 */
import { invariant } from "../../../diagnostics/invariant.js";
import { elementTypes } from "../edge-types.js";
import type { NodeProto, OnnxParts, TensorProto, ValueInfoProto } from "../emit.js";
import { attributeProto, rawBytes } from "../graph-builder.js";
import { NameScope } from "../names.js";
import { type Affine, affineOf, quantiseBias, quantiseWeight, type Range, type WeightTensor } from "./affine.js";
import { int8FormOf } from "./int8-forms.js";
import { type FileFacts, type FixedWeight, floatsOf, type Int8Layer, type Int8Plan } from "./plan.js";

/** The plan's parts; `ranges` has every tensor whose range the plan uses. */
export function placeQdq(facts: FileFacts, plan: Int8Plan, ranges: ReadonlyMap<string, Range>): OnnxParts {
  return new QdqWriter(facts, plan, ranges).write();
}

/** The scale and zero point of a rounded tensor. */
export function affineIn(plan: Int8Plan, ranges: ReadonlyMap<string, Range>, name: string): Affine {
  const root = plan.rounded.get(name);
  const range = root === undefined ? undefined : ranges.get(root);
  invariant(range !== undefined, `${name} has no range`);
  return affineOf(range);
}

/** The weight as the layer's node sees it. */
export function weightTensorOf({ tensor, turned, axis }: FixedWeight): WeightTensor {
  const shape = (tensor.dims ?? []).map(Number);
  const values = floatsOf(tensor);
  if (!turned) return { values, shape, axis };
  const [rows = 1, columns = 1] = shape;
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = values[row * columns + column] as number;
  return { values: out, shape: [columns, rows], axis };
}

const sameNumbers = (one: Float32Array, other: Float32Array): boolean =>
  one.length === other.length && one.every((value, i) => value === other[i]);

/** Beyond what any rounded tensor holds: a scale is at most a 255th of float32's range. */
const fence = 3e38;

interface StoredWeight {
  readonly scales: Float32Array;
  readonly read: string;
}

class QdqWriter {
  readonly #facts: FileFacts;
  readonly #plan: Int8Plan;
  readonly #ranges: ReadonlyMap<string, Range>;
  readonly #names = new NameScope();
  readonly #layers: ReadonlyMap<NodeProto, Int8Layer>;
  /** The names of the bounds of a Clip that changes nothing. */
  #bounds: readonly [string, string] | undefined;
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #edges: ValueInfoProto[] = [];
  readonly #infos: ReadonlyMap<string, ValueInfoProto>;
  /** The dequantised value of each rounded tensor. */
  readonly #dequantised = new Map<string, string>();
  /** The names of a range's scale and zero point. */
  readonly #affines = new Map<string, readonly [string, string]>();
  /** Weights in whole numbers, by the value that nodes read: layers that share one share it here too, if their scales are equal. */
  readonly #weights = new Map<string, StoredWeight[]>();

  constructor(facts: FileFacts, plan: Int8Plan, ranges: ReadonlyMap<string, Range>) {
    const { parts } = facts;
    this.#facts = facts;
    this.#plan = plan;
    this.#ranges = ranges;
    this.#layers = new Map(plan.layers.map((layer) => [layer.node, layer]));
    const infos = [...parts.inputs, ...parts.outputs, ...parts.edges];
    this.#infos = new Map(infos.map((info) => [info.name ?? "", info]));
    for (const { name } of [...infos, ...parts.initializers]) this.#names.take(name ?? "");
  }

  write(): OnnxParts {
    const { parts } = this.#facts;
    for (const { name } of parts.inputs) this.#round(name ?? "", name ?? "");
    for (const node of parts.nodes) this.#writeNode(node);
    const read = new Set(this.#nodes.flatMap(({ input }) => input ?? []));
    const made = new Set(this.#nodes.flatMap(({ output }) => output ?? []));
    return {
      ...parts,
      nodes: this.#nodes.filter(({ output }) => (output ?? []).some((name) => read.has(name) || this.#isOutput(name))),
      initializers: [...parts.initializers, ...this.#initializers].filter(({ name }) => read.has(name ?? "")),
      edges: [...parts.edges, ...this.#edges].filter(({ name }) => made.has(name ?? "") && read.has(name ?? "")),
    };
  }

  #isOutput(name: string): boolean {
    return this.#facts.outputs.has(name);
  }

  #writeNode(node: NodeProto): void {
    const layer = this.#layers.get(node);
    const inputs = (node.input ?? []).map((name) => this.#dequantised.get(name) ?? name);
    if (layer !== undefined) {
      const { scale } = affineIn(this.#plan, this.#ranges, layer.input);
      const bias = layer.bias === undefined ? undefined : floatsOf(this.#constant(layer.bias));
      const { read, scales } = this.#weight(layer, bias, scale);
      inputs[1] = read;
      if (bias !== undefined) inputs[2] = this.#bias(layer, bias, scale, scales);
    } else if (int8FormOf(node)?.kind === "weighted") inputs[0] = this.#fenced(node, inputs[0] ?? "");
    const outputs = (node.output ?? []).map((name) => {
      if (!this.#plan.rounded.has(name) || !this.#isOutput(name)) return name;
      const own = this.#names.take(`${name}.float`);
      this.#edges.push({ ...this.#infos.get(name), name: own });
      return own;
    });
    this.#nodes.push({ ...node, input: inputs, output: outputs });
    for (const [i, name] of (node.output ?? []).entries()) this.#round(name, outputs[i] ?? name);
  }

  /**
   * ONNX Runtime rounds the weights of a float32 layer between DequantizeLinear and QuantizeLinear itself, with one scale for all
   * (WeightBiasQuantization). A Clip that changes nothing, behind the DequantizeLinear, hides the layer from that.
   */
  #fenced(node: NodeProto, input: string): string {
    const [name = ""] = node.input ?? [];
    if (input === name) return input;
    const fenced = this.#names.take(`${name}.fenced`);
    this.#bounds ??= [
      this.#add("fence.low", "float32", [], Float32Array.of(-fence)),
      this.#add("fence.high", "float32", [], Float32Array.of(fence)),
    ];
    this.#op("Clip", [input, ...this.#bounds], fenced);
    this.#edges.push({ ...this.#infos.get(name), name: fenced });
    return fenced;
  }

  #constant(name: string): TensorProto {
    const tensor = this.#facts.constants.get(name);
    invariant(tensor !== undefined, `${name} is no constant`);
    return tensor;
  }

  #add(name: string, dtype: keyof typeof elementTypes, dims: readonly number[], values: ArrayBufferView): string {
    const own = this.#names.take(name);
    this.#initializers.push({ name: own, data_type: elementTypes[dtype], dims: [...dims], raw_data: rawBytes(values) });
    return own;
  }

  #op(type: string, inputs: readonly string[], output: string, axis?: number): void {
    const attribute = axis === undefined ? [] : [attributeProto("axis", axis)];
    this.#nodes.push({ op_type: type, name: output, input: [...inputs], output: [output], attribute });
  }

  /** Rounds a tensor after it is made; `made` is its name as its node writes it. */
  #round(name: string, made: string): void {
    const root = this.#plan.rounded.get(name);
    if (root === undefined) return;
    const [scale, zeroPoint] = this.#affine(root);
    const whole = this.#names.take(`${name}.quantized`);
    const back = this.#isOutput(name) ? name : this.#names.take(`${name}.dequantized`);
    this.#op("QuantizeLinear", [made, scale, zeroPoint], whole);
    this.#op("DequantizeLinear", [whole, scale, zeroPoint], back);
    const info = this.#infos.get(name);
    const shape = info?.type?.tensor_type?.shape;
    this.#edges.push({ name: whole, type: { tensor_type: { elem_type: elementTypes.uint8, shape: shape ?? null } } });
    if (back !== name) this.#edges.push({ ...info, name: back });
    this.#dequantised.set(name, back);
  }

  #affine(root: string): readonly [string, string] {
    const known = this.#affines.get(root);
    if (known !== undefined) return known;
    const { scale, zeroPoint } = affineIn(this.#plan, this.#ranges, root);
    const names = [
      this.#add(`${root}.scale`, "float32", [], Float32Array.of(scale)),
      this.#add(`${root}.zero_point`, "uint8", [], Uint8Array.of(zeroPoint)),
    ] as const;
    this.#affines.set(root, names);
    return names;
  }

  #weight({ weight }: Int8Layer, bias: Float32Array | undefined, inputScale: number): StoredWeight {
    const tensor = weightTensorOf(weight);
    const { values, scales } = quantiseWeight(tensor, bias, inputScale);
    const known = this.#weights.get(weight.read) ?? [];
    const same = known.find((other) => sameNumbers(other.scales, scales));
    if (same !== undefined) return same;
    const base = weight.name;
    const whole = this.#add(`${base}.int8`, "int8", tensor.shape, values);
    const read = this.#perChannel(base, whole, scales, "int8", tensor);
    const stored = { scales, read };
    this.#weights.set(weight.read, [...known, stored]);
    return stored;
  }

  #bias(layer: Int8Layer, bias: Float32Array, inputScale: number, weightScales: Float32Array): string {
    const { values, scales } = quantiseBias(bias, inputScale, weightScales);
    const base = layer.bias ?? "";
    const whole = this.#add(`${base}.int32`, "int32", [values.length], values);
    return this.#perChannel(base, whole, scales, "int32", { shape: [values.length], axis: 0 });
  }

  /** A DequantizeLinear with a scale for each index of the axis. */
  #perChannel(
    base: string,
    whole: string,
    scales: Float32Array,
    dtype: "int8" | "int32",
    { shape, axis }: Pick<WeightTensor, "shape" | "axis">,
  ): string {
    const zeros = dtype === "int8" ? new Int8Array(scales.length) : new Int32Array(scales.length);
    const scale = this.#add(`${base}.scale`, "float32", [scales.length], scales);
    const zeroPoint = this.#add(`${base}.zero_point`, dtype, [scales.length], zeros);
    const back = this.#names.take(`${base}.dequantized`);
    this.#op("DequantizeLinear", [whole, scale, zeroPoint], back, axis);
    const dim = shape.map((size) => ({ dim_value: size }));
    this.#edges.push({ name: back, type: { tensor_type: { elem_type: elementTypes.float32, shape: { dim } } } });
    return back;
  }
}
