import type { AttributeValue, Graph, GraphInput, GraphOutput, Initializer, Node, Slot, ValueId } from "./graph.js";
import { formatShape, type TensorType } from "./shape.js";

/*
 * The text form of a graph, one thing a line:
 *
 *   lfer_graph 1
 *   graph Small
 *   input %0 image: float32[N, 3, 8, 8] picture [0.5, 0.5, 0.5] [0.2, 0.2, 0.2]
 *   input %9 mask.dropout: float32[32, 1280] mask 0.8
 *   slot %1 conv.weight: float32[4, 3, 3, 3] parameter uniform(-0.19, 0.19)
 *   %2 = conv2d(%0, %1) {channels: 4, kernel: [3, 3], ...} -> float32[N, 4, 8, 8] at conv
 *   output logits = %2 labels ["yes", "no"]
 *   next %1 = %7
 *
 * Names that are not plain words are in JSON quotes. Numbers have JavaScript's shortest exact form, besides inf and nan.
 */

export const textVersion = 1;

const plainName = /^[A-Za-z_][A-Za-z0-9_.]*$/;

const writeName = (name: string): string => (plainName.test(name) ? name : JSON.stringify(name));

function writeNumber(x: number): string {
  if (Object.is(x, -0)) return "-0";
  if (Number.isNaN(x)) return "nan";
  if (Number.isFinite(x)) return String(x);
  return x > 0 ? "inf" : "-inf";
}

const writeList = <T>(items: readonly T[], write: (item: T) => string): string => `[${items.map(write).join(", ")}]`;

const writeNumbers = (numbers: readonly number[]): string => writeList(numbers, writeNumber);

function writeAttribute(value: AttributeValue): string {
  if (typeof value === "number") return writeNumber(value);
  if (typeof value === "boolean") return String(value);
  return typeof value === "string" ? JSON.stringify(value) : writeNumbers(value);
}

function writeInitializer(initializer: Initializer): string {
  switch (initializer.kind) {
    case "constant":
      return `constant(${writeNumber(initializer.value)})`;
    case "uniform":
      return `uniform(${writeNumber(initializer.low)}, ${writeNumber(initializer.high)})`;
    case "normal":
      return `normal(${writeNumber(initializer.mean)}, ${writeNumber(initializer.std)})`;
  }
}

/** Prints a graph (without spans) such that `parseGraph` returns an equal one. Values must have types. */
export function printGraph(graph: Graph): string {
  const typeText = (value: ValueId): string => {
    const type = graph.types[value] as TensorType;
    return `${type.dtype}${formatShape(type.shape)}`;
  };
  const inputLine = ({ name, value, picture, mask }: GraphInput): string => {
    const given = picture ? ` picture ${writeNumbers(picture.mean)} ${writeNumbers(picture.std)}` : "";
    const drawn = mask ? ` mask ${writeNumber(mask.keep)}` : "";
    return `input %${value} ${writeName(name)}: ${typeText(value)}${given}${drawn}`;
  };
  const slotLine = ({ name, value, role, initializer }: Slot): string =>
    `slot %${value} ${writeName(name)}: ${typeText(value)} ${role} ${writeInitializer(initializer)}`;
  const nodeLine = ({ op, attributes, inputs, outputs, path }: Node): string => {
    const pairs = Object.entries(attributes).map(([key, value]) => `${writeName(key)}: ${writeAttribute(value)}`);
    const braces = pairs.length === 0 ? "" : ` {${pairs.join(", ")}}`;
    const results = outputs.map((value) => `%${value}`).join(", ");
    const operands = inputs.map((value) => `%${value}`).join(", ");
    const types = outputs.map(typeText).join(", ");
    return `${results} = ${writeName(op)}(${operands})${braces} -> ${types} at ${writeName(path)}`;
  };
  const outputLine = ({ name, value, labels }: GraphOutput): string => {
    const given = labels ? ` labels ${writeList(labels, (label) => JSON.stringify(label))}` : "";
    return `output ${writeName(name)} = %${value}${given}`;
  };

  const lines = [`lfer_graph ${textVersion}`, `graph ${writeName(graph.name)}`, ...graph.inputs.map(inputLine)];
  // A slot is printed just before the first node that needs it, as far as the order of slots allows.
  const slotOf = new Map(graph.slots.map((slot, index) => [slot.value, index]));
  let written = 0;
  for (const node of graph.nodes) {
    const needed = node.inputs.reduce((most, value) => Math.max(most, (slotOf.get(value) ?? -1) + 1), written);
    lines.push(...graph.slots.slice(written, needed).map(slotLine), nodeLine(node));
    written = needed;
  }
  const nextLines = graph.slots.flatMap(({ value, next }) => (next === undefined ? [] : [`next %${value} = %${next}`]));
  lines.push(...graph.slots.slice(written).map(slotLine), ...graph.outputs.map(outputLine), ...nextLines);
  return `${lines.join("\n")}\n`;
}
