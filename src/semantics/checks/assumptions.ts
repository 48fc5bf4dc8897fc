/** Values marked as assumed: parameters and constants whose documentation says `assumed: SOURCE`. */
import type { Span } from "../../diagnostics/span.js";
import type { Declaration, SourceTree } from "../../syntax/ast.js";
import type { Expression } from "../../syntax/ast-expressions.js";
import { printExpression } from "../../syntax/print.js";

export interface Assumption {
  /** `RafDb.weight_decay`; for a constant, its name alone. */
  readonly name: string;
  /** The value in the source text; undefined if there is no default. */
  readonly value: string | undefined;
  /** The source of the value, or why it was chosen. */
  readonly source: string;
  /** The name in the source text. */
  readonly span: Span;
}

const mark = /^\s*assumed:\s*/;

/** The text after `assumed:`, to the end of the documentation. */
function sourceIn(doc: string | undefined): string | undefined {
  const lines = doc?.split("\n") ?? [];
  const first = lines.findIndex((line) => mark.test(line));
  if (first < 0) return undefined;
  return lines
    .slice(first)
    .map((line) => line.replace(mark, "").trim())
    .join(" ")
    .trim();
}

/** In source order. */
export function assumptionsIn({ declarations }: SourceTree): readonly Assumption[] {
  return declarations.flatMap((declaration) => [
    ...(declaration.kind === "ConstDeclaration" ? assumed(declaration, declaration.value, "") : []),
    ...parametersOf(declaration).flatMap((parameter) =>
      assumed(parameter, parameter.default, `${declaration.name.text}.`),
    ),
  ]);
}

const parametersOf = (declaration: Declaration) => ("parameters" in declaration ? declaration.parameters : []);

function assumed(
  { doc, name }: Pick<Declaration, "doc" | "name">,
  value: Expression | undefined,
  prefix: string,
): readonly Assumption[] {
  const source = sourceIn(doc);
  if (source === undefined) return [];
  const text = value === undefined ? undefined : printExpression(value);
  return [{ name: `${prefix}${name.text}`, value: text, source, span: name.span }];
}
