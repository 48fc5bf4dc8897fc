import { type Problem, problem } from "../diagnostics/diagnostic.js";
import type { Span } from "../diagnostics/span.js";
import { suggest } from "../diagnostics/suggest.js";
import type { AttributeValue, Graph, Node, ValueId } from "./graph.js";
import { elementCount, sameType, type TensorType } from "./shape.js";

/** An error at one place of a graph. */
export interface Fault {
  readonly problem: Problem;
  /** `node stage2.conv_1`, `slot conv_1.weight`, ... */
  readonly at: string;
  readonly span: Span | undefined;
}

/** The rule for an attribute; `AttributeSpec` of the ops implements it. */
export interface AttributeRule {
  readonly kind: "int" | "float" | "bool" | "string" | "ints" | "floats";
  readonly min?: number;
  readonly max?: number;
  readonly length?: number;
}

/** The part of an op that a node's structure depends on; every op of the registry implements it. */
export interface OpSignature {
  readonly inputs: readonly { readonly name: string; readonly optional?: true }[] | "many";
  readonly results: readonly string[] | "many";
  readonly attributes: Readonly<Record<string, AttributeRule>>;
}

/** Finds an op by name. */
export type FindSignature = (name: string) => OpSignature | undefined;

/**
 * Structural errors of a graph: values must be produced once and before their use, with possible types; names must be unique;
 * ops known, with valid attributes and numbers of inputs. `opNames` are suggested for unknown ops. `ops/verify-types.ts` checks
 * the types.
 */
export function verifyGraph(graph: Graph, findOp: FindSignature, opNames: Iterable<string> = []): readonly Fault[] {
  const names = [...opNames];
  return [
    ...verifyValues(graph),
    ...verifyNames(graph),
    ...graph.nodes.flatMap((node) => verifyNode(node, findOp(node.op), names)),
  ];
}

export const nodePlace = (node: Node): string => `node ${node.path}`;

/** Errors that need no knowledge of ops: each value must be produced once, before its use, with a possible type. */
export function verifyValues(graph: Graph): readonly Fault[] {
  const faults: Fault[] = [];
  const made = new Set<ValueId>();
  const make = (value: ValueId, at: string, span: Span | undefined): void => {
    if (made.has(value)) faults.push({ problem: problem("graph/value-made-again", { at, value }), at, span });
    made.add(value);
    const type = graph.types[value];
    if (type === undefined) faults.push({ problem: problem("graph/value-not-made", { at, value }), at, span });
    else if (!isPossible(type)) {
      faults.push({ problem: problem("graph/impossible-size", { at, actual: type }), at, span });
    }
  };
  const use = (value: ValueId, at: string, span: Span | undefined): void => {
    if (!made.has(value)) faults.push({ problem: problem("graph/value-not-made", { at, value }), at, span });
  };
  for (const { name, value } of graph.inputs) make(value, `input ${name}`, undefined);
  for (const { name, value, span } of graph.slots) make(value, `slot ${name}`, span);
  for (const node of graph.nodes) {
    for (const value of node.inputs) use(value, nodePlace(node), node.span);
    for (const value of node.outputs) make(value, nodePlace(node), node.span);
  }
  for (const { name, value } of graph.outputs) use(value, `output ${name}`, undefined);
  for (const { name, value, next, span } of graph.slots) {
    if (next === undefined) continue;
    const at = `slot ${name}`;
    use(next, at, span);
    const [said, inferred] = [graph.types[value], graph.types[next]];
    if (said === undefined || inferred === undefined || sameType(said, inferred)) continue;
    faults.push({ problem: problem("graph/wrong-type", { at, value: next, said, inferred }), at, span });
  }
  for (const value of graph.types.keys()) {
    if (!made.has(value)) use(value, `graph ${graph.name}`, undefined);
  }
  return faults;
}

/** Sizes are integers from 1 (or multiples of N), and their product is an exact integer. */
function isPossible({ shape }: TensorType): boolean {
  const sizes = shape.map((dim) => (typeof dim === "number" ? dim : dim.batch));
  return sizes.every((size) => Number.isSafeInteger(size) && size >= 1) && Number.isSafeInteger(elementCount(shape));
}

