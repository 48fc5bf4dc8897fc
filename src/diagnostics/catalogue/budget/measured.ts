import { entry } from "../../entry.js";
import { type NewerFile, newerFile, whyNewerIsRefused } from "../newer-file.js";

const network = (check: string): string => `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> conv(8) -> global_avg_pool -> flatten -> linear(4)
  output logits
}

check M { ${check} }
`;

/** A figure to be measured, and the command that measures it. */
export interface Wanted {
  readonly model: string;
  /** The figure as written in the check. */
  readonly figure: string;
  /** The command that measures it. */
  readonly command: string;
}

const good = { command: "lferc check model.lfer --results eval.json" };
const short = (digest: string): string => digest.slice(0, 12);

/** Measured figures of checks: missing or unusable results. */
export const measuredEntries = {
  "budget/no-result": entry<Wanted & { readonly files: readonly string[]; readonly others: readonly string[] }>({
    severity: "error",
    message: (h) =>
      `${h.model}: ${h.figure} is measured, but ${h.files.length === 0 ? "no results are given" : `${h.files.join(", ")} ${h.files.length === 1 ? "has" : "have"} no result for it`}${h.others.length === 0 ? "" : `, only for ${h.others.join(", ")}`}`,
    help: (h) => `Measure it: \`${h.command} > FILE\`. Then check with --results FILE.`,
    explanation:
      "Accuracy, latency and memory cannot be counted from the source. `lferc check` takes what `eval` and `bench` wrote; a claim without a result is unproven, so it is an error.",
    bad: network('accuracy("faces/test") >= 84%'),
    good: network("params <= 300"),
  }),

  "budget/stale-result": entry<Wanted & { readonly file: string; readonly why: string }>({
    severity: "error",
    message: (h) => `${h.model}: ${h.figure} in ${h.file} was measured on another network: ${h.why}`,
    help: (h) => `Train and build this one, then measure it: ${h.command} > FILE`,
    explanation:
      "A result holds for the network that was measured. The measured file identifies its network by a digest of its layers, their sizes and how its picture is normalised.",
    bad: { command: "lferc check changed-since.lfer --results eval.json" },
    good,
  }),

  "budget/results-of-several-models": entry<{
    readonly model: string;
    readonly found: readonly { readonly file: string; readonly sha256: string }[];
  }>({
    severity: "error",
    message: (h) =>
      `${h.model}: the results come from ${h.found.length} different model files: ${h.found.map(({ file, sha256 }) => `${short(sha256)} in ${file}`).join(", ")}`,
    help: () => "Measure everything on one file: the accuracy of one and the speed of another describe neither.",
    explanation:
      "Two trainings of a network, or two builds of one training, are different files. A check takes results of one file only, known by the digest that `eval` and `bench` write.",
    bad: { command: "lferc check model.lfer --results eval-of-a.json --results bench-of-b.json" },
    good,
  }),

  "budget/results-disagree": entry<{
    readonly model: string;
    readonly figure: string;
    readonly found: readonly { readonly file: string; readonly text: string }[];
  }>({
    severity: "error",
    message: (h) =>
      `${h.model}: the results disagree about ${h.figure}: ${h.found.map(({ file, text }) => `${text} in ${file}`).join(", ")}`,
    help: () => "Pass only the one that counts; different data sets or devices need different names.",
    explanation: "lferc cannot know which figure is meant, and the better one would be chosen too easily.",
    bad: { command: "lferc check model.lfer --results bench-1.json --results bench-2.json" },
    good,
  }),

  "budget/incomplete-result": entry<{ model: string; figure: string; file: string; skipped: number; samples: number }>({
    severity: "warning",
    message: (h) =>
      `${h.model}: ${h.figure} in ${h.file} covers ${h.samples} pictures; ${h.skipped} more could not be read`,
    help: () => "Repair the pictures and measure again.",
    explanation: "A figure for part of a test set is not the figure for the test set.",
    bad: { command: "lferc check model.lfer --results eval-with-broken-pictures.json" },
    good,
  }),

  "budget/not-results": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `${h.path} contains no results: ${h.reason}`,
    help: () => "--results takes what `lferc eval --format json` or `lferc bench --format json` wrote.",
    explanation: "Results are validated first: a figure that is missing or not a number would pass a budget.",
    bad: { command: "lferc check model.lfer --results notes.json" },
    good,
  }),

  "budget/newer-results": entry<NewerFile>({
    severity: "error",
    message: newerFile,
    help: () => "Use that newer lferc, or measure with this one.",
    explanation: whyNewerIsRefused,
    bad: { command: "lferc check model.lfer --results from-a-newer-lferc.json" },
    good,
  }),

  "budget/unit-mismatch": entry<{ left: string; right: string; time: string; other: string }>({
    severity: "error",
    message: (h) => `${h.left} and ${h.right} cannot be compared: ${h.time} is a time, ${h.other} is not`,
    help: () => 'A time is written with its unit: latency("phone") <= 12ms.',
    explanation: "A number without a unit could mean seconds or milliseconds.",
    bad: network('latency("phone") <= 12'),
    good: network("params <= 300"),
  }),
};
