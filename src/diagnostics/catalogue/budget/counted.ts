import { didYouMean, entry } from "../../entry.js";
import { asPaper, grouped } from "../../number-text.js";

/** The origin of a figure, for the help of a violated claim. */
export interface Origin {
  /** The measure as written in the check. */
  readonly of: string;
  readonly parts: readonly { readonly path: string; readonly value: number; readonly share: number }[];
  readonly at: string | undefined;
}

/** The facts of a violated claim. */
export interface Broken {
  readonly model: string;
  /** The measured side as written in the check: `macs("fvcore", at: "stage2")`. */
  readonly measure: string;
  readonly operator: string;
  readonly actual: number;
  readonly wanted: number;
  readonly tolerance: number | undefined;
  /** The tolerance as a share of `wanted`; undefined if it is given in the measure's unit. */
  readonly share?: number | undefined;
  /** The origin of the figure: its largest parts, or the layer of a maximum. */
  readonly origin?: Origin | undefined;
  /** For measured figures: their result files, and the format of their numbers. */
  readonly measured?:
    | {
        readonly files: readonly string[];
        /** Undefined if a side computes with them. */
        readonly text: { number(value: number): string; distance(value: number): string } | undefined;
      }
    | undefined;
  /** Whether the figures are the paper's, which prints millions truncated to two decimals. */
  readonly paper: boolean;
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))}%`;

const shareOf = (h: Broken): string =>
  h.wanted === 0 ? "" : ` (${((100 * Math.abs(h.actual - h.wanted)) / Math.abs(h.wanted)).toFixed(2)}%)`;

/** A count is exact; the digits of a quotient are limited. */
const figure = (value: number): string =>
  Number.isInteger(value) ? grouped(value) : String(Number(value.toPrecision(9)));

/** A number of the claim, in the unit of the measure. */
const numberOf = (h: Broken, value: number): string => (h.measured?.text?.number ?? figure)(value);

function apart(h: Broken): string {
  const distance = Math.abs(h.actual - h.wanted);
  return h.measured?.text?.distance(distance) ?? `${figure(distance)}${shareOf(h)}`;
}

const within = (h: Broken): string => {
  if (h.tolerance === undefined) return "";
  const amount = h.measured === undefined ? grouped(Math.floor(h.tolerance)) : numberOf(h, h.tolerance);
  return h.share === undefined ? ` within ${numberOf(h, h.tolerance)}` : ` within ${percent(h.share)} (${amount})`;
};

/** The paper's format is omitted if both figures would look alike, or like 0.00M. */
const printed = (h: Broken): string =>
  h.paper && asPaper(h.actual) !== asPaper(h.wanted)
    ? `; the paper would print ${asPaper(h.actual)}, the check says ${asPaper(h.wanted)}`
    : "";

/** `Most of params is in deep (60, 40%), head (36, 24%).` on one line; `stats` prints the table. */
function mostOf({ of, parts, at }: Origin): string {
  if (at !== undefined) return `${of} is reached at ${at}. `;
  const texts = parts.map(({ path, value, share }) => `${path} (${grouped(value)}, ${percent(share)})`);
  return texts.length === 0 ? "" : `Most of ${of} is in ${texts.join(", ")}. `;
}

const seeLayers = (h: Broken): string =>
  h.measured !== undefined
    ? `It was measured, see ${h.measured.files.join(", ")}.`
    : `${h.origin === undefined ? "" : mostOf(h.origin)}\`lferc stats\` shows which layers ${h.measure} comes from.`;

const network = (check: string): string => `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  features = image -> conv(8) -> relu
  logits = features -> global_avg_pool -> flatten -> linear(4)
  output logits
}

check M { ${check} }
`;

const enormous = (kernel: number): string => `lfer 1

model M {
  input image: float32[N, 3, 30_000, 30_000]
  logits = image -> conv(1024, kernel: ${kernel}) -> global_avg_pool -> flatten
  output logits
}

check M { macs("conv") >= 1 }
`;

