/**
 * Graph and weights to the bytes of an ONNX file. Equal input gives equal bytes: no time stamps, machine facts or random
 * numbers.
 */

import { invariant } from "../../diagnostics/invariant.js";
import type { Span } from "../../diagnostics/span.js";
import { type Graph, type Node, typeOf, typesOf, type ValueId } from "../../ir/graph.js";
import { bindShape, elementCount, type TensorType } from "../../ir/shape.js";
import type { AnyOp } from "../../ops/contracts.js";
import { findOp } from "../../ops/registry.js";
import { halfOf } from "../../weights/half.js";
import { elementTypes } from "./edge-types.js";
import { field, type Pieces } from "./framing.js";
import { onnx } from "./generated/onnx.js";
import { OnnxGraphBuilder, rawBytes, valueInfo } from "./graph-builder.js";
import { NameScope } from "./names.js";
import { irVersions } from "./opsets.js";
import { insidePictures, interfaceOf, pictureInterface } from "./pictures/picture-interface.js";
import { pictureNodes, probabilityNodes } from "./pictures/picture-nodes.js";
import type { PictureModel } from "./pictures/preprocessing.js";

export interface OnnxSource {
  readonly graph: Graph;
  /** By slot name, complete. */
  readonly weights: ReadonlyMap<string, Float32Array>;
}

export interface OnnxOptions {
  readonly opset: number;
  readonly producerVersion: string;
  /** `metadata_props` in this order; see metadata.ts. */
  readonly metadata?: ReadonlyMap<string, string>;
  /** `FILE:LINE:COLUMN`, the doc string of nodes; without it they have none. */
  readonly describeSpan?: ((span: Span) => string) | undefined;
  /** The file takes pictures as bytes, and gives probabilities; the graph has one input and one output. */
  readonly pictures?: PictureModel | undefined;
  /** Names of slots that are stored in half precision, with a Cast to float32: their numbers must be halves. */
  readonly halves?: ReadonlySet<string> | undefined;
}

/** Numbers of the fields that are encoded by hand (schema/onnx.proto). */
const graphOfModel = 7;
const initializerOfGraph = 5;
const rawDataOfTensor = 9;

/** The file's bytes as one array; weights are copied once. */
export function emitOnnx(source: OnnxSource, options: OnnxOptions): Uint8Array {
  return Buffer.concat(emitOnnxPieces(source, options));
}

/** A tensor or a node of the file, as protobufjs writes it. */
export type TensorProto = onnx.TensorProto.$Properties;
export type NodeProto = onnx.NodeProto.$Properties;
export type ValueInfoProto = onnx.ValueInfoProto.$Properties;

/** The content of a file's graph before it is encoded. */
export interface OnnxParts {
  readonly name: string;
  readonly nodes: readonly NodeProto[];
  /** Weights and constants, with their numbers in `raw_data`. */
  readonly initializers: readonly TensorProto[];
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
  /** The types of all other values. */
  readonly edges: readonly ValueInfoProto[];
}

/** What a graph becomes, and the names that its values have there. */
export interface EmittedParts extends OnnxParts {
  readonly nameOf: (value: ValueId) => string;
}

/** The file's bytes in pieces to be written one after another; the weights among them are views, not copies. */
export const emitOnnxPieces = (source: OnnxSource, options: OnnxOptions): Pieces =>
  encodeParts(emitParts(source, options), options);

