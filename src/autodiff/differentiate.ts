/** Reverse-mode differentiation from each op's rule: graph to graph, first order. */
import { invariant } from "../diagnostics/invariant.js";
import { type Graph, type Node, typeOf, type ValueId } from "../ir/graph.js";
import { elementCount } from "../ir/shape.js";
import { sizesOf } from "../ops/gradient-arithmetic.js";
import { findOp } from "../ops/registry.js";
import { AppendingBuilder } from "./gradient-builder.js";
import { sweep } from "./sweep.js";

export interface Differentiated {
  /** The given graph with unchanged value numbers, followed by the nodes of the gradients. */
  readonly graph: Graph;
  /** The gradient of each requested value: zeros if the loss does not depend on it. */
  readonly gradients: readonly ValueId[];
  /** For each requested value, whether the loss depends on it. */
  readonly isReached: readonly boolean[];
}

/**
 * The gradients of a scalar with respect to some values (of inputs, slots or nodes). The batch must be bound (`bindBatch`).
 * Only what the requested gradients need is computed; time is linear in the graph.
 */
export function differentiate(graph: Graph, loss: ValueId, wanted: readonly ValueId[]): Differentiated {
  invariant(elementCount(typeOf(graph, loss).shape) === 1, "only a single number can be differentiated");
  const builder = new AppendingBuilder(graph);
  const leads = valuesBehind(graph, wanted);
  const gradientOf = new Array<ValueId | undefined>(graph.types.length);
  const contribute = (value: ValueId, gradient: ValueId | undefined): void => {
    if (gradient === undefined || leads[value] !== 1) return;
    const sum = gradientOf[value];
    gradientOf[value] = sum === undefined ? gradient : builder.node("add", [sum, gradient]);
  };
  builder.enter("gradient");
  if (leads[loss] === 1) contribute(loss, ones(builder, loss));
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i] as Node;
    const resultGradients = node.outputs.map((value) => gradientOf[value]);
    if (resultGradients.every((value) => value === undefined) || !node.inputs.some((value) => leads[value] === 1))
      continue;
    builder.enter(`gradient.${node.path}`, node.span);
    const gradients = gradientsOfNode(builder, node, resultGradients);
    for (const [input, value] of node.inputs.entries()) contribute(value, gradients[input]);
  }
  builder.enter("gradient");
  const gradients = wanted.map((value) => gradientOf[value] ?? spread(builder, 0, value));
  const isReached = wanted.map((value) => gradientOf[value] !== undefined);
  return { ...sweep(graph, builder, gradients), isReached };
}

function spread(builder: AppendingBuilder, number: number, like: ValueId): ValueId {
  const sizes = sizesOf(builder, like);
  const scalar = builder.number(number);
  return sizes.length === 0 ? scalar : builder.node("broadcast_to", [scalar], { sizes });
}

const ones = (builder: AppendingBuilder, like: ValueId): ValueId => spread(builder, 1, like);

/** 1 for every value that depends on one of the requested ones. */
function valuesBehind(graph: Graph, wanted: readonly ValueId[]): Uint8Array {
  const leads = new Uint8Array(graph.types.length);
  for (const value of wanted) leads[value] = 1;
  for (const { inputs, outputs } of graph.nodes) {
    if (!inputs.some((value) => leads[value] === 1)) continue;
    // Bool values have no gradient.
    for (const value of outputs) leads[value] = graph.types[value]?.dtype === "bool" ? 0 : 1;
  }
  return leads;
}

function gradientsOfNode(
  builder: AppendingBuilder,
  node: Node,
  resultGradients: readonly (ValueId | undefined)[],
): readonly (ValueId | undefined)[] {
  const rule = findOp(node.op)?.gradient;
  invariant(rule !== undefined, `unknown op ${node.op} at ${node.path}`, node.span);
  invariant(
    typeof rule === "function",
    `${node.op} at ${node.path} cannot be differentiated: ${"notDifferentiable" in rule ? rule.notDifferentiable : ""}`,
    node.span,
  );
  return rule(builder, node, resultGradients, node.attributes);
}
