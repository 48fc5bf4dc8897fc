import { entry } from "../../entry.js";

/** A dimension as this folder sees it: it imports nothing of ours. */
type Dim = number | { readonly batch: number };

const dim = (d: Dim): string => (typeof d === "number" ? String(d) : d.batch === 1 ? "N" : `${d.batch}*N`);
const shape = (s: readonly Dim[]): string => `[${s.map(dim).join(", ")}]`;
const pair = (p: readonly [number, number]): string => `${p[0]}x${p[1]}`;

/** The multiples of `by` below and above `amount`, from `by` on. */
function nearMultiples(amount: number, by: number): string {
  const below = Math.floor(amount / by) * by;
  return below === 0 ? String(by) : `${below} or ${below + by}`;
}

export const shapeEntries = {
  "shape/wrong-rank": entry<{ op: string; expected: number | string; actual: readonly Dim[] }>({
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
      `Choose a multiple of ${h.by}: ${nearMultiples(h.amount, h.by)}.${/^depthwise's channels/.test(h.what) && h.amount < h.by ? ` A kernel is named: \`depthwise(kernel: ${h.amount})\`.` : ""}`,
    explanation: "Groups, splits and grids cut a tensor into equal parts; a channel or a row cannot be cut.",
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

  "shape/wrong-dtype": entry<{ op: string; expected: string; actual: string }>({
    severity: "error",
    message: (h) => `${h.op} takes ${h.expected} tensors, gets ${h.actual}`,
    help: () => "A comparison gives bool; `where(condition, a, b)` turns it back into numbers.",
    explanation: "Numbers and truth values do not mix: no arithmetic on bool, and a condition is never a number.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = greater(image, 0.5) -> relu -> flatten
  output logits
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = where(greater(image, 0.5), image, 0) -> relu -> flatten
  output logits
}
`,
  }),

  "shape/needs-fixed-size": entry<{ op: string; axis: number; actual: readonly Dim[] }>({
    severity: "error",
    message: (h) => `${h.op} needs a known size along axis ${h.axis}, but ${shape(h.actual)} has the batch there`,
    help: () => "Work along another axis, or bring the batch to axis 0 with `transpose` first.",
    explanation: "The batch size is known only when the network runs; weights and cuts cannot depend on it.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = slice(image, axis: 0, from: 0, to: 1) -> flatten
  output logits
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = slice(image, axis: 1, from: 0, to: 1) -> flatten
  output logits
}
`,
  }),

  "shape/padding-too-large": entry<{ op: string; padding: readonly number[]; kernel: readonly [number, number] }>({
    severity: "error",
    message: (h) => `${h.op}'s padding [${h.padding.join(", ")}] is not smaller than its kernel ${pair(h.kernel)}`,
    help: () => "Pad less than the kernel's size on each side.",
    explanation: "A pooling window that lies entirely in the padding has no maximum and no mean.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> max_pool(2, padding: 2) -> flatten
  output logits
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> max_pool(2, padding: 1) -> flatten
  output logits
}
`,
  }),

  "shape/too-few-classes": entry<{ op: string; axis: number; actual: readonly Dim[] }>({
    severity: "error",
    message: (h) => `${h.op} needs two classes or more along axis ${h.axis}, gets ${shape(h.actual)}`,
    help: () => "Give the network at least two outputs, or name the axis of the classes.",
    explanation: "With one class, the probability of all others is zero, and its logarithm is not finite.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> flatten -> linear(1) -> log_not_softmax
  output logits
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> flatten -> linear(2) -> log_not_softmax
  output logits
}
`,
  }),
} as const;
