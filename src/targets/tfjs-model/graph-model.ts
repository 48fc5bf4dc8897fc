/** A lowered function in the form that `tf.loadGraphModel` reads: nodes, named inputs and outputs, and constants. */

import { invariant } from "../../diagnostics/invariant.js";
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

interface SignatureEntry {
  readonly name: string;
  readonly dtype: "DT_FLOAT" | "DT_BOOL";
  readonly tensorShape: { readonly dim: readonly { readonly size: string }[] };
}

/** A constant of the graph. */
export interface HeldNumbers {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
  /** Whether it is a weight of the network, not a constant of a lowering. */
  readonly isWeight: boolean;
}

export interface GraphModel {
  readonly topology: { readonly node: readonly TopologyNode[]; readonly versions: Readonly<Record<never, never>> };
  readonly signature: {
    readonly inputs: Readonly<Record<string, SignatureEntry>>;
    readonly outputs: Readonly<Record<string, SignatureEntry>>;
  };
  readonly held: readonly HeldNumbers[];
}

type Values = Float32Array | Int32Array;

/** Constants in the order of their first use. Equal small ones share a node. */
class Constants implements GraphConstants {
  readonly held: HeldNumbers[] = [];
  readonly #scope: NameScope;
  readonly #small = new Map<string, string>();

  constructor(scope: NameScope) {
    this.#scope = scope;
  }

  add(values: Values, shape: readonly number[], wanted?: string): string {
    const name = this.#scope.take(wanted ?? "numbers");
    this.held.push({ name, shape, values, isWeight: wanted !== undefined });
    return name;
  }

  #once(values: Values, shape: readonly number[]): string {
    const key = `${values instanceof Int32Array ? "int32" : "float32"} ${shape.join()}: ${values.join()}`;
    const name = this.#small.get(key) ?? this.add(values, shape);
    this.#small.set(key, name);
    return name;
  }

  readonly int = (value: number): string => this.#once(Int32Array.of(value), []);
  readonly ints = (values: readonly number[]): string => this.#once(Int32Array.from(values), [values.length]);
  readonly float = (value: number): string => this.#once(Float32Array.of(value), []);
  readonly table = (rows: readonly (readonly number[])[]): string =>
    this.#once(Int32Array.from(rows.flat()), [rows.length, rows[0]?.length ?? 0]);
}

const dimensions = (shape: readonly number[]) => ({ dim: shape.map((size) => ({ size: String(size) })) });
const dtypeOf = ({ isBool }: TfjsPort) => (isBool ? "DT_BOOL" : "DT_FLOAT");

const constantNode = ({ name, values }: HeldNumbers): TopologyNode => ({
  name,
  op: "Const",
  input: [],
  attr: { dtype: { type: values instanceof Int32Array ? "DT_INT32" : "DT_FLOAT" } },
});

const entry = (port: TfjsPort, node: string): SignatureEntry => ({
  name: `${node}:0`,
  dtype: dtypeOf(port),
  tensorShape: dimensions(port.shape),
});

/** A valid node name: a number after a colon would mean one of several results. */
const nodeName = (text: string): string => text.replaceAll(":", "_");

/**
 * A node's name is the source path of the node that first needed it, and its op: `stage2.unit_1.depthwise/Conv2D`. Outputs are nodes
 * of their own, so that an output that is also an input, or that occurs twice, has its own name.
 */
export function graphModel({ calls, constants, inputs, outputs }: LoweredFunction): GraphModel | Unwritable {
  const scope = new NameScope();
  const names = new Map<Register, string>();
  const placeholders = inputs.map((port): TopologyNode => {
    const name = scope.take(nodeName(port.name));
    names.set(port.register, name);
    const attr = { dtype: { type: dtypeOf(port) }, shape: { shape: dimensions(port.shape) } } as const;
    return { name, op: "Placeholder", input: [], attr };
  });
  const resultNames = outputs.map(({ name }) => scope.take(nodeName(`output/${name}`)));
  const written = new Constants(scope);
  const nameOf = (register: Register): string => {
    const name = names.get(register);
    invariant(name !== undefined, `register ${register} is read before it is made`);
    return name;
  };
  for (const { register, values, shape, name } of constants) {
    names.set(register, written.add(values, shape, name === undefined ? undefined : nodeName(name)));
  }
  const unwritable: string[] = [];
  const nodes: TopologyNode[] = [];
  for (const call of calls) {
    if (call.kind !== "kernel") {
      unwritable.push(nativeRefusal(call.name));
      continue;
    }
    const { node } = formOf(call.name);
    if (typeof node !== "function") {
      unwritable.push(`${call.name}: ${node.noGraphNode}`);
      continue;
    }
    const known = unwritable.length === 0 ? nameOf : (register: Register) => names.get(register) ?? "";
    const { op, inputs: read, attributes } = node(namedInputs(call, known), call.attributes, written);
    const name = scope.take(nodeName(`${call.path ?? "output"}/${op}`));
    for (const [i, register] of call.outputs.entries()) names.set(register, i === 0 ? name : `${name}:${i}`);
    nodes.push({ name, op, input: read, attr: attributes });
  }
  if (unwritable.length > 0) return { unwritable: [...new Set(unwritable)] };
  const results = outputs.map(
    (port, i): TopologyNode => ({
      name: resultNames[i] as string,
      op: "Identity",
      input: [nameOf(port.register)],
      attr: {},
    }),
  );
  const entries = (ports: readonly TfjsPort[], own: readonly TopologyNode[]) =>
    Object.fromEntries(ports.map((port, i) => [port.name, entry(port, own[i]?.name ?? "")]));
  return {
    topology: { node: [...written.held.map(constantNode), ...placeholders, ...nodes, ...results], versions: {} },
    signature: { inputs: entries(inputs, placeholders), outputs: entries(outputs, results) },
    held: written.held,
  };
}
