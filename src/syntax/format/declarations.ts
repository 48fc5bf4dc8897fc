import type {
  BindingStatement,
  BlockDeclaration,
  Body,
  CheckClaim,
  CheckDeclaration,
  Declaration,
  FunctionDeclaration,
  ImportDeclaration,
  RecipeEntry,
  SourceTree,
  Statement,
} from "../ast.js";
import { step, writeArguments, writeExpression, writeNames, writeSeparated } from "./expressions.js";
import { apart } from "./layout.js";
import { writeInput, writeOutput, writeParameters, writeTensorType, writeValue } from "./signatures.js";
import type { Writer } from "./writer.js";

/** Maximum line width where lines can be broken. */
export const widest = 120;

/** Formats a file. */
export function writeTree(w: Writer, tree: SourceTree): void {
  let before: ImportDeclaration | Declaration | "edition" | undefined;
  if (tree.edition !== undefined) {
    w.take("lfer");
    w.space();
    w.take(tree.edition.text);
    before = "edition";
  }
  for (const next of [...tree.imports, ...tree.declarations]) {
    w.end(w.isAfterBlank || needsBlank(before, next));
    writeAllowances(w);
    if (next.kind === "ImportDeclaration") writeImport(w, next);
    else writeDeclaration(w, next);
    before = next;
  }
  if (w.isNext("allow")) {
    w.end(w.isAfterBlank);
    writeAllowances(w);
  }
  w.end(w.isAfterBlank);
  w.remarks();
}

/** One-line declarations of the same kind may follow each other without a blank line. */
function needsBlank(
  before: ImportDeclaration | Declaration | "edition" | undefined,
  next: ImportDeclaration | Declaration,
): boolean {
  if (before === undefined) return false;
  return before === "edition" || before.kind !== next.kind || isLong(before) || isLong(next);
}

function isLong(d: ImportDeclaration | Declaration): boolean {
  if (d.kind === "BlockDeclaration" || d.kind === "FunctionDeclaration") return d.body.kind === "Body";
  return d.kind === "ModelDeclaration" || d.kind === "RecipeDeclaration";
}

/** Each `allow` on a line of its own, directly before what it is about, if anything is. */
function writeAllowances(w: Writer): void {
  while (w.isNext("allow")) {
    w.take("allow", "(");
    w.take();
    w.take(",");
    w.space();
    w.take();
    w.take(")");
    if (!/^\}?$/.test(w.peek().image)) w.end();
  }
}

function writeImport(w: Writer, { names }: ImportDeclaration): void {
  w.take("import");
  w.space();
  w.take("{");
  w.space();
  w.align(() => {
    for (const [i, name] of names.entries()) {
      if (i > 0) w.line(" ");
      w.take(name.text);
      if (i < names.length - 1) w.take(",");
    }
  });
  w.dropComma();
  w.space();
  w.take("}");
  w.space();
  w.take("from");
  w.space();
  w.take();
}

function writeDeclaration(w: Writer, d: Declaration): void {
  const start = w.pieces.length;
  w.take();
  if (d.kind !== "CheckDeclaration" || !d.isForAny) {
    w.space();
    w.take(d.name.text);
  }
  switch (d.kind) {
    case "ConstDeclaration":
      writeValue(w, d.value);
      break;
    case "BlockDeclaration":
    case "FunctionDeclaration":
      writeSignature(w, d);
      break;
    case "ModelDeclaration":
      writeParameters(w, d.parameters);
      writeBraces(w, [
        ...d.inputs.map((input) => () => writeInput(w, input)),
        ...writersOf(w, d.statements),
        ...d.outputs.map((output) => () => writeOutput(w, output)),
      ]);
      break;
    case "VariantDeclaration":
      w.space();
      w.take("=");
      w.space();
      w.take(d.base.text);
      if (w.isNext("(")) writeArguments(w, d.arguments);
      break;
    case "RecipeDeclaration":
      writeParameters(w, d.parameters);
      writeBraces(w, writersOf(w, d.entries));
      break;
    case "CheckDeclaration":
      writeCheck(w, d, start);
      break;
  }
}

function writeSignature(w: Writer, d: BlockDeclaration | FunctionDeclaration): void {
  writeParameters(w, d.parameters);
  if (d.inputs !== undefined) {
    w.space();
    w.take("on");
    w.space();
    writeNames(w, d.inputs);
  }
  if (d.body.kind === "Body") {
    writeBody(w, d.body);
    return;
  }
  const { body } = d;
  w.space();
  w.take("=");
  w.line(" ", { nest: step });
  w.group(() => writeExpression(w, body));
  w.pop();
}

