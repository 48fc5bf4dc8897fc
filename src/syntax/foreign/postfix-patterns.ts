import { isForeignModule } from "../../diagnostics/foreign-names.js";
import { Colon, Comma, Dot, DotDot, Label, LeftParen, LeftSquare, Name } from "../tokens.js";
import { found, type Pattern } from "./construct.js";
import type { TokenReader } from "./token-reader.js";

/** The items of a bracket, as pairs of the first token and the one after the last. */
function itemsIn(t: TokenReader, opener: number, close: number): readonly (readonly [number, number])[] {
  const items: [number, number][] = [];
  let from = opener + 1;
  for (let at = from; at <= close; at++) {
    if (at === close || (t.around(at) === opener && t.is(at, Comma))) {
      items.push([from, at]);
      from = at + 1;
    }
  }
  return items;
}

/** `x[:, :8]`, `x[1:]`, `x[..., 0]`, `x[0, 1]`. */
export const slice: Pattern = (t, i) => {
  if (!t.is(i, LeftSquare) || !t.endsValue(i - 1) || t.beginsLine(i)) return undefined;
  const close = t.partner(i);
  if (close < 0 || close - i > 200 || isType(t, i)) return undefined;
  const items = itemsIn(t, i, close);
  const colonsOf = ([from, to]: readonly [number, number]): readonly number[] => {
    const all: number[] = [];
    for (let at = from; at < to; at++) if (t.is(at, Colon) && t.around(at) === i) all.push(at);
    return all;
  };
  const isOdd = items.length > 1 || items.some((item) => colonsOf(item).length > 0 || t.is(item[0], DotDot));
  if (!isOdd) return undefined;
  const from = t.valueStart(i) ?? i - 1;
  const target = startOfPostfix(t, i, from);
  const cuts = items.flatMap((item, axis) => {
    const [first] = colonsOf(item);
    const isWhole = item[1] - item[0] === 1 && first !== undefined;
    return isWhole || item[1] <= item[0] ? [] : [{ item, axis, colons: colonsOf(item) }];
  });
  const [cut] = cuts;
  const isOne = cuts.length === 1 && cut !== undefined && !t.is(items[0]?.[0] ?? -1, DotDot);
  const parts = [t.between(target, i)];
  if (isOne) {
    const { item, axis, colons } = cut;
    const [colon, second] = colons;
    const low = t.between(item[0], colon ?? item[1]);
    const high = colon === undefined ? nextAfter(low) : t.between(colon + 1, second ?? item[1]);
    parts.push(String(axis), low, high, String(items.length), second === undefined ? "" : "step");
  } else parts.push("", "", "", "2", cuts.some(({ colons }) => colons.length > 1) ? "step" : "");
  const inner = { start: t.start(i) + 1, end: t.start(close), by: "value" } as const;
  return found(t, "slice", [target, close + 1], parts, [inner]);
};

const nextAfter = (index: string): string => (/^\d+$/.test(index) ? String(Number(index) + 1) : `${index} + 1`);

/** Whether the bracket holds the sizes of a tensor's type: `float32[N, 3, 32, 32]`. */
function isType(t: TokenReader, i: number): boolean {
  return t.is(i - 1, Name, Label) && t.is(i - 2, Colon) && /^(float\d*|bool|int\d*)$/.test(t.image(i - 1));
}

/** The first token of `a.b(c)[d]` before token `i`. */
export function startOfPostfix(t: TokenReader, i: number, lowest: number): number {
  let at = i - 1;
  for (;;) {
    const opener = t.partner(at);
    if (opener >= 0 && opener < at) at = t.isWord(opener - 1) && t.touches(opener - 1) ? opener - 1 : opener;
    if (!t.is(at - 1, Dot) || at - 2 < lowest) return Math.max(at, lowest);
    at -= 2;
  }
}

/** Index after the last token of `a.b(c)[d].e(f)` that begins at `i`. */
export function endOfPostfix(t: TokenReader, i: number): number {
  let at = i + 1;
  for (;;) {
    if (t.is(at, Dot) && t.isWord(at + 1)) at += 2;
    else if (t.is(at, LeftParen, LeftSquare) && !t.beginsLine(at) && t.partner(at) > at) at = t.partner(at) + 1;
    else return at;
  }
}

/** `nn.Conv2d(3, 8)`, `x.view(2)`, `self.conv(x)`, `super().__init__()`. */
export const dottedCall: Pattern = (t, i) => {
  if (!t.isWord(i) || t.is(i - 1, Dot)) return undefined;
  const root = t.image(i);
  let called = i;
  if (t.is(i + 1, LeftParen) && t.partner(i + 1) > i && t.is(t.partner(i + 1) + 1, Dot)) called = t.partner(i + 1);
  else if (!t.is(i + 1, Dot)) return undefined;
  const head = called;
  while (t.is(called + 1, Dot) && t.isWord(called + 2)) called += 2;
  const isSelf = root === "self" || root === "super" || root === "cls";
  const isCalled = t.is(called + 1, LeftParen) && !t.beginsLine(called + 1);
  if (called === head || !(isSelf || isForeignModule(root) || isCalled)) return undefined;
  const to = endOfPostfix(t, i);
  const span = { start: t.start(i), end: t.end(called), written: t.quote(i, called + 1) };
  const kind = isSelf
    ? "self"
    : isForeignModule(root) || /^[A-Z]/.test(t.image(called))
      ? "module-call"
      : "method-call";
  // `self.width = 3` and `model.add(conv(8))` are statements: nothing is left of them.
  const isStatement = t.beginsStatement(i);
  const whole = found(t, kind, [i, to], [t.image(called)]);
  const patch = isStatement
    ? { start: t.start(i), end: t.blockEnd(i), by: "nothing" as const }
    : { start: whole.start, end: whole.end, by: "value" as const };
  return { ...whole, ...span, patches: [patch] };
};
