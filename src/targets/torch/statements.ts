/** Nodes to statements of Python. */
import { invariant } from "../../diagnostics/invariant.js";
import { type Graph, type Node, typeOf, typesOf, type ValueId } from "../../ir/graph.js";
import { findOp } from "../../ops/registry.js";
import type { TorchSite } from "../../ops/torch/lowering.js";
import { bare, call, filled, floatText, method } from "../../ops/torch/python.js";
import { layerOf, loweringOf } from "./lowered.js";
import { variableName } from "./python-names.js";

/** A call of a module that stands for several nodes. */
export interface ModuleCall {
  readonly module: string;
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  /** Where it is, as a node's. */
  readonly path: string;
}

export type Step = Node | ModuleCall;

const isCall = (step: Step): step is ModuleCall => "module" in step;

/** What the statements are part of. */
export interface Surroundings {
  /** The part of the paths that all steps have in common. */
  readonly path: string;
  /** Values from outside by their names there; the first is a tensor of the numbers' type and place. */
  readonly given: ReadonlyMap<ValueId, string>;
  /** What a layer is called, from the name of its first weight's slot. */
  readonly layerOf: (node: Node) => string;
  readonly training: string;
  /** Fixed numbers that are more than one: an expression of a tensor. */
  readonly constant: (node: Node, values: readonly number[], shape: readonly number[]) => string;
  readonly helper: (name: string, lines: readonly string[]) => void;
}

const mark = (index: number): string => `\u{E010}${index}\u{E011}`;
const marks = /\u{E010}(\d+)\u{E011}/gu;

/** The longest statement that takes in another one. */
const longest = 96;

const visible = (text: string): number => filled(text, (_, { text: literal }) => literal).length;

/** An expression and how often it needs each input. */
interface Written {
  readonly text: string;
  readonly isNumber: boolean;
}

/** The numbers of a list, as Python writes them, nested as in the shape. */
export function nestedNumbers(values: readonly number[], shape: readonly number[]): string {
  if (shape.length === 0) return floatText(values[0] as number);
  const [length = 0, ...rest] = shape;
  const each = values.length / Math.max(1, length);
  const parts = Array.from({ length }, (_, i) => nestedNumbers(values.slice(i * each, (i + 1) * each), rest));
  return `[${parts.join(", ")}]`;
}

/** A lone number as a tensor of the anchor's type and place. */
const loneTensor = (anchor: string | undefined, number: string): string =>
  anchor === undefined ? call("torch.tensor", [number]) : method(anchor, "new_full", ["()", number]);

/** Whether a value of each number of the graph is a lone one. */
type Numbers = ReadonlyMap<ValueId, string>;

function siteOf(
  graph: Graph,
  node: Node,
  around: Surroundings,
  numbers: Numbers,
  anchor: string | undefined,
): TorchSite {
  const inputTypes = typesOf(graph, node.inputs);
  const number = (index: number): string | undefined => numbers.get(node.inputs[index] as ValueId);
  const tensor = (index: number): string => {
    const text = number(index);
    return text === undefined ? mark(index) : loneTensor(anchor, text);
  };
  return {
    inputTypes,
    outputTypes: typesOf(graph, node.outputs),
    tensor,
    tensors: () => node.inputs.map((_, index) => tensor(index)),
    operand: (index) => {
      const isKept = inputTypes.some(
        ({ dtype }, other) => other !== index && dtype === inputTypes[index]?.dtype && number(other) === undefined,
      );
      return (isKept ? number(index) : undefined) ?? tensor(index);
    },
    training: around.training,
    constant: (values, shape) =>
      shape.length === 0 ? floatText(values[0] as number) : around.constant(node, values, shape),
    helper: (name, lines) => {
      around.helper(name, lines);
      return name;
    },
  };
}

function write(graph: Graph, step: Step, around: Surroundings, numbers: Numbers, anchor: string | undefined): Written {
  if (isCall(step)) {
    const operands = step.inputs.map((value, i) => numbers.get(value) ?? mark(i));
    return { text: `${step.module}(${operands.join(", ")})`, isNumber: false };
  }
  const lowering = loweringOf(step);
  const site = siteOf(graph, step, around, numbers, anchor);
  if (typeof lowering === "function") {
    const isNumber = step.inputs.length === 0 && typeOf(graph, step.outputs[0] as ValueId).shape.length === 0;
    return { text: lowering(site, step.attributes), isNumber };
  }
  const layer = around.layerOf(step);
  const text = lowering.apply?.(layer, site, step.attributes) ?? `${layer}(${bare(site.tensor(0))})`;
  return { text, isNumber: false };
}

/** Whether the op is a layer that is called with one tensor and nothing else. */
export function isPlainCall(graph: Graph, node: Node): boolean {
  if (layerOf(node) === undefined) return false;
  const nowhere = {
    path: "",
    given: new Map(),
    layerOf: () => "layer",
    training: "",
    constant: () => "",
    helper: () => {},
  };
  return write(graph, node, nowhere, new Map(), "").text === `layer(${mark(0)})`;
}

/** The name of a step's result: that of its binding. */
function hintOf({ path }: Step, { path: above }: Surroundings): string {
  const own = above === "" || !path.startsWith(`${above}.`) ? path : path.slice(above.length + 1);
  return variableName(own.split(".")[0] as string);
}

