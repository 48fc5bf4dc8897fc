/** An ONNX file to a graph of our ops, so that it counts by the same facts and conventions as a source. Weights are only measured. */
import { isProblem, type Problem, problem } from "../../../diagnostics/diagnostic.js";
import { readableName } from "../../../diagnostics/display-text.js";
import { suggest } from "../../../diagnostics/suggest.js";
import { GraphBuilder } from "../../../ir/builder.js";
import type { Graph } from "../../../ir/graph.js";
import type { Dim } from "../../../ir/shape.js";
import { verifyGraph } from "../../../ir/verify.js";
import { findOp } from "../../../ops/registry.js";
import { onnx } from "../generated/onnx.js";
import { isConstantName, NameScope } from "../names.js";
import { foldFixed, shapeOps } from "./fold-fixed.js";
import { fuseNodes } from "./fused-nodes.js";
import { type FileNode, NodeSite, type ReadingState } from "./node-site.js";
import { computed, type FixedOperand, listed, type Operand } from "./operand.js";
import { readers } from "./readers.js";
import { dtypeName, dtypeOf, fixedOf } from "./tensor-numbers.js";

export interface OnnxFile {
  readonly bytes: Uint8Array;
  /** For messages. */
  readonly path: string;
  /** What the model is called unless the file is one of ours and says so. */
  readonly name: string;
  /** Sizes for axes that the file leaves open, by their names in it. */
  readonly sizes: ReadonlyMap<string, string>;
}

type ModelProto = onnx.ModelProto.$Properties;
type GraphProto = onnx.GraphProto.$Properties;

function decode({ bytes, path }: OnnxFile): ModelProto | Problem {
  try {
    return onnx.ModelProto.decode(bytes);
  } catch (error) {
    // protobufjs throws for every kind of broken bytes, and the engine for sizes that no array has.
    const reason = error instanceof Error ? error.message : String(error);
    return problem("onnx/not-a-model", { path, reason });
  }
}

const standardDomains = new Set(["", "ai.onnx"]);

/** Where PyTorch's newer exporter says the scopes of a node: a list as Python prints it. */
const scopesKey = "pkg.torch.onnx.name_scopes";

function placeOf({ name, output, metadata_props }: onnx.NodeProto.$Properties): string {
  const scopes = metadata_props?.find(({ key }) => key === scopesKey)?.value ?? "";
  const names = [...scopes.matchAll(/'([^']*)'/g)].map(([, scope = ""]) => scope).filter((scope) => scope !== "");
  return names.length > 0 ? names.join("/") : name || (output?.[0] ?? "");
}

function fileNodeOf(node: onnx.NodeProto.$Properties): FileNode {
  const isStandard = standardDomains.has(node.domain ?? "");
  return {
    opType: isStandard ? (node.op_type ?? "") : `${node.domain}::${node.op_type}`,
    name: node.name ?? "",
    place: placeOf(node),
    inputs: node.input ?? [],
    outputs: node.output ?? [],
    attributes: new Map((node.attribute ?? []).map((each) => [each.name ?? "", each])),
  };
}

/** Names of ours, which only fused-nodes.ts gives: a file that says them has no such op. */
const isFused = (opType: string): boolean => opType.startsWith("lfer.");

/** That the file has op types which nobody here counts: all of them, with how often and where first. */
function unknownOps(nodes: readonly FileNode[], path: string): Problem | undefined {
  const found = new Map<string, { count: number; first: string }>();
  for (const { opType, name, outputs } of nodes) {
    if ((Object.hasOwn(readers, opType) && !isFused(opType)) || shapeOps.has(opType)) continue;
    const known = found.get(opType);
    if (known === undefined) found.set(opType, { count: 1, first: name === "" ? (outputs[0] ?? "") : name });
    else known.count++;
  }
  const ops = [...found].map(([opType, { count, first }]) => ({ opType, count, first }));
  return ops.length === 0 ? undefined : problem("onnx/unknown-ops", { path, ops });
}

/** The tensor of a Constant node, or what is wrong with it. */
function constantOf({ attributes }: FileNode): FixedOperand | string {
  const tensor = attributes.get("value")?.t;
  if (tensor) return fixedOf(tensor, undefined);
  const [one, many] = [attributes.get("value_int"), attributes.get("value_ints")];
  if (one !== undefined) return computed([Number(one.i ?? 0)], "int64", []);
  if (many !== undefined) return listed((many.ints ?? []).map(Number), "int64");
  const [float, floats] = [attributes.get("value_float"), attributes.get("value_floats")];
  if (float !== undefined) return computed([float.f ?? 0], "float32", []);
  if (floats !== undefined) return listed(floats.floats ?? [], "float32");
  return "holds neither a tensor nor numbers";
}

