import { entry } from "../../entry.js";
import { inModel } from "../example.js";

const plain = inModel(`logits = image -> conv(8) -> flatten`);

interface WrongArgument {
  readonly callee: string;
  readonly name: string;
  readonly actual: string;
}

/** What the argument means in other tools, and how that is written. */
function wrongArgumentHelp({ callee, name, actual }: WrongArgument): string | undefined {
  const [, string] = /^string "(.*)"$/.exec(actual) ?? [];
  if (name === "padding" && string !== undefined) {
    if (/valid/i.test(string)) return "Write `padding: 0`.";
    if (/same/i.test(string)) {
      return "Leave it out: without `padding` the size stays, or is divided by the stride. At a stride of 2 TensorFlow pads more at the bottom and on the right: `padding: (0, 0, 1, 1)` for a kernel of 3.";
    }
  }
  if (actual === "a layer") {
    return `Layers are joined by arrows: \`conv(8) -> ${callee}\`. Only a parameter of type \`layer\` takes one as its argument.`;
  }
  if (/tensor/.test(actual) && Object.hasOwn(onTensors, callee)) {
    return onTensors[callee];
  }
  return undefined;
}

const onTensors: Readonly<Record<string, string>> = {
  sum: "It adds a list: `sum([a, b])`, or `a + b`.",
  min: "It takes a list, or write `minimum(a, b)`.",
  max: "It takes a list, or write `maximum(a, b)`.",
  len: "It counts a list; the sizes of a tensor are `channels(x)`, `height(x)`, `width(x)`, or `dim(x, 1)` for any axis.",
};

