import { didYouMean, entry } from "../entry.js";

/** A dimension as this folder sees it: it imports nothing of ours. */
type Dim = number | { readonly batch: number };
export interface TensorType {
  readonly dtype: string;
  readonly shape: readonly Dim[];
}

const dim = (d: Dim): string => (typeof d === "number" ? String(d) : d.batch === 1 ? "N" : `${d.batch}*N`);
const shape = (s: readonly Dim[]): string => `[${s.map(dim).join(", ")}]`;
const type = (t: TensorType): string => `${t.dtype}${shape(t.shape)}`;

/** A graph's text comes from `build --target ir`; only manual edits can break it. */
const good = { command: "lferc build net.lfer --target ir -o net.graph" };
const edited = (edit: string) => ({ command: `${good.command}   # then edited by hand: ${edit}` });

/** Errors in the text form of a graph. */
export const graphEntries = {
  "graph/unknown-version": entry<{ found: string }>({
    severity: "error",
    message: (h) => `a graph's text begins with "lfer_graph 1", this one with "${h.found}"`,
    help: () => "Write the text again with this version of lferc.",
    explanation:
      "The first line gives the version of the format, so that a newer format is rejected instead of misread.",
    bad: edited("first line `lfer_graph 2`"),
    good,
  }),

  "graph/unreadable-line": entry<{ expected: string; found: string }>({
    severity: "error",
    message: (h) => `expected ${h.expected} here, found ${h.found}`,
    help: () => "Each line is one input, slot, node or output in the form that `lferc build --target ir` writes.",
    explanation: "The text form has one item per line, so that a mistake spoils only its own line.",
    bad: edited("a bracket removed"),
    good,
  }),

  "graph/value-made-again": entry<{ at: string; value: number }>({
    severity: "error",
    message: (h) => `${h.at} makes %${h.value}, which already exists`,
    help: () => "Give each value its own number, from %0 upwards.",
    explanation: "Every value comes from exactly one input, slot or node.",
    bad: edited("a line repeated"),
    good,
  }),

  "graph/value-not-made": entry<{ at: string; value: number }>({
    severity: "error",
    message: (h) => `${h.at} needs %${h.value}, which nothing before it makes`,
    help: () => "Nodes are listed in the order in which they run; values are numbered from %0 without gaps.",
    explanation: "A graph runs from top to bottom: a node's inputs must come from an input, a slot or a node above.",
    bad: edited("two lines swapped"),
    good,
  }),

  "graph/duplicate-name": entry<{ what: string; name: string }>({
    severity: "error",
    message: (h) => `two ${h.what} are called "${h.name}"`,
    help: () => "Rename one of them.",
    explanation: "Names are how weight files, reports and programs address the parts of a graph.",
    bad: edited("one slot renamed to another's name"),
    good,
  }),

  "graph/impossible-size": entry<{ at: string; actual: TensorType }>({
    severity: "error",
    message: (h) => `${h.at} has the type ${type(h.actual)}: sizes are whole numbers from 1, their product below 2^53`,
    help: () => "Correct the size.",
    explanation: "Element counts are exact integers everywhere in the compiler.",
    bad: edited("a size changed to 0"),
    good,
  }),

  "graph/unknown-op": entry<{ at: string; op: string; suggestion: string | undefined }>({
    severity: "error",
    message: (h) => `${h.at} applies "${h.op}", which is not an op.${didYouMean(h.suggestion)}`,
    help: () => "docs/ops.md lists all ops.",
    explanation: "An unknown op has no shape, no work and no meaning; it is never ignored.",
    bad: edited("`relu` written `reluu`"),
    good,
  }),

  "graph/wrong-count": entry<{ at: string; op: string; what: "inputs" | "results"; wanted: string; actual: number }>({
    severity: "error",
    message: (h) => `${h.at}: ${h.op} needs ${h.wanted} ${h.what}, found ${h.actual}`,
    help: () => "docs/ops.md names the inputs and results of each op.",
    explanation: "Inputs and results are identified by position.",
    bad: edited("one of a convolution's inputs removed"),
    good,
  }),

  "graph/wrong-attribute": entry<{ at: string; op: string; attribute: string; wanted: string; found: string }>({
    severity: "error",
    message: (h) => `${h.at}: ${h.op}'s attribute ${h.attribute} must be ${h.wanted}, is ${h.found}`,
    help: () => "docs/ops.md names the attributes of each op; a node writes out all of them.",
    explanation: "Nodes have no hidden defaults: every attribute is written.",
    bad: edited("`stride: [1, 1]` changed to `stride: 1`"),
    good,
  }),

  "graph/wrong-slot": entry<{ op: string; slot: string; made: readonly Dim[]; needed: readonly Dim[] }>({
    severity: "error",
    message: (h) => `${h.op}'s ${h.slot} is ${shape(h.made)}, but for this input it must be ${shape(h.needed)}`,
    help: () => "Give the slot that shape, or correct the input or the attributes.",
    explanation: "Weights fit one number of channels; a graph cannot take another input without new weights.",
    bad: edited("a weight's size changed"),
    good,
  }),

  "graph/wrong-operand": entry<{ op: string; input: string; given: readonly Dim[]; needed: readonly Dim[] }>({
    severity: "error",
    message: (h) => `${h.op}'s ${h.input} has the shape ${shape(h.given)}, which does not fit ${shape(h.needed)}`,
    help: () => "Give that input the shape, or correct the other inputs or the attributes.",
    explanation:
      "An op of a training step takes gradients, whose shapes follow from its other inputs and its attributes.",
    bad: edited("`relu` replaced by `broadcast_to`, with sizes that have an axis too few"),
    good,
  }),

  "graph/wrong-type": entry<{ at: string; value: number; said: TensorType; inferred: TensorType }>({
    severity: "error",
    message: (h) => `${h.at}: %${h.value} is declared as ${type(h.said)}, but the op gives ${type(h.inferred)}`,
    help: (h) => `Write ${type(h.inferred)}, or correct the attributes or inputs.`,
    explanation: "Types follow from the inputs; they are written down for readers, and must agree.",
    bad: edited("a result's size changed"),
    good,
  }),
} as const;
