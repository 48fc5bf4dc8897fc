import { invariant } from "../../diagnostics/invariant.js";
import type { Argument, BinaryExpression, Expression, Identifier, IfExpression, Stage } from "../ast-expressions.js";
import { precedenceOf } from "../operators.js";
import type { Writer } from "./writer.js";

/** Indentation of continued lines. */
export const step = 2;

/** An expression with the parentheses in the source. */
export function writeExpression(w: Writer, e: Expression): void {
  if (w.isNext("(") && w.peek().start < e.span.start) {
    w.take("(");
    // `x -> (for ... do` with a long body: indented relative to the pipe, not to the parenthesis.
    if (e.kind === "ForExpression") w.group(() => writeExpression(w, e));
    else w.align(() => writeExpression(w, e));
    w.take(")");
  } else writeBare(w, e);
}

/** A bracketed list with commas. */
interface Bracketed<T> {
  readonly open: "(" | "[";
  readonly close: ")" | "]";
  readonly items: readonly T[];
  readonly write: (item: T) => void;
  /** Whether the language allows a trailing comma; it is written if each item is on a line of its own. */
  readonly takesLastComma: boolean;
  /** The expression of an item, if it may be bracketed itself. */
  readonly inner?: (item: T) => Expression | undefined;
}

export function writeBracketed<T>(w: Writer, bracketed: Bracketed<T>): void {
  const { open, close, items, write, takesLastComma, inner = () => undefined } = bracketed;
  const isBlock = items.length > 0 && w.peek(1).startsLine;
  w.take(open);
  const isHugging = !isBlock && items.length === 1 && items.some((item) => isBlockNext(w, inner(item)));
  const content = (): void => {
    if (isBlock) w.end();
    for (const [i, item] of items.entries()) {
      if (i > 0) w.line(" ");
      write(item);
      const isLast = i === items.length - 1;
      if (!isLast || (w.isNext(",") && isBlock && takesLastComma)) w.take(",");
      else if (w.isNext(",")) continue;
      else if (isBlock && takesLastComma) w.glue(",");
    }
    if (!isBlock) return;
    w.dropComma();
    w.remarks();
  };
  if (isBlock) w.nest(step, content);
  else if (isHugging) w.group(content);
  else w.align(content);
  // Comments at a removed comma move to the bracket.
  w.dropComma();
  if (isBlock) w.end();
  w.take(close);
}

/** Whether a list or tuple with items on their own lines follows: `parallel([` is then formatted like one bracket. */
function isBlockNext(w: Writer, e: Expression | undefined): boolean {
  const isBracketed = e?.kind === "ListExpression" || e?.kind === "TupleExpression";
  return isBracketed && e.items.length > 0 && w.peek().start === e.span.start && w.peek(1).startsLine;
}

export function writeArguments(w: Writer, args: readonly Argument[]): void {
  const write = ({ name, value }: Argument): void => {
    if (name !== undefined) {
      w.take(name.text, ":");
      w.space();
    }
    writeExpression(w, value);
  };
  const inner = ({ name, value }: Argument) => (name === undefined ? value : undefined);
  writeBracketed(w, { open: "(", close: ")", items: args, write, takesLastComma: true, inner });
}

function writeItems(w: Writer, open: "(" | "[", close: ")" | "]", items: readonly Expression[]): void {
  const write = (item: Expression): void => writeExpression(w, item);
  writeBracketed(w, { open, close, items, write, takesLastComma: open === "[", inner: (item) => item });
}

/** `a, b`. */
export function writeNames(w: Writer, names: readonly Identifier[]): void {
  for (const [i, name] of names.entries()) {
    if (i > 0) {
      w.take(",");
      w.space();
    }
    w.take(name.text);
  }
}

/** `a, b`: results of a body, or a tensor's sizes; a trailing comma is removed. */
export function writeSeparated(w: Writer, items: readonly Expression[]): void {
  w.align(() => {
    for (const [i, item] of items.entries()) {
      if (i > 0) {
        w.take(",");
        w.line(" ");
      }
      writeExpression(w, item);
    }
  });
  w.dropComma();
}