export const budgetEntries = {
  "budget/exceeded": entry<Broken>({
    severity: "error",
    message: (h) =>
      `${h.model}: ${h.measure} is ${numberOf(h, h.actual)}, the check allows ${h.operator} ${numberOf(h, h.wanted)}${within(h)}: ${apart(h)} ${h.measured === undefined ? "too many" : "too much"}${printed(h)}`,
    help: (h) =>
      `${seeLayers(h)} ${h.measured === undefined ? "Make the network smaller there, or raise" : "Make it better, or change"} the budget knowingly.`,
    explanation:
      "A check limits what a network may cost: whoever changes the network sees at once what the change costs.",
    bad: network("params <= 200"),
    good: network("params <= 300"),
  }),

  "budget/below-minimum": entry<Broken>({
    severity: "error",
    message: (h) =>
      `${h.model}: ${h.measure} is ${numberOf(h, h.actual)}, the check requires ${h.operator} ${numberOf(h, h.wanted)}${within(h)}: ${apart(h)} ${h.measured === undefined ? "too few" : "too little"}${printed(h)}`,
    help: seeLayers,
    explanation: "A lower bound guards what a network must have, for example its receptive field.",
    bad: network("receptive_field >= 7"),
    good: network("receptive_field >= 3"),
  }),

  "budget/not-equal": entry<Broken>({
    severity: "error",
    message: (h) =>
      `${h.model}: ${h.measure} is ${numberOf(h, h.actual)}, the check says ${numberOf(h, h.wanted)}${within(h)}: ${apart(h)} too ${h.actual > h.wanted ? "many" : "few"}${printed(h)}`,
    help: (h) => `${seeLayers(h)} If the change was intended, write ${h.actual} into the check.`,
    explanation: "An exact claim pins a figure: any change to the network that moves it is reported.",
    bad: network("params == 259"),
    good: network("params == 252"),
  }),

  "budget/equal": entry<Broken>({
    severity: "error",
    message: (h) =>
      `${h.model}: ${h.measure} is ${numberOf(h, h.actual)}, the very number that the check excludes${within(h)}`,
    help: seeLayers,
    explanation: "`!=` says that a figure must differ from another.",
    bad: network("params != 252"),
    good: network("params != 253"),
  }),

  "budget/unknown-part": entry<{ model: string; part: string; suggestion: string | undefined }>({
    severity: "error",
    message: (h) => `${h.model} has no part "${h.part}"`,
    help: (h) =>
      `${didYouMean(h.suggestion).trimStart()} A part is`.trimStart() +
      " a layer's path, or the beginning of one up to a dot; `lferc stats --depth 1` lists the parts at the top.",
    explanation:
      "`at:` names a part of the network by its path: bindings and `as` names, else the block's name in snake case.",
    bad: network('params(at: "featurs") <= 300'),
    good: network('params(at: "features") <= 300'),
  }),

  "budget/empty-check": entry<{ model: string }>({
    severity: "error",
    message: (h) => `the check${h.model === "" ? "" : ` of ${h.model}`} claims nothing`,
    help: () => "Write what must hold, for example `params <= 1.3M`, or remove the check.",
    explanation: "An empty check would always pass.",
    bad: network(""),
    good: network("params <= 300"),
  }),

  "budget/no-model": entry({
    severity: "error",
    message: () => "this check does not name a model",
    help: () =>
      "Write the name of a model or variant after `check`. A check without a name is for ONNX files: `lferc check FILE.onnx --budget FILE.lfer`.",
    explanation:
      "A check that nothing is held against would always pass. Only a budget, the file after `--budget`, has a check without a name.",
    bad: network("").replace(/check M .*/, "check { params <= 300 }"),
    good: network("params <= 300"),
  }),

  "budget/not-a-budget": entry<{ file: string; found: string }>({
    severity: "error",
    message: (h) => `${h.file} is not a budget: ${h.found}`,
    help: () =>
      "A budget is a file of one `check { ... }` without a model's name; beside it only constants, functions and imports.",
    explanation:
      "The file after `--budget` says what an ONNX file may cost. Models have their own checks, which `lferc check` finds without the flag.",
    bad: { command: "lferc check model.onnx --budget model.lfer" },
    good: { command: "lferc check model.onnx --budget budget.lfer" },
  }),

  "budget/too-large-to-count": entry<{ quantity: string; convention: string | undefined; atLeast: number }>({
    severity: "error",
    message: (h) =>
      `the network's ${h.quantity}${h.convention === undefined ? "" : ` in the convention "${h.convention}"`} come to about ${h.atLeast.toExponential(2)}, more than can be counted exactly`,
    help: () => "Counts are exact up to 2^53 - 1 (about 9e15); a network beyond that is a mistake in its sizes.",
    explanation: "Every count that lferc prints is an exact integer; one that cannot be is refused.",
    bad: enormous(59),
    good: enormous(3),
  }),
} as const;
