import fc, { type Arbitrary } from "fast-check";
import type {
  Declaration,
  ParameterDeclaration,
  SourceTree,
  Statement,
  TensorTypeExpression,
  TypeExpression,
} from "../../src/syntax/ast.js";
import type {
  Argument,
  BinaryOperator,
  Expression,
  Identifier,
  NumberLiteral,
  StringLiteral,
} from "../../src/syntax/ast-expressions.js";
import { isPlainName, readNumber } from "../../src/syntax/literals.js";
import { precedenceOf } from "../../src/syntax/operators.js";
import { keywords } from "../../src/syntax/tokens.js";

const span = { file: "", start: 0, end: 0 };

/** A tree as JSON data without spans, file texts and absent parts: equal for trees of equal meaning. */
export function meaningOf(tree: unknown): unknown {
  return JSON.parse(JSON.stringify(tree, (key, value) => (key === "span" || key === "file" ? undefined : value)));
}

const nameText = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,5}$/).filter(isPlainName);
const named = (text: Arbitrary<string>): Arbitrary<Identifier> =>
  text.map((t) => ({ kind: "Identifier", text: t, span }));
const name = named(nameText);
/** Before a colon and after a point a keyword is a name. */
const anyWord = named(fc.oneof(nameText, fc.constantFrom(...keywords.keys())));
const names = fc.array(name, { minLength: 1, maxLength: 3 });
const few = <T>(item: Arbitrary<T>, minLength = 0): Arbitrary<T[]> => fc.array(item, { minLength, maxLength: 3 });
const maybe = <T>(item: Arbitrary<T>): Arbitrary<T | undefined> => fc.option(item, { nil: undefined });

const number: Arbitrary<NumberLiteral> = fc
  .tuple(
    fc.constantFrom("0", "1", "7", "1_000", "224", "9007199254740991"),
    fc.constantFrom("", ".0", ".5", ".29_1", "e3", "E-12", "1e+2"),
    fc.constantFrom("", "k", "M", "G", "%"),
  )
  .map((parts) => parts.join(""))
  .filter((text) => !readNumber(text).isTooLarge)
  .map((text) => {
    const { value, isInteger } = readNumber(text);
    return { kind: "NumberLiteral", value, isInteger, text, span };
  });
const string: Arbitrary<StringLiteral> = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom('"', "\\", "\n", "'", "\t", "\ud800", "//"),
      fc.string({ maxLength: 3, unit: "binary" }),
    ),
    maxLength: 4,
  })
  .map((value) => ({ kind: "StringLiteral", value, span }));

const binaryOperators = Object.keys(precedenceOf) as BinaryOperator[];

const { expression, argument } = fc.letrec<{ expression: Expression; argument: Argument }>((tie) => {
  const e = tie("expression");
  const nameExpression: Arbitrary<Expression> = name.map((n) => ({ kind: "NameExpression", name: n, span }));
  const call: Arbitrary<Expression> = fc.record({
    kind: fc.constant("CallExpression"),
    name,
    arguments: few(tie("argument")),
    span: fc.constant(span),
  });
  const stage = fc.record({
    kind: fc.constant("Stage"),
    expression: fc.oneof(nameExpression, call, e),
    alias: maybe(name),
    span: fc.constant(span),
  });
  const node = <T>(parts: { [K in keyof T]: Arbitrary<T[K]> }): Arbitrary<Expression> =>
    fc.record({ ...parts, span: fc.constant(span) }) as unknown as Arbitrary<Expression>;
  const kind = <K extends string>(k: K): Arbitrary<K> => fc.constant(k);
  return {
    expression: fc.oneof(
      { maxDepth: 5, depthSize: "small", withCrossShrink: true },
      nameExpression,
      number,
      string,
      node({ kind: kind("BooleanLiteral"), value: fc.boolean() }),
      node({ kind: kind("BatchLiteral") }),
      call,
      // biome-ignore lint/suspicious/noThenProperty: the tree's own word; nobody awaits it
      node({ kind: kind("IfExpression"), condition: e, then: e, else: e }),
      node({ kind: kind("ForExpression"), names, list: e, body: e }),
      node({ kind: kind("PipeExpression"), source: e, stages: few(stage, 1) }),
      node({ kind: kind("BinaryExpression"), operator: fc.constantFrom(...binaryOperators), left: e, right: e }),
      node({ kind: kind("UnaryExpression"), operator: fc.constantFrom("-", "not"), operand: e }),
      node({ kind: kind("FieldExpression"), target: e, field: anyWord }),
      node({ kind: kind("IndexExpression"), target: e, index: e }),
      node({ kind: kind("ListExpression"), items: few(e) }),
      node({ kind: kind("RangeExpression"), from: e, to: e }),
      node({ kind: kind("TupleExpression"), items: fc.array(e, { minLength: 2, maxLength: 3 }) }),
    ),
    argument: fc.record({ kind: kind("Argument"), name: maybe(anyWord), value: e, span: fc.constant(span) }),
  };
});

/** Any expression without missing parts. */
export const anyExpression = expression;

