import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { isCut, limited } from "../diagnostics/mistake-limit.js";
import type { Span } from "../diagnostics/span.js";
import { isPlain } from "../diagnostics/text-width.js";
import type { SourceTree } from "./ast.js";
import type { Expression } from "./ast-expressions.js";
import { classify, endOf } from "./classify.js";
import { findDivisions, followsValue } from "./division-remarks.js";
import type { DivisionRemark } from "./divisions.js";
import type { ForeignConstructs, findForeign } from "./foreign/find-constructs.js";
import { nameOfText, Reports } from "./parse-errors.js";
import { LferParser } from "./parser/parser.js";
import { readRemark } from "./remark-reading.js";
import { type Scanned, scan } from "./scan.js";
import {
  ForeignComment,
  ForeignOperator,
  meantBy,
  Name,
  retag,
  SingleQuoted,
  StringToken,
  textOf,
  Unterminated,
} from "./tokens.js";

/** Created at first use: that takes some milliseconds, which a process without a `.lfer` file does not need. */
let parser: LferParser | undefined;

/** Limit on comments that are searched for divisors. */
const mostDivisions = 1000;

export interface Parsed {
  readonly tree: SourceTree;
  readonly diagnostics: readonly Diagnostic[];
  /** Comments that may be meant as divisors, by the end of the value before them. */
  readonly divisions: ReadonlyMap<number, DivisionRemark>;
  /** Parts of the text that were replaced before it was read: constructs of other languages. */
  readonly replaced: readonly Span[];
}

/** The search for constructs of other languages in a text with errors. */
type Search = typeof findForeign;

/**
 * The tree of `text`, and its errors. Never throws, for any text; missing parts are marked in the tree. Without `search`, as it is
 * used on correct texts, errors are those of our own grammar.
 */
export function parseText(file: string, text: string, search?: Search): Parsed {
  const read = parseScanned(file, text, scan(text));
  if (read.diagnostics.length === 0) return read;
  const first = { text, parsed: read };
  return dividing(file, search === undefined ? first : withoutForeign(file, first, search));
}

/** A text without some of what the parser cannot read, and what it makes of it. */
interface Reading {
  readonly text: string;
  readonly foreign?: ForeignConstructs;
  readonly parsed: Parsed;
}

/** Reads the text again without the constructs of other languages in it: nothing then follows from them. */
function withoutForeign(file: string, first: Reading, search: Search): Reading {
  const foreign = search(first.text, first.parsed.diagnostics);
  if (foreign === undefined) return first;
  const parsed = parseScanned(file, foreign.text, scan(foreign.text), foreign);
  return parsed.diagnostics.length > first.parsed.diagnostics.length ? first : { text: foreign.text, foreign, parsed };
}

/** `conv(16 // 2)`: the comment includes the bracket. If there are fewer errors without the comment, it was a division. */
function dividing(file: string, { text, foreign, parsed: read }: Reading): Parsed {
  if (isCut(read.diagnostics) || !text.includes("//")) return read;
  const broken = brokenStretches(read);
  const isNear = (at: number): boolean => broken.some(({ start, end }) => at >= start && at < end);
  let found = 0;
  const scanned = scan(text, (before, at, end) => {
    if (found >= mostDivisions || !followsValue(text, before, at) || !isNear(at)) return false;
    const reading = readRemark(text, at, end);
    const divides = reading.kind === "code" || (reading.kind === "divisor" && reading.isCode);
    if (divides) found++;
    return divides;
  });
  if (found === 0) return read;
  const again = parseScanned(file, text, scanned, foreign);
  const others = again.diagnostics.filter(({ code }) => code !== "syntax/floor-division");
  return others.length < read.diagnostics.length ? again : read;
}

