import { didYouMean, entry } from "../entry.js";
import { inModel } from "./example.js";

const plain = inModel(`logits = image -> conv(8) -> flatten`);

const withRequire = `block B(channels: int) on x {
  require channels % 2 == 0, "B's channels must be even: it works on halves"
  return x -> conv(channels)
}`;

function bounds(min: number | undefined, max: number | undefined): string {
  if (min === Number.MIN_VALUE) return "more than 0";
  if (max === undefined) return `at least ${min}`;
  return min === undefined ? `at most ${max}` : `from ${min} to ${max}`;
}

export const valueEntries = {
  "value/wrong-length": entry<{ what: string; expected: string; actual: number }>({
    severity: "error",
    message: (h) => `${h.what} takes ${h.expected} number${h.expected === "1" ? "" : "s"}, gets ${h.actual}`,
    help: () => "Sizes and paddings take one number for all sides, or one for each; `picture` takes one per channel.",
    explanation: "Sizes along several axes are lists with a fixed number of entries.",
    bad: inModel(`logits = image -> conv(8, padding: [1, 1, 1]) -> flatten`),
    good: inModel(`logits = image -> conv(8, padding: [1, 1, 1, 1]) -> flatten`),
  }),
  "value/out-of-range": entry<{
    callee: string;
    name: string;
    min: number | undefined;
    max: number | undefined;
    actual: number;
  }>({
    severity: "error",
    message: (h) => `${h.callee}'s ${h.name} must be ${bounds(h.min, h.max)}, gets ${h.actual}`,
    help: (h) => `Give ${h.name} a value in that range.`,
    explanation: "Sizes are positive, probabilities lie between 0 and 1.",
    bad: inModel(`logits = image -> conv(-8) -> flatten`),
    good: plain,
  }),
  "value/unknown-option": entry<{
    callee: string;
    name: string;
    actual: string;
    known: string;
    suggestion: string | undefined;
  }>({
    severity: "error",
    message: (h) => `${h.callee}'s ${h.name} is one of ${h.known}, not "${h.actual}".${didYouMean(h.suggestion)}`,
    help: () => "Choose one of these words.",
    explanation: "Some parameters take one of a few words.",
    bad: recipe(`"dropp"`),
    good: recipe(`"drop"`),
  }),
  "value/inexact-division": entry<{ left: number; right: number }>({
    severity: "error",
    message: (h) => `${h.left} / ${h.right} is not a whole number`,
    help: (h) =>
      `Division of ints is exact. Choose a multiple of ${h.right}, or be explicit: use \`floor_div(a, b)\`, which rounds down, or a float like \`${h.right}.0\`.`,
    explanation: "Half a channel is always a mistake; rounding it away would hide it.",
    bad: inModel(`logits = image -> Half(29) -> flatten`, `block Half(channels: int) = conv(channels / 2)`),
    good: inModel(`logits = image -> Half(116) -> flatten`, `block Half(channels: int) = conv(channels / 2)`),
  }),
  "value/division-by-zero": entry<{ expression: string }>({
    severity: "error",
    message: (h) => `division by zero: ${h.expression}`,
    help: () => "Check the divisor.",
    explanation: "A division by zero has no result.",
    bad: `lfer 1\n\nconst x = 8 / 0\n`,
    good: `lfer 1\n\nconst x = 8 / 2\n`,
  }),
  "value/overflow": entry<{ expression: string; type: string }>({
    severity: "error",
    message: (h) => `${h.expression} is too large for ${h.type}`,
    help: () => "Ints go up to 2^53 - 1, floats to about 1.8e308.",
    explanation: "Counts must be exact: a number that would be rounded is refused.",
    bad: `lfer 1\n\nconst x = 4_000_000_000 * 4_000_000_000\n`,
    good: `lfer 1\n\nconst x = 4_000 * 4_000\n`,
  }),
  "value/index-out-of-range": entry<{ index: number; length: number }>({
    severity: "error",
    message: (h) => `there is no item ${h.index} in a list of ${h.length}`,
    help: (h) => (h.length === 0 ? "The list is empty." : `Items are counted from 0: 0 to ${h.length - 1}.`),
    explanation: "Lists have a fixed length.",
    bad: `lfer 1\n\nconst widths = [24, 116]\nconst last = widths[2]\n`,
    good: `lfer 1\n\nconst widths = [24, 116]\nconst last = widths[1]\n`,
  }),
  "value/requirement-failed": entry<{ message: string }>({
    severity: "error",
    message: (h) => h.message,
    help: () => "The block asks for this with `require`; change the arguments it is given.",
    explanation: "A block can say what it needs, so that a wrong use is reported where it happens.",
    bad: inModel(`logits = image -> B(7) -> flatten`, withRequire),
    good: inModel(`logits = image -> B(8) -> flatten`, withRequire),
  }),
  "value/wrong-dimension": entry<{ actual: number }>({
    severity: "error",
    message: (h) => `a tensor's size must be at least 1, gets ${h.actual}`,
    help: () => "Give a positive size.",
    explanation: "A tensor without elements holds nothing to compute with.",
    bad: plain.replace("[N, 3, 32, 32]", "[N, 3, 0, 32]"),
    good: plain,
  }),
  "value/wrong-setting": entry<{ name: string; value: string; expected: string; actual: string }>({
    severity: "error",
    message: (h) => `\`--set ${h.name}=${h.value}\`: "${h.name}" is ${h.expected}, gets ${h.actual}`,
    help: () => "Write the value as in a model file; strings may go without quotes.",
    explanation: "`--set` gives values to a model's parameters, and they have types.",
    bad: { command: "lferc stats models/lfer_ldl.lfer --set size=big" },
    good: { command: "lferc stats models/lfer_ldl.lfer --set size=112" },
  }),
} as const;

function recipe(last: string): string {
  return `lfer 1

import { cross_entropy } from "std/losses"

model M {
  input image: float32[N, 3, 8, 8]
  logits = image -> global_avg_pool -> flatten -> linear(3)
  output logits
}

recipe Train {
  student = M
  data = folder()
  loss = cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: 0.1)
  train = run(batch: 4, epochs: 1, last_batch: ${last})
}
`;
}
