/** Finds layers that files compose of several nodes, and combines them into one node, so that they are counted as what they are. */

import type { FixedOperand } from "../../../ops/onnx-node.js";
import { NodeAttributes } from "./node-attributes.js";
import { saysNoMore, tolerance } from "./node-form.js";
import type { FileNode } from "./node-site.js";

/** A value of the graph: any, a constant of the file, a given number, or the result of a node of this type. */
type Pattern =
  | { readonly any: string }
  | { readonly fixed: string }
  | { readonly number: number }
  | { readonly op: string; readonly of: readonly Pattern[]; readonly as?: string };

const any = (name: string): Pattern => ({ any: name });
const fixed = (name: string): Pattern => ({ fixed: name });
const number = (value: number): Pattern => ({ number: value });
const op = (type: string, ...of: readonly Pattern[]): Pattern => ({ op: type, of });
/** A node whose attributes or constant inputs the combined one needs. */
const named = (as: string, type: string, ...of: readonly Pattern[]): Pattern => ({ op: type, of, as });

const x = any("x");
const hardGate = op("Clip", op("Add", x, number(3)), number(0), number(6));
const gaussian = (inner: Pattern): Pattern => op("Add", op("Erf", inner), number(1));
const overRootTwo = op("Div", x, number(Math.SQRT2));
const timesRootHalf = op("Mul", x, number(Math.SQRT1_2));
// 0.7978845608 * (x + 0.044715 x^3), as lferc writes it.
const cubic = op("Mul", x, op("Add", op("Mul", op("Mul", x, x), number(0.044715)), number(1)));
const bend = op("Add", op("Tanh", op("Mul", cubic, number(Math.sqrt(2 / Math.PI)))), number(1));
const mean = (as: string, of: Pattern): Pattern => named(as, "ReduceMean", of);
const centred = op("Sub", x, mean("mean", x));
const normalised = (squared: Pattern): Pattern =>
  op("Div", centred, op("Sqrt", op("Add", mean("variance", squared), any("epsilon"))));
const affine = (y: Pattern): Pattern => op("Add", op("Mul", y, fixed("weight")), fixed("bias"));
const squares: readonly Pattern[] = [op("Mul", centred, centred), op("Pow", centred, number(2))];

interface Fusion {
  /** The op type of the combined node: ONNX's own if there is one. */
  readonly opType: string;
  readonly patterns: readonly Pattern[];
  readonly inputs: readonly string[];
  /** Conditions that the pattern cannot express. */
  readonly holds?: (match: Match, context: FusionContext) => boolean;
}

const shufflesChannels = ({ named: nodes }: Match): boolean =>
  nodes.get("turn")?.attributes.peek("perm", "ints")?.ints?.map(Number).join() === "0,2,1,3,4";

/** The axes of a reduction, as an attribute or, since opset 18, an input. */
function axesOf(reduction: FileNode | undefined, { fixed: known }: FusionContext): string | undefined {
  const axes = reduction?.attributes.peek("axes", "ints")?.ints ?? known.get(reduction?.inputs[1] ?? "")?.numbers;
  return axes?.map(Number).join();
}

/** A norm uses the same axes for mean and variance. */
const hasOneMean = ({ named: nodes }: Match, context: FusionContext): boolean =>
  axesOf(nodes.get("mean"), context) === axesOf(nodes.get("variance"), context);

/** Over the two axes of a map: each channel separately. */
const goesOverMaps = (match: Match, context: FusionContext): boolean =>
  hasOneMean(match, context) && axesOf(match.named.get("mean"), context) === "2,3";

/** An instance norm without scale and shift. */
const isPlain = ({ values }: Match, { fixed: known }: FusionContext): boolean =>
  [["ones", 1] as const, ["zeros", 0] as const].every(
    ([name, value]) => known.get(values.get(name) ?? "")?.numbers?.every((each) => each === value) === true,
  );

