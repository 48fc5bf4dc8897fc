/** Quantised files (QDQ): nodes that round a tensor to whole numbers and back are passed over, so that the network behind is counted. */
import type { FixedOperand } from "../../../ops/onnx-node.js";
import type { FileNode } from "./node-site.js";

const roundingOps: readonly string[] = ["QuantizeLinear", "DequantizeLinear"];

export interface Unquantised {
  readonly nodes: readonly FileNode[];
  /** The value that stands for each result of a node that is passed over. */
  readonly standIns: ReadonlyMap<string, string>;
  /** Whether there were such nodes. */
  readonly isQuantised: boolean;
}

/**
 * The nodes without quantisation. Scales and zero points are no parameters; a quantised weight or bias is one: `fixed`, the constants of the
 * file, gets what it is dequantised to.
 */
export function withoutQuantisation(nodes: readonly FileNode[], fixed: Map<string, FixedOperand>): Unquantised {
  const standIns = new Map<string, string>();
  const kept: FileNode[] = [];
  for (const node of nodes) {
    const inputs = node.inputs.map((name) => standIns.get(name) ?? name);
    if (!roundingOps.includes(node.opType)) {
      kept.push({ ...node, inputs });
      continue;
    }
    const [from = "", to = ""] = [inputs[0], node.outputs[0]];
    const weight = fixed.get(from);
    if (weight === undefined) standIns.set(to, from);
    else fixed.set(to, { ...weight, dtype: "float32", numbers: undefined });
  }
  return { nodes: kept, standIns, isQuantised: kept.length < nodes.length };
}
