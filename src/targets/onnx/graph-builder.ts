import { invariant } from "../../diagnostics/invariant.js";
import type { Dim, TensorType } from "../../ir/shape.js";
import type { OnnxAttribute, OnnxBuilder } from "../../ops/contracts.js";
import { elementTypes, inferEdgeTypes } from "./edge-types.js";
import type { onnx } from "./generated/onnx.js";
import { constantName, NameScope, opTypeName } from "./names.js";

type NodeProto = onnx.NodeProto.$Properties;
type AttributeProto = onnx.AttributeProto.$Properties;
type ValueInfoProto = onnx.ValueInfoProto.$Properties;
type TensorProto = onnx.TensorProto.$Properties;

/** AttributeProto.AttributeType. */
const attributeTypes = { float: 1, int: 2, string: 3, floats: 6, ints: 7 } as const;

const utf8 = new TextEncoder();

/** An attribute in the file: an integer is an int unless it is given as `{ float }`. */
export function attributeProto(name: string, value: OnnxAttribute): AttributeProto {
  if (typeof value === "number") {
    return Number.isInteger(value)
      ? { name, i: value, type: attributeTypes.int }
      : { name, f: value, type: attributeTypes.float };
  }
  if (typeof value === "string") return { name, s: utf8.encode(value), type: attributeTypes.string };
  if ("float" in value) return { name, f: value.float, type: attributeTypes.float };
  if ("floats" in value) return { name, floats: [...value.floats], type: attributeTypes.floats };
  return { name, ints: [...value], type: attributeTypes.ints };
}

/** `N` is the batch; `4N` four times the batch. */
function dimensionProto(dim: Dim): onnx.TensorShapeProto.Dimension.$Properties {
  if (typeof dim === "number") return { dim_value: dim };
  return { dim_param: dim.batch === 1 ? "N" : `${dim.batch}N` };
}

export function valueInfo(name: string, { dtype, shape }: TensorType, docString?: string): ValueInfoProto {
  const info = {
    name,
    type: { tensor_type: { elem_type: elementTypes[dtype], shape: { dim: shape.map(dimensionProto) } } },
  };
  return docString === undefined ? info : { ...info, doc_string: docString };
}

/** The bytes of numbers in memory: a view, not a copy (all supported machines are little-endian). */
export const rawBytes = (values: ArrayBufferView): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** The node whose lowering is in progress. */
export interface LoweringPlace {
  /** The path of the node being lowered. */
  readonly path: string;
  readonly docString: string | undefined;
  /** Names that the lowering itself defines: the ONNX node that produces one of them is named after the path. */
  readonly outputs: readonly string[];
}

/** Collects the nodes, constants and edge types of an ONNX graph while ops are lowered. */
export class OnnxGraphBuilder implements OnnxBuilder {
  readonly opset: number;
  readonly nodes: NodeProto[] = [];
  readonly constants: TensorProto[] = [];
  readonly valueInfos: ValueInfoProto[] = [];
  readonly #values: NameScope;
  readonly #nodeNames = new NameScope();
  readonly #types = new Map<string, TensorType>();
  readonly #constantNames = new Map<string, string>();
  readonly #constantValues = new Map<string, readonly number[]>();
  #place: LoweringPlace = { path: "", docString: undefined, outputs: [] };

  /** `values` has the names of inputs, outputs and weights, which are reserved. */
  constructor(opset: number, values: NameScope) {
    this.opset = opset;
    this.#values = values;
  }

  /** Sets the node to which the next ONNX nodes belong. */
  enter(place: LoweringPlace): void {
    this.#place = place;
  }

  /** Sets the type of a value of the graph. */
  declare(name: string, type: TensorType): void {
    this.#types.set(name, type);
  }

  node(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    outputs: readonly string[] | number = 1,
  ): readonly string[] {
    const names = typeof outputs === "number" ? this.#freshOutputs(opType, inputs, attributes, outputs) : outputs;
    const makesResult = this.#place.outputs.some((output) => names.includes(output));
    const name = this.#nodeNames.take(makesResult ? this.#place.path : (names[0] ?? this.#place.path));
    const { docString } = this.#place;
    this.nodes.push({
      op_type: opType,
      name,
      input: [...inputs],
      output: [...names],
      // ONNX does not order attributes; alphabetical order does not depend on the op file.
      attribute: Object.keys(attributes)
        .sort()
        .map((key) => attributeProto(key, attributes[key] as OnnxAttribute)),
      ...(docString === undefined ? {} : { doc_string: docString }),
    });
    return names;
  }

  #freshOutputs(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    resultCount: number,
  ): string[] {
    const types = inferEdgeTypes({
      opType,
      inputs: inputs.map((name) => this.#types.get(name)),
      constants: inputs.map((name) => this.#constantValues.get(name)),
      attributes,
      resultCount,
    });
    const base = `${this.#place.path}.${opTypeName(opType)}`;
    return Array.from({ length: resultCount }, (_, i) => {
      const type = types[i];
      invariant(type !== undefined, `${opType} gives ${types.length} results, not ${resultCount}`);
      const name = this.#values.take(resultCount === 1 ? base : `${base}.${i}`);
      this.declare(name, type);
      this.valueInfos.push(valueInfo(name, type));
      return name;
    });
  }

  int64s(values: readonly number[] | number): string {
    const list = typeof values === "number" ? [values] : values;
    return this.#constant("int64", values, rawBytes(BigInt64Array.from(list, BigInt)));
  }

  floats(values: readonly number[] | number): string {
    const list = typeof values === "number" ? [values] : values;
    return this.#constant("float32", values, rawBytes(Float32Array.from(list)));
  }

  /** The name of a constant of this shape, which is no weight. */
  tensor(
    dtype: "int64" | "int32" | "float32",
    dims: readonly number[],
    values: BigInt64Array | Int32Array | Float32Array,
  ): string {
    const kind = { int64: "int64s", int32: "int32s", float32: "floats" }[dtype];
    const name = this.#values.take(`${kind}_of_${values.length}`);
    this.constants.push({ name, data_type: elementTypes[dtype], dims: [...dims], raw_data: rawBytes(values) });
    this.declare(name, { dtype, shape: dims });
    return name;
  }

  #constant(dtype: "int64" | "float32", values: readonly number[] | number, raw: Uint8Array): string {
    const isScalar = typeof values === "number";
    const kind = dtype === "int64" ? "int64" : "float";
    const list = isScalar ? [values] : values;
    const key = `${dtype}${isScalar ? "" : "[]"}:${list.map((value) => (Object.is(value, -0) ? "-0" : value)).join(",")}`;
    const known = this.#constantNames.get(key);
    if (known !== undefined) return known;
    const name = this.#values.take(constantName(isScalar ? kind : `${kind}s`, values));
    const dims = isScalar ? [] : [list.length];
    this.constants.push({ name, data_type: elementTypes[dtype], dims, raw_data: raw });
    this.#constantNames.set(key, name);
    this.#constantValues.set(name, list);
    this.declare(name, { dtype, shape: dims });
    return name;
  }
}
