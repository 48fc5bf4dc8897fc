import { entry } from "../../entry.js";
import { inModel } from "../example.js";

type Dim = number | { readonly batch: number };
const shapeText = (s: readonly Dim[]): string =>
  `[${s.map((d) => (typeof d === "number" ? d : d.batch === 1 ? "N" : `${d.batch}*N`)).join(", ")}]`;

/** Shape errors of combinators, sharing and outputs; those of single ops are in windows.ts. */
export const shapeConstructEntries = {
  "shape/grid-does-not-fit": entry<{ rows: number; columns: number; height: number; width: number }>({
    severity: "error",
    message: (h) => `grid cuts a map into ${h.rows}x${h.columns} cells, but the map is ${h.height}x${h.width}`,
    help: (h) =>
      `Height must be a multiple of ${h.rows} and width of ${h.columns}. Change the input's size or the strides before the grid.`,
    explanation: "The cells of a grid are equal: an odd map has no halves.",
    bad: inModel(`logits = image -> conv(8, kernel: 2, padding: 0) -> grid(2, 2, depthwise) -> flatten`),
    good: inModel(`logits = image -> conv(8, kernel: 3) -> grid(2, 2, depthwise) -> flatten`),
  }),
  "shape/residual-mismatch": entry<{ body: readonly Dim[]; shortcut: readonly Dim[] }>({
    severity: "error",
    message: (h) => `residual adds ${shapeText(h.body)} to ${shapeText(h.shortcut)}: the shapes differ`,
    help: () =>
      "Keep channels and size in the body, or give a projection: `residual(body, shortcut: conv(..., kernel: 1, stride: ...))`.",
    explanation: "A residual adds the output of its body to its input, element by element.",
    bad: inModel(`logits = image -> residual(conv(8)) -> flatten`),
    good: inModel(`logits = image -> residual(conv(3)) -> flatten`),
  }),
  "shape/shared-weights-differ": entry<{ first: readonly Dim[]; now: readonly Dim[] }>({
    severity: "error",
    message: (h) =>
      `the shared layer's weights have shape ${shapeText(h.first)}, but here they would need ${shapeText(h.now)}`,
    help: () => "Bring both inputs to the same number of channels, or use two layers.",
    explanation: "`share` makes one set of weights at the first application; every later one must fit it.",
    bad: inModel(`share q = conv(3)
      wide = image -> q -> conv(8)
      logits = wide -> q -> flatten`),
    good: inModel(`share q = conv(3)
      again = image -> q -> conv(3)
      logits = again -> q -> flatten`),
  }),
  "shape/shared-weights-surplus": entry<{ now: readonly Dim[] }>({
    severity: "error",
    message: (h) =>
      `the shared layer made no weight of shape ${shapeText(h.now)} at its first application, but here it needs one`,
    help: () => "Share a layer that has the same weights for every input, or use two layers.",
    explanation: "`share` makes one set of weights at the first application; nothing can be added to it later.",
    bad: inModel(
      `share b = B
      wide = image -> b -> conv(8)
      logits = wide -> b -> conv(3) -> flatten`,
      `block B on x {\n  return if channels(x) == 3 then x -> relu else x -> conv(8)\n}`,
    ),
    good: inModel(
      `share b = B
      wide = image -> b -> conv(8)
      logits = wide -> conv(3) -> b -> flatten`,
      `block B on x {\n  return if channels(x) == 3 then x -> relu else x -> conv(8)\n}`,
    ),
  }),
  "shape/batch-twice": entry({
    severity: "error",
    message: () => "`N` appears twice in one shape",
    help: () => "One axis, the first, is the batch; give the others their sizes.",
    explanation: "N is the number of pictures, known only at run time; nothing else in a network has that size.",
    bad: inModel("logits = image -> flatten").replace("[N, 3, 32, 32]", "[N, N, 32, 32]"),
    good: inModel("logits = image -> flatten"),
  }),
  "shape/labels-mismatch": entry<{ labels: number; classes: string }>({
    severity: "error",
    message: (h) => `${h.labels} labels for an output with ${h.classes} classes`,
    help: () => "Make the last layer as wide as the list: `conv(len(classes), kernel: 1)` or `linear(len(classes))`.",
    explanation: "Labels name the output along axis 1, in order.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 8, 8]
  logits = image -> global_avg_pool -> flatten -> linear(3)
  output logits: labels(["cat", "dog"])
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 3, 8, 8]
  logits = image -> global_avg_pool -> flatten -> linear(2)
  output logits: labels(["cat", "dog"])
}
`,
  }),
} as const;
