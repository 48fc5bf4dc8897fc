/**
 * An ONNX file to a graph of our ops, so that it is counted by the same facts and conventions as a source. Only the shapes of
 * weights are used.
 */
import { isProblem, type Problem, problem } from "../../../diagnostics/diagnostic.js";
import { readableName } from "../../../diagnostics/display-text.js";
import { GraphBuilder } from "../../../ir/builder.js";
import type { Graph } from "../../../ir/graph.js";
import { verifyGraph } from "../../../ir/verify.js";
import type { FixedOperand, Operand } from "../../../ops/onnx-node.js";
import { findOp } from "../../../ops/registry.js";
import { onnx } from "../generated/onnx.js";
import { isConstantName, NameScope } from "../names.js";
import { isStandardDomain, nameMadeTwice, opsetOf } from "./check-file.js";
import { foldFixed, shapeOps } from "./fold-fixed.js";
import { fuseNodes } from "./fused-nodes.js";
import { networkInside } from "./network-inside.js";
import { NodeAttributes } from "./node-attributes.js";
import { type FileNode, NodeSite, type ReadingState, refuseNode } from "./node-site.js";
import { computed, listed } from "./operand.js";
import { withoutQuantisation } from "./quantisation.js";
import { type OnnxFile, readInputs } from "./read-inputs.js";
import { isRead, readerOf } from "./readers.js";
import { fixedOf, otherFloat } from "./tensor-numbers.js";
import { isBlur, namesOfTables } from "./untrained.js";

type ModelProto = onnx.ModelProto.$Properties;
type GraphProto = onnx.GraphProto.$Properties;

export type { OnnxFile } from "./read-inputs.js";

function decode({ bytes, path }: OnnxFile): ModelProto | Problem {
  try {
    return onnx.ModelProto.decode(bytes);
  } catch (error) {
    // protobufjs throws for any broken bytes, and the engine for impossible array sizes.
    const reason = error instanceof Error ? error.message : String(error);
    return problem("onnx/not-a-model", { path, reason });
  }
}

/** The key under which PyTorch's newer exporter stores the scopes of a node: a list as Python prints it. */
const scopesKey = "pkg.torch.onnx.name_scopes";

function placeOf({ name, output, metadata_props }: onnx.NodeProto.$Properties): string {
  const scopes = metadata_props?.find(({ key }) => key === scopesKey)?.value ?? "";
  const names = [...scopes.matchAll(/'([^']*)'/g)].map(([, scope = ""]) => scope).filter((scope) => scope !== "");
  return names.length > 0 ? names.join("/") : name || (output?.[0] ?? "");
}

function fileNodeOf(node: onnx.NodeProto.$Properties): FileNode {
  return {
    opType: isStandardDomain(node.domain) ? (node.op_type ?? "") : `${node.domain}::${node.op_type}`,
    name: node.name ?? "",
    place: placeOf(node),
    inputs: node.input ?? [],
    outputs: node.output ?? [],
    attributes: new NodeAttributes(node.attribute ?? []),
  };
}

/** Internal op types, which only fused-nodes.ts creates: they are invalid in a file. */
const isFused = (opType: string): boolean => opType.startsWith("lfer.");

/** A problem with all op types of the file that are not counted, with their number and first node. */
function unknownOps(nodes: readonly FileNode[], path: string): Problem | undefined {
  const found = new Map<string, { count: number; first: string }>();
  for (const { opType, name, outputs } of nodes) {
    if ((isRead(opType) && !isFused(opType)) || shapeOps.has(opType)) continue;
    const known = found.get(opType);
    if (known === undefined) found.set(opType, { count: 1, first: name === "" ? (outputs[0] ?? "") : name });
    else known.count++;
  }
  const ops = [...found].map(([opType, { count, first }]) => ({ opType, count, first }));
  return ops.length === 0 ? undefined : problem("onnx/unknown-ops", { path, ops });
}

/** A tensor of the file, or what is wrong with it. */
function tensorOf(tensor: onnx.TensorProto.$Properties, name: string | undefined): FixedOperand | string {
  const read = fixedOf(tensor, name);
  return typeof read !== "string" && isBlur(tensor) ? { ...read, isKept: true } : read;
}

