import { entry } from "../entry.js";
import { inModel } from "./example.js";

type Dim = number | { readonly batch: number };
const shapeText = (s: readonly Dim[]): string =>
  `[${s.map((d) => (typeof d === "number" ? d : `${d.batch}*N`)).join(", ")}]`;

export const limitEntries = {
  "limit/file-too-large": entry<{ path: string; bytes: number; limit: number }>({
    severity: "error",
    message: (h) => `"${h.path}" has ${h.bytes} bytes; a source file may have at most ${h.limit}`,
    help: () => "Write the network as blocks and tables instead of unrolling it, or split the file.",
    explanation: "A bound on what is read, so that a wrong path (a picture, a weight file) cannot stall the compiler.",
    bad: { command: "lferc check a-file-of-many-megabytes.lfer" },
    good: { command: "lferc check models/lfer_ldl.lfer" },
  }),
  "limit/input-too-large": entry<{ path: string; limit: number }>({
    severity: "error",
    message: (h) => `${h.path} has more than ${h.limit} bytes, the most that a source may have`,
    help: () => "Pipe a `.lfer` file into it.",
    explanation: "Reading stops at the size limit of a source file, because a pipe may never end.",
    bad: { command: "lferc fmt - < /dev/zero" },
    good: { command: "lferc fmt - < models/lfer_ldl.lfer" },
  }),
  "limit/too-many-imports": entry<{ limit: number; what: string }>({
    severity: "error",
    message: (h) => `imports go more than ${h.limit} ${h.what}`,
    help: () => "Gather declarations in fewer files.",
    explanation: "A bound on how deep files import files and on how many there are.",
    bad: { command: "lferc check the-first-of-a-hundred-files-that-import-the-next.lfer" },
    good: { command: "lferc check models/lfer_ldl.lfer" },
  }),
  "limit/too-many-nodes": entry<{ limit: number }>({
    severity: "error",
    message: (h) => `the network would have more than ${h.limit} nodes`,
    help: () => "Check the counts of `repeat` and `for`: they multiply where they are nested.",
    explanation: "A bound on the size of one graph; the largest networks in use have some thousand nodes.",
    bad: inModel(`logits = image -> repeat(2000, repeat(1000, relu)) -> flatten`),
    good: inModel(`logits = image -> repeat(20, repeat(10, relu)) -> flatten`),
  }),
  "limit/too-many-repeats": entry<{ count: number; limit: number }>({
    severity: "error",
    message: (h) =>
      `${h.count} is too many: one \`repeat\` has at most ${h.limit} turns, one list at most ${h.limit} values`,
    help: () => "Check the number: is it meant as a count, or as a size?",
    explanation: "A bound on one list or `repeat`, so that a typo cannot stall the compiler.",
    bad: inModel(`logits = image -> repeat(1_000_000, relu) -> flatten`),
    good: inModel(`logits = image -> repeat(10, relu) -> flatten`),
  }),
  "limit/tensor-too-large": entry<{ shape: readonly Dim[]; limit: number }>({
    severity: "error",
    message: (h) => `a tensor of shape ${shapeText(h.shape)} has more than ${h.limit} elements`,
    help: () => "Check the sizes it is made from.",
    explanation: "Beyond this bound counts would no longer be exact integers.",
    bad: inModel(`logits = image -> conv(2_000_000_000) -> flatten`),
    good: inModel(`logits = image -> conv(200) -> flatten`),
  }),
  "limit/too-much-work": entry<{ limit: number }>({
    severity: "error",
    message: (h) => `evaluating the file takes more than ${h.limit} steps`,
    help: () => "Check nested `repeat`, `for` and functions that call functions: their counts multiply.",
    explanation: "A bound on compile time: every file ends in a result or in a diagnostic.",
    bad: `lfer 1

const cubes = [for _a in [1..1000] do len([for _b in [1..1000] do len([for c in [1..1000] do c])])]
`,
    good: `lfer 1

const cubes = [for _a in [1..10] do len([for _b in [1..10] do len([for c in [1..10] do c])])]
`,
  }),
  "limit/too-many-mistakes": entry<{ limit: number }>({
    severity: "error",
    message: (h) => `stopped after ${h.limit} mistakes: there are more`,
    help: () => "Fix the first ones; many of the others may come from them. Is it a `.lfer` file at all?",
    explanation: "More messages would not help, and a file that consists only of errors must not stall the compiler.",
    bad: { command: "lferc check a-text-that-is-none.lfer" },
    good: { command: "lferc check models/lfer_ldl.lfer" },
  }),
  "limit/nested-too-deep": entry<{ limit: number }>({
    severity: "error",
    message: (h) => `this is nested more than ${h.limit} levels deep`,
    help: () => "Flatten the blocks, or use `repeat`.",
    explanation:
      "A bound on nested blocks, expressions and lists. Paths and messages become unreadable long before it is reached.",
    bad: deepBlocks(120),
    good: deepBlocks(12),
  }),
} as const;

/** A chain of blocks, each applying the previous one. */
function deepBlocks(depth: number): string {
  const blocks = Array.from({ length: depth }, (_, i) => `block B${i + 1} = B${i}`);
  return inModel(`logits = image -> B${depth} -> flatten`, ["block B0 = relu", ...blocks].join("\n"));
}
