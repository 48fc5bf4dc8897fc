import { entry } from "../../entry.js";

const network = (check: string): string => `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> conv(8) -> global_avg_pool -> flatten -> linear(4)
  output logits
}

check M { ${check} }
`;

/** What a command wrote, and which command writes it. */
export interface Wanted {
  readonly model: string;
  /** The figure as the check says it. */
  readonly figure: string;
  /** What makes a result of it. */
  readonly command: string;
}

const good = { command: "lferc check model.lfer --results eval.json" };
const short = (digest: string): string => digest.slice(0, 12);

/** Figures that were measured, and what keeps a check from being held to them. */
export const measuredEntries = {
  "budget/no-result": entry<Wanted & { readonly files: readonly string[]; readonly others: readonly string[] }>({
    severity: "error",
    message: (h) =>
      `${h.model}: ${h.figure} is measured, and ${h.files.length === 0 ? "no results are given" : `${h.files.join(", ")} ${h.files.length === 1 ? "has" : "have"} no result of it`}${h.others.length === 0 ? "" : `, only of ${h.others.join(", ")}`}`,
    help: (h) => `Measure it, ${h.command} > FILE, and check with --results FILE.`,
    explanation:
      "Accuracy, latency and memory cannot be counted from the source. `lferc check` takes what `eval` and `bench` wrote; a claim without a result has not been kept, so it is an error.",
    bad: network('accuracy("faces/test") >= 84%'),
    good: network("params <= 300"),
  }),

  "budget/stale-result": entry<Wanted & { readonly file: string; readonly why: string }>({
    severity: "error",
    message: (h) => `${h.model}: ${h.figure} in ${h.file} is of another network: ${h.why}`,
    help: (h) => `Train and build this one, and measure it: ${h.command} > FILE`,
    explanation:
      "A result holds for the network that was measured. The file that was measured says by a digest which network it is: its layers, their sizes, how its picture is normalised.",
    bad: { command: "lferc check changed-since.lfer --results eval.json" },
    good,
  }),

  "budget/results-of-several-models": entry<{
    readonly model: string;
    readonly found: readonly { readonly file: string; readonly sha256: string }[];
  }>({
    severity: "error",
    message: (h) =>
      `${h.model}: the results are of ${h.found.length} different model files: ${h.found.map(({ file, sha256 }) => `${short(sha256)} in ${file}`).join(", ")}`,
    help: () => "Measure everything on one file: the accuracy of one and the speed of another say nothing of either.",
    explanation:
      "Two trainings of a network, or two builds of one training, are different files. A check is held to results of one file, by the digest that `eval` and `bench` write.",
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
    help: () => "Give the one that counts; data sets or devices that are different need different names.",
    explanation: "Which of two figures is meant nobody can know, and the better one would be chosen too easily.",
    bad: { command: "lferc check model.lfer --results bench-1.json --results bench-2.json" },
    good,
  }),

  "budget/incomplete-result": entry<{ model: string; figure: string; file: string; skipped: number; samples: number }>({
    severity: "warning",
    message: (h) =>
      `${h.model}: ${h.figure} in ${h.file} is of ${h.samples} pictures; ${h.skipped} more could not be read`,
    help: () => "Mend the pictures and measure again.",
    explanation: "A figure of a part of a test set is not that of the test set.",
    bad: { command: "lferc check model.lfer --results eval-with-broken-pictures.json" },
    good,
  }),

  "budget/not-results": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `${h.path} holds no results: ${h.reason}`,
    help: () => "--results takes what `lferc eval --format json` or `lferc bench --format json` wrote.",
    explanation:
      "Results are checked before they are believed: a figure that is missing or is no number would pass a budget.",
    bad: { command: "lferc check model.lfer --results notes.json" },
    good,
  }),

  "budget/newer-results": entry<{ path: string; schemaVersion: number; known: number }>({
    severity: "error",
    message: (h) =>
      `${h.path} was written by a newer lferc: it has schemaVersion ${h.schemaVersion}, this one reads up to ${h.known}`,
    help: () => "Use that newer lferc, or measure with this one.",
    explanation: "A newer form may mean something else by the same names, so it is refused by its number.",
    bad: { command: "lferc check model.lfer --results from-a-newer-lferc.json" },
    good,
  }),

  "budget/unit-mismatch": entry<{ left: string; right: string; time: string; other: string }>({
    severity: "error",
    message: (h) => `${h.left} and ${h.right} cannot be compared: ${h.time} is a time, ${h.other} is none`,
    help: () => 'A time is written with its unit: latency("phone") <= 12ms.',
    explanation:
      "12 what? A bare number beside a time would be read as seconds by one and as milliseconds by the other.",
    bad: network('latency("phone") <= 12'),
    good: network("params <= 300"),
  }),
};
