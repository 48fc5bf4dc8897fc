import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { SourceTree } from "./ast.js";
import { classify, endOf } from "./classify.js";
import { nameOfText, Reports } from "./parse-errors.js";
import { LferParser } from "./parser.js";
import { type Scanned, scan } from "./scan.js";
import {
  ForeignComment,
  ForeignOperator,
  foreignOperators,
  Name,
  retag,
  SingleQuoted,
  StringToken,
  textOf,
  Unterminated,
} from "./tokens.js";

/** Made at the first use: it takes some milliseconds that a process without a `.lfer` file need not spend. */
let parser: LferParser | undefined;

/** The tree of `text`, and what is wrong with it. Never throws, whatever the text; where parts are missing the tree says so. */
export function parse(file: string, text: string): { tree: SourceTree; diagnostics: readonly Diagnostic[] } {
  parser ??= new LferParser(false);
  const reports = new Reports(file);
  const scanned = scan(text);
  reportForeign(reports, text, scanned);
  const source = classify(text, scanned.tokens);
  const tree = parser.parse(file, text, reports, source, scanned.docs);
  return { tree, diagnostics: reports.finish(source.anchors) };
}

/** Characters that begin no token, and tokens of other languages, which become ours here. */
function reportForeign(reports: Reports, text: string, scanned: Scanned): void {
  for (const { start, end } of scanned.strays) {
    reports.add("syntax/unexpected-character", { characters: nameOfText(text.slice(start, end)) }, start, end);
  }
  for (const token of scanned.tokens) {
    const start = token.startOffset;
    const end = endOf(token);
    const span = reports.span(start, end);
    const type = token.tokenType;
    if (type === Name) {
      if (/[^\w]/.test(token.image)) {
        reports.add("syntax/unexpected-character", { characters: nameOfText(token.image) }, start, end);
      }
    } else if (type === ForeignOperator) {
      const meant = foreignOperators.get(token.image);
      if (meant === undefined) {
        reports.add("syntax/unexpected-character", { characters: nameOfText(token.image) }, start, end);
        continue;
      }
      const operator = textOf(meant);
      const fix = { title: `Write \`${operator}\``, span, text: operator };
      reports.add("syntax/wrong-operator", { written: token.image, meant: operator }, start, end, { fix });
      retag(token, meant);
    } else if (type === SingleQuoted) {
      const inner = token.image.slice(1, -1);
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
