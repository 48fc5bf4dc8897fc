import {
  Bar,
  Binding,
  Colon,
  Comma,
  Else,
  Equals,
  For,
  Greater,
  If,
  In,
  LeftCurly,
  LeftParen,
  LeftSquare,
  Not,
  SingleQuoted,
  Star,
  StarStar,
  StringToken,
  Then,
} from "../tokens.js";
import { type Found, found, type Pattern } from "./construct.js";
import { numberForm, unit } from "./number-patterns.js";
import { dottedCall, endOfPostfix, slice, startOfPostfix } from "./postfix-patterns.js";
import type { TokenReader } from "./token-reader.js";

/** `2 if c else 1`. */
const valueFirst: Pattern = (t, i) => {
  if (!t.is(i, If) || !t.endsValue(i - 1) || t.beginsStatement(i)) return undefined;
  const from = t.valueStart(i);
  if (from === undefined) return undefined;
  const condition = t.valueEnd(i + 1);
  if (t.is(condition, Then)) return undefined;
  const to = t.is(condition, Else) ? t.valueEnd(condition + 1) : condition;
  const parts = [t.between(from, i), t.between(i + 1, condition), t.between(condition + 1, to)];
  return found(t, "value-first", [from, to], parts);
};

/** `[f(n) for n in ns if n > 1]`, also in parentheses or braces. */
const comprehension: Pattern = (t, i) => {
  const opener = t.around(i);
  if (!t.is(i, For) || opener < 0 || !t.endsValue(i - 1)) return undefined;
  const close = t.partner(opener);
  const from = t.is(opener, LeftCurly) ? undefined : t.valueStart(i);
  if (from === undefined || close < 0) return undefined;
  let on = i + 1;
  while (on < close && !t.is(on, In)) on++;
  const list = t.valueEnd(on + 1, If, For);
  const parts = [t.between(from, i), t.between(i + 1, on), t.between(on + 1, list), t.between(list + 1, close)];
  const isList = t.is(opener, LeftSquare);
  const patch = { start: t.start(from), end: t.end(close - 1), by: "value" } as const;
  return { ...found(t, "comprehension", isList ? [opener, close + 1] : [from, close], parts), patches: [patch] };
};

/** `lambda x: relu6(x)`. */
const lambda: Pattern = (t, i) => {
  if (t.image(i) !== "lambda" || !(t.isWord(i + 1) || t.is(i + 1, Colon, Star, StarStar))) return undefined;
  let colon = i + 1;
  while (colon < i + 50 && t.around(colon) === t.around(i) && !t.is(colon, Colon)) colon++;
  if (!t.is(colon, Colon)) return found(t, "lambda", [i, i + 1], []);
  const to = t.valueEnd(colon + 1);
  const body = t.between(colon + 1, to);
  const variable = t.between(i + 1, colon);
  const [, called = ""] = /^(\w+)\((\w+)\)$/.exec(body) ?? [];
  return found(t, "lambda", [i, to], [body === `${called}(${variable})` ? called : ""]);
};

const isString = (t: TokenReader, i: number): boolean => t.is(i, StringToken, SingleQuoted);

/** `f"stage{i}"`. */
const stringPrefix: Pattern = (t, i) => {
  if (!/^(f|r|b|u|rb|br|fr|rf)$/i.test(t.image(i)) || !isString(t, i + 1) || !t.touches(i)) return undefined;
  const string = `"${t.image(i + 1).slice(1, -1)}"`;
  const whole = found(t, "string-prefix", [i, i + 2], [t.image(i), string]);
  return {
    ...whole,
    patches: [
      {
        start: whole.start,
        end: whole.end,
        by: { text: ` "${"_".repeat(Math.max(0, whole.end - whole.start - 3))}"` },
      },
    ],
  };
};

/** `"""text"""`, on one line or several. */
const tripleQuotes: Pattern = (t, i) => {
  const start = t.start(i);
  const quotes = t.text.slice(start, start + 3);
  if (quotes !== '"""' && quotes !== "'''") return undefined;
  const close = t.text.indexOf(quotes, start + 3);
  const end = close < 0 ? t.text.length : close + 3;
  return {
    construct: "triple-quotes",
    start,
    end: start + 3,
    written: quotes,
    parts: [],
    patches: [{ start, end, by: "nothing" }],
  };
};

/** `{"a": 2}`, `{1, 2}`, and `{string: int}` as a type. */
const dictionary: Pattern = (t, i) => {
  if (
    !t.is(i, LeftCurly) ||
    !(t.is(i - 1, Equals, Colon, Comma, LeftParen, LeftSquare, In) || t.image(i - 1) === "return")
  )
    return undefined;
  // `block B(n: int) = {`: a body in the wrong place.
  if (t.is(i + 2, Equals)) return undefined;
  const close = t.partner(i);
  if (close < 0) return undefined;
  return found(t, "dictionary", [i, close + 1], []);
};

