import type {
  BlockDeclaration,
  Body,
  Declaration,
  FunctionDeclaration,
  InputDeclaration,
  ModelDeclaration,
  OutputDeclaration,
  ParameterDeclaration,
  SourceTree,
  Statement,
  TensorTypeExpression,
  TypeExpression,
} from "./ast.js";
import type { Argument, Expression, Identifier } from "./ast-expressions.js";
import { writeString } from "./literals.js";
import { comparisonPrecedence, postfixPrecedence, precedenceOf, prefixPrecedenceOf } from "./operators.js";

/** `if`, `for` and pipes: below all operators. */
const loosest = 0;

/**
 * The canonical text of a tree, with the fewest possible parentheses. Comments other than `///` are not in the tree, and so not
 * in the text.
 */
export function print(tree: SourceTree): string {
  const parts: string[] = [];
  if (tree.edition !== undefined) parts.push(`lfer ${tree.edition.text}`);
  if (tree.imports.length > 0) {
    parts.push(tree.imports.map((i) => `import { ${names(i.names)} } from ${writeString(i.from.value)}`).join("\n"));
  }
  const allowances = [...tree.allowances];
  /** Those before an offset that are not yet in the text, a line each. */
  const allowed: Allowed = (offset) => {
    const next = allowances.findIndex(({ span }) => span.start >= offset);
    const before = allowances.splice(0, next < 0 ? allowances.length : next);
    return before.map(({ code, reason }) => `allow(${writeString(code.value)}, ${writeString(reason.value)})`);
  };
  for (const each of tree.declarations) {
    const lines = allowed(each.span.start).map((line) => `${line}\n`);
    parts.push(docText(each.doc) + lines.join("") + declarationText(each, allowed));
  }
  parts.push(...allowed(Number.POSITIVE_INFINITY));
  return parts.length === 0 ? "" : `${parts.join("\n\n")}\n`;
}

type Allowed = (offset: number) => readonly string[];

/** One expression on one line. */
export function printExpression(expression: Expression): string {
  return atLeast(loosest, expression);
}

/** `expression`, in parentheses if its precedence is below the required one. */
function atLeast(precedence: number, expression: Expression): string {
  const text = bare(expression);
  return precedenceOfExpression(expression) < precedence ? `(${text})` : text;
}

function precedenceOfExpression(e: Expression): number {
  if (e.kind === "IfExpression" || e.kind === "ForExpression" || e.kind === "PipeExpression") return loosest;
  if (e.kind === "BinaryExpression") return precedenceOf[e.operator];
  return e.kind === "UnaryExpression" ? prefixPrecedenceOf[e.operator] : postfixPrecedence;
}

function bare(e: Expression): string {
  switch (e.kind) {
    case "IfExpression":
      return `if ${bare(e.condition)} then ${bare(e.then)} else ${bare(e.else)}`;
    case "ForExpression":
      return `for ${names(e.names)} in ${bare(e.list)} do ${bare(e.body)}`;
    case "PipeExpression":
      return [atLeast(1, e.source), ...e.stages.map((s) => stage(s.expression, s.alias))].join(" -> ");
    case "BinaryExpression":
      return binary(e);
    case "UnaryExpression":
      return `${e.operator === "not" ? "not " : "-"}${atLeast(prefixPrecedenceOf[e.operator], e.operand)}`;
    case "FieldExpression":
      return `${atLeast(postfixPrecedence, e.target)}.${e.field.text}`;
    case "IndexExpression":
      return `${atLeast(postfixPrecedence, e.target)}[${bare(e.index)}]`;
    case "NumberLiteral":
      return e.text;
    case "StringLiteral":
      return writeString(e.value);
    case "BooleanLiteral":
      return String(e.value);
    case "BatchLiteral":
      return "N";
    case "NameExpression":
      return e.name.text;
    case "CallExpression":
      return `${e.name.text}(${e.arguments.map(argument).join(", ")})`;
    case "ListExpression":
      return `[${e.items.map(bare).join(", ")}]`;
    case "RangeExpression":
      return `[${bare(e.from)}..${bare(e.to)}]`;
    case "TupleExpression":
      return `(${e.items.map(bare).join(", ")})`;
    case "MissingExpression":
      return "";
  }
}

function binary(e: Expression & { kind: "BinaryExpression" }): string {
  // Iterates over the left spine: a sum may have a thousand terms.
  const spine: string[] = [];
  let left: Expression = e;
  let around = loosest;
  while (left.kind === "BinaryExpression" && precedenceOf[left.operator] >= around) {
    const precedence = precedenceOf[left.operator];
    const groupsRight = left.operator === "**";
    // `2 ** -3`: a sign is allowed on the right of a power.
    const right = atLeast(groupsRight ? prefixPrecedenceOf["-"] : precedence + 1, left.right);
    spine.push(` ${left.operator} ${right}`);
    around = groupsRight || precedence === comparisonPrecedence ? precedence + 1 : precedence;
    left = left.left;
  }
  return atLeast(around, left) + spine.reverse().join("");
}