/** Parses a text that is one expression; `//` divides in it. */
function readExpression(text: string): Expression | undefined {
  const source = `const value = ${text}\n`;
  const { tree, diagnostics } = parseScanned(
    "",
    source,
    scan(source, () => true),
  );
  const [only] = tree.declarations;
  const isRight = diagnostics.every(({ code }) => code === "syntax/floor-division");
  const isOne = isRight && tree.declarations.length === 1 && tree.imports.length === 0;
  return isOne && only?.kind === "ConstDeclaration" ? only.value : undefined;
}

/** The declarations with errors, each up to the next. */
function brokenStretches({ tree, diagnostics }: Parsed): readonly { readonly start: number; readonly end: number }[] {
  const starts = tree.declarations.map(({ span }) => span.start);
  return [0, ...starts].flatMap((start, i) => {
    const end = starts[i] ?? Number.POSITIVE_INFINITY;
    const isBroken = diagnostics.some(({ span }) => span !== undefined && span.start >= start && span.start <= end);
    return isBroken ? [{ start, end }] : [];
  });
}

function parseScanned(file: string, text: string, scanned: Scanned, foreign?: ForeignConstructs): Parsed {
  parser ??= new LferParser(false);
  const reports = new Reports(file);
  const divisions = findDivisions(file, text, scanned.tokens, scanned.comments, readExpression);
  reportForeign(reports, text, scanned);
  for (const { construct, start, end, written, parts } of foreign?.told ?? []) {
    reports.add("syntax/foreign-construct", { construct, written, parts }, start, end);
  }
  const replaced = (foreign?.patches ?? []).map(({ start, end }) => reports.span(start, end));
  const source = classify(text, scanned.tokens);
  const tree = parser.parse(file, text, reports, source, scanned.docs);
  return { tree, diagnostics: limited(reports.finish(source.anchors)), divisions, replaced };
}

/** Reports characters that begin no token, and tokens of other languages, which are replaced by ours. */
function reportForeign(reports: Reports, text: string, scanned: Scanned): void {
  for (const { start, end } of scanned.strays) {
    reports.add("syntax/unexpected-character", { characters: nameOfText(text.slice(start, end)) }, start, end);
  }
  for (const token of scanned.tokens) {
    const start = token.startOffset;
    const end = endOf(token);
    const type = token.tokenType;
    if (type === Name) {
      if (!isPlain(token.image) && /[^\w]/.test(token.image)) {
        reports.add("syntax/unexpected-character", { characters: nameOfText(token.image) }, start, end);
      }
    } else if (type === ForeignOperator) {
      const meant = meantBy(token.image);
      if (meant === undefined) {
        reports.add("syntax/unexpected-character", { characters: nameOfText(token.image) }, start, end);
        continue;
      }
      const operator = textOf(meant);
      // A word needs spaces: `!a` is `not a`, `a&&b` is `a and b`.
      const isBeside = (c: string | undefined): boolean => /[a-z]/.test(operator) && /\w/.test(c ?? "");
      const spaced = `${isBeside(text[start - 1]) ? " " : ""}${operator}${isBeside(text[end]) ? " " : ""}`;
      const fix = { title: `Write \`${operator}\``, span: reports.span(start, end), text: spaced };
      reports.add("syntax/wrong-operator", { written: token.image, meant: operator }, start, end, { fix });
      retag(token, meant);
    } else if (type === SingleQuoted) {
      const inner = token.image.slice(1, -1);
      const span = reports.span(start, end);
      const fix = inner.includes('"') ? undefined : { title: "Use double quotes", span, text: `"${inner}"` };
      reports.add("syntax/single-quotes", { text: nameOfText(token.image) }, start, end, { fix });
      retag(token, StringToken);
    } else if (type === Unterminated) {
      reports.add("syntax/unterminated-string", {}, start, end);
      retag(token, StringToken);
    } else if (type === ForeignComment) {
      reports.add("syntax/wrong-comment", { written: token.image.startsWith("#") ? "#" : "/*" }, start, end);
    }
  }
}
