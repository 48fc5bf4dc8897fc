/** Constants that exporters store as they store weights, and that no training changes: positions, masks, blurs. */
import type { onnx } from "../generated/onnx.js";
import type { FileNode } from "./node-site.js";

/** Ops that networks apply to positions and masks, not to weights. */
const ofTables: ReadonlySet<string> = new Set(["Sin", "Cos", "Floor", "Ceil", "Round", "Sign", "Mod", "ScatterND"]);

/** Ops that move numbers and leave them as they are. */
const moving: ReadonlySet<string> = new Set([
  ...["Slice", "Reshape", "Unsqueeze", "Squeeze", "Transpose", "Cast", "Expand", "Concat", "Gather", "Identity"],
]);

/** The values that such an op reads, perhaps moved. Linear in the file. */
export function namesOfTables(nodes: readonly FileNode[]): ReadonlySet<string> {
  const producer = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const found = new Set<string>();
  const open = nodes.filter(({ opType }) => ofTables.has(opType)).flatMap(({ inputs }) => inputs);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const node = producer.get(name);
    if (node !== undefined && moving.has(node.opType)) open.push(...node.inputs);
  }
  return found;
}

/**
 * Whether a tensor is a blur: the same filter for every channel, and not the same number everywhere, as weights may be before training.
 * Linear in its bytes.
 */
export function isBlur({ dims, raw_data: raw, data_type: type }: onnx.TensorProto.$Properties): boolean {
  const [channels = 0, perGroup = 0, height = 0, width = 0, ...others] = (dims ?? []).map(Number);
  const bytes = height * width * 4;
  if (type !== 1 || others.length > 0 || channels < 2 || perGroup !== 1 || height * width < 2) return false;
  if (raw?.byteLength !== channels * bytes) return false;
  return (
    raw.every((byte, i) => byte === raw[i % bytes]) && raw.subarray(0, bytes).some((byte, i) => byte !== raw[i % 4])
  );
}
