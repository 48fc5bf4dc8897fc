import { invariant } from "../../diagnostics/invariant.js";
import type { DType } from "../../ir/shape.js";
import type { OnnxAttribute, OnnxBuilder } from "../../ops/contracts.js";
import { elementTypes } from "../../targets/onnx/edge-types.js";
import { onnx } from "../../targets/onnx/generated/onnx.js";
import { attributeProto, rawBytes, valueInfo } from "../../targets/onnx/graph-builder.js";
import { irVersions } from "../../targets/onnx/opsets.js";

/** ONNX Runtime's own domains: kernels in the blocked layout, and fused ones. */
export const nchwcDomain = "com.microsoft.nchwc";
export const microsoftDomain = "com.microsoft";

/**
 * Writes an ONNX model for one session: short names, no types of inner edges, and ops of ONNX Runtime's own domains, written
 * `domain:Op`. Identical nodes are written once.
 */
export class ModelWriter implements OnnxBuilder {
  readonly opset: number;
  readonly #nodes: onnx.NodeProto.$Properties[] = [];
  readonly #constants: onnx.TensorProto.$Properties[] = [];
  readonly #inputs: onnx.ValueInfoProto.$Properties[] = [];
  readonly #outputs: onnx.ValueInfoProto.$Properties[] = [];
  readonly #tables = new Map<string, () => Int32Array | Float32Array>();
  readonly #known = new Map<string, readonly string[]>();
  readonly #made = new Set<string>();
  readonly #reshaped = new Map<string, { readonly source: string; readonly shape: readonly number[] }>();
  readonly #shapes = new Map<string, readonly number[]>();
  readonly #renamed = new Map<string, string>();
  /** The source of the next nodes, for profiles. */
  #place = "";
  #fresh = 0;

  constructor(opset: number) {
    this.opset = opset;
  }

  /** Sets the source of the next nodes: their names begin with it. */
  enter(place: string): void {
    this.#place = place;
  }

  input(name: string, shape: readonly number[], dtype: DType = "float32"): string {
    this.#inputs.push(valueInfo(name, { dtype, shape }));
    return name;
  }