const { type } = fc.letrec<{ type: TypeExpression }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3 },
    name.map((n): TypeExpression => ({ kind: "NamedType", name: n, span })),
    few(string, 1).map((options): TypeExpression => ({ kind: "ChoiceType", options, span })),
    tie("type").map((element): TypeExpression => ({ kind: "ListType", element, span })),
    few(tie("type"), 1).map((elements): TypeExpression => ({ kind: "TupleType", elements, span })),
  ),
}));

const kind = <K extends string>(k: K): Arbitrary<K> => fc.constant(k);
const here = fc.constant(span);
const docLine = fc.string({ maxLength: 8 }).map((line) => line.replace(/[\r\n]/g, "").trim());
const doc = maybe(few(docLine, 1).map((lines) => lines.join("\n")));
const parameters = few<ParameterDeclaration>(
  fc.record({
    kind: kind("ParameterDeclaration"),
    doc,
    name: named(
      fc.oneof(
        nameText,
        fc.constantFrom(...keywords.keys()).filter((word) => word !== "N"),
      ),
    ),
    type,
    default: maybe(expression),
    span: here,
  }),
);
const tensor: Arbitrary<TensorTypeExpression> = fc.record({
  kind: kind("TensorTypeExpression"),
  dtype: name,
  dimensions: few(expression),
  span: here,
});
const statement: Arbitrary<Statement> = fc.oneof(
  fc.record({ kind: kind("BindingStatement"), names, value: expression, span: here }),
  fc.record({ kind: kind("ShareStatement"), name, value: expression, span: here }),
  fc.record({ kind: kind("WeightStatement"), name, type: tensor, initializer: expression, span: here }),
  fc.record({ kind: kind("RequireStatement"), condition: expression, message: string, span: here }),
);
const body = fc.record({ kind: kind("Body"), statements: few(statement), results: few(expression, 1), span: here });
const input = fc.record({ kind: kind("InputDeclaration"), name, type: tensor, value: maybe(expression), span: here });
const output = fc.record({
  kind: kind("OutputDeclaration"),
  names,
  value: maybe(expression),
  inTraining: fc.boolean(),
  span: here,
});

/** A claim begins with a measure: `params` after a name in parentheses would be parsed as its arguments. */
const claim = fc
  .record({ operator: fc.constantFrom<BinaryOperator>("==", "!=", "<", "<=", ">", ">="), measure: name, right: number })
  .map(({ operator, measure, right }): Expression => {
    const left: Expression = { kind: "NameExpression", name: measure, span };
    return { kind: "BinaryExpression", operator, left, right, span };
  });
const declaration: Arbitrary<Declaration> = fc.oneof(
  fc.record({ kind: kind("ConstDeclaration"), doc, name, value: expression, span: here }),
  fc
    .record({ doc, name, parameters, span: here, form: fc.oneof(expression, fc.tuple(names, body)) })
    .map(({ form, ...rest }): Declaration => {
      const [inputs, held] = Array.isArray(form) ? form : [undefined, form];
      return { kind: "BlockDeclaration", ...rest, inputs, body: held };
    }),
  fc.record({
    kind: kind("FunctionDeclaration"),
    doc,
    name,
    parameters,
    inputs: maybe(names),
    body: fc.oneof(expression, body),
    span: here,
  }),
  fc.record({
    kind: kind("ModelDeclaration"),
    doc,
    name,
    parameters,
    inputs: few(input, 1),
    statements: few(statement),
    outputs: few(output, 1),
    span: here,
  }),
  fc.record({ kind: kind("VariantDeclaration"), doc, name, base: name, arguments: few(argument), span: here }),
  fc.record({
    kind: kind("RecipeDeclaration"),
    doc,
    name,
    parameters,
    entries: few(fc.record({ kind: kind("RecipeEntry"), name, value: expression, span: here })),
    span: here,
  }),
  fc.record({
    kind: kind("CheckDeclaration"),
    doc,
    isForAny: fc.constant(true),
    name: fc.record({ kind: kind("Identifier"), text: fc.constant(""), span: here }),
    arguments: fc.constant([]),
    claims: few(fc.record({ kind: kind("CheckClaim"), comparison: claim, tolerance: maybe(number), span: here })),
    span: here,
  }),
  fc.record({
    kind: kind("CheckDeclaration"),
    doc,
    isForAny: fc.constant(false),
    name,
    arguments: few(argument),
    claims: few(fc.record({ kind: kind("CheckClaim"), comparison: claim, tolerance: maybe(number), span: here })),
    span: here,
  }),
);

/** Any file without missing parts. */
export const anyTree: Arbitrary<SourceTree> = fc.record({
  kind: kind("SourceTree"),
  file: fc.constant(""),
  edition: maybe(fc.constant<NumberLiteral>({ kind: "NumberLiteral", value: 1, isInteger: true, text: "1", span })),
  imports: few(fc.record({ kind: kind("ImportDeclaration"), names, from: string, span: here })),
  declarations: few(declaration),
  allowances: fc.constant([]),
  span: here,
});
