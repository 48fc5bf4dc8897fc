import { entry } from "../../entry.js";
import { adviceOn } from "../../foreign-names.js";
import { model, plain } from "./example.js";

/** What a construct of another language is called, and what to write instead. */
interface Said {
  /** `written`: the text in the source, shortened. */
  readonly message: (written: string, parts: readonly string[]) => string;
  /** `parts`: the parts of the text, in the order of the row's comment. */
  readonly help: (parts: readonly string[]) => string;
}

/** A form with the user's own words, or the general one where these are too long for a line. */
const form = (own: string, general: string): string => (own.length <= 72 ? own : general);

/** `range(n)` as a range of this language. */
function listOf(text: string): string {
  const [, from, to] = /^range\(\s*(?:([^,()]+),)?\s*((?:[^,()]|\([^()]*\))+)\)$/.exec(text) ?? [];
  if (to === undefined) return text;
  const end = /^\d+$/.test(to.trim()) ? String(Number(to) - 1) : `${to.trim()} - 1`;
  return `[${from?.trim() ?? "0"}..${end}]`;
}

const modules = '"std/widths"';

/** One row for each construct of Python, PyTorch, Keras and C that cannot be read here. */
export const foreignConstructs = {
  // [name, operator without `=`, value]
  assignment: {
    message: (w) => `\`${w}\` changes a name, but a name is bound once`,
    help: ([name = "x", operator = "+", value = "y"]) => {
      const result =
        operator === "//"
          ? `floor_div(${name}, ${value})`
          : operator === "@"
            ? `matmul(${name}, ${value})`
            : `${name} ${operator} ${value}`;
      return `Give the result a name of its own and use that from here on: \`${form(`${name}_2 = ${result}`, "sum = x + y")}\`.`;
    },
  },
  while: {
    message: () => "there is no `while`: every network is finite",
    help: () =>
      "Say how often: `x -> repeat(3, layer)`, or `x -> (for i in [1..3] do conv(8 * i))` where each turn differs.",
  },
  // [names, list]
  "for-statement": {
    message: () => "`for` is no statement: it joins layers, or makes a list",
    help: ([names = "i", list = "[1..3]"]) => {
      const head = form(`for ${names} in ${listOf(list)} do`, "for i in [1..3] do");
      return `Bind what it makes: \`y = x -> (${head} LAYER)\` passes x through one layer after the other, \`ys = [${head} VALUE]\` is a list.`;
    },
  },
  // [condition]
  "if-statement": {
    message: () => "`if` is no statement: it chooses between two values",
    help: ([condition = "c"]) => {
      const head = form(`if ${condition} then`, "if c then");
      return `Bind what it chooses: \`y = ${head} a else b\`; between layers \`y = x -> (${head} conv(16) else identity)\`.`;
    },
  },
  elif: {
    message: () => "`elif` is written `else if` here",
    help: () => "Write `if a then x else if b then y else z`.",
  },
  // [value, condition, other value]
  "value-first": {
    message: (w) => `\`${w}\`: here the condition comes first`,
    help: ([value = "a", condition = "c", other = "b"]) =>
      `Write \`${form(`if ${condition} then ${value} else ${other === "" ? "..." : other}`, "if c then a else b")}\`.`,
  },
  // [condition, value, other value]
  "question-mark": {
    message: () => "`?` does not choose between values here",
    help: ([condition = "c", value = "a", other = "b"]) =>
      `Write \`${form(`if ${condition} then ${value} else ${other}`, "if c then a else b")}\`.`,
  },
  // [item, names, list, filter]
  comprehension: {
    message: (w) => `\`${w}\`: here \`for\` comes first`,
    help: ([item = "f(n)", names = "n", list = "ns", filter = ""]) => {
      const own = form(`[for ${names} in ${listOf(list)} do ${item}]`, "[for n in ns do f(n)]");
      return `Write \`${own}\`.${filter === "" ? "" : " There is no filter: list only the items that are wanted."}`;
    },
  },
  // [the function that the body calls, if that is all]
  lambda: {
    message: () => "there is no `lambda`: a layer is a value already",
    help: ([called = ""]) =>
      called === ""
        ? "Give the layer itself, such as `relu6` or `conv(8) -> relu`; a function of numbers is declared: `fn twice(n: int) = 2 * n`."
        : `Give the layer itself: \`${called}\`. Longer ones are joined by arrows: \`conv(8) -> ${called}\`.`,
  },
  // [prefix, string]
  "string-prefix": {
    message: (w, [prefix]) =>
      /f/i.test(prefix ?? "") ? `\`${w}\`: there are no f-strings` : `\`${w}\`: a string has no prefix`,
    help: ([prefix = "f", string = '"stage"']) =>
      /f/i.test(prefix)
        ? 'A string stands as it is, `"stage"`. A layer is named by its binding, or with `as`: `x -> conv(8) as stage`; what repeats is numbered.'
        : `Write \`${form(string, '"..."')}\`.`,
  },
  "triple-quotes": {
    message: () => "three quotes begin no text here",
    help: () => "Document a declaration with lines of `///` before it; a comment begins with `//`.",
  },
  // [what is cut, axis, from, to, number of indices, whether there is a step]
  slice: {
    message: (w) => `\`${w}\` is an index of Python: \`[ ]\` takes one item of a list`,
    help: ([x = "x", axis = "", from = "", to = "", count = "1", step = ""]) => {
      const ends = `${from === "" ? "" : `, from: ${from}`}${to === "" ? "" : `, to: ${to}`}`;
      const cut = axis === "" ? "slice(x, axis: 1, from: 0, to: 8)" : `slice(${x}, axis: ${axis}${ends})`;
      const write = `Cut a tensor with \`${form(cut, "slice(x, axis: 1, from: 0, to: 8)")}\``;
      if (step !== "")
        return `${write}; there are no steps: \`x -> max_pool(1, stride: 2)\` takes every second row and column.`;
      if (count !== "1") return `${write}, into equal parts with \`a, b = split(x, parts: 2)\`.`;
      const [first, last] = [from === "" ? "0" : from, to === "" ? `len(${x})` : to];
      return `${write}; a part of a list is \`${form(`[for i in [${first}..${last} - 1] do ${x}[i]]`, "[for i in [1..3] do xs[i]]")}\`.`;
    },
  },
  // [left, right]
  "matrix-product": {
    message: () => "`@` is no operator here",
    help: ([left = "a", right = "b"]) => `Write \`${form(`matmul(${left}, ${right})`, "matmul(a, b)")}\`.`,
  },
  decorator: {
    message: (w) => `\`${w}\`: there are no decorators`,
    help: () => "Leave it out.",
  },
  // [the called name]
  "module-call": {
    message: (w) => `\`${w}(...)\`: layers and functions have plain names, without a module before them`,
    help: ([called = ""]) =>
      adviceOn(called) ??
      '`nn.Conv2d(3, 16, 3)` is `conv(16, kernel: 3)` here, `F.relu(x)` is `x -> relu`; "Ops" in docs/language.md lists all names.',
  },
  // [the called name]
  "method-call": {
    message: (w) => `\`${w}(...)\`: nothing is called with a dot`,
    help: ([called = "f"]) =>
      adviceOn(called) ??
      `A layer stands behind an arrow (\`x -> ${called}\`), a function by itself (\`${called}(x)\`).`,
  },
  self: {
    message: (w) => `\`${w}\`: there is no \`self\``,
    help: () => adviceOn("self") ?? "",
  },
  // [name]
  def: {
    message: (w) => `\`${w}\` declares nothing here`,
    help: ([name = "Unit"]) =>
      `Layers are a block: \`block ${form(name, "Unit")}(channels: int) on x { y = x -> conv(channels) return y }\`; numbers are a function: \`fn half(n: int) = floor_div(n, 2)\`.`,
  },
  // [name]
  class: {
    message: (w) => `\`${w}\`: there are no classes`,
    help: ([name = "Unit"]) => {
      const own = form(name, "Unit");
      return `A part of a network is a block, \`block ${own}(channels: int) on x { ... return y }\`; a whole one a model, \`model ${own} { input image: float32[N, 3, 224, 224] ... output logits }\`.`;
    },
  },
  // [names, path]; without names: a module
  import: {
    message: (w, [names]) =>
      names === ""
        ? `\`${w}\`: there are no modules to import`
        : `\`${w}\`: an import names in braces what it takes, then the file`,
    help: ([names = "", path = ""]) =>
      names === ""
        ? 'Layers such as `conv` and `relu` need no import: leave it out. Blocks come from files: `import { ConvNorm } from "std/separable"`.'
        : `Write \`${form(`import { ${names} } from "${path}"`, `import { make_divisible } from ${modules}`)}\`.`,
  },
  dictionary: {
    message: (w) => `\`${w}\`: there are no dictionaries and no sets`,
    help: () =>
      'Write a list, `[3, 5, 7]`, or a list of tuples, `[("a", 2), ("b", 3)]`, which `for name, n in ... do` takes apart; their type is `[(string, int)]`. A named value of a block is a parameter.',
  },
  // [operator]
  identity: {
    message: (w) => `\`${w}\` compares nothing here`,
    help: () => `Compare with \`==\` or \`!=\`. ${adviceOn("None")}`,
  },
  membership: {
    message: (w) => `\`${w}\` compares nothing here: it belongs to \`for\``,
    help: () => "Compare with each value: `k == 3 or k == 5`.",
  },
  // [number, unit, number of this language]
  unit: {
    message: (w) => `\`${w}\` is no number: the suffixes are k, M, G and %, and ms for a time`,
    help: ([, , write = ""]) => `Write \`${write}\`.`,
  },
  // [output, value]
  "output-expression": {
    message: () => "an output is a name, not an expression",
    help: ([name = "logits", value = ""]) =>
      `Bind the value first: \`${form(`${name} = ${value}`, "probabilities = fc -> softmax")}\`, then \`output ${form(name, "probabilities")}\`.`,
  },
  // [word]
  word: {
    message: (_w, [word = ""]) => `\`${word}\` begins no statement of this language`,
    help: ([word = ""]) => wordHelp[word] ?? statements,
  },
  // [word, rest]
  "declaring-word": {
    message: (_w, [word = ""]) => `\`${word}\`: a name is bound without a word before it`,
    help: ([, rest = "x = ..."]) => `Write \`${form(rest, "x = ...")}\`; outside of models and blocks it is \`const\`.`,
  },
  unpacking: {
    message: (w) => `\`${w}\`: a list is not unpacked`,
    help: () =>
      "Layers in a list are joined by `x -> (for f in layers do f)`; several tensors take one arrow: `(a, b) -> concat`.",
  },
  "pipe-sign": {
    message: (w) => `\`${w}\` passes nothing on: an arrow is written \`->\``,
    help: () => "Write `x -> conv(8) -> relu`.",
  },
  "result-type": {
    message: (w) => `\`${w}\`: the type of a result is not written`,
    help: () => "Leave it out; it follows from the body: `fn half(n: int) = floor_div(n, 2)`.",
  },
  // [keyword, name]
  "indented-body": {
    message: () => "a body stands in braces, not behind a colon",
    help: ([keyword = "block", name = "Unit"]) =>
      keyword === "block"
        ? `Write \`block ${name}(...) on x { ... return y }\`, or in one line \`block ${name}(...) = conv(8) -> relu\`.`
        : `Write \`${keyword} ${name} { ... }\`.`,
  },
  // [name, value]
  "binding-type": {
    message: (w) => `\`${w}\`: a binding has no type`,
    help: ([name = "x", value = "..."]) =>
      `Write \`${form(`${name} = ${value}`, "x = ...")}\`. Types belong to parameters, inputs and weights.`,
  },
  // [type]
  "generic-type": {
    message: (w) => `\`${w}\` is no type here`,
    help: ([type = "[int]"]) =>
      `Write \`${type}\`: a list is \`[int]\`, a tuple \`(int, float)\`; there are no optional values.`,
  },
  // [number]
  "number-form": {
    message: (w) => `\`${w}\` is no number here`,
    help: ([number = "0.5"]) => `Write \`${number}\`.`,
  },
} as const satisfies Readonly<Record<string, Said>>;

