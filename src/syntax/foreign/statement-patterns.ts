import { foreignWords } from "../../diagnostics/catalogue/syntax/foreign.js";
import { isForeignModule } from "../../diagnostics/foreign-names.js";
import {
  Arrow,
  Block,
  Check,
  Colon,
  Comma,
  Dot,
  Equals,
  FloorDivision,
  Fn,
  For,
  From,
  Greater,
  If,
  Import,
  In,
  Input,
  LeftCurly,
  LeftParen,
  LeftSquare,
  Less,
  Minus,
  Model,
  Name,
  Output,
  Percent,
  Plus,
  Recipe,
  RightCurly,
  RightParen,
  Slash,
  Star,
  StarStar,
  StringToken,
  Variant,
  Weight,
} from "../tokens.js";
import { type Found, found, type Patch, type Pattern } from "./construct.js";
import type { TokenReader } from "./token-reader.js";

/** A statement with its body, of which nothing is read. */
function statement(
  t: TokenReader,
  i: number,
  to: number,
  construct: Found["construct"],
  parts: readonly string[],
): Found {
  return found(t, construct, [i, to], parts, [{ start: t.start(i), end: t.blockEnd(i), by: "nothing" }]);
}

/** `x += y`, `x //= 2`; `@=` has no token for its sign. */
const assignment: Pattern = (t, i) => {
  if (!t.is(i, Equals) || t.beginsLine(i)) return undefined;
  let first = i - 1;
  while (t.is(first, Plus, Minus, Star, StarStar, Slash, Percent, FloorDivision, Greater, Less) && t.touches(first))
    first--;
  const sign = t.text.slice(t.end(first), t.start(i)).trim();
  if (!/^(\+|-|\*\*?|\/\/?|%|@|>>|<<)$/.test(sign) || !t.isWord(first) || !t.beginsStatement(startOfTarget(t, first)))
    return undefined;
  const from = startOfTarget(t, first);
  const to = t.valueEnd(i + 1);
  const name = "_".repeat(Math.max(1, t.end(i) - t.start(from) - 2));
  const patch: Patch = { start: t.start(from), end: t.end(i), by: { text: `${name}=` } };
  return found(t, "assignment", [from, to], [t.between(from, first + 1), sign, t.between(i + 1, to)], [patch]);
};

/** `n //= 2`: after the name the line is a comment. */
const floorAssignment: Pattern = (t, i) => {
  const rest = /^[ \t]*\/\/=([^\n\r]*)/.exec(t.text.slice(t.end(i), t.end(i) + 200));
  if (rest === null || !t.isWord(i) || !t.beginsStatement(i)) return undefined;
  const parts = [t.image(i), "//", (rest[1] ?? "").trim()];
  const end = t.end(i) + rest[0].length;
  const patches = [{ start: t.start(i), end, by: "nothing" }] as const;
  return { construct: "assignment", start: t.start(i), end, written: `${t.image(i)} //=${rest[1]}`, parts, patches };
};

/** The first name of `self.x`. */
function startOfTarget(t: TokenReader, i: number): number {
  let at = i;
  while (t.is(at - 1, Dot) && t.isWord(at - 2)) at -= 2;
  return at;
}

const whileLoop: Pattern = (t, i) => {
  if (t.image(i) !== "while" || !t.beginsStatement(i) || t.is(i + 1, Equals, Comma, Colon)) return undefined;
  return statement(t, i, i + 1, "while", []);
};

const forStatement: Pattern = (t, i) => {
  if (!t.is(i, For) || !t.beginsStatement(i)) return undefined;
  let on = i + 1;
  const line = t.lineEnd(i);
  while (on < line && !t.is(on, In)) on++;
  if (!t.is(on, In)) return statement(t, i, i + 1, "for-statement", []);
  const list = t.valueEnd(on + 1, LeftCurly);
  return statement(t, i, i + 1, "for-statement", [t.between(i + 1, on), t.between(on + 1, list)]);
};

const ifStatement: Pattern = (t, i) => {
  if (!t.is(i, If) || !t.beginsStatement(i)) return undefined;
  return statement(t, i, i + 1, "if-statement", [t.between(i + 1, t.valueEnd(i + 1, LeftCurly))]);
};

