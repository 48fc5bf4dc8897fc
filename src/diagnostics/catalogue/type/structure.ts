import { entry } from "../../entry.js";
import { adviceOn } from "../../foreign-names.js";
import { inModel } from "../example.js";

const plain = inModel(`logits = image -> conv(8) -> flatten`);

/** Types of layers, blocks, lists and annotations. */
export const typeStructureEntries = {
  "type/layer-takes-no-arguments": entry<{ name: string }>({
    severity: "error",
    message: (h) => `"${h.name}" is a layer that already has its arguments, and takes no more`,
    help: (h) => `Write \`x -> ${h.name}\`.`,
    explanation: "A name bound to a layer has its arguments already; only its input is missing.",
    bad: inModel(`act = relu
      logits = image -> act(3) -> flatten`),
    good: inModel(`act = relu
      logits = image -> act -> flatten`),
  }),
  "type/not-callable": entry<{ name: string; what: string }>({
    severity: "error",
    message: (h) => `"${h.name}" is ${h.what}; it cannot be called`,
    help: () => "Leave the parentheses out.",
    explanation: "Only ops, blocks and functions take arguments.",
    bad: `lfer 1\n\nconst stem = 8\nconst wide = stem(2)\n`,
    good: `lfer 1\n\nconst stem = 8\nconst wide = stem * 2\n`,
  }),
  "type/not-a-value": entry<{ name: string; what: string }>({
    severity: "error",
    message: (h) => `"${h.name}" is ${h.what}, not a layer or a value`,
    help: () => "Put what models share into a block; only variants, checks and recipes name models.",
    explanation: "A model has inputs and outputs of its own; networks are built from blocks.",
    bad: `${plain}\nmodel Other {\n  input image: float32[N, 3, 32, 32]\n  logits = image -> M\n  output logits\n}\n`,
    good: plain,
  }),
  "type/not-a-layer": entry<{ actual: string }>({
    severity: "error",
    message: (h) => `expected a layer, found ${h.actual}`,
    help: () =>
      "After an arrow, in `share` and in combinators write a layer: an op, a block, or layers joined by arrows.",
    explanation: "What follows an arrow takes the tensor before it.",
    bad: inModel(`width = 8
      logits = image -> width -> flatten`),
    good: inModel(`width = 8
      logits = image -> conv(width) -> flatten`),
  }),
  "type/mixed-list": entry<{ first: string; other: string }>({
    severity: "error",
    message: (h) => `the list holds ${h.first}, but this item is ${h.other}`,
    help: () => 'All items of a list have one type; use tuples for several types: `[(16, "relu"), (24, "mish")]`.',
    explanation: "`for` treats every item of a list in the same way.",
    bad: `lfer 1\n\nconst widths = [24, "116"]\n`,
    good: `lfer 1\n\nconst widths = [24, 116]\n`,
  }),
  "type/not-a-list": entry<{ actual: string }>({
    severity: "error",
    message: (h) => `expected a list, found ${h.actual}`,
    help: () => "Write `[a, b]` or `[1..n]`. To cut a tensor use `slice(axis:, from:, to:)` and `split`.",
    explanation: "`for` and `[ ]` work on lists, never on tensors.",
    bad: inModel(`logits = image -> (for i in 3 do relu) -> flatten`),
    good: inModel(`logits = image -> (for _i in [1..3] do relu) -> flatten`),
  }),
  "type/for-needs-layers": entry<{ actual: string }>({
    severity: "error",
    message: (h) => `\`for\` joins layers, but its body is ${h.actual}`,
    help: () => "Give a layer after `do`; for a list of values write `[for x in list do value]`.",
    explanation: "`for` passes the tensor through one layer after the other.",
    bad: inModel(`logits = image -> (for i in [1..3] do i) -> flatten`),
    good: inModel(`logits = image -> (for i in [1..3] do conv(i)) -> flatten`),
  }),
  "type/wrong-tuple-length": entry<{ names: number; actual: string }>({
    severity: "error",
    message: (h) => `${h.names} names for ${h.actual}`,
    help: () => "Give one name for each part.",
    explanation: "Every part of a tuple gets a name.",
    bad: inModel(`a, b, c = split(image -> conv(8), parts: 2)
      logits = a + b + c -> flatten`),
    good: inModel(`a, b = split(image -> conv(8), parts: 2)
      logits = a + b -> flatten`),
  }),
  "type/not-an-initializer": entry<{ actual: string }>({
    severity: "error",
    message: (h) => `expected an initializer for the weight, found ${h.actual}`,
    help: () => "Use zeros, ones, fill(value), uniform(low, high) or normal(std).",
    explanation: "A learnable tensor needs initial values.",
    bad: inModel(`weight scale: float32[1, 3, 1, 1] = 1
      logits = image * scale -> flatten`),
    good: inModel(`weight scale: float32[1, 3, 1, 1] = ones
      logits = image * scale -> flatten`),
  }),
  "type/weight-type": entry<{ type: string }>({
    severity: "error",
    message: () => "a weight must be a float32 tensor of fixed size",
    help: () => "Leave N out: weights are the same for every picture of the batch.",
    explanation: "What is learnt cannot depend on the number of pictures in a batch.",
    bad: inModel(`weight scale: float32[N, 3, 1, 1] = ones
      logits = image * scale -> flatten`),
    good: inModel(`weight scale: float32[1, 3, 1, 1] = ones
      logits = image * scale -> flatten`),
  }),
  "type/no-fields": entry<{ actual: string; field: string }>({
    severity: "error",
    message: (h) => `${h.actual} has no fields, so no "${h.field}"`,
    help: (h) => adviceOn(h.field) ?? "Only `student`, `teacher` and `data` of a recipe have fields.",
    explanation: "For the sizes of a tensor use `channels(x)`, `height(x)`, `width(x)`.",
    bad: inModel(`logits = image -> conv(image.channels) -> flatten`),
    good: inModel(`logits = image -> conv(channels(image)) -> flatten`),
  }),
  "type/block-needs-layer": entry<{ actual: string }>({
    severity: "error",
    message: (h) => `a block written with \`=\` must be a layer, found ${h.actual}`,
    help: () => "Join layers with arrows, or name the input: `block B(...) on x { ... return ... }`.",
    explanation: "The short form of a block names no tensor.",
    bad: inModel(`logits = image -> B(8) -> flatten`, `block B(channels: int) = channels * 2`),
    good: inModel(`logits = image -> B(8) -> flatten`, `block B(channels: int) = conv(channels * 2)`),
  }),
  "type/block-needs-tensor": entry<{ actual: string }>({
    severity: "error",
    message: (h) => `a block with \`on\` must return tensors, found ${h.actual}`,
    help: () => "Apply the layer to the input: `return x -> layer`.",
    explanation: "What a block returns is what the next layer takes.",
    bad: inModel(
      `logits = image -> B(8) -> flatten`,
      `block B(channels: int) on x {\n  return conv(channels + channels(x))\n}`,
    ),
    good: inModel(
      `logits = image -> B(8) -> flatten`,
      `block B(channels: int) on x {\n  return x -> conv(channels + channels(x))\n}`,
    ),
  }),
  "type/weights-in-function": entry<{ name: string }>({
    severity: "error",
    message: (h) => `${h.name} holds weights, but a function cannot`,
    help: () => "Write it as a block: `block B(...) on x { ... return ... }`, applied by an arrow.",
    explanation: "A function can be called like `f(a, b)`; weights enter only through an arrow to an op or a block.",
    bad: inModel(`logits = image -> widen -> flatten`, `fn widen on x = x -> conv(8)`),
    good: inModel(`logits = image -> Widen -> flatten`, `block Widen = conv(8)`),
  }),
  "type/wrong-annotation": entry<{ what: string; expected: string; actual: string }>({
    severity: "error",
    message: (h) => `${h.what} is described by \`${h.expected}(...)\`, found ${h.actual}`,
    help: () => "Inputs take `= picture(mean: [...], std: [...])`, outputs `: labels([...])`.",
    explanation:
      "What depends on the picture is written in the model, so that `build` and `predict` need nothing else.",
    bad: plain.replace("output logits", `output logits: ["cat"]`),
    good: plain,
  }),
} as const;