  /** Makes a value an output with this name; the node that computes it takes the name if it can. */
  output(name: string, value: string, shape: readonly number[], dtype: DType = "float32"): void {
    if (this.#made.has(value) && !this.#renamed.has(value)) this.#renamed.set(value, name);
    else this.#add("Identity", [value], {}, [name]);
    this.#outputs.push(valueInfo(name, { dtype, shape }));
  }

  node(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    outputs: readonly string[] | number = 1,
  ): readonly string[] {
    if (typeof outputs !== "number") return this.#add(opType, inputs, attributes, outputs);
    const key = `${opType} ${outputs} ${inputs.join(" ")} ${JSON.stringify(attributes)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const names = Array.from({ length: outputs }, () => `v${this.#fresh++}`);
    this.#known.set(key, names);
    return this.#add(opType, inputs, attributes, names);
  }

  /** The value in another shape; of several reshapes in a row, only the last one is a node. */
  reshape(value: string, sizes: readonly number[]): string {
    const { source, shape } = this.#reshaped.get(value) ?? { source: value, shape: undefined };
    const known = shape ?? this.#shapes.get(source);
    if (known !== undefined && known.join() === sizes.join()) return value;
    const own = this.#shapes.get(source);
    if (own !== undefined && own.join() === sizes.join()) return source;
    const name = this.one("Reshape", [source, this.int64s(sizes)]);
    this.#reshaped.set(name, { source, shape: sizes });
    return name;
  }

  /** Records the shape of a value, so that a reshape to the same shape needs no node. */
  hasShape(value: string, shape: readonly number[]): string {
    this.#shapes.set(value, shape);
    return value;
  }

  /** The first result of a node. */
  one(opType: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    return this.node(opType, inputs, attributes)[0] ?? "";
  }

  #add(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    outputs: readonly string[],
  ): readonly string[] {
    const colon = opType.indexOf(":");
    for (const name of outputs) this.#made.add(name);
    this.#nodes.push({
      op_type: opType.slice(colon + 1),
      name: `${this.#nodes.length} ${this.#place}`,
      input: [...inputs],
      output: [...outputs],
      attribute: Object.keys(attributes).map((key) => attributeProto(key, attributes[key] as OnnxAttribute)),
      ...(colon < 0 ? {} : { domain: opType.slice(0, colon) }),
    });
    return outputs;
  }

  int64s(values: readonly number[] | number): string {
    const list = typeof values === "number" ? [values] : values;
    return this.#constant("int64", values, rawBytes(BigInt64Array.from(list, BigInt)));
  }

  floats(values: readonly number[] | number, shape?: readonly number[]): string {
    const list = typeof values === "number" ? [values] : values;
    return this.#constant("float32", values, rawBytes(Float32Array.from(list)), shape);
  }

  /** A long one-axis list of numbers, computed only when the model is made, with a key that determines its contents. */
  table(key: string, make: () => Int32Array | Float32Array): string {
    const [known] = this.#known.get(`table ${key}`) ?? [];
    if (known !== undefined) return known;
    const name = `t${this.#tables.size}`;
    this.#tables.set(name, make);
    this.#known.set(`table ${key}`, [name]);
    return name;
  }

  #constant(
    dtype: "int64" | "float32",
    values: readonly number[] | number,
    raw: Uint8Array,
    shape: readonly number[] = typeof values === "number" ? [] : [values.length],
  ): string {
    const list = typeof values === "number" ? [values] : values;
    const key = `${dtype}[${shape.join(",")}]:${list.map((value) => (Object.is(value, -0) ? "-0" : value)).join(",")}`;
    const [known] = this.#known.get(key) ?? [];
    if (known !== undefined) return known;
    const name = `c${this.#constants.length}`;
    this.#constants.push({ name, data_type: elementTypes[dtype], dims: [...shape], raw_data: raw });
    this.#known.set(key, [name]);
    return name;
  }

  get nodeCount(): number {
    return this.#nodes.length;
  }

  finish(name: string): Uint8Array {
    const irVersion = irVersions[this.opset];
    invariant(irVersion !== undefined, `opset ${this.opset} is not one that lferc writes`);
    const renamed = (value: string): string => this.#renamed.get(value) ?? value;
    const live = this.#liveNodes();
    const nodes = live.map((node) => ({
      ...node,
      input: (node.input ?? []).map(renamed),
      output: (node.output ?? []).map(renamed),
    }));
    const domains = [nchwcDomain, microsoftDomain].map((domain) => ({ domain, version: 1 }));
    return onnx.ModelProto.encode({
      ir_version: irVersion,
      producer_name: "lferc",
      opset_import: [{ domain: "", version: this.opset }, ...domains],
      graph: {
        name,
        node: nodes,
        initializer: [...this.#constants, ...this.#tablesRead(live)],
        input: this.#inputs,
        output: this.#outputs,
      },
    }).finish();
  }

  #tablesRead(nodes: readonly onnx.NodeProto.$Properties[]): readonly onnx.TensorProto.$Properties[] {
    const read = new Set(nodes.flatMap(({ input }) => input ?? []));
    return [...this.#tables].flatMap(([name, make]) => {
      if (!read.has(name)) return [];
      const list = make();
      const type = list instanceof Int32Array ? "int32" : "float32";
      return [{ name, data_type: elementTypes[type], dims: [list.length], raw_data: rawBytes(list) }];
    });
  }

  /** Removes nodes that nothing reads: views that were requested and then not needed. */
  #liveNodes(): readonly onnx.NodeProto.$Properties[] {
    const read = new Set(this.#outputs.map(({ name }) => name ?? ""));
    for (const value of this.#renamed.keys()) read.add(value);
    const live = this.#nodes.toReversed().filter(({ input, output }) => {
      if (!(output ?? []).some((name) => read.has(name))) return false;
      for (const name of input ?? []) read.add(name);
      return true;
    });
    return live.reverse();
  }
}
