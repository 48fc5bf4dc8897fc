import { didYouMean, entry } from "../entry.js";
import { adviceOn, isCalled } from "../foreign-names.js";
import { inModel } from "./example.js";

const plain = inModel(`logits = image -> conv(8) -> relu -> flatten`);
const withCheck = (claims: string): string =>
  `${inModel(`logits = image -> conv(8) -> flatten`)}\ncheck M { ${claims} }\n`;
const goodCheck = withCheck(`params <= 1k`);

export const resolveEntries = {
  "resolve/duplicate-name": entry<{ name: string }>({
    severity: "error",
    message: (h) => `"${h.name}" is already defined`,
    help: () => "Each name is bound once: choose another one.",
    explanation: "A binding never changes, so that a name means the same everywhere.",
    bad: inModel(`x = image -> conv(8)
      x = x -> relu
      logits = x -> flatten`),
    good: inModel(`x = image -> conv(8)
      y = x -> relu
      logits = y -> flatten`),
  }),
  "resolve/name-is-built-in": entry<{ name: string }>({
    severity: "error",
    message: (h) => `"${h.name}" is a name of the language itself`,
    help: () => "Choose another name; blocks usually begin with a capital letter.",
    explanation: "A file cannot change what `conv` or `relu` mean.",
    bad: inModel(`logits = image -> conv(8) -> relu -> flatten`, `fn relu on x = maximum(x, 0.1)`),
    good: inModel(`logits = image -> conv(8) -> floored -> flatten`, `fn floored on x = maximum(x, 0.1)`),
  }),
  "resolve/unknown-name": entry<{ name: string; isStage: boolean; suggestion: string | undefined }>({
    severity: "error",
    message: (h) => {
      const isForeign = adviceOn(h.name) !== undefined;
      const isMeant = h.suggestion !== undefined && (!isForeign || isCalled(h.name, h.suggestion));
      return `nothing here is called "${h.name}".${didYouMean(isMeant ? h.suggestion : undefined)}`;
    },
    help: (h) =>
      adviceOn(h.name) ??
      (h.isStage
        ? "After an arrow comes an op, a block, a function or a name bound to a layer; import blocks of other files."
        : "Bind it, declare it, make it a parameter, or import it."),
    explanation: "A name comes from the body, the file, its imports or the language.",
    bad: inModel(`logits = image -> conv(8) -> rellu -> flatten`),
    good: plain,
  }),
  "resolve/unknown-parameter": entry<{
    callee: string;
    name: string;
    known: string;
    suggestion: string | undefined;
  }>({
    severity: "error",
    message: (h) => `${h.callee} has no parameter "${h.name}".${didYouMean(h.suggestion)}`,
    help: (h) => (h.known === "" ? "It takes no named arguments." : `Its parameters are ${h.known}.`),
    explanation: "An argument that nothing reads would silently change nothing.",
    bad: inModel(`logits = image -> conv(8, strides: 2) -> flatten`),
    good: inModel(`logits = image -> conv(8, stride: 2) -> flatten`),
  }),
  "resolve/unknown-type": entry<{ name: string; known: string; suggestion: string | undefined }>({
    severity: "error",
    message: (h) => `there is no type "${h.name}".${didYouMean(h.suggestion)}`,
    help: (h) => `Types here are ${h.known}; lists are \`[int]\`, tuples \`(int, float)\`, choices \`"a" | "b"\`.`,
    explanation: "Parameters say what they take.",
    bad: inModel(`logits = image -> B(8) -> flatten`, `block B(channels: integer) = conv(channels)`),
    good: inModel(`logits = image -> B(8) -> flatten`, `block B(channels: int) = conv(channels)`),
  }),
  "resolve/unknown-field": entry<{ name: string; field: string; known: string }>({
    severity: "error",
    message: (h) => `${h.name} has no "${h.field}"`,
    help: (h) => `It has ${h.known}.`,
    explanation: "In a recipe the networks have their outputs as fields, and the data its `label`.",
    bad: recipe("student.logit"),
    good: recipe("student.logits"),
  }),
  "resolve/alias-on-shared": entry<{ name: string; shared: string }>({
    severity: "error",
    message: (h) => `"${h.shared}" is shared and keeps its own name; \`as ${h.name}\` cannot rename it here`,
    help: () => "Leave `as` out, or choose the name in the `share` statement.",
    explanation: "A shared layer has one set of weights, and they have one name.",
    bad: inModel(`share q = conv(3)
      logits = image -> q as first -> q -> flatten`),
    good: inModel(`share q = conv(3)
      logits = image -> q -> q -> flatten`),
  }),
  "resolve/recursive-declaration": entry<{ cycle: string }>({
    severity: "error",
    message: (h) => `this declaration uses itself: ${h.cycle}`,
    help: () => "Use `repeat` or `for` for what happens several times.",
    explanation: "Every network of the language is finite by construction; there is no recursion.",
    bad: inModel(`logits = image -> B -> flatten`, `block B = conv(3) -> B`),
    good: inModel(`logits = image -> B -> flatten`, `block B = conv(3) -> repeat(2, relu)`),
  }),
  "resolve/not-a-model": entry<{ name: string; suggestion: string | undefined }>({
    severity: "error",
    message: (h) => `"${h.name}" is neither a model nor a variant.${didYouMean(h.suggestion)}`,
    help: () => "Variants, checks and recipes name a `model` or a `variant` of this file or of an import.",
    explanation: "Only models have inputs and outputs, and therefore counts.",
    bad: `${plain}\nvariant V = Model\n`,
    good: `${plain}\nvariant V = M\n`,
  }),
  "resolve/unknown-model": entry<{ name: string; file: string; known: string; suggestion: string | undefined }>({
    severity: "error",
    message: (h) => `${h.file} has no model or variant "${h.name}".${didYouMean(h.suggestion)}`,
    help: (h) => (h.known === "" ? "It declares none." : `It has ${h.known}.`),
    explanation: "`--model` names a model or a variant of the file.",
    bad: { command: "lferc stats models/lfer_ldl.lfer --model LferLDL" },
    good: { command: "lferc stats models/lfer_ldl.lfer --model LferLdl" },
  }),
  "resolve/unknown-lint": entry<{ code: string; known: string; suggestion: string | undefined }>({
    severity: "error",
    message: (h) => `no warning that can be allowed has the code "${h.code}".${didYouMean(h.suggestion)}`,
    help: (h) => `What can be allowed: ${h.known}.`,
    explanation:
      "`allow` names one kind of warning about what follows it. An error cannot be allowed, and a warning about a whole file or its imports has nothing that it could stand before.",
    bad: inModel(`allow("lint/unused", "kept for a study")
      logits = image -> conv(8) -> flatten`),
    good: inModel(`allow("lint/unused-binding", "kept for a study")
      side = image -> conv(8)
      logits = image -> conv(8) -> flatten`),
  }),
  "resolve/allow-without-reason": entry<{ code: string }>({
    severity: "error",
    message: (h) => `this allow of ${h.code} gives no reason`,
    help: () => "Say why it is meant, for the next reader.",
    explanation: "A warning that is silenced without a reason cannot be judged later.",
    bad: inModel(`allow("lint/unused-binding", "")
      logits = image -> conv(8) -> flatten`),
    good: inModel(`allow("lint/unused-binding", "kept for a study")
      side = image -> conv(8)
      logits = image -> conv(8) -> flatten`),
  }),
  "resolve/unknown-setting": entry<{ name: string; known: string; suggestion: string | undefined }>({
    severity: "error",
    message: (h) => `\`--set ${h.name}=...\`: the model has no parameter "${h.name}".${didYouMean(h.suggestion)}`,
    help: (h) => (h.known === "" ? "It has no parameters." : `Its parameters are ${h.known}.`),
    explanation: "`--set` gives values to a model's parameters.",
    bad: { command: "lferc stats models/lfer_ldl.lfer --set sise=112" },
    good: { command: "lferc stats models/lfer_ldl.lfer --set size=112" },
  }),
  "resolve/unknown-measure": entry<{ name: string; known: string; suggestion: string | undefined }>({
    severity: "error",
    message: (h) => `a check cannot measure "${h.name}".${didYouMean(h.suggestion)}`,
    help: (h) => `It can measure ${h.known}.`,
    explanation: "A check compares numbers that the compiler can count.",
    bad: withCheck(`parameters <= 1k`),
    good: goodCheck,
  }),
  "resolve/convention-needed": entry<{ measure: string; known: string }>({
    severity: "error",
    message: (h) => `${h.measure} are counted differently by every tool: name the convention`,
    help: (h) => `Write \`${h.measure}("NAME")\` with one of ${h.known}.`,
    explanation:
      "macs and activations without a convention are those of fvcore, as in `lferc stats`. fvcore gives no other unit, and an " +
      "operation count without its convention cannot be compared with anything.",
    bad: withCheck(`flops <= 2M`),
    good: withCheck(`flops("torch") <= 2M`),
  }),
  "resolve/unknown-convention": entry<{
    measure: string;
    name: string;
    known: string;
    suggestion: string | undefined;
  }>({
    severity: "error",
    message: (h) => `no convention "${h.name}" gives ${h.measure}.${didYouMean(h.suggestion)}`,
    help: (h) => `${h.measure} are given by ${h.known}.`,
    explanation: "Each convention counts in units of its own.",
    bad: withCheck(`macs("fvcor") <= 1M`),
    good: withCheck(`macs("fvcore") <= 1M`),
  }),

  "resolve/measured-of-what": entry<{ measure: string; example: string }>({
    severity: "error",
    message: (h) => `${h.measure} is measured: name the data or device, as one string`,
    help: (h) => `Write for example ${h.example}.`,
    explanation:
      'Accuracy is measured on a part of a data set, named by folder and part: "faces/test". Latency and memory are measured on a device, named as in `lferc bench --device`.',
    bad: withCheck("accuracy >= 84%"),
    good: goodCheck,
  }),
} as const;

function recipe(logits: string): string {
  return `lfer 1

import { cross_entropy } from "std/losses"

model M {
  input image: float32[N, 3, 8, 8]
  logits = image -> global_avg_pool -> flatten -> linear(3)
  output logits
}

recipe Train {
  student = M
  data = folder()
  loss = cross_entropy(${logits}, data.label)
  optimizer = sgd(lr: 0.1)
  train = run(batch: 4, epochs: 1)
}
`;
}