/** Types of arguments and operands. */
export const typeEntries = {
  "type/too-many-arguments": entry<{ callee: string; expected: number }>({
    severity: "error",
    message: (h) => `${h.callee} takes ${h.expected} argument${h.expected === 1 ? "" : "s"}, found one more`,
    help: () => "Positional arguments come in the order of the parameters; name the others.",
    explanation: "Every argument has a parameter.",
    bad: inModel(`logits = image -> conv(8) -> B(8, 3) -> flatten`, `block B(channels: int) = conv(channels)`),
    good: inModel(`logits = image -> conv(8) -> B(8) -> flatten`, `block B(channels: int) = conv(channels)`),
  }),
  "type/argument-given-twice": entry<{ callee: string; name: string }>({
    severity: "error",
    message: (h) => `${h.callee}'s "${h.name}" is given twice`,
    help: () => "Give it once, by position or by name.",
    explanation: "A second value would silently replace the first.",
    bad: inModel(`logits = image -> conv(8, channels: 16) -> flatten`),
    good: plain,
  }),
  "type/missing-argument": entry<{ callee: string; names: readonly string[] }>({
    severity: "error",
    message: (h) => `${h.callee} needs ${h.names.map((name) => `"${name}"`).join(", ")}`,
    help: (h) => `Write \`${h.callee}(${["...", ...h.names.map((name) => `${name}: VALUE`)].join(", ")})\`.`,
    explanation: "A parameter without a default must be given.",
    bad: inModel(`logits = image -> conv(kernel: 3) -> flatten`),
    good: inModel(`logits = image -> conv(8, kernel: 3) -> flatten`),
  }),
  "type/wrong-argument": entry<{ callee: string; name: string; expected: string; actual: string }>({
    severity: "error",
    message: (h) => `${h.callee}'s ${h.name} is ${h.expected}, gets ${h.actual}`,
    help: (h) => wrongArgumentHelp(h) ?? `Give it a value of type ${h.expected}.`,
    explanation: "Each parameter takes values of its type; an int may stand for a float.",
    bad: inModel(`logits = image -> conv("8") -> flatten`),
    good: plain,
  }),
  "type/wrong-default": entry<{ name: string; expected: string; actual: string }>({
    severity: "error",
    message: (h) => `"${h.name}" is ${h.expected}, but its default is ${h.actual}`,
    help: () => "Change the type or the default.",
    explanation: "The default is an argument like any other.",
    bad: inModel(`logits = image -> B -> flatten`, `block B(channels: int = 1.5) = conv(channels)`),
    good: inModel(`logits = image -> B -> flatten`, `block B(channels: int = 15) = conv(channels)`),
  }),
  "type/wrong-operand": entry<{ operator: string; operand: string }>({
    severity: "error",
    message: (h) => `\`${h.operator}\` does not work on ${h.operand}`,
    help: () =>
      "Arithmetic takes numbers and tensors, `and`, `or`, `not` take bools (or tensors of truth values), sizes and ranges take ints.",
    explanation: "The only silent conversion is from int to float.",
    bad: `lfer 1\n\nconst x = not 3\n`,
    good: `lfer 1\n\nconst x = not true\n`,
  }),
  "type/wrong-operands": entry<{ operator: string; left: string; right: string }>({
    severity: "error",
    message: (h) => `\`${h.operator}\` does not work on ${h.left} and ${h.right}`,
    help: () =>
      "Both sides must be numbers, or tensors; `==` also compares strings and bools. `and` and `or` on tensors need tensors of truth values on both sides.",
    explanation: "The only silent conversion is from int to float.",
    bad: `lfer 1\n\nconst x = 3 + "3"\n`,
    good: `lfer 1\n\nconst x = 3 + 3\n`,
  }),
  "type/wrong-condition": entry<{ actual: string }>({
    severity: "error",
    message: (h) => `a condition must be true or false, found ${h.actual}`,
    help: () => 'Compare it with something: `x > 0`, `name == "relu"`.',
    explanation: "There are no truthy numbers.",
    bad: `lfer 1\n\nconst x = if 1 then 2 else 3\n`,
    good: `lfer 1\n\nconst x = if 1 > 0 then 2 else 3\n`,
  }),
  "type/branches-differ": entry<{ first: string; second: string }>({
    severity: "error",
    message: (h) => `the branches differ: ${h.first} after \`then\`, ${h.second} after \`else\``,
    help: () => "Give both branches the same type.",
    explanation: "Both branches are type-checked, whichever is taken, so that variants not built yet are checked too.",
    bad: inModel(`logits = image -> B(true) -> flatten`, `block B(wide: bool) = conv(if wide then 16 else "8")`),
    good: inModel(`logits = image -> B(true) -> flatten`, `block B(wide: bool) = conv(if wide then 16 else 8)`),
  }),
  "type/wrong-input-count": entry<{
    callee: string;
    expected: string;
    count: number;
    actual: number;
    /** The name before the arrow, if it holds them. */
    holder?: string;
  }>({
    severity: "error",
    message: (h) =>
      `${h.callee} takes ${h.count} tensor${h.count === 1 ? "" : "s"} (${h.expected}), ${h.holder === undefined ? "gets" : `but "${h.holder}" holds`} ${h.actual}`,
    help: (h) => {
      if (h.count > 1) return "Pass several tensors as `(a, b) -> F(...)`, or as positional arguments of a function.";
      const x = h.holder ?? "x";
      return `Name the tensors where they are made (\`a, b = ...\`), take one of them (\`${x}[0] -> ${h.callee}\`), or join them first: \`${x} -> concat -> ${h.callee}\`.`;
    },
    explanation: "A layer takes the tensors that it names.",
    bad: inModel(`a = image -> conv(8)
      logits = (a, a) -> relu -> flatten`),
    good: inModel(`a = image -> conv(8)
      logits = (a, a) -> add -> flatten`),
  }),
  "type/not-a-tensor": entry<{ callee: string; actual: string }>({
    severity: "error",
    message: (h) => `${h.callee} takes a tensor, gets ${h.actual}`,
    help: () => "Apply layers to a tensor first: `x -> layer`; to use one of several results, name them: `a, b = ...`.",
    explanation: "Only tensors flow through a network.",
    bad: inModel(`logits = concat(image, relu, axis: 1) -> flatten`),
    good: inModel(`logits = concat(image, image -> relu, axis: 1) -> flatten`),
  }),
  "type/arrow-without-tensor": entry<{ actual: string }>({
    severity: "error",
    message: (h) => `an arrow carries a tensor or joins layers, found ${h.actual}`,
    help: () => "Begin with an input, a binding or a layer.",
    explanation: "`x -> f` applies f to the tensor x; `f -> g` is the layer that does both.",
    bad: inModel(`x = 3 -> relu
      logits = image + x -> flatten`),
    good: inModel(`x = image -> relu
      logits = image + x -> flatten`),
  }),
  "type/tensor-in-stage": entry<{ name: string }>({
    severity: "error",
    message: (h) => `after an arrow, ${h.name} takes parameters only; the arrow gives it its tensors`,
    help: (h) => `Write \`(a, b) -> ${h.name}(...)\` or \`${h.name}(a, b, ...)\`.`,
    explanation: "In a stage it is always clear which argument is the tensor.",
    bad: inModel(`a = image -> conv(8)
      logits = a -> add(a) -> flatten`),
    good: inModel(`a = image -> conv(8)
      logits = (a, a) -> add -> flatten`),
  }),
  "type/layer-as-tensor": entry<{ callee: string }>({
    severity: "error",
    message: (h) => `${h.callee} is given a layer, but layers are not nested: they are joined by arrows`,
    help: () =>
      "Write the layers in the order in which they work, `conv(16) -> batch_norm -> relu` for `relu(batch_norm(conv(16)))`.",
    explanation:
      "In Python a layer is called with the result of another; here `->` passes the tensor on, and a layer's parentheses hold its parameters.",
    bad: inModel(`logits = image -> relu(conv(8)) -> flatten`),
    good: inModel(`logits = image -> conv(8) -> relu -> flatten`),
  }),
  "type/block-needs-arrow": entry<{ name: string }>({
    severity: "error",
    message: (h) => `${h.name} holds weights: it is applied by an arrow, not called with a tensor`,
    help: (h) => `Write \`x -> ${h.name}(...)\`.`,
    explanation: "Weights enter only through `->`, so that every place where they are made can be seen.",
    bad: inModel(`logits = conv(image, 8) -> flatten`),
    good: plain,
  }),

  "type/time-outside-check": entry<{ time: string }>({
    severity: "error",
    message: (h) => `${h.time} is a time; only a check compares times`,
    help: () => 'Leave the unit out here. In a check: latency("phone") <= 12ms.',
    explanation:
      "Networks and recipes have no times. In a check a unit keeps milliseconds from being taken for seconds.",
    bad: "lfer 1\n\nconst x = 12ms\n",
    good: "lfer 1\n\nconst x = 12\n",
  }),
} as const;
