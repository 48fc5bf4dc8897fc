import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { isCut } from "../diagnostics/mistake-limit.js";
import type { Span } from "../diagnostics/span.js";
import type { Declaration, SourceTree } from "../syntax/ast.js";

/** The parts of a file that the parser could not read. */
export interface Damage {
  /** Declarations that were read incompletely: type-checked as far as possible, never instantiated. */
  readonly declarations: ReadonlySet<Declaration>;
  /** Regions of unread text. */
  readonly regions: readonly Span[];
  /** The words in these regions: names that may be declared there. */
  readonly words: ReadonlySet<string>;
}

/** Codes that follow from a lost declaration or binding elsewhere. */
const missingNameCodes: readonly string[] = ["resolve/unknown-name", "resolve/not-a-model", "import/unknown-name"];

/**
 * Finds the text that a file's syntax errors made unreadable: from the part with the error to the next part. `replaced`: what the
 * parser left out by itself.
 */
export function findDamage(
  text: string,
  tree: SourceTree,
  diagnostics: readonly Diagnostic[],
  replaced: readonly Span[] = [],
): Damage {
  const declarations = new Set<Declaration>();
  const regions: Span[] = [];
  // A file with too many errors is not `.lfer` text: no regions can be determined.
  if (isCut(diagnostics)) return lostWhole(text, tree);
  const errors = diagnostics.filter(({ severity }) => severity === "error").map((each) => extentOf(text, each));
  for (const span of [...errors, ...replaced]) {
    if (span === undefined) continue;
    const touched = tree.declarations.filter((declaration) => touches(declaration.span, span));
    for (const declaration of touched) {
      declarations.add(declaration);
      // If a model's inputs are lost, any name in it may be affected.
      const isHopeless = declaration.kind === "ModelDeclaration" && declaration.inputs.length === 0;
      regions.push(isHopeless ? declaration.span : regionOf(partsOf(declaration), span, declaration.span));
    }
    if (touched.length === 0) regions.push(regionOf(tree.declarations, span, { ...span, start: 0, end: text.length }));
  }
  return { declarations, regions, words: wordsIn(text, regions) };
}

function lostWhole(text: string, tree: SourceTree): Damage {
  const regions = [{ file: tree.file, start: 0, end: text.length }];
  return { declarations: new Set(tree.declarations), regions, words: wordsIn(text, regions) };
}

/** Regions overlap and may each be as long as the text: overlapping text is read once. */
function wordsIn(text: string, regions: readonly Span[]): ReadonlySet<string> {
  const merged: { readonly start: number; end: number }[] = [];
  for (const { start, end } of [...regions].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last === undefined || start > last.end) merged.push({ start, end });
    else last.end = Math.max(last.end, end);
  }
  const words = new Set<string>();
  for (const { start, end } of merged) {
    for (const [word] of text.slice(start, end).matchAll(/\w+/g)) words.add(word);
  }
  return words;
}

/** A bracket that is never closed affects everything after it; statements in braces are read one by one. */
function extentOf(text: string, { code, span, related }: Diagnostic): Span | undefined {
  const opened = code === "syntax/unclosed-bracket" ? related[0]?.span : undefined;
  if (span === undefined || opened === undefined || text[opened.start] === "{") return span;
  return { ...span, start: Math.min(opened.start, span.start) };
}

/** Whether a part of a declaration was not read as it is written: what it says is not known. */
export function isUnread({ regions }: Damage, part: Span): boolean {
  return regions.some(({ start, end }) => start < part.end && part.start < end);
}

/** Omits diagnostics that follow from a syntax error: errors in unread text, and unknown names that may be declared there. */
export function withoutEchoes(
  files: readonly { readonly path: string; readonly text: string; readonly damage: Damage }[],
  diagnostics: readonly Diagnostic[],
): readonly Diagnostic[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const damages = files.map((file) => file.damage).filter(({ regions }) => regions.length > 0);
  if (damages.length === 0) return diagnostics;
  const isEcho = ({ code, span }: Diagnostic): boolean => {
    if (span === undefined || code.startsWith("syntax/") || code === "limit/too-many-mistakes") return false;
    const file = byPath.get(span.file);
    if (file?.damage.regions.some((region) => touches(region, span)) === true) return true;
    const name = file?.text.slice(span.start, span.end) ?? "";
    return missingNameCodes.includes(code) && damages.some(({ words }) => words.has(name));
  };
  return diagnostics.filter((diagnostic) => !isEcho(diagnostic));
}

/** The parts of a declaration that are read one by one: an error in one does not affect the others. */
function partsOf(declaration: Declaration): readonly { readonly span: Span }[] {
  switch (declaration.kind) {
    case "ConstDeclaration":
      return [];
    case "VariantDeclaration":
      return declaration.arguments;
    case "CheckDeclaration":
      return declaration.claims;
    case "RecipeDeclaration":
      return [...declaration.parameters, ...declaration.entries];
    case "ModelDeclaration": {
      const { parameters, inputs, statements, outputs } = declaration;
      return [...parameters, ...inputs, ...statements, ...outputs];
    }
    default: {
      const { parameters, body } = declaration;
      return [...parameters, ...(body.kind === "Body" ? [...body.statements, ...body.results] : [body])];
    }
  }
}

/** From the part that the error touches, or the end of the one before it, to the beginning of the next. */
function regionOf(parts: readonly { readonly span: Span }[], mistake: Span, whole: Span): Span {
  let { start, end } = whole;
  for (const { span } of parts) {
    if (span.end < mistake.start) start = Math.max(start, span.end);
    else if (touches(span, mistake)) start = Math.max(start, Math.min(span.start, mistake.start));
    else end = Math.min(end, span.start);
  }
  return { ...whole, start, end };
}

function touches(a: Span, b: Span): boolean {
  return a.start <= b.end && b.start <= a.end;
}