/** The value of a Constant node's attribute, or what is wrong with it; undefined if it is neither a tensor nor numbers. */
function heldAs(name: string, attributes: NodeAttributes): FixedOperand | string | undefined {
  switch (name) {
    case "value": {
      const tensor = attributes.tensor(name);
      return tensor === undefined ? "holds no tensor" : tensorOf(tensor, undefined);
    }
    case "value_int":
      return computed([attributes.int(name, 0)], "int64", []);
    case "value_ints":
      return listed(attributes.ints(name) ?? [], "int64");
    case "value_float":
      return computed([attributes.float(name, 0)], "float32", []);
    case "value_floats":
      return listed(attributes.floats(name) ?? [], "float32");
    default:
      return undefined;
  }
}

/** The tensor of a Constant node, or why it has none. */
function constantOf({ attributes }: FileNode): FixedOperand | string {
  const [name = "", ...others] = attributes.names;
  if (others.length > 0) return `it holds ${[name, ...others].join(" and ")}, where one of them can hold`;
  const held = heldAs(name, attributes);
  if (held === undefined) return "it holds neither a tensor nor numbers";
  // Known only after the attribute was read.
  if (attributes.fault !== undefined) return attributes.fault;
  return typeof held === "string" ? `it ${held}` : held;
}

/** Constants of the file: initializers, and the values of Constant nodes. */
function fixedTensors(graph: GraphProto, nodes: readonly FileNode[], isOurs: boolean, path: string) {
  const fixed = new Map<string, FixedOperand>();
  for (const tensor of graph.initializer ?? []) {
    const name = tensor.name ?? "";
    const read = tensorOf(tensor, name);
    if (typeof read === "string") return problem("onnx/not-a-model", { path, reason: `the tensor "${name}" ${read}` });
    fixed.set(name, isOurs && isConstantName(name) ? { ...read, isTrained: false } : read);
  }
  for (const node of nodes) {
    if (node.opType !== "Constant") continue;
    const read = constantOf(node);
    if (typeof read === "string") {
      return problem("onnx/unreadable-node", { path, node: node.name, opType: node.opType, reason: read });
    }
    fixed.set(node.outputs[0] ?? "", read);
  }
  return fixed;
}

function usesOf(
  graph: GraphProto,
  nodes: readonly FileNode[],
  standIns: ReadonlyMap<string, string>,
): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  const use = (name: string): void => {
    uses.set(name, (uses.get(name) ?? 0) + 1);
  };
  for (const { inputs } of nodes) inputs.forEach(use);
  for (const { name } of graph.output ?? []) use(standIns.get(name ?? "") ?? name ?? "");
  return uses;
}

/** A warning about numbers of other types than float32, which the file is counted in. */
function otherTypes(graph: GraphProto, isQuantised: boolean, path: string): readonly Problem[] {
  const inputs = (graph.input ?? []).map(({ type }) => type?.tensor_type?.elem_type);
  const tensors = (graph.initializer ?? []).map(({ data_type }) => data_type);
  const found = new Set([...inputs, ...tensors].map(otherFloat).filter((name) => name !== undefined));
  const types = [...found, ...(isQuantised ? ["quantised"] : [])];
  return types.length === 0 ? [] : [problem("onnx/counted-as-float32", { path, types })];
}

