/** The nodes of a graph as layers, with numbers and bare weights among their operands. */
import type { Graph, Node, ValueId } from "../ir/graph.js";
import type { TensorType } from "../ir/shape.js";
import { findOp } from "../ops/registry.js";
import { layerWords } from "./layer-words.js";
import type { Operand, OpLayer, Vertex } from "./parts.js";

/** A text lists no more numbers than this: tables of positions are computed in a source, not listed. */
const mostListed = 512;

/** The layers by node; nodes that only make numbers are missing. Or the first node that the language has no word for. */
export function verticesOf(graph: Graph): ReadonlyMap<Node, Vertex> | Node {
  const numbers = new Map<ValueId, Operand>();
  const slots = new Map(graph.slots.map((slot) => [slot.value, slot]));
  const vertices = new Map<Node, Vertex>();
  const uses = new Map<ValueId, number>();
  for (const { inputs } of graph.nodes) for (const value of inputs) uses.set(value, (uses.get(value) ?? 0) + 1);
  const typeOf = (value: ValueId): TensorType => graph.types[value] as TensorType;
  for (const node of graph.nodes) {
    const op = findOp(node.op);
    if (op === undefined) return node;
    const pieces = op.pieces(node.attributes);
    const [output = -1] = node.outputs;
    if (pieces.kind === "numbers") {
      if (pieces.values.length > mostListed) return node;
      numbers.set(output, { kind: "numbers", values: pieces.values, shape: typeOf(output).shape });
      continue;
    }
    const [first] = node.inputs;
    const known = first === undefined ? undefined : numbers.get(first);
    // A vector that is given its shape.
    const isShaping =
      node.outputs.length === 1 && Object.values(op.attributes).some((spec) => spec.signedSizes === true);
    if (known?.kind === "numbers" && node.inputs.length === 1 && isShaping) {
      numbers.set(output, { ...known, shape: typeOf(output).shape });
      continue;
    }
    const operands: Operand[] = [];
    const flowing: ValueId[] = [];
    for (const [i, value] of node.inputs.entries()) {
      if (op.inputs !== "many" && op.inputs[i]?.role !== "tensor") continue;
      const number = numbers.get(value);
      if (number !== undefined) operands.push(number);
      else if (slots.has(value)) operands.push({ kind: "weight", shape: typeOf(value).shape.map(Number), slot: value });
      else {
        operands.push({ kind: "flow" });
        flowing.push(value);
      }
    }
    const tensors = node.inputs.filter((_, i) => op.inputs === "many" || op.inputs[i]?.role === "tensor");
    const site = { op: node.op, attributes: node.attributes, inputs: tensors.map(typeOf) };
    const words = layerWords(site);
    if (words === undefined) return node;
    const [own] = node.inputs.filter((value) => slots.has(value));
    const hasWeights = tensors.length < node.inputs.length;
    const isShared = hasWeights && own !== undefined && (uses.get(own) ?? 0) > 1;
    const shared = isShared ? { slot: own, place: output } : undefined;
    const layer: OpLayer = { kind: "op", site, words, operands, hasWeights, shared };
    const scopes = node.path.split(".");
    vertices.set(node, { layer, inputs: flowing, outputs: node.outputs, scopes });
  }
  return vertices;
}