/** `def f(x, n=2):`; `def f(n: int) = 2 * n` has one wrong word only, which is another message. */
const def: Pattern = (t, i) => {
  if (!/^(def|func|function|fun|fn|async)$/.test(t.image(i)) || !t.isWord(i + 1) || !t.is(i + 2, LeftParen))
    return undefined;
  const close = t.partner(i + 2);
  const isWordOnly = t.is(i, Fn) || t.image(i) !== "def";
  const isPython = close > 0 && (t.is(close + 1, Colon) || (t.is(close + 1, Arrow) && !t.is(i, Fn)));
  if (isWordOnly ? !(isPython || (t.is(close + 1, LeftCurly) && !t.is(i, Fn) && !isTyped(t, i + 2))) : !isPython)
    return undefined;
  return statement(t, i, close + 1, "def", [t.image(i + 1)]);
};

/** Whether the parameters have types, as they have here. */
const isTyped = (t: TokenReader, opener: number): boolean => {
  for (let at = opener; at < t.partner(opener); at++) if (t.is(at, Colon)) return true;
  return t.partner(opener) === opener + 1;
};

const classDeclaration: Pattern = (t, i) => {
  if (!/^(class|struct|interface|enum)$/.test(t.image(i)) || !t.isWord(i + 1)) return undefined;
  const after = t.is(i + 2, LeftParen) && t.partner(i + 2) > 0 ? t.partner(i + 2) + 1 : i + 2;
  if (!t.is(after, Colon, LeftCurly) || isTypedBlock(t, i + 2)) return undefined;
  return statement(t, i, after, "class", [t.image(i + 1)]);
};

/** `class Unit(channels: int) ...`: a block but for the word. */
const isTypedBlock = (t: TokenReader, opener: number): boolean => {
  if (!t.is(opener, LeftParen)) return false;
  for (let at = opener; at < t.partner(opener); at++) if (t.is(at, Colon)) return true;
  return false;
};

/** The names that an import of another language takes, without their new names. */
const namesOf = (text: string): string =>
  text
    .replace(/[(){}]/g, "")
    .split(",")
    .map((name) => name.trim().replace(/\s.*$/, ""))
    .filter((name) => name !== "" && name !== "*")
    .join(", ");

/** `import torch.nn as nn`, `from std.widths import f`, `import f from "./x"`. */
const foreignImport: Pattern = (t, i) => {
  const isFrom = t.is(i, From) && t.isWord(i + 1);
  if (!t.beginsStatement(i) || !(isFrom || (t.is(i, Import) && !t.is(i + 1, LeftCurly)))) return undefined;
  if (!isFrom && !t.isWord(i + 1) && !t.is(i + 1, StringToken, Star)) return undefined;
  let to = i + 1;
  const line = t.lineEnd(i);
  while (to < line) to = t.is(to, LeftParen, LeftCurly) && t.partner(to) > to ? t.partner(to) + 1 : to + 1;
  const all = t.between(i, to);
  const by: Patch[] = [{ start: t.start(i), end: t.end(to - 1), by: "nothing" }];
  const [, module = "", names = ""] = /^from\s+(\S+)\s+import\s+(.*)$/.exec(all) ?? [];
  const [, script = "", path = ""] = /^import\s+(.*?)\s+from\s+["']?([^"']*)["']?$/.exec(all) ?? [];
  const [root = ""] = (module === "" ? path : module).split(".");
  const own = namesOf(names === "" ? script : names);
  const isNone = own === "" || isForeignModule(root) || /^(typing|collections|os|sys|torch\w*|tensorflow)$/.test(root);
  const from = module === "" ? path : root === "std" || module.startsWith(".") ? module : `./${module}.lfer`;
  const file = module.startsWith(".")
    ? `./${module.replace(/^\.+/, "").replaceAll(".", "/")}.lfer`
    : from.startsWith("./")
      ? from
      : from.replaceAll(".", "/");
  return found(t, "import", [i, to], isNone ? ["", ""] : [own, file], by);
};

/** `assert`, `print`, `break` and others at the start of a statement. */
const word: Pattern = (t, i) => {
  if (!t.isWord(i) || !foreignWords.has(t.image(i)) || !t.beginsStatement(i)) return undefined;
  if (t.is(i + 1, Equals, Comma, Dot, Arrow)) return undefined;
  return statement(t, i, i + 1, "word", [t.image(i)]);
};

/** `let x = 3`, `var x = 3` in a body. */
const declaringWord: Pattern = (t, i) => {
  if (!/^(let|var|val|auto|mut|final)$/.test(t.image(i)) || !t.beginsStatement(i) || t.around(i) < 0) return undefined;
  if (!t.isWord(i + 1)) return undefined;
  const patch = { start: t.start(i), end: t.end(i), by: "nothing" } as const;
  return found(t, "declaring-word", [i, i + 1], [t.image(i), t.quote(i + 1, t.lineEnd(i + 1))], [patch]);
};