function verifyNames(graph: Graph): readonly Fault[] {
  const duplicates = (what: string, named: readonly { name: string; span?: Span | undefined }[]): readonly Fault[] => {
    const seen = new Set<string>();
    return named.flatMap(({ name, span }) => {
      if (!seen.has(name)) {
        seen.add(name);
        return [];
      }
      return [{ problem: problem("graph/duplicate-name", { what, name }), at: `${what} ${name}`, span }];
    });
  };
  return [
    ...duplicates("inputs", graph.inputs),
    ...duplicates("slots", graph.slots),
    ...duplicates(
      "nodes",
      graph.nodes.map(({ path, span }) => ({ name: path, span })),
    ),
    ...duplicates("outputs", graph.outputs),
  ];
}

/** Faults of one node by itself: a known op, with as many inputs and results and such attributes as it has. */
export function verifyNode(node: Node, op: OpSignature | undefined, opNames: readonly string[]): readonly Fault[] {
  const at = nodePlace(node);
  const fault = (found: Problem): Fault => ({ problem: found, at, span: node.span });
  if (op === undefined) {
    return [fault(problem("graph/unknown-op", { at, op: node.op, suggestion: suggest(node.op, opNames) }))];
  }
  const faults: Fault[] = [];
  const count = (what: "inputs" | "results", least: number, most: number, actual: number): void => {
    if (actual >= least && actual <= most) return;
    const wanted =
      most === Number.POSITIVE_INFINITY ? `${least} or more` : least === most ? `${least}` : `${least} to ${most}`;
    faults.push(fault(problem("graph/wrong-count", { at, op: node.op, what, wanted, actual })));
  };
  if (op.inputs === "many") count("inputs", 1, Number.POSITIVE_INFINITY, node.inputs.length);
  else count("inputs", op.inputs.filter((i) => !i.optional).length, op.inputs.length, node.inputs.length);
  if (op.results === "many") count("results", 1, Number.POSITIVE_INFINITY, node.outputs.length);
  else count("results", op.results.length, op.results.length, node.outputs.length);
  const known = new Set([...Object.keys(op.attributes), ...Object.keys(node.attributes)]);
  for (const attribute of known) {
    const rule = Object.hasOwn(op.attributes, attribute) ? op.attributes[attribute] : undefined;
    const value = Object.hasOwn(node.attributes, attribute) ? node.attributes[attribute] : undefined;
    if (rule !== undefined && value !== undefined && obeys(value, rule)) continue;
    const wanted = rule === undefined ? "left out (it has none)" : describeRule(rule);
    const found = value === undefined ? "missing" : JSON.stringify(value);
    faults.push(fault(problem("graph/wrong-attribute", { at, op: node.op, attribute, wanted, found })));
  }
  return faults;
}

function obeys(value: AttributeValue, rule: AttributeRule): boolean {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = rule;
  const inside = (x: number): boolean => x >= min && x <= max;
  const whole = (x: number): boolean => Number.isSafeInteger(x) && inside(x);
  switch (rule.kind) {
    case "bool":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string";
    case "int":
      return typeof value === "number" && whole(value);
    case "float":
      return typeof value === "number" && inside(value);
    default: {
      if (typeof value !== "object" || (rule.length !== undefined && value.length !== rule.length)) return false;
      return value.every(rule.kind === "ints" ? whole : (x) => !Number.isNaN(x) && inside(x));
    }
  }
}

function describeRule(rule: AttributeRule): string {
  const bounds = [
    ...(rule.min === undefined ? [] : [`from ${rule.min}`]),
    ...(rule.max === undefined ? [] : [`to ${rule.max}`]),
  ];
  const many = rule.length === undefined ? "a list of" : `a list of ${rule.length}`;
  const kinds = {
    int: "an int",
    float: "a number",
    bool: "true or false",
    string: "a string",
    ints: `${many} ints`,
    floats: `${many} numbers`,
  };
  return [kinds[rule.kind], ...bounds].join(" ");
}
