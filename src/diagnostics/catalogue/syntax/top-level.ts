import { entry } from "../../entry.js";

const plain = `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> conv(8)
  output logits
}
`;
const block = `lfer 1

block Halves on x {
  left, right = split(x, parts: 2)
  return left + right
}
`;
const half = `lfer 1

fn half(v: int) = v / 2
`;

/** Errors in declarations, statements and the order of a model's parts. */
export const syntaxDeclarationEntries = {
  "syntax/as-before-arrow": entry<{ name: string }>({
    severity: "error",
    message: (h) => `\`as ${h.name}\` names a stage, which must follow an arrow; here there is no arrow before it`,
    help: (h) =>
      `In a block use the long form, \`on x { return x -> conv(8) as ${h.name} -> relu }\`, or bind the name.`,
    explanation:
      "`as` gives a layer a path of its own where a tensor reaches it. The first layer of a short form has no arrow before it: the tensor arrives only where the block is used.",
    bad: `lfer 1

block ConvRelu = conv(8) as first -> relu
`,
    good: `lfer 1

block ConvRelu on x {
  return x -> conv(8) as first -> relu
}
`,
  }),

  "syntax/unknown-edition": entry<{ edition: string; known: string }>({
    severity: "error",
    message: (h) => `this lferc does not know edition ${h.edition} of the language, only ${h.known}`,
    help: (h) => `Write \`lfer ${h.known}\`, or use a newer lferc.`,
    explanation:
      "The first line names the edition of the language, so that a later edition may change what words mean.",
    bad: plain.replace("lfer 1", "lfer 2"),
    good: plain,
  }),

  "syntax/expected-declaration": entry<{ found: string; isBinding: boolean; isClosing: boolean }>({
    severity: "error",
    message: (h) => (h.isClosing ? "this `}` closes nothing" : `${h.found} does not begin a declaration`),
    help: (h) => {
      if (h.isClosing) return "Remove it, or look for a `}` that closed the declaration before its end.";
      if (h.isBinding)
        return "Statements belong inside a model, block or function; a value for the whole file is a `const`.";
      return "A file consists of `import`, `const`, `block`, `fn`, `model`, `variant`, `recipe` and `check`.";
    },
    explanation: "At the top level of a file only declarations are allowed.",
    bad: `lfer 1

width = 8
`,
    good: `lfer 1

const width = 8
`,
  }),

  "syntax/unknown-declaration": entry<{ word: string; suggestion: string }>({
    severity: "error",
    message: (h) => `\`${h.word}\` is not a declaration. Did you mean \`${h.suggestion}\`?`,
    help: (h) => `Write \`${h.suggestion}\`.`,
    explanation: "Declarations begin with `import`, `const`, `block`, `fn`, `model`, `variant`, `recipe` or `check`.",
    bad: plain.replace("model", "modle"),
    good: plain,
  }),

  "syntax/unknown-statement": entry<{ word: string; suggestion: string }>({
    severity: "error",
    message: (h) => `\`${h.word}\` does not begin a statement. Did you mean \`${h.suggestion}\`?`,
    help: (h) => `Write \`${h.suggestion}\`.`,
    explanation:
      "Statements begin with a name and `=`, or with `input`, `output`, `share`, `weight`, `require` or `return`.",
    bad: plain.replace("output", "ouput"),
    good: plain,
  }),

  "syntax/statement-without-name": entry<{ found: string }>({
    severity: "error",
    message: (h) => `the value of ${h.found} ... has no name`,
    help: () =>
      "Begin the statement with a name: `features = ...`. The result of a body follows `return`, that of a model `output`.",
    explanation: "There are no side effects, so a value without a name could never be used.",
    bad: plain.replace("  output", "  image -> conv(4)\n  output"),
    good: plain,
  }),

  "syntax/missing-return": entry({
    severity: "error",
    message: () => "this body ends without `return`",
    help: () => "State before the `}` which values the body returns: `return x`, or `return a, b`.",
    explanation: "The last line of a block or function states what it returns.",
    bad: block.replace("  return left + right\n", ""),
    good: block,
  }),

  "syntax/missing-input": entry({
    severity: "error",
    message: () => "this model has no `input`",
    help: () => "Begin with its input: `input image: float32[N, 3, 224, 224]`.",
    explanation: "A model maps its inputs to its outputs, and all shapes follow from the inputs'.",
    bad: plain.replace(
      "  input image: float32[N, 3, 32, 32]\n  logits = image -> conv(8)\n  output logits\n",
      "  output logits\n",
    ),
    good: plain,
  }),

  "syntax/missing-output": entry({
    severity: "error",
    message: () => "this model has no `output`",
    help: () => "Name its output before the `}`: `output logits`.",
    explanation: "What no output needs is not part of the network.",
    bad: plain.replace("  output logits\n", ""),
    good: plain,
  }),

  "syntax/out-of-order": entry<{ part: string; before: string }>({
    severity: "error",
    message: (h) => `${h.part === "input" ? "an `input`" : "a statement"} must come before the ${h.before}`,
    help: () => "A model lists its inputs, then its statements, then its outputs.",
    explanation: "All models have the same order: inputs, statements, outputs.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  output logits
  logits = image -> conv(8)
}
`,
    good: plain,
  }),

  "syntax/late-import": entry({
    severity: "error",
    message: () => "imports must come before all declarations",
    help: () => "Move this import to the top of the file.",
    explanation: "The top of the file shows where its names come from.",
    bad: `lfer 1

const classes = 7

import { raf_db_classes } from "std/labels"
`,
    good: `lfer 1

import { raf_db_classes } from "std/labels"

const classes = len(raf_db_classes)
`,
  }),

  "syntax/reserved-name": entry<{ name: string }>({
    severity: "error",
    message: (h) =>
      h.name === "N"
        ? "`N` is the batch and cannot be a name"
        : `\`${h.name}\` is a word of the language and cannot be a name here`,
    help: () => "Choose another name.",
    explanation:
      "`N` stands for the batch in every shape, and the parser relies on the words that begin statements and declarations.",
    bad: `lfer 1

const N = 8
`,
    good: `lfer 1

const n = 8
`,
  }),

  "syntax/missing-name": entry<{ what: string; found: string }>({
    severity: "error",
    message: (h) => `${h.what} is missing before ${h.found}`,
    help: () => "Names begin with a letter or `_` and go on with letters, digits and `_`.",
    explanation: "What is declared needs a name, and lists of names have a name between any two commas.",
    bad: `lfer 1

const = 8
`,
    good: `lfer 1

const width = 8
`,
  }),

  "syntax/missing-type": entry<{ found: string }>({
    severity: "error",
    message: (h) => `a type is missing before ${h.found}`,
    help: () =>
      'Types are `int`, `float`, `bool`, `string`, `layer`, `[int]`, `(int, float)` and choices like `"relu" | "mish"`.',
    explanation: "The types of parameters say what may be passed, and `--set` reads values by them.",
    bad: half.replace("v: int", "v:"),
    good: half,
  }),

  "syntax/parameter-without-type": entry<{ name: string }>({
    severity: "error",
    message: (h) => `parameter \`${h.name}\` has no type`,
    help: (h) => `Write \`${h.name}: int\`, \`${h.name}: float = 0.5\` and the like.`,
    explanation: "The types of parameters say what may be passed, and `--set` reads values by them.",
    bad: half.replace("v: int", "v"),
    good: half,
  }),

  "syntax/not-a-claim": entry({
    severity: "error",
    message: () => "a check consists of comparisons; this is not one",
    help: () => 'Write what must hold: `params <= 1.3M`, `madds("paper") == 294_606_017`.',
    explanation: "Each line of a check is one comparison, with an optional `within` tolerance.",
    bad: `${plain}
check M { params }
`,
    good: `${plain}
check M { params <= 1M }
`,
  }),
} as const;