/** `output fc -> softmax`, `output softmax(fc)`, `output a + b`. */
const outputExpression: Pattern = (t, i) => {
  if (!t.is(i, Output) || !t.is(i + 1, Name) || t.around(i) < 0) return undefined;
  const to = t.valueEnd(i + 1);
  if (to === i + 2 || t.is(i + 2, Colon, Comma, In, RightCurly) || t.beginsLine(i + 2)) return undefined;
  if (t.isWord(i + 2)) return undefined;
  const isCall = t.is(i + 2, LeftParen);
  const name = isCall ? "result" : `${t.image(i + 1)}_out`;
  const patch: Patch = isCall
    ? { start: t.start(i + 1), end: t.end(to - 1), by: "value" }
    : { start: t.start(i + 2), end: t.end(to - 1), by: "nothing" };
  return found(t, "output-expression", [i + 1, to], [name, t.between(i + 1, to)], [patch]);
};

/** `fn f(n: int) -> int = ...`. */
const resultType: Pattern = (t, i) => {
  if (!t.is(i, Arrow) || !t.is(i - 1, RightParen) || !t.is(t.partner(i - 1) - 2, Fn, Block)) return undefined;
  const to = t.valueEnd(i + 1, LeftCurly);
  return found(t, "result-type", [i, to], [], "nothing");
};

/** `block Unit(n: int):` with an indented body. */
const indentedBody: Pattern = (t, i) => {
  if (!t.is(i, Block, Model, Recipe, Variant, Check) || !t.isWord(i + 1)) return undefined;
  const after = t.is(i + 2, LeftParen) && t.partner(i + 2) > 0 ? t.partner(i + 2) + 1 : i + 2;
  if (!t.is(after, Colon) || !t.beginsLine(after + 1)) return undefined;
  const whole = statement(t, i, after + 1, "indented-body", [t.image(i), t.image(i + 1)]);
  return { ...whole, start: t.start(after), end: t.end(after) };
};

/** `x: int = 3` as a statement, `const x: int = 3`. */
const bindingType: Pattern = (t, i) => {
  const isInBody = t.around(i) < 0 || t.is(t.around(i), LeftCurly);
  if (!t.is(i, Colon) || !isInBody || !t.isWord(i - 1) || !t.isWord(i + 1)) return undefined;
  if (t.is(i - 2, Input, Output, Weight, Comma)) return undefined;
  let to = i + 2;
  while (t.is(to, LeftSquare, Dot) && !t.beginsLine(to)) to = t.is(to, Dot) ? to + 2 : Math.max(to, t.partner(to)) + 1;
  if (!t.is(to, Equals)) return undefined;
  const parts = [t.image(i - 1), t.quote(to + 1, t.valueEnd(to + 1))];
  return found(t, "binding-type", [i - 1, to], parts, [{ start: t.start(i), end: t.end(to - 1), by: "nothing" }]);
};

const generics: Readonly<Record<string, "list" | "tuple" | "as it is">> = {
  List: "list",
  list: "list",
  Sequence: "list",
  Iterable: "list",
  Array: "list",
  Tuple: "tuple",
  tuple: "tuple",
  Optional: "as it is",
  Union: "as it is",
};

/** `List[int]`, `Tuple[int, int]`, `Optional[int]` as the type of a parameter. */
const genericType: Pattern = (t, i) => {
  const kind = Object.hasOwn(generics, t.image(i)) ? generics[t.image(i)] : undefined;
  if (kind === undefined || !t.is(i + 1, LeftSquare, Less) || !t.is(i - 1, Colon, LeftSquare, Comma)) return undefined;
  const close = t.partner(i + 1);
  if (close < 0) return undefined;
  const inner = t.between(i + 2, close);
  const type = kind === "list" ? `[${inner}]` : kind === "tuple" ? `(${inner})` : inner.replace(/,.*$/, "");
  return found(t, "generic-type", [i, close + 1], [type]);
};

/** Constructs that are statements or declarations, or parts of one. */
export const statementPatterns: readonly Pattern[] = [
  foreignImport,
  def,
  classDeclaration,
  indentedBody,
  whileLoop,
  forStatement,
  ifStatement,
  word,
  declaringWord,
  assignment,
  floorAssignment,
  outputExpression,
  resultType,
  bindingType,
  genericType,
];
