import { entry } from "../entry.js";

/** A dimension as this folder sees it: it imports nothing of ours. */
type Dim = number | { readonly batch: number };

const dim = (d: Dim): string => (typeof d === "number" ? String(d) : d.batch === 1 ? "N" : `${d.batch}*N`);
const shape = (s: readonly Dim[]): string => `[${s.map(dim).join(", ")}]`;
const pair = (p: readonly [number, number]): string => `${p[0]}x${p[1]}`;

export const shapeEntries = {
  "shape/wrong-rank": entry<{ op: string; expected: number; actual: readonly Dim[] }>({
    severity: "error",
    message: (h) => `${h.op} takes a tensor with ${h.expected} axes, gets ${shape(h.actual)}`,
    help: (h) =>
      h.expected === 4
        ? "Feature maps are [N, channels, height, width]; this value is no longer a map. Apply it before `flatten` or `mean`."
        : "Use `flatten` or `reshape` to bring the tensor to that many axes.",
    explanation: "Convolutions and pools slide over a map of height and width; linear layers take vectors.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> conv(8) -> flatten -> conv(4)
  output logits
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> conv(8) -> conv(4) -> flatten
  output logits
}
`,
  }),

  "shape/kernel-larger-than-map": entry<{
    op: string;
    kernel: readonly [number, number];
    map: readonly [number, number];
  }>({
    severity: "error",
    message: (h) => `${h.op}'s kernel spans ${pair(h.kernel)} cells, but the padded map has only ${pair(h.map)}`,
    help: () => "Use a smaller kernel, more padding, or fewer strides before this layer.",
    explanation: "A window that does not fit even once gives an empty output.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 4, 4]
  logits = image -> conv(8, kernel: 7, padding: 0) -> flatten
  output logits
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 3, 8, 8]
  logits = image -> conv(8, kernel: 7, padding: 0) -> flatten
  output logits
}
`,
  }),

  "shape/not-divisible": entry<{ what: string; amount: number; by: number; why: string }>({
    severity: "error",
    message: (h) => `${h.what} is ${h.amount}, which is no multiple of ${h.by} (${h.why})`,
    help: (h) =>
      `Choose a multiple of ${h.by}: ${Math.max(1, Math.floor(h.amount / h.by)) * h.by} or ${(Math.floor(h.amount / h.by) + 1) * h.by}.`,
    explanation: "Groups, splits and grids cut a tensor into equal parts; there is no part of a channel or of a row.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> conv(24) -> conv(116, groups: 24) -> flatten
  output logits
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> conv(29) -> conv(116, groups: 29) -> flatten
  output logits
}
`,
  }),
} as const;
