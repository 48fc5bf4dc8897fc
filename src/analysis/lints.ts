import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { type Graph, type Node, typeOf, type ValueId } from "../ir/graph.js";
import { indexGraph } from "../ir/graph-index.js";
import { formatShape } from "../ir/shape.js";
import { findOp } from "../ops/registry.js";
import { findDeadTaps } from "./dead-taps.js";
import { foldedNorm } from "./folded-norm.js";
import { onColumns } from "./receptive-field.js";

/** Groups equal findings at one place of the source: a block that is used eight times gives one warning. */
function bySource<T>(found: readonly T[], nodeOf: (found: T) => Node, saying: (found: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const each of found) {
    const { span, path } = nodeOf(each);
    const place = span === undefined ? path : `${span.file}:${span.start}:${span.end}`;
    const key = `${place} ${saying(each)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return [...groups.values()];
}

function deadTaps(graph: Graph): Diagnostic[] {
  const groups = bySource(
    findDeadTaps(graph),
    (dead) => dead.node,
    (dead) => `${dead.taps.live} ${dead.map.join("x")} ${dead.weights}`,
  );
  return groups.map((group) => {
    const { node, taps, map, kernel, deadWeights, weights } = group[0] as (typeof group)[number];
    return diagnose(
      "lint/dead-taps",
      { path: node.path, layers: group.length, kernel, map, live: taps.live, total: taps.total, deadWeights, weights },
      { span: node.span },
    );
  });
}

/** Batch norm subtracts the mean of its input, so a constant added just before has no effect. */
function cancelledBiases(graph: Graph): Diagnostic[] {
  const index = indexGraph(graph);
  const cancelled = graph.nodes.flatMap((norm) => {
    const folded = foldedNorm(graph, norm, index);
    if (folded === undefined || !folded.isFirst || folded.layer.inputs.length !== 3) return [];
    return [{ node: folded.layer, norm }];
  });
  const groups = bySource(
    cancelled,
    ({ node }) => node,
    () => "bias",
  );
  return groups.map((group) => {
    const { node, norm } = group[0] as (typeof group)[number];
    return diagnose(
      "lint/bias-before-batch-norm",
      { path: node.path, norm: norm.path, layers: group.length },
      {
        span: node.span,
        related: norm.span === undefined ? [] : [{ message: "this batch norm takes it away", span: norm.span }],
      },
    );
  });
}

/** A layer whose weights are a matrix works on the last axis: on the columns of a map, if no `flatten` came before. */
function linearOnMaps(graph: Graph): Diagnostic[] {
  const asked = graph.nodes.filter(({ op, inputs: [input, weight] }) => {
    if (input === undefined || weight === undefined || typeOf(graph, input).shape.length !== 4) return false;
    const declared = findOp(op)?.inputs;
    const isLayer = declared !== undefined && declared !== "many" && declared[1]?.role === "parameter";
    return isLayer && typeOf(graph, weight).shape.length === 2;
  });
  if (asked.length === 0) return [];
  const groups = bySource(
    onColumns(graph, new Set(asked)),
    (node) => node,
    () => "map",
  );
  return groups.map((group) => {
    const node = group[0] as Node;
    const { shape } = typeOf(graph, node.inputs[0] as ValueId);
    return diagnose(
      "lint/linear-on-map",
      { path: node.path, shape: formatShape(shape), layers: group.length },
      { span: node.span },
    );
  });
}

/** Warnings about a graph that its author may not have intended, in source order of the first node concerned. */
export function lintGraph(graph: Graph): readonly Diagnostic[] {
  return [...deadTaps(graph), ...cancelledBiases(graph), ...linearOnMaps(graph)];
}