/** The nodes, weights and types of the file. */
export function emitParts(
  { graph: given, weights }: OnnxSource,
  options: Pick<OnnxOptions, "opset" | "describeSpan" | "pictures" | "halves">,
): EmittedParts {
  const { pictures, halves = new Set() } = options;
  const scope = new NameScope();
  for (const name of pictures === undefined ? [] : [pictures.names.input, pictures.names.output]) scope.take(name);
  const graph = pictures === undefined ? given : insidePictures(given, pictures);
  const names = nameValues(graph, scope);
  const builder = new OnnxGraphBuilder(options.opset, scope);
  const nameOf = (value: ValueId): string => names.get(value) ?? "";
  const outer = pictures === undefined ? interfaceOf(graph) : pictureInterface(graph, pictures);
  const tensors = graph.slots.map((slot) => {
    const tensor = slotTensor(graph, slot, nameOf(slot.value), weights);
    return halves.has(slot.name) ? storedAsHalf(builder, scope, tensor, typeOf(graph, slot.value)) : tensor;
  });
  if (pictures !== undefined) {
    for (const { name, type } of [...outer.inputs, ...outer.outputs]) builder.declare(name, type);
    for (const { name, type } of Object.values(interfaceOf(graph)).flat()) {
      builder.declare(name, type);
      builder.valueInfos.push(valueInfo(name, type));
    }
    pictureNodes(builder, pictures.names, pictures);
  }
  const edges = lowerNodes(graph, builder, nameOf, options);
  if (pictures !== undefined) {
    const [, classes] = typeOf(graph, graph.outputs[0]?.value ?? 0).shape;
    probabilityNodes(builder, pictures.names, pictures, Number(classes));
  }
  return {
    name: graph.name,
    nodes: builder.nodes,
    initializers: [...tensors, ...builder.constants],
    inputs: outer.inputs.map(({ name, type }) => valueInfo(name, type)),
    outputs: outer.outputs.map(({ name, type }) => valueInfo(name, type)),
    edges: [...edges, ...builder.valueInfos],
    nameOf,
  };
}

/** The bytes of a file with these parts. */
export function encodeParts(parts: OnnxParts, options: Omit<OnnxOptions, "describeSpan">): Pieces {
  const irVersion = irVersions[options.opset];
  invariant(irVersion !== undefined, `opset ${options.opset} is not one that lferc writes`);
  const { GraphProto, ModelProto, TensorProto } = onnx;
  // Fields are in the order of their numbers, as every encoder writes them.
  const graphPieces = [
    GraphProto.encode({ node: [...parts.nodes], name: parts.name }).finish(),
    ...parts.initializers.flatMap(({ raw_data: raw, ...head }) => {
      const tensor = [TensorProto.encode(head).finish(), ...field(rawDataOfTensor, [raw ?? new Uint8Array()])];
      return field(initializerOfGraph, tensor);
    }),
    GraphProto.encode({
      input: [...parts.inputs],
      output: [...parts.outputs],
      value_info: [...parts.edges],
    }).finish(),
  ];
  return [
    ModelProto.encode({
      ir_version: irVersion,
      producer_name: "lferc",
      producer_version: options.producerVersion,
    }).finish(),
    ...field(graphOfModel, graphPieces),
    ModelProto.encode({
      opset_import: [{ domain: "", version: options.opset }],
      metadata_props: [...(options.metadata ?? [])].map(([key, value]) => ({ key, value })),
    }).finish(),
  ];
}

/** Lowers every node; returns the types of the edges between them. */
function lowerNodes(
  graph: Graph,
  builder: OnnxGraphBuilder,
  nameOf: (value: ValueId) => string,
  options: Pick<OnnxOptions, "describeSpan">,
): readonly ValueInfoProto[] {
  for (const { value } of [...graph.inputs, ...graph.slots]) builder.declare(nameOf(value), typeOf(graph, value));
  const outputNames = new Set(graph.outputs.map(({ name }) => name));
  const held = new Set(graph.slots.map(({ value }) => value));
  const edges: ValueInfoProto[] = [];
  for (const node of graph.nodes) {
    for (const value of node.outputs) {
      const name = nameOf(value);
      builder.declare(name, typeOf(graph, value));
      if (!outputNames.has(name)) edges.push(valueInfo(name, typeOf(graph, value)));
    }
    lower(graph, node, held, builder, nameOf, options);
  }
  nameOutputsThatAreNoOwnValue(graph, builder, nameOf);
  return edges;
}

