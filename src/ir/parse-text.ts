import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import type { Span } from "../diagnostics/span.js";
import type { AttributeValue, Graph, GraphInput, GraphOutput, Initializer, Node, Slot, ValueId } from "./graph.js";
import { LineReader, UnreadableLine } from "./line-reader.js";
import { type Dim, dtypes, type TensorType } from "./shape.js";
import { textVersion } from "./text.js";
import { verifyValues } from "./verify.js";

/** The part of the graph parsed so far. */
interface Draft {
  name: string;
  readonly inputs: GraphInput[];
  readonly slots: Slot[];
  readonly nodes: Node[];
  readonly outputs: GraphOutput[];
  readonly types: Map<ValueId, TensorType>;
}

const mostMistakes = 50;

/**
 * Parses the output of `printGraph`: an equal graph whose spans point into this text, or the errors. `ops/read-graph.ts` checks
 * the ops; this checks only that values are produced once, before their use.
 */
export function parseGraph(text: string, file = "graph"): Graph | readonly Diagnostic[] {
  const draft: Draft = { name: "", inputs: [], slots: [], nodes: [], outputs: [], types: new Map() };
  const mistakes: Diagnostic[] = [];
  let offset = 0;
  for (const [index, line] of text.split("\n").entries()) {
    const wrong = readLine(draft, index, file, line, offset);
    if (wrong) mistakes.push(wrong);
    // After an unknown first line nothing can be parsed.
    if (wrong?.code === "graph/unknown-version" || mistakes.length >= mostMistakes) return mistakes;
    offset += line.length + 1;
  }
  if (mistakes.length > 0) return mistakes;
  return checked(draft, { file, start: 0, end: text.length });
}

function readLine(draft: Draft, index: number, file: string, line: string, offset: number): Diagnostic | undefined {
  if (index === 0) return versionMistake(line, file);
  const reader = new LineReader(file, line, offset);
  if (reader.atEnd()) return undefined;
  try {
    if (index === 1) {
      reader.expect("graph");
      draft.name = reader.name("the graph's name");
    } else readStatement(draft, reader, { file, start: offset, end: offset + line.length });
    reader.expectEnd();
    return undefined;
  } catch (mistake) {
    if (mistake instanceof UnreadableLine) return mistake.diagnostic;
    throw mistake;
  }
}

function versionMistake(line: string, file: string): Diagnostic | undefined {
  if (line.trim() === `lfer_graph ${textVersion}`) return undefined;
  const found = line.length > 40 ? `${line.slice(0, 40)}...` : line;
  return diagnose("graph/unknown-version", { found }, { span: { file, start: 0, end: line.length } });
}

function readStatement(draft: Draft, reader: LineReader, span: Span): void {
  if (reader.accept("input")) draft.inputs.push(readInput(draft, reader));
  else if (reader.accept("slot")) draft.slots.push(readSlot(draft, reader, span));
  else if (reader.accept("output")) draft.outputs.push(readOutput(reader));
  else if (reader.accept("next")) readNext(draft, reader);
  else if (reader.atValue()) draft.nodes.push(readNode(draft, reader, span));
  else reader.fail(`"input", "slot", "output", "next" or a value such as %0`);
}

function readInput(draft: Draft, reader: LineReader): GraphInput {
  const value = reader.value();
  const name = reader.name("the input's name");
  reader.expect(":");
  draft.types.set(value, readType(reader));
  const picture = reader.accept("picture") ? { mean: readNumbers(reader), std: readNumbers(reader) } : undefined;
  const mask = reader.accept("mask") ? { keep: reader.number("the share that is kept") } : undefined;
  return { name, value, ...(picture && { picture }), ...(mask && { mask }) };
}

function readSlot(draft: Draft, reader: LineReader, span: Span): Slot {
  const value = reader.value();
  const name = reader.name("the slot's name");
  reader.expect(":");
  draft.types.set(value, readType(reader));
  const role = reader.word(`"parameter", "statistic" or "optimizer"`, ["parameter", "statistic", "optimizer"]);
  return { name, value, role, initializer: readInitializer(reader), span };
}

