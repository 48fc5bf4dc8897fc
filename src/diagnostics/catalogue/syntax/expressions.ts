import { entry } from "../../entry.js";
import { model, plain } from "./example.js";

const why = (text: string): string => (text === "" ? "" : ` ${text}`);

/** Invalid expressions and stages. */
export const syntaxExpressionEntries = {
  "syntax/unexpected-token": entry<{ found: string; why: string }>({
    severity: "error",
    message: (h) => `${h.found} does not fit here`,
    help: (h) =>
      h.found === "`.`"
        ? "Layers and functions have plain names, without a module before them: `conv(16)`, not `nn.Conv2d(3, 16, 3)`."
        : `Remove it, or look for what is missing before it.${why(h.why)}`,
    explanation: "The text up to here is complete, and what follows cannot continue it.",
    bad: model("logits = image -> conv(8))"),
    good: plain,
  }),

  "syntax/expected-token": entry<{ expected: string; found: string }>({
    severity: "error",
    message: (h) => `${h.expected} is missing before ${h.found}`,
    help: (h) => (h.found === "`..`" ? "A range is written in brackets: `[1..3]`." : `Put ${h.expected} here.`),
    explanation: "The grammar allows only this here; `docs/language.md` shows each form.",
    bad: model("logits = if true image -> conv(8) else image -> conv(9)"),
    good: model("logits = if true then image -> conv(8) else image -> conv(9)"),
  }),

  "syntax/unclosed-bracket": entry<{ open: string; close: string; found: string }>({
    severity: "error",
    message: (h) => `\`${h.open}\` is never closed: \`${h.close}\` is missing before ${h.found}`,
    help: (h) => `Put \`${h.close}\` where the text in the brackets ends.`,
    explanation: "Every bracket must be closed by one of its kind.",
    bad: model("logits = image -> conv(8"),
    good: plain,
  }),

  "syntax/wrong-bracket": entry<{ found: string; expected: string }>({
    severity: "error",
    message: (h) => `found \`${h.found}\` where only ${h.expected} can close the bracket`,
    help: (h) => `Write ${h.expected} instead.`,
    explanation: "`(` is closed by `)`, `[` by `]` and `{` by `}`.",
    bad: model("logits = image -> conv(8]"),
    good: plain,
  }),

  "syntax/missing-expression": entry<{ found: string }>({
    severity: "error",
    message: (h) => `a value is missing before ${h.found}`,
    help: () => "Put a name, a number, a call or a string in quotes here, or remove what comes before.",
    explanation: "Operators and separators are written between values.",
    bad: model("logits = image + -> conv(8)"),
    good: plain,
  }),

  "syntax/missing-stage": entry<{ found: string }>({
    severity: "error",
    message: (h) => `\`->\` leads nowhere: a layer is missing before ${h.found}`,
    help: () => "Name the layer that takes the tensor, as in `image -> conv(8)`, or remove the arrow.",
    explanation: "An arrow gives the tensor on its left to the layer on its right.",
    bad: model("logits = image -> conv(8) ->"),
    good: plain,
  }),

  "syntax/not-a-stage": entry<{ found: string }>({
    severity: "error",
    message: (h) => `${h.found} cannot follow \`->\`: a stage is a name, a call, or an expression in parentheses`,
    help: () => "Put parentheses round an expression that gives a layer: `x -> (if wide then conv(64) else conv(32))`.",
    explanation: "Only layers take a tensor from an arrow; parentheses show where the layer ends.",
    bad: model("logits = image -> if true then conv(8) else conv(9)"),
    good: model("logits = image -> (if true then conv(8) else conv(9))"),
  }),

  "syntax/operator-after-stage": entry<{ operator: string }>({
    severity: "error",
    message: (h) => `\`${h.operator}\` after a stage is ambiguous: put the pipe in parentheses`,
    help: (h) => `Write \`(x -> f) ${h.operator} y\`, or give the pipe a name first.`,
    explanation: "The arrow binds loosest, so `a + b -> f` is `(a + b) -> f`; `x -> f + y` could be read in two ways.",
    bad: model("logits = image -> conv(3) + image"),
    good: model("logits = (image -> conv(3)) + image"),
  }),

  "syntax/second-call": entry<{ name: string }>({
    severity: "error",
    message: (h) => `\`${h.name}(...)\` is a layer with its parameters given; it cannot be called again`,
    help: (h) => `A tensor reaches it by an arrow: \`x -> ${h.name}(...)\`.`,
    explanation:
      "What is `layer(parameters)(x)` elsewhere is `x -> layer(parameters)` here: weights are made where there is an arrow.",
    bad: model("logits = conv(8)(image)"),
    good: plain,
  }),

  "syntax/equals-for-comparison": entry({
    severity: "error",
    message: () => "`=` binds a name to a value; it does not compare",
    help: () => "To compare write `==`.",
    explanation: "A name is bound once, at the start of a statement; inside an expression only `==` can be meant.",
    bad: `lfer 1

const wide = if 2 = 3 then 64 else 32
`,
    good: `lfer 1

const wide = if 2 == 3 then 64 else 32
`,
  }),

  "syntax/wrong-operator": entry<{ written: string; meant: string }>({
    severity: "error",
    message: (h) => `\`${h.written}\` is written \`${h.meant}\` here`,
    help: (h) => `Write \`${h.meant}\`.`,
    explanation: "Logic is written in words (`and`, `or`, `not`), powers `**`, and pipes `->`.",
    bad: `lfer 1

const both = true && false
`,
    good: `lfer 1

const both = true and false
`,
  }),

  "syntax/chained-comparison": entry<{ operator: string }>({
    severity: "error",
    message: (h) => `\`${h.operator}\` follows another comparison`,
    help: () => "Compare twice: `a < b and b < c`.",
    explanation: "A comparison gives true or false, which cannot be compared again.",
    bad: `lfer 1

const fine = 1 < 2 == true
`,
    good: `lfer 1

const fine = 1 < 2 and true
`,
  }),

  "syntax/missing-else": entry({
    severity: "error",
    message: () => "this `if` has no `else`",
    help: () =>
      "Add the value for the other case: `if c then a else b`. To leave a tensor as it is, name it after `else`.",
    explanation: "`if` is an expression: it needs a value in both cases.",
    bad: model("logits = if true then image"),
    good: model("logits = if true then image else image -> conv(8)"),
  }),

  "syntax/needs-parentheses": entry<{ word: string }>({
    severity: "error",
    message: (h) => `\`${h.word}\` needs parentheses here`,
    help: (h) => `Write \`(${h.word} ...)\`.`,
    explanation:
      "`if`, `for` and `not` reach as far as they can; inside an operation parentheses must show where they end.",
    bad: `lfer 1

const width = 8 + if true then 1 else 2
`,
    good: `lfer 1

const width = 8 + (if true then 1 else 2)
`,
  }),

  "syntax/braces-after-call": entry<{ name: string }>({
    severity: "error",
    message: (h) => `\`${h.name}\` takes its layers in parentheses, not in braces`,
    help: (h) =>
      `Write \`${h.name}(layer -> layer)\`; \`grid\`, \`repeat\` and their like are ordinary names that take layers.`,
    explanation: "Braces belong to declarations; after an expression they mean nothing.",
    bad: model("logits = image -> residual { conv(3) }"),
    good: model("logits = image -> residual(conv(3))"),
  }),

  "syntax/equals-for-colon": entry({
    severity: "error",
    message: () => "expected `:`, found `=`",
    help: () => "Arguments, types and labels follow a colon: `conv(8, kernel: 1)`, `output logits: labels(classes)`.",
    explanation: "`=` only binds names at the start of a statement and gives parameters their defaults.",
    bad: model("logits = image -> conv(8, kernel = 1)"),
    good: model("logits = image -> conv(8, kernel: 1)"),
  }),

  "syntax/colon-for-equals": entry({
    severity: "error",
    message: () => "expected `=`, found `:`",
    help: () => "A name is bound by `=`: `conv1 = image -> conv(8)`.",
    explanation: "`:` goes before types and before the values of named arguments.",
    bad: model("logits: image -> conv(8)"),
    good: plain,
  }),

  "syntax/missing-comma": entry<{ where: string; found: string }>({
    severity: "error",
    message: (h) => `a comma is missing before ${h.found}`,
    help: () => "Separate the parts with commas; or an operator is missing.",
    explanation: "Arguments, parameters, and the items of lists and tuples are separated by commas.",
    bad: model("logits = image -> conv(8 kernel: 1)"),
    good: model("logits = image -> conv(8, kernel: 1)"),
  }),

  "syntax/floor-division": entry<{ remark: string }>({
    severity: "error",
    message: (h) => `\`//\` begins a comment, it does not divide: \`${h.remark}\` is ignored here`,
    help: () =>
      "Write `floor_div(a, b)` for a divided by b, rounded down. If it is a comment, write it in words (`// 2 of them`) or on its own line.",
    explanation:
      "`a // b` divides in Python. Here `//` begins a comment, so the file would silently build another network than was meant. A comment after a number on the same line is therefore refused if it is only a numeric expression of names in scope, unless it is a date or a range, or equals the number before it: `0.00392   // 1/255`.",
    bad: model("logits = image -> conv(8 // 2)"),
    good: model("logits = image -> conv(floor_div(8, 2))"),
  }),

  "syntax/nesting-too-deep": entry<{ limit: number; what: string }>({
    severity: "error",
    message: (h) => `more than ${h.limit} ${h.what}`,
    help: () => "Give the inner parts names of their own, or fold a list with `for`.",
    explanation: "Such an expression is unreadable; the limit also keeps the compiler safe from hostile files.",
    bad: `lfer 1

const deep = ${"(".repeat(201)}1${")".repeat(201)}
`,
    good: `lfer 1

const deep = ((1))
`,
  }),
} as const;
