import type { ILexingResult, Lexer } from "chevrotain";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { SourceTree } from "./ast.js";
import { classify, endOf } from "./classify.js";
import { nameOfText, Reports } from "./parse-errors.js";
import { LferParser } from "./parser.js";
import {
  createLexer,
  ForeignComment,
  ForeignOperator,
  foreignOperators,
  labelOf,
  Name,
  retag,
  SingleQuoted,
  StringToken,
  Unterminated,
} from "./tokens.js";

/** Made at the first use: it takes some milliseconds that a process without a `.lfer` file need not spend. */
let machinery: { readonly lexer: Lexer; readonly parser: LferParser } | undefined;

/** The tree of `text`, and what is wrong with it. Never throws, whatever the text; where parts are missing the tree says so. */
export function parse(file: string, text: string): { tree: SourceTree; diagnostics: readonly Diagnostic[] } {
  machinery ??= { lexer: createLexer(false), parser: new LferParser(false) };
  const reports = new Reports(file);
  const lexed = machinery.lexer.tokenize(text);
  reportLexing(reports, text, lexed);
  const { docs = [] } = lexed.groups;
  const source = classify(text, lexed.tokens);
  const tree = machinery.parser.parse(file, text, reports, source, docs);
  return { tree, diagnostics: reports.finish(source.anchors) };
}

/** Characters that begin no token, and tokens of other languages, which become ours here. */
function reportLexing(reports: Reports, text: string, lexed: ILexingResult): void {
  for (const { offset, length } of lexed.errors) {
    const characters = text.slice(offset, offset + length);
    reports.add("syntax/unexpected-character", { characters: nameOfText(characters) }, offset, offset + length);
  }
  for (const token of lexed.tokens) {
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
      const operator = labelOf(meant);
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