/** Tensors that stand in the file: initializers, and what Constant nodes hold. */
function fixedTensors(graph: GraphProto, nodes: readonly FileNode[], isOurs: boolean, path: string) {
  const fixed = new Map<string, FixedOperand>();
  for (const tensor of graph.initializer ?? []) {
    const name = tensor.name ?? "";
    const read = fixedOf(tensor, name);
    if (typeof read === "string") return problem("onnx/not-a-model", { path, reason: `the tensor "${name}" ${read}` });
    fixed.set(name, isOurs && isConstantName(name) ? { ...read, isTrained: false } : read);
  }
  for (const node of nodes) {
    if (node.opType !== "Constant") continue;
    const read = constantOf(node);
    if (typeof read === "string") {
      return problem("onnx/unreadable-node", { path, node: node.name, opType: node.opType, reason: `it ${read}` });
    }
    fixed.set(node.outputs[0] ?? "", read);
  }
  return fixed;
}

type Dimensions = readonly onnx.TensorShapeProto.Dimension.$Properties[];

/** The name of an open axis, or its size. */
function dimensionOf({ dim_param, dim_value }: Dimensions[number]): string | number {
  const size = Number(dim_value ?? 0);
  return dim_param || size === 0 ? (dim_param ?? "") : size;
}

const dimsOf = (info: onnx.ValueInfoProto.$Properties): Dimensions | undefined =>
  info.type?.tensor_type?.shape?.dim ?? undefined;

/** What the inputs of a file share. */
interface InputScope {
  readonly file: OnnxFile;
  /** Whether some input leaves its first axis open, or the file is one of ours: then a fixed one is no batch. */
  readonly hasBatch: boolean;
  /** Names of open axes that are not the batch, filled as they are met. */
  readonly openNames: Set<string>;
}

/** The sizes of an input: an open first axis is the batch, other open ones have to be said. */
function inputType(info: onnx.ValueInfoProto.$Properties, { file, hasBatch, openNames }: InputScope) {
  const { path, sizes } = file;
  const input = info.name ?? "";
  const dims = dimsOf(info)?.map(dimensionOf);
  if (dims === undefined) return problem("onnx/not-a-model", { path, reason: `the input "${input}" has no shape` });
  const elementType = info.type?.tensor_type?.elem_type;
  const dtype = dtypeOf(elementType);
  if (dtype !== "float32" && dtype !== "bool") {
    return problem("onnx/unsupported-input", { path, input, type: dtypeName(elementType) });
  }
  const shape: Dim[] = [];
  for (const [axis, dim] of dims.entries()) {
    if (typeof dim === "number") {
      if (axis === 0 && dim > 1 && dims.length > 1 && !hasBatch) {
        return problem("onnx/fixed-batch", { path, input, batch: dim });
      }
      shape.push(dim);
      continue;
    }
    // `4N`, as lferc writes it: so many crops of each sample.
    const multiple = /^(\d+)N$/.exec(dim)?.[1];
    if (axis === 0 || (dim !== "" && dim === dims[0]) || multiple !== undefined) {
      shape.push({ batch: Number(multiple ?? 1) });
      continue;
    }
    openNames.add(dim);
    const size = Number(sizes.get(dim));
    if (!Number.isSafeInteger(size) || size < 1) return problem("onnx/open-size", { path, input, axis, name: dim });
    shape.push(size);
  }
  return { dtype, shape } as const;
}

/** The inputs of the graph as values; older files list their initializers among them. */
function readInputs(
  file: OnnxFile,
  graph: GraphProto,
  builder: GraphBuilder,
  { fixed, isOurs }: { readonly fixed: ReadonlyMap<string, FixedOperand>; readonly isOurs: boolean },
) {
  const operands = new Map<string, Operand>(fixed);
  const inputs = (graph.input ?? []).filter(({ name }) => !fixed.has(name ?? ""));
  const opensBatch = (info: onnx.ValueInfoProto.$Properties): boolean => {
    const [first] = dimsOf(info) ?? [];
    return first !== undefined && typeof dimensionOf(first) === "string";
  };
  const scope = { file, hasBatch: isOurs || inputs.some(opensBatch), openNames: new Set<string>() };
  for (const info of inputs) {
    const name = info.name ?? "";
    const type = inputType(info, scope);
    if (isProblem(type)) return type;
    operands.set(name, { kind: "tensor", value: builder.input({ name: readableName(name) }, type), type });
  }
  const known = [...scope.openNames];
  const surplus = [...file.sizes.keys()].find((name) => !scope.openNames.has(name));
  if (surplus === undefined) return operands;
  const holes = { name: surplus, known: known.join(", "), suggestion: suggest(surplus, known) };
  return problem("resolve/unknown-setting", holes);
}

