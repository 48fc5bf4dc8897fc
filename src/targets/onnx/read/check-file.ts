/** What has to be so of a whole file before its nodes mean anything: which opset they are of, and that each name is made once. */
import type { onnx } from "../generated/onnx.js";
import { newestOpset } from "../opsets.js";
import type { FileNode } from "./node-site.js";

type ModelProto = onnx.ModelProto.$Properties;
type GraphProto = onnx.GraphProto.$Properties;

const standardDomains = new Set(["", "ai.onnx"]);

/** Whether a node's op is one of ONNX's own. */
export const isStandardDomain = (domain: string | null | undefined): boolean => standardDomains.has(domain ?? "");

/** The opset whose rules the nodes follow, or what is wrong with what the file says of it. */
export function opsetOf({ ir_version, opset_import, functions }: ModelProto): number | string {
  const named = (functions ?? []).find(({ domain }) => isStandardDomain(domain));
  if (named !== undefined) return `it has a function of its own called ${named.name ?? ""}, as an op of ONNX is`;
  const versions = (opset_import ?? [])
    .filter(({ domain }) => isStandardDomain(domain))
    .map(({ version }) => Number(version ?? 0));
  // Before IR version 3 a file did not say, and there was one opset.
  if (versions.length === 0 && Number(ir_version ?? 0) >= 3) return "it does not say of which opset it is";
  const [opset = 1, other = opset] = versions;
  if (other !== opset) return `it says that it is of opset ${opset} and of opset ${other}`;
  if (opset >= 1 && opset <= newestOpset) return opset;
  return `it says that it is of opset ${opset}; lferc knows ONNX's opsets 1 to ${newestOpset}`;
}

/** A name that two things of the file have: then nobody can say which of them a reader means. */
export function nameMadeTwice(graph: GraphProto, nodes: readonly FileNode[]): string | undefined {
  const inputs = (graph.input ?? []).map(({ name }) => name ?? "");
  // Older files list their initializers among the inputs.
  const initializers = (graph.initializer ?? []).map(({ name }) => name ?? "");
  const others = nodes.flatMap(({ outputs }) => outputs);
  const outputs = (graph.output ?? []).map(({ name }) => name ?? "");
  const made = [...new Set([...inputs, ...initializers]), ...others];
  return firstTwice(inputs) ?? firstTwice(initializers) ?? firstTwice(made) ?? firstTwice(outputs);
}

/** An output that is left out has no name. */
function firstTwice(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (const name of names) {
    if (name !== "" && seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}
