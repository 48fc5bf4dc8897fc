/** Checks of a whole file before its nodes are read: its opset, and unique names. */
import type { onnx } from "../generated/onnx.js";
import type { FileNode } from "./node-site.js";

type ModelProto = onnx.ModelProto.$Properties;
type GraphProto = onnx.GraphProto.$Properties;

/** The newest opset whose ops are read; lferc writes older ones. */
const newestOpset = 28;

const standardDomains = new Set(["", "ai.onnx"]);

/** Whether a node's op is one of ONNX's own. */
export const isStandardDomain = (domain: string | null | undefined): boolean => standardDomains.has(domain ?? "");

/** The opset of the nodes, or what is wrong with its declaration. */
export function opsetOf({ ir_version, opset_import, functions }: ModelProto): number | string {
  const named = (functions ?? []).find(({ domain }) => isStandardDomain(domain));
  if (named !== undefined) return `it has a function of its own called ${named.name ?? ""}, as an op of ONNX is`;
  const versions = (opset_import ?? [])
    .filter(({ domain }) => isStandardDomain(domain))
    .map(({ version }) => Number(version ?? 0));
  // Before IR version 3 there was one opset, which was not declared.
  if (versions.length === 0 && Number(ir_version ?? 0) >= 3) return "it does not say of which opset it is";
  const [opset = 1, other = opset] = versions;
  if (other !== opset) return `it says that it is of opset ${opset} and of opset ${other}`;
  if (opset >= 1 && opset <= newestOpset) return opset;
  return `it says that it is of opset ${opset}; lferc knows ONNX's opsets 1 to ${newestOpset}`;
}

/** A name that two values of the file have, so that references to it are ambiguous. */
export function nameMadeTwice(graph: GraphProto, nodes: readonly FileNode[]): string | undefined {
  const inputs = (graph.input ?? []).map(({ name }) => name ?? "");
  // Older files list their initializers among the inputs.
  const initializers = (graph.initializer ?? []).map(({ name }) => name ?? "");
  const others = nodes.flatMap(({ outputs }) => outputs);
  const outputs = (graph.output ?? []).map(({ name }) => name ?? "");
  const made = [...new Set([...inputs, ...initializers]), ...others];
  return firstTwice(inputs) ?? firstTwice(initializers) ?? firstTwice(made) ?? firstTwice(outputs);
}

/** An absent output has no name. */
function firstTwice(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (const name of names) {
    if (name !== "" && seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}