export type ForeignConstruct = keyof typeof foreignConstructs;

const statements =
  "Statements begin with a name and `=`, or with `input`, `output`, `share`, `weight`, `require` or `return`.";
const choice = 'Values are chosen by `if`: `if kind == "a" then x else if kind == "b" then y else z`.';
const never = 'Nothing fails while a network runs; what must hold is written `require channels > 0, "message"`.';
const single = "There are no jumps: `for` and `repeat` always take every turn.";

const wordHelp: Readonly<Record<string, string>> = {
  assert: 'Write `require c, "what must hold"`.',
  raise: 'Write `require c, "what must hold"`, with the condition that is fine.',
  throw: 'Write `require c, "what must hold"`, with the condition that is fine.',
  print: adviceOn("print") ?? "",
  with: "Leave it out: what is trained and how is said in a `recipe`.",
  pass: "Leave it out; the layer that changes nothing is `identity`.",
  break: single,
  continue: single,
  try: never,
  except: never,
  finally: never,
  switch: choice,
  match: choice,
  case: choice,
  del: "Leave it out: no name has to be removed.",
  global: "Leave it out: a `const` of the file can be used everywhere in it.",
  nonlocal: "Leave it out: a `const` of the file can be used everywhere in it.",
  yield: "Write `return a, b` for several results.",
  async: "Leave it out.",
  await: "Leave it out.",
  do: "Loops are written `for i in [1..3] do LAYER`.",
};

/** The words of other languages that begin a statement there. */
export const foreignWords: ReadonlySet<string> = new Set(Object.keys(wordHelp));

/** Constructs of other languages. */
export const syntaxForeignEntries = {
  "syntax/foreign-construct": entry<{ construct: ForeignConstruct; written: string; parts: readonly string[] }>({
    severity: "error",
    message: (h) => (foreignConstructs[h.construct] as Said).message(h.written, h.parts),
    help: (h) => (foreignConstructs[h.construct] as Said).help(h.parts),
    explanation:
      "Words and signs of Python, PyTorch, Keras and C are recognised where they cannot be read here, so that one message says what is written instead. The rest of the statement is not read until then.",
    bad: model("logits = image -> nn.Conv2d(3, 8, 3)"),
    good: plain,
  }),
};