/** Longer patterns first: a gate alone is part of many layers. */
const fusions: readonly Fusion[] = [
  {
    opType: "lfer.GroupNorm",
    patterns: squares.map((squared) =>
      affine(
        named(
          "back",
          "Reshape",
          substitute(normalised(squared), named("apart", "Reshape", any("map"), fixed("sizes"))),
          fixed("whole"),
        ),
      ),
    ),
    inputs: ["map", "weight", "bias", "sizes", "whole"],
    holds: hasOneMean,
  },
  {
    opType: "lfer.GroupNorm",
    patterns: [
      affine(
        op(
          "Reshape",
          named(
            "instance",
            "InstanceNormalization",
            op("Reshape", any("map"), fixed("sizes")),
            fixed("ones"),
            fixed("zeros"),
          ),
          any("whole"),
        ),
      ),
    ],
    inputs: ["map", "weight", "bias", "sizes", "whole"],
    holds: isPlain,
  },
  {
    opType: "lfer.ChannelShuffle",
    patterns: [op("Reshape", named("turn", "Transpose", op("Reshape", x, any("apart"))), any("whole"))],
    inputs: ["x", "apart", "whole"],
    holds: shufflesChannels,
  },
  {
    opType: "lfer.LayerNorm",
    patterns: squares.map((squared) => affine(normalised(squared))),
    inputs: ["x", "weight", "bias"],
    holds: hasOneMean,
  },
  {
    opType: "lfer.InstanceNorm",
    patterns: squares.map(normalised),
    inputs: ["x"],
    holds: goesOverMaps,
  },
  { opType: "lfer.NotEqual", patterns: [op("Not", op("Equal", x, any("y")))], inputs: ["x", "y"] },
  {
    opType: "Gelu",
    patterns: [timesRootHalf, overRootTwo].flatMap((inner) => [
      op("Mul", op("Mul", x, number(0.5)), gaussian(inner)),
      op("Mul", op("Mul", x, gaussian(inner)), number(0.5)),
    ]),
    inputs: ["x"],
  },
  { opType: "lfer.GeluTanh", patterns: [op("Mul", op("Mul", x, number(0.5)), bend)], inputs: ["x"] },
  {
    opType: "HardSwish",
    patterns: [
      op("Mul", x, op("HardSigmoid", x)),
      op("Mul", x, op("Div", hardGate, number(6))),
      op("Div", op("Mul", x, hardGate), number(6)),
    ],
    inputs: ["x"],
  },
  { opType: "lfer.HardSigmoid", patterns: [op("Div", hardGate, number(6))], inputs: ["x"] },
  { opType: "Mish", patterns: [op("Mul", x, op("Tanh", op("Softplus", x)))], inputs: ["x"] },
  { opType: "Swish", patterns: [op("Mul", x, op("Sigmoid", x))], inputs: ["x"] },
  // A product with a constant matrix and a sum with a constant vector: one linear layer.
  {
    opType: "MatMul",
    patterns: [op("Add", op("MatMul", any("x"), fixed("matrix")), fixed("vector"))],
    inputs: ["x", "matrix", "vector"],
  },
];

/** The types of the combined nodes. */
export const fusedTypes: readonly string[] = [...new Set(fusions.map(({ opType }) => opType))];

/** The pattern with another pattern in place of its `x`. */
function substitute(pattern: Pattern, inner: Pattern): Pattern {
  if ("any" in pattern) return pattern.any === "x" ? inner : pattern;
  return "op" in pattern ? { ...pattern, of: pattern.of.map((each) => substitute(each, inner)) } : pattern;
}

const commutative = new Set(["Add", "Mul"]);

interface Match {
  readonly values: ReadonlyMap<string, string>;
  readonly nodes: ReadonlySet<FileNode>;
  readonly named: ReadonlyMap<string, FileNode>;
}

const emptyMatch: Match = { values: new Map(), nodes: new Set(), named: new Map() };

export interface FusionContext {
  /** The producer of each value. */
  readonly producer: ReadonlyMap<string, FileNode>;
  /** Number of uses of each value, including graph outputs. */
  readonly uses: ReadonlyMap<string, number>;
  /** Constants of the file by name, including those of Constant nodes. */
  readonly fixed: ReadonlyMap<string, FixedOperand>;
}