function stage(expression: Expression, alias: Identifier | undefined): string {
  const isPlain =
    expression.kind === "NameExpression" ||
    expression.kind === "CallExpression" ||
    expression.kind === "TupleExpression";
  const text = isPlain ? bare(expression) : `(${bare(expression)})`;
  return alias === undefined ? text : `${text} as ${alias.text}`;
}

function argument(a: Argument): string {
  return a.name === undefined ? bare(a.value) : `${a.name.text}: ${bare(a.value)}`;
}

const names = (all: readonly Identifier[]): string => all.map((n) => n.text).join(", ");
const list = (all: readonly Expression[]): string => all.map(bare).join(", ");

function docText(doc: string | undefined): string {
  return (doc?.split("\n").map((line) => (line === "" ? "///\n" : `/// ${line}\n`)) ?? []).join("");
}

function declarationText(d: Declaration, allowed: Allowed): string {
  switch (d.kind) {
    case "ConstDeclaration":
      return `const ${d.name.text} = ${bare(d.value)}`;
    case "BlockDeclaration":
      return `block ${signature(d, allowed)}`;
    case "FunctionDeclaration":
      return `fn ${signature(d, allowed)}`;
    case "ModelDeclaration":
      return model(d, allowed);
    case "VariantDeclaration":
      return `variant ${d.name.text} = ${d.base.text}(${d.arguments.map(argument).join(", ")})`;
    case "RecipeDeclaration":
      return `recipe ${d.name.text}${parameters(d.parameters)} ${braces(
        d.entries.map((e) => `${e.name.text} = ${bare(e.value)}`),
      )}`;
    case "CheckDeclaration": {
      const given = d.arguments.length === 0 ? "" : `(${d.arguments.map(argument).join(", ")})`;
      const claims = d.claims.map(
        (c) => bare(c.comparison) + (c.tolerance === undefined ? "" : ` within ${atLeast(1, c.tolerance)}`),
      );
      return `check ${d.isForAny ? "" : `${d.name.text}${given} `}${braces(claims)}`;
    }
  }
}

function signature(d: BlockDeclaration | FunctionDeclaration, allowed: Allowed): string {
  const head = d.name.text + parameters(d.parameters) + (d.inputs === undefined ? "" : ` on ${names(d.inputs)}`);
  return d.body.kind === "Body" ? `${head} ${body(d.body, allowed)}` : `${head} = ${bare(d.body)}`;
}

function parameters(all: readonly ParameterDeclaration[]): string {
  if (all.length === 0) return "";
  const texts = all.map((p) => {
    const value = p.default === undefined ? "" : ` = ${bare(p.default)}`;
    return `${p.doc === undefined ? "" : `\n${docText(p.doc)}`}${p.name.text}: ${type(p.type)}${value}`;
  });
  return `(${texts.join(", ")})`;
}

function type(t: TypeExpression): string {
  switch (t.kind) {
    case "NamedType":
      return t.name.text;
    case "ListType":
      return `[${type(t.element)}]`;
    case "TupleType":
      return `(${t.elements.map(type).join(", ")})`;
    case "ChoiceType":
      return t.options.map((o) => writeString(o.value)).join(" | ");
  }
}

const tensor = (t: TensorTypeExpression): string => `${t.dtype.text}[${list(t.dimensions)}]`;

function braces(lines: readonly string[]): string {
  return lines.length === 0 ? "{}" : `{\n${lines.map((line) => `  ${line}\n`).join("")}}`;
}

function body(b: Body, allowed: Allowed): string {
  const lines = b.statements.flatMap((s) => [...allowed(s.span.start), statement(s)]);
  const result = `return ${list(b.results)}`;
  return braces([...lines, ...allowed(b.results[0]?.span.start ?? b.span.end), result]);
}

function model(m: ModelDeclaration, allowed: Allowed): string {
  const lines = [
    ...m.inputs.map(input),
    ...m.statements.flatMap((s) => [...allowed(s.span.start), statement(s)]),
    ...m.outputs.flatMap((o) => [...allowed(o.span.start), output(o)]),
    ...allowed(m.span.end),
  ];
  return `model ${m.name.text}${parameters(m.parameters)} ${braces(lines)}`;
}

function input(i: InputDeclaration): string {
  return `input ${i.name.text}: ${tensor(i.type)}${i.value === undefined ? "" : ` = ${bare(i.value)}`}`;
}

function output(o: OutputDeclaration): string {
  const value = o.value === undefined ? "" : `: ${bare(o.value)}`;
  return `output ${names(o.names)}${value}${o.inTraining ? " in training" : ""}`;
}

function statement(s: Statement): string {
  switch (s.kind) {
    case "BindingStatement":
      return `${names(s.names)} = ${bare(s.value)}`;
    case "ShareStatement":
      return `share ${s.name.text} = ${bare(s.value)}`;
    case "WeightStatement":
      return `weight ${s.name.text}: ${tensor(s.type)} = ${bare(s.initializer)}`;
    case "RequireStatement":
      return `require ${bare(s.condition)}, ${writeString(s.message.value)}`;
  }
}
