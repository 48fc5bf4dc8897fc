import { suggest } from "../../diagnostics/suggest.js";
import { beginsDeclaration, endOf } from "../classify.js";
import {
  Binding,
  Dot,
  Input,
  keywords,
  LeftParen,
  Name,
  Output,
  Return,
  RightCurly,
  retag,
  StringToken,
  statementKeywords,
  textOf,
} from "../tokens.js";
import { refuseNext } from "./expression-guards.js";
import type { Parsing } from "./parsing.js";

const statementWords = statementKeywords.map(textOf);

/** Before a statement or part of a model: skips other text with one report, and replaces a misspelt keyword. */
export function settle(p: Parsing, where: "body" | "model" | "recipe"): void {
  while (!isSettled(p, where)) {
    if (where !== "recipe" && mendKeyword(p)) return;
    const type = p.LA(1).tokenType;
    const isStatement = p.nextStartsLine && (p.atKind(Name) || type === LeftParen);
    if (isStatement) {
      p.reportNext("syntax/statement-without-name", { found: p.describeNext() });
      p.skip();
      p.skipUntil(() => looksLikeKeyword(p));
    } else if (p.atAnchor) {
      p.reportNext("syntax/unexpected-token", { found: p.describeNext(), why: misplacedHere(where) });
      p.skip();
      p.skipUntil(() => looksLikeKeyword(p));
    } else refuseNext(p, callsMethod(p) ? noMethods : "", () => looksLikeKeyword(p));
  }
}

/** `N = 3`, `model = 3`: the word is used as the name, and reported. */
export function refuseReservedBinding(p: Parsing): void {
  const { image } = p.LA(1);
  const meaning = keywords.get(image);
  const isSoft = meaning?.CATEGORIES?.includes(Name) === true;
  if (meaning !== undefined && !isSoft) p.reportNext("syntax/reserved-name", { name: image });
}

/** `x.flatten(`: a method call in Python. */
function callsMethod(p: Parsing): boolean {
  return p.at(LeftParen) && p.LA(0).tokenType === Name && p.LA(-1).tokenType === Dot;
}

function isSettled(p: Parsing, where: "body" | "model" | "recipe"): boolean {
  if (p.atEnd) return true;
  const type = p.LA(1).tokenType;
  if (type === RightCurly || type === Binding || beginsDeclaration(type)) return true;
  if (where === "recipe") return false;
  if (where === "model") return type !== Return && p.atAnchor;
  return type !== Input && type !== Output && p.atAnchor;
}

/** `inptu image: ...`: a word followed by a name, at the start of a line. */
function looksLikeKeyword(p: Parsing): boolean {
  const after = p.LA(2).tokenType;
  if (!p.at(Name) || !p.nextStartsLine || !(after === Name || after === Binding || after === StringToken)) {
    return false;
  }
  return suggest(p.LA(1).image, statementWords) !== undefined;
}

function mendKeyword(p: Parsing): boolean {
  if (!looksLikeKeyword(p)) return false;
  const word = p.LA(1).image;
  const suggestion = suggest(word, statementWords) ?? "";
  const span = p.reports.span(p.startOffset, endOf(p.LA(1)));
  const fix = { title: `Write \`${suggestion}\``, span, text: suggestion };
  p.reports.anchor(p.startOffset);
  p.reportNext("syntax/unknown-statement", { word, suggestion }, { fix });
  p.takeAs(keywords.get(suggestion) ?? Name);
  if (p.LA(2).tokenType === Binding && suggestion !== "require" && suggestion !== "return") {
    retag(p.LA(2), Name);
  }
  return true;
}

const noMethods =
  "Nothing is called with a dot: a layer stands behind an arrow (`x -> flatten`), a function by itself (`flatten(x)`).";

function misplacedHere(where: "body" | "model" | "recipe"): string {
  if (where === "body") return "A body takes its tensors after `on` and gives its results by `return`.";
  if (where === "model") return "A model gives its results by `output`.";
  return "A recipe has lines of the form `name = value` only.";
}