function usesOf(graph: GraphProto, nodes: readonly FileNode[]): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  const use = (name: string): void => {
    uses.set(name, (uses.get(name) ?? 0) + 1);
  };
  for (const { inputs } of nodes) inputs.forEach(use);
  for (const { name } of graph.output ?? []) use(name ?? "");
  return uses;
}

/** Reads one node: its results are fixed, or nodes of ours. */
function readNode(
  node: FileNode,
  operands: Map<string, Operand>,
  state: ReadingState,
  isRead: (name: string) => boolean,
): Problem | undefined {
  if (node.opType === "Constant") return undefined;
  const inputs = node.inputs.map((name) => operands.get(name));
  const site = new NodeSite(state, node, inputs);
  const missing = node.inputs.find((name, i) => name !== "" && inputs[i] === undefined);
  if (missing !== undefined) return site.refuse(`it reads "${missing}", which nothing before it makes`);
  const isKnown = inputs.every((input) => input === undefined || input.kind === "fixed") || shapeOps.has(node.opType);
  const known = isKnown ? foldFixed(node, inputs) : undefined;
  if (known !== undefined) {
    for (const [i, operand] of known.entries()) operands.set(node.outputs[i] ?? "", operand);
    return undefined;
  }
  const reader = Object.hasOwn(readers, node.opType) ? readers[node.opType] : undefined;
  if (reader === undefined) return site.refuse("what it computes hangs on more than shapes");
  const values = reader(site);
  if (isProblem(values)) return values;
  for (const [i, name] of node.outputs.entries()) {
    const value = values[i];
    if (value === undefined) {
      // What it gives beside its result, a mask or indices, and nobody reads.
      if (!isRead(name)) continue;
      return site.refuse(`it gives ${node.outputs.length} results, of which lferc knows ${values.length}`);
    }
    operands.set(name, { kind: "tensor", value, type: state.builder.typeOf(value) });
  }
  return undefined;
}

/** The graph of a file, or why it cannot be counted. Linear in the file. */
export function readOnnxModel(file: OnnxFile): Graph | Problem {
  const { path } = file;
  const model = decode(file);
  if (isProblem(model)) return model;
  const { graph } = model;
  if (!graph || (graph.node ?? []).length === 0)
    return problem("onnx/not-a-model", { path, reason: "it holds no nodes" });
  const props = new Map((model.metadata_props ?? []).map(({ key, value }) => [key ?? "", value ?? ""]));
  if (props.get("lfer.target") === "onnx-train") {
    return problem("data/training-step", { path, recipe: props.get("lfer.recipe") ?? "" });
  }
  const nodes = (graph.node ?? []).map(fileNodeOf);
  const unknown = unknownOps(nodes, path);
  if (unknown !== undefined) return unknown;
  const isOurs = model.producer_name === "lferc";
  const fixed = fixedTensors(graph, nodes, isOurs, path);
  if (isProblem(fixed)) return fixed;
  const builder = new GraphBuilder(readableName((isOurs ? props.get("lfer.model") : undefined) ?? file.name));
  const operands = readInputs(file, graph, builder, { fixed, isOurs });
  if (isProblem(operands)) return operands;
  const opset = Number(model.opset_import?.find(({ domain }) => standardDomains.has(domain ?? ""))?.version ?? 1);
  const state: ReadingState = {
    path,
    opset,
    builder,
    paths: new NameScope(),
    slots: new Map(),
    constants: new Map(),
    slotNames: new NameScope(),
  };
  const producer = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const uses = usesOf(graph, nodes);
  for (const node of fuseNodes(nodes, { producer, uses, fixed })) {
    const wrong = readNode(node, operands, state, (name) => name !== "" && uses.has(name));
    if (wrong !== undefined) return wrong;
  }
  for (const { name } of graph.output ?? []) {
    const operand = operands.get(name ?? "");
    if (operand?.kind !== "tensor") {
      return problem("onnx/not-a-model", { path, reason: `no node makes its output "${name ?? ""}"` });
    }
    builder.output({ name: name ?? "", value: operand.value });
  }
  const made = builder.finish();
  const [fault] = verifyGraph(made, findOp);
  return fault === undefined ? made : problem("onnx/not-a-model", { path, reason: fault.problem.diagnose({}).message });
}