/** `x is None`, `x is not None`. */
const identity: Pattern = (t, i) => {
  if (t.image(i) !== "is" || !t.endsValue(i - 1) || t.beginsLine(i)) return undefined;
  const to = t.is(i + 1, Not) ? i + 2 : i + 1;
  const from = t.valueStart(i) ?? i - 1;
  return found(
    t,
    "identity",
    [startOfPostfix(t, i, from), t.valueEnd(to)],
    [],
    [{ start: t.start(i), end: t.end(to - 1), by: { text: "==" } }],
  );
};

/** `k in [3, 5]`, `k not in [3, 5]`. */
const membership: Pattern = (t, i) => {
  const at = t.is(i, Not) && t.is(i + 1, In) ? i + 1 : i;
  if (!t.is(at, In) || !t.endsValue(i - 1) || t.image(at + 1) === "training") return undefined;
  if (at === i && t.is(i - 1, Not)) return undefined;
  for (let before = i - 1; at === i && before >= 0 && i - before < 50; before--) {
    if (t.around(before) === t.around(i) && t.is(before, For)) return undefined;
    if (t.around(before) === t.around(i) && !t.is(before, Comma) && !t.isWord(before)) break;
  }
  const from = t.valueStart(i) ?? i - 1;
  const begin = t.is(from, If) ? from + 1 : from;
  return found(
    t,
    "membership",
    [begin, t.valueEnd(at + 1)],
    [],
    [{ start: t.start(i), end: t.end(at), by: { text: "==" } }],
  );
};

/** `c ? a : b`; the `?` itself is no token. */
const questionMark: Pattern = (t, i) => {
  const gap = t.text.slice(t.end(i - 1), t.start(i));
  if (!/^\s*\?\s*$/.test(gap) || !t.endsValue(i - 1)) return undefined;
  const from = t.valueStart(i);
  const colon = t.valueEnd(i);
  if (from === undefined || !t.is(colon, Colon)) return undefined;
  const to = t.valueEnd(colon + 1);
  const begin = t.is(from, Binding) && t.is(from + 1, Equals) ? from + 2 : from;
  return found(t, "question-mark", [begin, to], [t.between(begin, i), t.between(i, colon), t.between(colon + 1, to)]);
};

/** `a @ b`, and `@decorator` at the start of a line; the `@` itself is no token. */
const at: Pattern = (t, i) => {
  const gap = t.text.slice(t.end(i - 1), t.start(i));
  const offset = gap.indexOf("@");
  if (offset < 0 || gap.replace("@", "").trim() !== "") return undefined;
  const start = t.end(i - 1) + offset;
  const patch = { start, end: start + 1, by: { text: "*" } };
  if (/[\n\r][ \t]*$/.test(gap.slice(0, offset)) || i === 0) {
    const to = Math.max(i + 1, endOfPostfix(t, i));
    const written = `@${t.quote(i, to)}`;
    return {
      construct: "decorator",
      start,
      end: t.end(to - 1),
      written,
      parts: [],
      patches: [{ start, end: t.end(to - 1), by: "nothing" }],
    };
  }
  const from = startOfPostfix(t, i, t.valueStart(i) ?? i - 1);
  const to = endOfPostfix(t, i);
  return {
    construct: "matrix-product",
    start,
    end: start + 1,
    written: "@",
    parts: [t.between(from, i), t.between(i, to)],
    patches: [patch],
  };
};

/** `f(*layers)`, `f(**settings)`. */
const unpacking: Pattern = (t, i) => {
  if (!t.is(i, Star, StarStar) || !t.is(i - 1, LeftParen, LeftSquare, Comma) || !t.isWord(i + 1)) return undefined;
  return found(t, "unpacking", [i, endOfPostfix(t, i + 1)], [], [{ start: t.start(i), end: t.end(i), by: "nothing" }]);
};

/** `x >> f`, `x | f`. */
const pipeSign: Pattern = (t, i) => {
  const isDouble = t.is(i, Greater) && t.is(i + 1, Greater) && t.touches(i);
  const to = isDouble ? i + 2 : i + 1;
  if (!(isDouble || t.is(i, Bar)) || !t.endsValue(i - 1) || isString(t, i - 1) || !t.isWord(to)) return undefined;
  // The right side is read as an operand, whatever it is.
  return found(t, "pipe-sign", [i, to], [], { text: "*" });
};

/** `elif` inside an expression. */
const elif: Pattern = (t, i): Found | undefined => {
  if (!/^(elif|elsif|elseif)$/.test(t.image(i)) || t.beginsStatement(i)) return undefined;
  let to = t.valueEnd(i + 1);
  for (; t.is(to, Then, Else) || /^(elif|elsif|elseif)$/.test(t.image(to)); to = t.valueEnd(to + 1));
  const patches = [
    { start: t.start(i), end: t.end(i), by: { text: "else" } },
    { start: t.start(i + 1), end: t.end(to - 1), by: "value" },
  ] as const;
  return found(t, "elif", [i, i + 1], [], patches);
};

/** Constructs inside an expression, by precedence where several begin at one token. */
export const valuePatterns: readonly Pattern[] = [
  tripleQuotes,
  at,
  questionMark,
  lambda,
  stringPrefix,
  dottedCall,
  dictionary,
  elif,
  valueFirst,
  comprehension,
  slice,
  identity,
  membership,
  unpacking,
  pipeSign,
  unit,
  numberForm,
];