/** How often a value is used, and the last step that uses it. */
interface Uses {
  readonly count: number;
  readonly last: number;
}

function usesOf(steps: readonly Step[], results: readonly ValueId[]): ReadonlyMap<ValueId, Uses> {
  const uses = new Map<ValueId, Uses>();
  const use = (value: ValueId, at: number): void => {
    uses.set(value, { count: (uses.get(value)?.count ?? 0) + 1, last: at });
  };
  for (const [at, { inputs }] of steps.entries()) for (const value of inputs) use(value, at);
  for (const value of results) use(value, steps.length);
  return uses;
}

/** Statements that compute the results, and an expression for each result. */
export interface Statements {
  readonly lines: readonly string[];
  readonly results: readonly string[];
}

/** The steps as statements. A value that one step of the same binding uses once becomes part of that step's expression. */
export function printStatements(
  graph: Graph,
  steps: readonly Step[],
  results: readonly ValueId[],
  around: Surroundings,
): Statements {
  const uses = usesOf(steps, results);
  const numbers = new Map<ValueId, string>();
  const texts = new Map<ValueId, string>(around.given);
  const anchor = around.given.values().next().value;
  /** Until which step each name is taken. */
  const taken = new Map<string, number>();
  for (const [value, name] of around.given) taken.set(name, uses.get(value)?.last ?? -1);
  if (anchor !== undefined) taken.set(anchor, Number.POSITIVE_INFINITY);
  const lines: string[] = [];

  const nameFor = (value: ValueId, hint: string, at: number): string => {
    let name = hint;
    for (let i = 2; (taken.get(name) ?? -1) > at; i++) name = `${hint}_${i}`;
    taken.set(name, uses.get(value)?.last ?? at);
    return name;
  };
  /** What an expression uses keeps its name until the expression itself is used. */
  const keep = (text: string, until: number): void => {
    for (const [word] of text.matchAll(/\b[A-Za-z_]\w*/g)) {
      const known = taken.get(word);
      if (known !== undefined) taken.set(word, Math.max(known, until));
    }
  };
  /** Whether the step that uses the value has it in its expression: one of the same binding, or the next one. */
  const isTakenIn = (value: ValueId, at: number, step: Step, text: string): boolean => {
    const found = uses.get(value);
    if (found?.count !== 1 || visible(text) > longest - 24) return false;
    const consumer = steps[found.last];
    if (consumer === undefined) return at === steps.length - 1;
    if (isCall(consumer) || isCall(step)) return false;
    return found.last === at + 1 || hintOf(consumer, around) === hintOf(step, around);
  };

  for (const [at, step] of steps.entries()) {
    const { text, isNumber } = write(graph, step, around, numbers, anchor);
    const [first] = step.outputs as readonly [ValueId];
    if (isNumber) {
      numbers.set(first, text);
      continue;
    }
    const counts = new Map<string, number>();
    for (const [found] of text.matchAll(marks)) counts.set(found, (counts.get(found) ?? 0) + 1);
    const hint = hintOf(step, around);
    /** An expression that would be evaluated twice, or make the line too long, gets a name first. */
    const operand = (found: string, index: string): string => {
      const value = step.inputs[Number(index)] as ValueId;
      const inner = texts.get(value);
      invariant(inner !== undefined, `value ${value} of ${step.path} is not there yet`);
      const isPlain = /^[\w.]+$/.test(inner);
      if (isPlain || (counts.get(found) === 1 && visible(inner) + visible(text) < longest)) return inner;
      const name = nameFor(value, hint, at - 1);
      lines.push(`${name} = ${bare(inner)}`);
      texts.set(value, name);
      return name;
    };
    const whole = substituted(text, operand);
    if (step.outputs.length === 1 && isTakenIn(first, at, step, whole)) {
      texts.set(first, whole);
      keep(whole, uses.get(first)?.last ?? at);
      continue;
    }
    const names = step.outputs.map((value, i) => {
      if (!uses.has(value)) return "_";
      return nameFor(value, step.outputs.length === 1 ? hint : `${hint}_${i + 1}`, at);
    });
    for (const [i, value] of step.outputs.entries()) texts.set(value, names[i] as string);
    const into = names.length === 1 && !isCall(step) && isSequence(step) ? `(${names[0]},)` : names.join(", ");
    lines.push(`${into} = ${bare(whole)}`);
  }
  const asTensor = (value: ValueId): string => {
    const number = numbers.get(value);
    return number === undefined ? (texts.get(value) as string) : loneTensor(anchor, number);
  };
  return { lines, results: results.map((value) => bare(asTensor(value))) };
}

/** Whether the op's expression is a sequence, also if it has one result. */
const isSequence = ({ op }: Node): boolean => findOp(op)?.results === "many";

/** The text with its inputs in place; an argument of a call loses the brackets that it does not need. */
function substituted(text: string, operand: (found: string, index: string) => string): string {
  return text.replaceAll(marks, (found, index: string, at: number) => {
    const inner = operand(found, index);
    const [before, after] = [text[at - 1] ?? "", text[at + found.length] ?? ""];
    const isArgument = (before === "(" || text.slice(at - 2, at) === ", ") && (after === ")" || after === ",");
    return isArgument && /[\w]$/.test(text.slice(0, text.lastIndexOf("(", at))) ? bare(inner) : inner;
  });
}