function matchPattern(pattern: Pattern, value: string, match: Match, context: FusionContext): Match | undefined {
  if ("any" in pattern || "fixed" in pattern) {
    const name = "any" in pattern ? pattern.any : pattern.fixed;
    if ("fixed" in pattern && !standsInFile(value, context)) return undefined;
    const bound = match.values.get(name);
    if (bound !== undefined) return bound === value ? match : undefined;
    return { ...match, values: new Map(match.values).set(name, value) };
  }
  if ("number" in pattern) {
    const numbers = context.fixed.get(value)?.numbers;
    const [given] = numbers ?? [];
    const isIt = numbers?.length === 1 && typeof given === "number" && Math.abs(given - pattern.number) <= tolerance;
    return isIt ? match : undefined;
  }
  const node = context.producer.get(value);
  if (node?.opType !== pattern.op || node.outputs.length !== 1) return undefined;
  if (!saysNoMore(node, pattern.of.length)) return undefined;
  const nodes = new Set(match.nodes).add(node);
  const named = pattern.as === undefined ? match.named : new Map(match.named).set(pattern.as, node);
  const started = { ...match, nodes, named };
  const orders = commutative.has(pattern.op)
    ? [
        [0, 1],
        [1, 0],
      ]
    : [pattern.of.map((_, i) => i)];
  for (const order of orders) {
    let found: Match | undefined = started;
    for (const [i, inner] of pattern.of.entries()) {
      const input: string = node.inputs[order[i] ?? i] ?? "";
      found = found === undefined ? undefined : matchPattern(inner, input, found, context);
    }
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a value is a constant of the file, perhaps reshaped. */
function standsInFile(value: string, { fixed: known, producer }: FusionContext): boolean {
  let at = value;
  // A file may contain cycles; a weight is reshaped a few times at most.
  for (let i = 0; i < 4; i++) {
    if (known.has(at)) return true;
    const node = producer.get(at);
    if (node === undefined || !["Reshape", "Transpose", "Unsqueeze", "Identity"].includes(node.opType)) return false;
    at = node.inputs[0] ?? "";
  }
  return false;
}

/** Whether no other node reads the results of the inner nodes. */
function isClosed(root: FileNode, { nodes }: Match, { uses }: FusionContext): boolean {
  const inside = new Map<string, number>();
  for (const node of nodes) for (const input of node.inputs) inside.set(input, (inside.get(input) ?? 0) + 1);
  return [...nodes].every((node) =>
    node === root ? true : node.outputs.every((output) => uses.get(output) === inside.get(output)),
  );
}

/** The attributes of the combined layer, where its reader expects them. */
function attributesOf({ named: nodes }: Match): NodeAttributes {
  const axes = nodes.get("mean")?.attributes.peek("axes", "ints");
  return new NodeAttributes(axes === undefined ? [] : [axes]);
}

function fuse(root: FileNode, context: FusionContext) {
  for (const { opType, patterns, inputs, holds } of fusions) {
    for (const pattern of patterns) {
      const output = root.outputs[0] ?? "";
      const match = matchPattern(pattern, output, emptyMatch, context);
      if (match === undefined || holds?.(match, context) === false || !isClosed(root, match, context)) continue;
      // In newer files the axes are an input of the reduction, not an attribute.
      const axes = match.named.get("mean")?.inputs[1];
      const values = [...inputs.map((name) => match.values.get(name) ?? ""), ...(axes === undefined ? [] : [axes])];
      const node: FileNode = { ...root, opType, inputs: values, attributes: attributesOf(match) };
      return { node, inner: match.nodes };
    }
  }
  return undefined;
}

/** The nodes with composed layers combined, each at the position of its last node. */
export function fuseNodes(nodes: readonly FileNode[], context: FusionContext): readonly FileNode[] {
  const gone = new Set<FileNode>();
  const kept: FileNode[] = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i] as FileNode;
    if (gone.has(node)) continue;
    const fused = fuse(node, context);
    if (fused === undefined || [...fused.inner].some((each) => gone.has(each))) {
      kept.push(node);
      continue;
    }
    for (const each of fused.inner) gone.add(each);
    kept.push(fused.node);
  }
  return kept.reverse();
}
