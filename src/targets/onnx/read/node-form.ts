import type { FileNode } from "./node-site.js";

/** Of how little a number may differ that was written as float32, or with few digits. */
export const tolerance = 1e-4;

/** What an attribute may hold without the node being another thing than the pattern says. */
type Admitted = readonly [type: "float" | "int" | "ints", number?: number];

/** What the nodes of a pattern may say besides their inputs, and which number it has to be. Others may say nothing. */
const admitted: Readonly<Record<string, Readonly<Record<string, Admitted>>>> = {
  // The axes are looked at by what holds a norm to be one.
  ReduceMean: { axes: ["ints"], keepdims: ["int", 1], noop_with_empty_axes: ["int", 0] },
  Transpose: { perm: ["ints"] },
  Reshape: { allowzero: ["int", 0] },
  InstanceNormalization: { epsilon: ["float"] },
  HardSigmoid: { alpha: ["float", 1 / 6], beta: ["float", 0.5] },
};

/** ONNX's own values are others than PyTorch's: without them it is another function. */
const needed: Readonly<Record<string, readonly string[]>> = { HardSigmoid: ["alpha"] };

/** Whether a node is what a pattern takes it for: `inputCount` inputs, and no attribute that makes it something else. */
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