function writeBare(w: Writer, e: Expression): void {
  switch (e.kind) {
    case "IfExpression":
      w.align(() => writeIf(w, e));
      break;
    case "ForExpression":
      w.take("for");
      w.space();
      writeNames(w, e.names);
      w.space();
      w.take("in");
      w.space();
      w.group(() => writeExpression(w, e.list));
      w.space();
      w.take("do");
      w.group(() => {
        w.line(" ", { nest: step });
        w.group(() => writeExpression(w, e.body));
        w.pop();
      });
      break;
    case "PipeExpression":
      w.align(() => {
        w.group(() => writeExpression(w, e.source));
        for (const stage of e.stages) writeStage(w, stage);
      });
      break;
    case "BinaryExpression":
      w.align(() => writeBinary(w, e));
      break;
    case "UnaryExpression":
      w.take(e.operator);
      if (e.operator === "not") w.space();
      writeExpression(w, e.operand);
      break;
    case "FieldExpression":
      writeExpression(w, e.target);
      w.take(".", e.field.text);
      break;
    case "IndexExpression":
      writeExpression(w, e.target);
      w.take("[");
      w.align(() => writeExpression(w, e.index));
      w.take("]");
      break;
    case "CallExpression":
      w.take(e.name.text);
      writeArguments(w, e.arguments);
      break;
    case "ListExpression":
      writeItems(w, "[", "]", e.items);
      break;
    case "TupleExpression":
      writeItems(w, "(", ")", e.items);
      break;
    case "RangeExpression":
      w.take("[");
      w.align(() => {
        writeExpression(w, e.from);
        w.dropComma();
        w.take("..");
        writeExpression(w, e.to);
      });
      w.take("]");
      break;
    case "MissingExpression":
      invariant(false, "a text with mistakes is not formatted", e.span);
      break;
    default:
      w.take();
  }
}

function writeStage(w: Writer, { expression, alias }: Stage): void {
  breakBeforeOperator(w);
  w.take("->");
  w.space();
  w.group(() => writeExpression(w, expression));
  if (alias === undefined) return;
  w.space();
  w.take("as");
  w.space();
  w.take(alias.text);
}

/** A line break before or after an operator is put before it. */
export function breakBeforeOperator(w: Writer): void {
  w.line(" ", { isBroken: w.peek().startsLine || w.peek(1).startsLine });
}

function writeIf(w: Writer, e: IfExpression): void {
  // Iterative: a chain of `else if` has any length.
  for (let branch = e; ; ) {
    w.take("if");
    w.space();
    w.group(() => writeExpression(w, branch.condition));
    w.line(" ");
    w.take("then");
    w.space();
    w.group(() => writeExpression(w, branch.then));
    w.line(" ");
    w.take("else");
    w.space();
    const { else: otherwise } = branch;
    if (otherwise.kind !== "IfExpression" || !w.isNext("if")) {
      w.group(() => writeExpression(w, otherwise));
      return;
    }
    branch = otherwise;
  }
}

/** `a + b - c` as one list; operators that bind tighter are nested. */
function writeBinary(w: Writer, e: BinaryExpression): void {
  const precedence = precedenceOf[e.operator];
  const rights: Expression[] = [];
  // Iterates over the left spine: a sum may have a thousand terms. Parenthesised parts are separate.
  let left: Expression = e;
  while (
    left.kind === "BinaryExpression" &&
    precedenceOf[left.operator] === precedence &&
    left.span.start === e.span.start
  ) {
    rights.push(left.right);
    left = left.left;
  }
  const first = left;
  w.group(() => writeExpression(w, first));
  for (const right of rights.reverse()) {
    breakBeforeOperator(w);
    w.take();
    w.space();
    w.group(() => writeExpression(w, right));
  }
}
