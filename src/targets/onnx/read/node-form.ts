import type { FileNode } from "./node-site.js";

/** Tolerance for a number that was written as float32, or with few digits. */
export const tolerance = 1e-4;

/** The value of an attribute that the pattern's node may have. */
type Admitted = readonly [type: "float" | "int" | "ints", number?: number];

/** The attributes that nodes of a pattern may have, with their required values. Other nodes may have none. */
const admitted: Readonly<Record<string, Readonly<Record<string, Admitted>>>> = {
  // The axes are checked by the norm's own condition.
  ReduceMean: { axes: ["ints"], keepdims: ["int", 1], noop_with_empty_axes: ["int", 0] },
  Transpose: { perm: ["ints"] },
  Reshape: { allowzero: ["int", 0] },
  InstanceNormalization: { epsilon: ["float"] },
  HardSigmoid: { alpha: ["float", 1 / 6], beta: ["float", 0.5] },
};

/** Attributes whose defaults in ONNX differ from PyTorch's: without them it is another function. */
const needed: Readonly<Record<string, readonly string[]>> = { HardSigmoid: ["alpha"] };

/** Whether a node matches the pattern: `inputCount` inputs, and no attribute that changes its meaning. */
export function saysNoMore({ opType, attributes, inputs }: FileNode, inputCount: number): boolean {
  const rules = admitted[opType] ?? {};
  const isAdmitted = attributes.names.every((name) => {
    const [type, number] = (Object.hasOwn(rules, name) ? rules[name] : undefined) ?? [];
    const attribute = type === undefined ? undefined : attributes.peek(name, type);
    if (attribute === undefined || number === undefined) return attribute !== undefined;
    return Math.abs((type === "float" ? (attribute.f ?? 0) : Number(attribute.i ?? 0)) - number) <= tolerance;
  });
  const given = inputs.findLastIndex((name) => name !== "") + 1;
  const mayHaveMore = opType === "ReduceMean" ? 1 : 0;
  const hasAll = (needed[opType] ?? []).every((name) => attributes.names.includes(name));
  return isAdmitted && hasAll && given >= inputCount && given <= inputCount + mayHaveMore;
}