/** Reads one node: its results are constants, or nodes of our graph. */
function readNode(
  node: FileNode,
  operands: Map<string, Operand>,
  state: ReadingState,
  isRead: (name: string) => boolean,
): Problem | undefined {
  if (node.opType === "Constant") return undefined;
  const inputs = node.inputs.map((name) => operands.get(name));
  const refuse = (reason: string): Problem => refuseNode(node, state, reason);
  const missing = node.inputs.find((name, i) => name !== "" && inputs[i] === undefined);
  if (missing !== undefined) return refuse(`it reads "${missing}", which nothing before it makes`);
  const isKnown = inputs.every((input) => input === undefined || input.kind === "fixed") || shapeOps.has(node.opType);
  const known = isKnown ? foldFixed(node, inputs) : undefined;
  if (typeof known === "string") return refuse(known);
  if (known !== undefined) {
    for (const [i, operand] of known.entries()) operands.set(node.outputs[i] ?? "", operand);
    return undefined;
  }
  const found = readerOf(node.opType, (op) => new NodeSite(state, node, inputs, op.name));
  if (found === undefined) return refuse("lferc computes it only from constants and shapes, and has no op for it");
  const { reader, site } = found;
  const values = reader.read(site);
  if (isProblem(values)) return values;
  if (site.fault !== undefined) return site.refuse(site.fault);
  for (const [i, name] of node.outputs.entries()) {
    const value = values[i];
    if (value === undefined) {
      // Its second result, a mask or indices, if it is unused.
      if (!isRead(name)) continue;
      return refuse(`it gives ${node.outputs.length} results, of which lferc knows ${values.length}`);
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
  const { graph: whole } = model;
  if (!whole || (whole.node ?? []).length === 0)
    return problem("onnx/not-a-model", { path, reason: "it holds no nodes" });
  const props = new Map((model.metadata_props ?? []).map(({ key, value }) => [key ?? "", value ?? ""]));
  if (props.get("lfer.target") === "onnx-train") {
    return problem("data/training-step", { path, recipe: props.get("lfer.recipe") ?? "" });
  }
  const graph = networkInside(whole, props);
  if (typeof graph === "string") return problem("onnx/not-a-model", { path, reason: graph });
  if (graph !== whole) file.warn?.(problem("onnx/counted-without-preprocessing", { path }));
  const opset = opsetOf(model);
  if (typeof opset === "string") return problem("onnx/not-a-model", { path, reason: opset });
  const written = (graph.node ?? []).map(fileNodeOf);
  const twice = nameMadeTwice(graph, written);
  if (twice !== undefined) return problem("onnx/not-a-model", { path, reason: `"${twice}" is made twice` });
  const unknown = unknownOps(written, path);
  if (unknown !== undefined) return unknown;
  const isOurs = model.producer_name === "lferc";
  const fixed = fixedTensors(graph, written, isOurs, path);
  if (isProblem(fixed)) return fixed;
  for (const name of namesOfTables(written)) {
    const table = fixed.get(name);
    if (table !== undefined) fixed.set(name, { ...table, isTrained: false });
  }
  const { nodes, standIns, isQuantised } = withoutQuantisation(written, fixed);
  for (const each of otherTypes(graph, isQuantised, path)) file.warn?.(each);
  const builder = new GraphBuilder(readableName((isOurs ? props.get("lfer.model") : undefined) ?? file.name));
  const operands = readInputs(file, graph, builder, { fixed, isOurs });
  if (isProblem(operands)) return operands;
  const state: ReadingState = {
    path,
    opset,
    builder,
    inputs: [...operands.values()].flatMap((each) => (each.kind === "tensor" ? [each.value] : [])),
    paths: new NameScope(),
    slots: new Map(),
    constants: new Map(),
    slotNames: new NameScope(),
    origins: file.origins,
  };
  const producer = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const uses = usesOf(graph, nodes, standIns);
  for (const node of fuseNodes(nodes, { producer, uses, fixed })) {
    const wrong = readNode(node, operands, state, (name) => name !== "" && uses.has(name));
    if (wrong !== undefined) return wrong;
  }
  for (const { name } of graph.output ?? []) {
    const operand = operands.get(standIns.get(name ?? "") ?? name ?? "");
    if (operand?.kind !== "tensor") {
      const reason =
        operand === undefined
          ? `no node makes its output "${name ?? ""}"`
          : `its output "${name ?? ""}" holds numbers that follow from shapes or stand in the file; lferc counts what is computed from the inputs`;
      return problem("onnx/not-a-model", { path, reason });
    }
    builder.output({ name: name ?? "", value: operand.value });
  }
  const made = builder.finish();
  const [fault] = verifyGraph(made, findOp);
  return fault === undefined ? made : problem("onnx/not-a-model", { path, reason: fault.problem.diagnose({}).message });
}
