/** A lowered function as what `tf.loadGraphModel` reads: nodes, weights in one piece, named inputs and outputs. */
import type { Register } from "../../ops/tfjs/builder.js";
import type { TfjsPort } from "../../ops/tfjs/calls.js";
import { NameScope } from "../onnx/names.js";
import type { GraphAttribute, GraphConstants } from "../tfjs/kernel-forms.js";
import { formOf, type LoweredFunction, namedInputs, nativeRefusal, type Unwritable } from "../tfjs/lowered-function.js";

interface TopologyNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, GraphAttribute>>;
}

interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32";
}

interface SignatureEntry {
  readonly name: string;
  readonly dtype: "DT_FLOAT" | "DT_BOOL";
  readonly tensorShape: { readonly dim: readonly { readonly size: string }[] };
}

export interface GraphModel {
  readonly format: "graph-model";
  readonly modelTopology: { readonly node: readonly TopologyNode[]; readonly versions: Readonly<Record<never, never>> };
  readonly signature: {
    readonly inputs: Readonly<Record<string, SignatureEntry>>;
    readonly outputs: Readonly<Record<string, SignatureEntry>>;
  };
  readonly weightSpecs: readonly WeightSpec[];
  readonly weightData: ArrayBuffer;
}

type Values = Float32Array | Int32Array;

/** Constants and their numbers, in the order in which they are first asked for. Equal small ones are one node. */
class Weights implements GraphConstants {
  readonly nodes: TopologyNode[] = [];
  readonly specs: WeightSpec[] = [];
  readonly #values: Values[] = [];
  readonly #small = new Map<string, string>();

  add(values: Values, shape: readonly number[]): string {
    const dtype = values instanceof Int32Array ? "int32" : "float32";
    const name = `constant/${this.specs.length}`;
    this.nodes.push({
      name,
      op: "Const",
      input: [],
      attr: { dtype: { type: dtype === "int32" ? "DT_INT32" : "DT_FLOAT" } },
    });
    this.specs.push({ name, shape, dtype });
    this.#values.push(values);
    return name;
  }

  #once(values: Values, shape: readonly number[]): string {
    const key = `${values.constructor.name} ${shape.join()}: ${values.join()}`;
    const name = this.#small.get(key) ?? this.add(values, shape);
    this.#small.set(key, name);
    return name;
  }

  readonly int = (value: number): string => this.#once(Int32Array.of(value), []);
  readonly ints = (values: readonly number[]): string => this.#once(Int32Array.from(values), [values.length]);
  readonly float = (value: number): string => this.#once(Float32Array.of(value), []);
  readonly table = (rows: readonly (readonly number[])[]): string =>
    this.#once(Int32Array.from(rows.flat()), [rows.length, rows[0]?.length ?? 0]);

  /** Little-endian, one behind the other. */
  bytes(): ArrayBuffer {
    const bytes = new DataView(new ArrayBuffer(4 * this.#values.reduce((sum, { length }) => sum + length, 0)));
    let at = 0;
    for (const values of this.#values) {
      for (const value of values) {
        if (values instanceof Int32Array) bytes.setInt32(at, value, true);
        else bytes.setFloat32(at, value, true);
        at += 4;
      }
    }
    return bytes.buffer;
  }
}

const dimensions = (shape: readonly number[]) => ({ dim: shape.map((size) => ({ size: String(size) })) });
const dtypeOf = ({ isBool }: TfjsPort) => (isBool ? "DT_BOOL" : "DT_FLOAT");

const entry = (port: TfjsPort, node: string): SignatureEntry => ({
  name: `${node}:0`,
  dtype: dtypeOf(port),
  tensorShape: dimensions(port.shape),
});

/** Outputs are nodes of their own, so that one that is an input, or is given out twice, has a name too. */
const outputNode = ({ name }: TfjsPort): string => `output/${name}`;

export function graphModel({ calls, constants, inputs, outputs }: LoweredFunction): GraphModel | Unwritable {
  const weights = new Weights();
  const names = new Map<Register, string>();
  const nameOf = (register: Register): string => names.get(register) ?? "";
  for (const { register, values, shape } of constants) names.set(register, weights.add(values, shape));
  const placeholders = inputs.map((port): TopologyNode => {
    names.set(port.register, port.name);
    const attr = { dtype: { type: dtypeOf(port) }, shape: { shape: dimensions(port.shape) } } as const;
    return { name: port.name, op: "Placeholder", input: [], attr };
  });
  const unwritable: string[] = [];
  const nodes: TopologyNode[] = [];
  for (const call of calls) {
    if (call.kind === "native") {
      unwritable.push(nativeRefusal(call.name));
      continue;
    }
    const { node } = formOf(call.name);
    if (typeof node !== "function") {
      unwritable.push(`${call.name}: ${node.noGraphNode}`);
      continue;
    }
    const { op, inputs: read, attributes } = node(namedInputs(call, nameOf), call.attributes, weights);
    const name = `${op}/${call.outputs[0]}`;
    for (const [i, register] of call.outputs.entries()) names.set(register, i === 0 ? name : `${name}:${i}`);
    nodes.push({ name, op, input: read, attr: attributes });
  }
  if (unwritable.length > 0) return { unwritable: [...new Set(unwritable)] };
  const results = outputs.map(
    (port): TopologyNode => ({ name: outputNode(port), op: "Identity", input: [nameOf(port.register)], attr: {} }),
  );
  return {
    format: "graph-model",
    modelTopology: { node: [...weights.nodes, ...placeholders, ...nodes, ...results], versions: {} },
    signature: {
      inputs: Object.fromEntries(inputs.map((port) => [port.name, entry(port, port.name)])),
      outputs: Object.fromEntries(outputs.map((port) => [port.name, entry(port, outputNode(port))])),
    },
    weightSpecs: weights.specs,
    weightData: weights.bytes(),
  };
}