function writeBody(w: Writer, { statements, results }: Body): void {
  writeBraces(w, [
    ...writersOf(w, statements),
    () => {
      w.take("return");
      w.space();
      writeSeparated(w, results);
    },
  ]);
}

/** Each member on a line of its own. */
function writeBraces(w: Writer, members: readonly (() => void)[]): void {
  w.space();
  w.take("{");
  w.nest(step, () => {
    for (const [i, member] of members.entries()) {
      w.end(i > 0 && w.isAfterBlank);
      writeAllowances(w);
      member();
    }
    if (w.isNext("allow")) {
      w.end(w.isAfterBlank);
      writeAllowances(w);
    }
    if (w.peek().remarks.length > 0) {
      w.end(members.length > 0 && w.isAfterBlank);
      w.remarks();
    }
  });
  if (members.length > 0 || w.peek().startsLine) w.end();
  w.take("}");
}

function writeCheck(w: Writer, d: CheckDeclaration, start: number): void {
  if (w.isNext("(")) writeArguments(w, d.arguments);
  const isOneLine =
    !w.peek(1).startsLine &&
    w.tryOnOneLine(start, widest, () => {
      w.space();
      w.take("{");
      for (const [i, claim] of d.claims.entries()) {
        w.spaces(i === 0 ? 1 : apart.length);
        writeClaim(w, claim);
      }
      if (d.claims.length > 0) w.space();
      w.take("}");
    });
  if (!isOneLine)
    writeBraces(
      w,
      d.claims.map((claim) => () => writeClaim(w, claim)),
    );
}

function writeClaim(w: Writer, { comparison, tolerance }: CheckClaim): void {
  w.group(() => writeExpression(w, comparison));
  if (tolerance === undefined) return;
  w.space();
  w.take("within");
  w.space();
  w.group(() => writeExpression(w, tolerance));
}

type Bound = BindingStatement | RecipeEntry;

const isBound = (s: Statement | RecipeEntry): s is Bound => s.kind === "BindingStatement" || s.kind === "RecipeEntry";

function nameLength(bound: Bound): number {
  const names = bound.kind === "RecipeEntry" ? [bound.name] : bound.names;
  return names.reduce((sum, { text }) => sum + text.length, 2 * (names.length - 1));
}

/** A formatter for each statement. The `=` of neighbouring statements are aligned in recipes, and if one of them was moved. */
function writersOf(w: Writer, statements: readonly (Statement | RecipeEntry)[]): readonly (() => void)[] {
  let width = 0;
  return statements.map((statement, i) => () => {
    if (!isBound(statement)) {
      writeStatement(w, statement);
      return;
    }
    if (i === 0 || w.isAfterBlank || !isBound(statements[i - 1] as Statement)) width = equalsColumn(w, statements, i);
    if (statement.kind === "RecipeEntry") w.take(statement.name.text);
    else writeNames(w, statement.names);
    w.spaces(width - nameLength(statement));
    writeValue(w, statement.value);
  });
}

/** The column of the `=` of the bindings from `first` up to a blank line; 0 if they are not aligned. */
function equalsColumn(w: Writer, statements: readonly (Statement | RecipeEntry)[], first: number): number {
  let longest = 0;
  let isAligned = false;
  for (let i = first; i < statements.length; i++) {
    const statement = statements[i] as Statement | RecipeEntry;
    if (!isBound(statement)) break;
    const start = w.tokenAt(statement.span.start);
    if (i > first && (start.remarks[0]?.isAfterBlank ?? start.isAfterBlank)) break;
    longest = Math.max(longest, nameLength(statement));
    const count = statement.kind === "RecipeEntry" ? 1 : 2 * statement.names.length - 1;
    const equals = w.tokenAt(statement.span.start, count);
    isAligned ||= statement.kind === "RecipeEntry" || (!equals.startsLine && equals.gap > 1);
  }
  return isAligned ? longest : 0;
}

function writeStatement(w: Writer, s: Exclude<Statement, BindingStatement>): void {
  w.take();
  w.space();
  switch (s.kind) {
    case "ShareStatement":
      w.take(s.name.text);
      writeValue(w, s.value);
      break;
    case "WeightStatement":
      w.take(s.name.text);
      writeTensorType(w, s.type);
      writeValue(w, s.initializer);
      break;
    case "RequireStatement":
      w.group(() => writeExpression(w, s.condition));
      w.take(",");
      w.line(" ", { nest: step });
      w.take();
      w.pop();
      break;
  }
}
