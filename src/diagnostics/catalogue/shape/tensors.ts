import { entry } from "../../entry.js";

/** A dimension as this folder sees it: it imports nothing of ours. */
type Dim = number | { readonly batch: number };

const dim = (d: Dim): string => (typeof d === "number" ? String(d) : d.batch === 1 ? "N" : `${d.batch}*N`);
const shape = (s: readonly Dim[]): string => `[${s.map(dim).join(", ")}]`;

/** Shape errors between tensors: axes, concatenation, slices and arithmetic. Those of layers are in windows.ts. */
export const tensorShapeEntries = {
  "shape/axis-out-of-range": entry<{ op: string; axis: number; actual: readonly Dim[] }>({
    severity: "error",
    message: (h) => `${h.op} along axis ${h.axis}, but ${shape(h.actual)} has ${h.actual.length} axes`,
    help: (h) =>
      h.actual.length === 0
        ? "A single number has no axes."
        : `Axes are numbered 0 to ${h.actual.length - 1}; -1 is the last one.`,
    explanation: "Axes count from 0, and negative ones from the end: [N, channels, height, width] has 0 to 3.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = mean(image, axes: [3, 4])
  output logits
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = mean(image, axes: [2, 3])
  output logits
}
`,
  }),

  "shape/bad-axes": entry<{ op: string; given: readonly number[]; actual: readonly Dim[]; wanted: string }>({
    severity: "error",
    message: (h) => `${h.op} on ${shape(h.actual)} takes ${h.wanted}, gets [${h.given.join(", ")}]`,
    help: () => "Name each axis once.",
    explanation: "A list of axes says what to reduce, or the new order of all axes; a repeated axis has no meaning.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = transpose(image, permutation: [0, 2, 3, 3]) -> flatten
  output logits
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = transpose(image, permutation: [0, 2, 3, 1]) -> flatten
  output logits
}
`,
  }),

  "shape/broadcast-mismatch": entry<{
    op: string;
    left: readonly Dim[];
    right: readonly Dim[];
    axis: number;
    sizes: readonly [Dim, Dim];
  }>({
    severity: "error",
    message: (h) =>
      `${h.op} cannot join ${shape(h.left)} and ${shape(h.right)}: ${dim(h.sizes[0])} against ${dim(h.sizes[1])} on axis ${h.axis}`,
    help: () =>
      "Sizes must be equal, or one of them 1. Check strides, paddings and channels on both paths to this point.",
    explanation: "Element-wise arithmetic aligns shapes at their last axis; an axis of size 1 is repeated to fit.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  a = image -> conv(8)
  b = image -> conv(8, stride: 2)
  logits = a + b -> flatten
  output logits
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  a = image -> conv(8)
  b = image -> conv(8)
  logits = a + b -> flatten
  output logits
}
`,
  }),

  "shape/concat-mismatch": entry<{ axis: number; first: readonly Dim[]; other: readonly Dim[]; position: number }>({
    severity: "error",
    message: (h) =>
      `concat along axis ${h.axis} cannot put ${shape(h.other)} (tensor ${h.position}) after ${shape(h.first)} (tensor 1)`,
    help: (h) => `All sizes but the one on axis ${h.axis} must be equal.`,
    explanation: "Tensors are laid side by side along one axis; along all others they must agree.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  a = image -> conv(8)
  b = image -> conv(8, stride: 2)
  logits = concat(a, b, axis: 1) -> flatten
  output logits
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  a = image -> conv(8)
  b = image -> conv(16)
  logits = concat(a, b, axis: 1) -> flatten
  output logits
}
`,
  }),

  "shape/no-tensors": entry<{ op: string }>({
    severity: "error",
    message: (h) => `${h.op} takes one tensor or more, gets none`,
    help: () => "Name the tensors to join.",
    explanation: "Without tensors, the result has no shape.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = [] -> concat(axis: 1)
  output logits
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = [image, image] -> concat(axis: 1)
  output logits
}
`,
  }),

  "shape/split-mismatch": entry<{ sizes: string; axis: number; size: Dim; actual: readonly Dim[] }>({
    severity: "error",
    message: (h) => `split into ${h.sizes} does not fit the ${dim(h.size)} along axis ${h.axis} of ${shape(h.actual)}`,
    help: (h) => `The sizes must be at least 1 and add up to ${dim(h.size)}.`,
    explanation: "The parts of a split, in order, make up the whole axis.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  a, b = split(image, sizes: [1, 1], axis: 1)
  logits = a + b -> flatten
  output logits
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 4, 32, 32]
  a, b = split(image, sizes: [2, 2], axis: 1)
  logits = a + b -> flatten
  output logits
}
`,
  }),

  "shape/slice-out-of-range": entry<{ from: number; to: number; axis: number; actual: readonly Dim[] }>({
    severity: "error",
    message: (h) => `slice from ${h.from} to ${h.to} goes beyond axis ${h.axis} of ${shape(h.actual)}, or is empty`,
    help: () => "`from` is the first index taken, `to` the first one left out; negative ones count from the end.",
    explanation: "A slice has at least one element and lies within the tensor.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = slice(image, axis: 2, from: 16, to: 48) -> flatten
  output logits
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = slice(image, axis: 2, from: 16, to: 32) -> flatten
  output logits
}
`,
  }),

  "shape/reshape-count": entry<{ from: readonly Dim[]; to: readonly Dim[] }>({
    severity: "error",
    message: (h) => `reshape from ${shape(h.from)} to ${shape(h.to)}: the numbers of elements differ`,
    help: () => "Write the batch as N and make the other sizes multiply to what they were.",
    explanation: "Reshaping only regroups elements; the batch stays one whole multiple of N on one axis.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = reshape(image, shape: [N, 1024])
  output logits
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = reshape(image, shape: [N, 3072])
  output logits
}
`,
  }),

  "shape/flatten-batch": entry<{ actual: readonly Dim[]; axis: number }>({
    severity: "error",
    message: (h) => `flatten from axis ${h.axis} would multiply the batch with itself in ${shape(h.actual)}`,
    help: () => "Flatten from an axis after the batch.",
    explanation: "A size is a number or a multiple of N; N times N is neither.",
    bad: `lfer 1

model M {
  input a: float32[N, 8]
  logits = flatten(matmul(a, transpose(a, permutation: [1, 0])), axis: 0)
  output logits
}
`,
    good: `lfer 1

model M {
  input a: float32[N, 8]
  logits = matmul(a, transpose(a, permutation: [1, 0])) -> flatten(axis: 1)
  output logits
}
`,
  }),

  "shape/matmul-mismatch": entry<{ left: readonly Dim[]; right: readonly Dim[] }>({
    severity: "error",
    message: (h) =>
      `matmul of ${shape(h.left)} and ${shape(h.right)}: the last axis of the first must be the last but one of the second`,
    help: () => "Swap the last two axes of one of them with `transpose`; the axes before must be equal or 1.",
    explanation: "[.., rows, inner] times [.., inner, columns] gives [.., rows, columns].",
    bad: `lfer 1

model M {
  input a: float32[N, 8, 16]
  logits = matmul(a, a) -> flatten
  output logits
}
`,
    good: `lfer 1

model M {
  input a: float32[N, 8, 16]
  logits = matmul(a, transpose(a, permutation: [0, 2, 1])) -> flatten
  output logits
}
`,
  }),
} as const;