/** Inputs, outputs and weights keep their names; a node's value has its path, or path and result. */
function nameValues(graph: Graph, scope: NameScope): ReadonlyMap<ValueId, string> {
  const names = new Map<ValueId, string>();
  const claim = (value: ValueId, wanted: string): void => {
    if (!names.has(value)) names.set(value, scope.take(wanted));
  };
  for (const { value, name } of graph.inputs) claim(value, name);
  const given = new Set([...graph.inputs, ...graph.slots].map(({ value }) => value));
  // Outputs before weights: a slot may be renamed, an output's name is what programs use.
  for (const { value, name } of graph.outputs) {
    if (given.has(value) || names.has(value)) scope.take(name);
    else claim(value, name);
  }
  for (const { value, name } of graph.slots) claim(value, name);
  for (const node of graph.nodes) {
    const results = resultNames(node);
    node.outputs.forEach((value, i) => {
      claim(value, results[i] ?? node.path);
    });
  }
  return names;
}

function resultNames(node: Node): readonly string[] {
  if (node.outputs.length === 1) return [node.path];
  const { results } = opOf(node);
  return node.outputs.map((_, i) => `${node.path}.${results === "many" ? i : (results[i] ?? i)}`);
}

function opOf(node: Node): AnyOp {
  const op = findOp(node.op);
  invariant(op !== undefined, `unknown op ${node.op} at ${node.path}`, node.span);
  return op;
}

function lower(
  graph: Graph,
  node: Node,
  held: ReadonlySet<ValueId>,
  builder: OnnxGraphBuilder,
  nameOf: (value: ValueId) => string,
  { describeSpan }: Pick<OnnxOptions, "describeSpan">,
): void {
  const outputs = node.outputs.map(nameOf);
  const docString = node.span === undefined ? undefined : describeSpan?.(node.span);
  builder.enter({ path: node.path, docString, outputs });
  const site = {
    inputs: node.inputs.map(nameOf),
    outputs,
    inputTypes: typesOf(graph, node.inputs),
    outputTypes: node.outputs.map((value) => typeOf(graph, value)),
    isFixed: node.inputs.map((value) => held.has(value)),
  };
  opOf(node).lowerToOnnx(builder, site, node.attributes);
}

/** An output that is also an input, a weight or another output gets an Identity node with its name. */
function nameOutputsThatAreNoOwnValue(
  graph: Graph,
  builder: OnnxGraphBuilder,
  nameOf: (value: ValueId) => string,
): void {
  for (const { name, value } of graph.outputs) {
    if (nameOf(value) === name) continue;
    builder.enter({ path: name, docString: undefined, outputs: [name] });
    builder.node("Identity", [nameOf(value)], {}, [name]);
  }
}

function slotTensor(
  graph: Graph,
  { name: slotName, value }: Graph["slots"][number],
  name: string,
  weights: ReadonlyMap<string, Float32Array>,
): TensorProto {
  const { dtype, shape } = typeOf(graph, value);
  const values = weights.get(slotName);
  invariant(values !== undefined, `no weights for ${slotName}`);
  invariant(dtype === "float32", `${name} is ${dtype}; weights are float32`);
  invariant(values.length === elementCount(shape), `${name} has ${values.length} weights, not ${elementCount(shape)}`);
  return { name, data_type: elementTypes.float32, dims: bindShape(shape, 1), raw_data: rawBytes(values) };
}

/** The tensor in half precision, and a Cast that makes the one that is read; runtimes run it once, when they load the file. */
function storedAsHalf(builder: OnnxGraphBuilder, scope: NameScope, tensor: TensorProto, type: TensorType): TensorProto {
  const [name, raw] = [tensor.name ?? "", tensor.raw_data ?? new Uint8Array()];
  const stored = scope.take(`${name}.float16`);
  builder.enter({ path: name, docString: undefined, outputs: [name] });
  builder.node("Cast", [stored], { to: elementTypes.float32 }, [name]);
  builder.valueInfos.push(valueInfo(name, type));
  const halves = Uint16Array.from(new Float32Array(raw.buffer, raw.byteOffset, raw.byteLength / 4), halfOf);
  return { ...tensor, name: stored, data_type: elementTypes.float16, raw_data: rawBytes(halves) };
}