function readInitializer(reader: LineReader): Initializer {
  const kind = reader.word(`"constant", "uniform" or "normal"`, ["constant", "uniform", "normal"]);
  reader.expect("(");
  const first = reader.number("a number");
  if (kind === "constant") {
    reader.expect(")");
    return { kind, value: first };
  }
  reader.expect(",");
  const second = reader.number("a number");
  reader.expect(")");
  return kind === "uniform" ? { kind, low: first, high: second } : { kind, mean: first, std: second };
}

function readNode(draft: Draft, reader: LineReader, span: Span): Node {
  const outputs = [reader.value()];
  while (reader.accept(",")) outputs.push(reader.value());
  reader.expect("=");
  const op = reader.name("the op's name");
  const inputs = reader.list("(", ")", () => reader.value());
  const attributes = readAttributes(reader);
  reader.expect("->");
  for (const [i, value] of outputs.entries()) {
    if (i > 0) reader.expect(",");
    draft.types.set(value, readType(reader));
  }
  reader.expect("at");
  return { op, attributes, inputs, outputs, path: reader.name("the node's path"), span };
}

function readAttributes(reader: LineReader): Readonly<Record<string, AttributeValue>> {
  if (!reader.accept("{")) return {};
  const pairs = new Map<string, AttributeValue>();
  do {
    const key = reader.name("an attribute's name");
    if (pairs.has(key)) reader.fail(`each attribute once (${key} is here twice)`);
    reader.expect(":");
    pairs.set(key, readAttribute(reader));
  } while (reader.accept(","));
  reader.expect("}");
  return Object.fromEntries(pairs);
}

function readAttribute(reader: LineReader): AttributeValue {
  if (reader.accept("true")) return true;
  if (reader.accept("false")) return false;
  const number = reader.tryNumber();
  if (number !== undefined) return number;
  if (reader.accept("[")) return reader.restOfList("]", () => reader.number("a number"));
  return reader.string("a number, a list of numbers, true, false or a string");
}

function readOutput(reader: LineReader): GraphOutput {
  const name = reader.name("the output's name");
  reader.expect("=");
  const value = reader.value();
  if (!reader.accept("labels")) return { name, value };
  return { name, value, labels: reader.list("[", "]", () => reader.string("a label in quotes")) };
}

/** The next value of a slot that is declared above. */
function readNext(draft: Draft, reader: LineReader): void {
  const value = reader.value();
  const index = draft.slots.findIndex((slot) => slot.value === value);
  if (index < 0) reader.fail("the value of a slot that stands above");
  reader.expect("=");
  draft.slots[index] = { ...(draft.slots[index] as Slot), next: reader.value() };
}

function readType(reader: LineReader): TensorType {
  const dtype = reader.word(`a type such as float32`, dtypes);
  return { dtype, shape: reader.list("[", "]", () => readDim(reader)) };
}

function readDim(reader: LineReader): Dim {
  if (reader.accept("N")) return { batch: 1 };
  const size = reader.number("a size, N or a multiple such as 4*N");
  if (!reader.accept("*")) return size;
  reader.expect("N");
  return { batch: size };
}

function readNumbers(reader: LineReader): number[] {
  return reader.list("[", "]", () => reader.number("a number"));
}

/** The graph, if its values are numbered without gaps and produced once, before their use. */
function checked(draft: Draft, whole: Span): Graph | readonly Diagnostic[] {
  const types: TensorType[] = [];
  for (let value = 0; value < draft.types.size; value++) {
    const type = draft.types.get(value);
    if (type === undefined) {
      const at = draft.name === "" ? "the graph" : `graph ${draft.name}`;
      return [diagnose("graph/value-not-made", { at, value }, { span: whole })];
    }
    types.push(type);
  }
  const graph = { ...draft, types };
  const faults = verifyValues(graph).slice(0, mostMistakes);
  if (faults.length > 0) return faults.map(({ problem, span }) => problem.diagnose({ span: span ?? whole }));
  return graph;
}
