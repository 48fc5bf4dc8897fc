import { entry } from "../entry.js";
import { inModel } from "./example.js";

const pair = (p: readonly [number, number]): string => `${p[0]}x${p[1]}`;
const alsoIn = (layers: number): string =>
  layers === 1 ? "" : `, and so in ${layers - 1} more layer${layers === 2 ? "" : "s"} made here`;

export const lintEntries = {
  "lint/dead-taps": entry<{
    path: string;
    /** Number of layers from this place of the source with the same dead taps. */
    layers: number;
    kernel: readonly [number, number];
    map: readonly [number, number];
    live: number;
    total: number;
    deadWeights: number;
    weights: number;
  }>({
    severity: "warning",
    message: (h) =>
      `only ${h.live} of the ${h.total} taps of this ${pair(h.kernel)} kernel ever meet its ${pair(h.map)} map, the others only padding: ${h.deadWeights} of ${h.weights} weights of ${h.path} are dead${alsoIn(h.layers)}`,
    help: (h) =>
      h.live === 1
        ? "`kernel: 1` computes the same. `lferc build` always removes dead taps from the ONNX file; a checkpoint keeps them."
        : "Use a smaller kernel or padding, or put the layer where the map is larger. `lferc build` always removes dead taps from the ONNX file.",
    explanation:
      "A tap that only ever meets zeros of the padding never changes the output and gets no gradient: its weights are counted, stored and never used.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> conv(8) -> global_avg_pool -> depthwise(8) -> flatten
  output logits
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> conv(8) -> depthwise(8) -> global_avg_pool -> flatten
  output logits
}
`,
  }),

  "lint/bias-before-batch-norm": entry<{ path: string; norm: string; layers: number }>({
    severity: "warning",
    message: (h) => `the bias of ${h.path} has no effect: ${h.norm} follows and subtracts the mean${alsoIn(h.layers)}`,
    help: () => "Leave it out (`bias: false`): the batch norm has a bias of its own.",
    explanation:
      "Batch norm subtracts each channel's mean, and with it any constant that was just added; training moves such a bias only by chance.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> conv(8, bias: true) -> batch_norm -> global_avg_pool -> flatten
  output logits
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> conv(8) -> batch_norm -> global_avg_pool -> flatten
  output logits
}
`,
  }),

  "lint/unused-binding": entry<{ name: string }>({
    severity: "warning",
    message: (h) => `nothing uses "${h.name}"`,
    help: () =>
      "Delete it, use it, or begin its name with `_` if it is meant to stay. It costs nothing: no node is made for it.",
    explanation: "A layer that nothing reads is most often a forgotten connection.",
    bad: inModel(`side = image -> conv(8)
      logits = image -> conv(4) -> flatten`),
    good: inModel(`_side = image -> conv(8)
      logits = image -> conv(4) -> flatten`),
  }),

  "lint/linear-on-map": entry<{ path: string; shape: string; layers: number }>({
    severity: "warning",
    message: (h) =>
      `${h.path} works on the columns of a map of shape ${h.shape}, not on its channels${alsoIn(h.layers)}`,
    help: () =>
      "Put `flatten` before it, most often after `global_avg_pool`; a layer on the channels of every pixel is `conv(64, kernel: 1)`.",
    explanation:
      "`linear` works on the last axis. On a map that is its width, so the features of a picture would be mixed by column.",
    bad: inModel(`logits = image -> conv(8) -> global_avg_pool -> linear(10) -> flatten`),
    good: inModel(`logits = image -> conv(8) -> global_avg_pool -> flatten -> linear(10)`),
  }),

  "lint/unused-parameter": entry<{ name: string; of: string; what: "parameter" | "tensor" }>({
    severity: "warning",
    message: (h) => `nothing in ${h.of} uses its ${h.what} "${h.name}"`,
    help: () => "Delete it, use it, or begin its name with `_` if it is meant to stay.",
    explanation: "Whoever sets a parameter that nothing reads believes to have changed the network.",
    bad: inModel(`logits = image -> B(8, 5) -> flatten`, `block B(channels: int, kernel: int) = conv(channels)`),
    good: inModel(
      `logits = image -> B(8, 5) -> flatten`,
      `block B(channels: int, kernel: int) = conv(channels, kernel: kernel)`,
    ),
  }),

  "lint/unused-declaration": entry<{ name: string; what: string }>({
    severity: "warning",
    message: (h) => `nothing uses the ${h.what} "${h.name}"`,
    help: () =>
      "Delete it, use it, or begin its name with `_`. What other files import belongs into a file without a model.",
    explanation:
      "In a file with a model, blocks, functions and constants are there for its models and recipes. A file without one is a library: there nothing is reported.",
    bad: inModel(`logits = image -> conv(8) -> flatten`, `block B(channels: int) = conv(channels)`),
    good: inModel(`logits = image -> B(8) -> flatten`, `block B(channels: int) = conv(channels)`),
  }),

  "lint/no-edition": entry({
    severity: "warning",
    message: () => "this file does not say which edition of the language it is written in",
    help: () => "Begin it with the line `lfer 1`.",
    explanation:
      "A later edition may change what words mean; the first line keeps the meaning of files that exist. Without it the file is read as edition 1.",
    bad: inModel(`logits = image -> conv(8) -> flatten`).replace(/^\s*lfer 1\s+/, ""),
    good: inModel(`logits = image -> conv(8) -> flatten`),
  }),

  "lint/unused-allow": entry<{ code: string }>({
    severity: "warning",
    message: (h) => `this allow silences nothing: what follows it has no ${h.code}`,
    help: () => "Delete it. It is about the statement or declaration directly behind it.",
    explanation: "An allow that outlives its warning would hide the next one at the same place.",
    bad: inModel(`allow("lint/unused-binding", "the other half of a study")
      logits = image -> conv(8) -> flatten`),
    good: inModel(`allow("lint/unused-binding", "the other half of a study")
      side = image -> conv(8)
      logits = image -> conv(8) -> flatten`),
  }),

  "lint/duplicate-label": entry<{ label: string }>({
    severity: "warning",
    message: (h) => `two classes are called "${h.label}"`,
    help: () => "Give each class its own name if predictions must distinguish them.",
    explanation: "Labels identify predictions. Some well-known lists contain the same name twice.",
    bad: inModel("logits = image -> global_avg_pool -> flatten -> linear(2)").replace(
      "output logits",
      'output logits: labels(["crane", "crane"])',
    ),
    good: inModel("logits = image -> global_avg_pool -> flatten -> linear(2)").replace(
      "output logits",
      'output logits: labels(["crane (bird)", "crane (machine)"])',
    ),
  }),

  "lint/unused-import": entry<{ name: string }>({
    severity: "warning",
    message: (h) => `nothing uses the imported "${h.name}"`,
    help: () => "Delete it from the import.",
    explanation: "Imports say what a file builds on; surplus ones mislead.",
    bad: inModel(`logits = image -> conv(4) -> flatten`, `import { Unit } from "std/shufflenet"`),
    good: inModel(`logits = image -> conv(8) -> Unit(8) -> flatten`, `import { Unit } from "std/shufflenet"`),
  }),
} as const;
