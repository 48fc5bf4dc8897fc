import type * as tree from "../ast.js";
import type {
  Argument,
  Expression,
  ForExpression,
  Identifier,
  IfExpression,
  NumberLiteral,
  Stage,
  StringLiteral,
} from "../ast-expressions.js";
import type { Rule } from "./chevrotain-wrapper.js";

/** The rule of a name or declaration; its argument is the name of what may be missing, or the documentation before it. */
type Named<R> = Rule<R, [what?: string]>;
type Documented<R> = Rule<R, [doc: string | undefined]>;

/** Every rule of the grammar; rules refer to each other across files. */
export interface Rules {
  readonly name: Named<Identifier>;
  readonly names: Named<Identifier[]>;
  readonly expression: Rule<Expression>;
  readonly ifExpression: Rule<IfExpression>;
  readonly forExpression: Rule<ForExpression>;
  readonly stage: Rule<Stage>;
  readonly operation: Rule<Expression>;
  readonly operand: Rule<void, [mark: number]>;
  readonly number: Rule<NumberLiteral>;
  readonly string: Rule<StringLiteral>;
  readonly call: Rule<Expression>;
  readonly args: Rule<Argument[]>;
  readonly argument: Rule<Argument>;
  readonly list: Rule<Expression>;
  readonly group: Rule<Expression>;
  readonly params: Rule<tree.ParameterDeclaration[]>;
  readonly param: Rule<tree.ParameterDeclaration>;
  readonly type: Rule<tree.TypeExpression>;
  readonly choice: Rule<tree.TypeExpression>;
  readonly tensor: Rule<tree.TensorTypeExpression>;
  readonly inputDeclaration: Rule<tree.InputDeclaration>;
  readonly outputDeclaration: Rule<tree.OutputDeclaration>;
  readonly allow: Rule<tree.Allowance>;
  /** Undefined for an `allow`, which is not in the tree of statements. */
  readonly statement: Rule<tree.Statement | undefined>;
  readonly binding: Rule<tree.BindingStatement>;
  readonly share: Rule<tree.ShareStatement>;
  readonly weight: Rule<tree.WeightStatement>;
  readonly require: Rule<tree.RequireStatement>;
  readonly body: Rule<tree.Body>;
  readonly declaration: Rule<tree.Declaration>;
  readonly constDeclaration: Documented<tree.ConstDeclaration>;
  readonly blockDeclaration: Documented<tree.BlockDeclaration>;
  readonly functionDeclaration: Documented<tree.FunctionDeclaration>;
  readonly modelDeclaration: Documented<tree.ModelDeclaration>;
  readonly variantDeclaration: Documented<tree.VariantDeclaration>;
  readonly recipeDeclaration: Documented<tree.RecipeDeclaration>;
  readonly entry: Rule<tree.RecipeEntry>;
  readonly checkDeclaration: Documented<tree.CheckDeclaration>;
  readonly claim: Rule<tree.CheckClaim>;
  readonly sourceTree: Rule<tree.SourceTree>;
  readonly importDeclaration: Rule<tree.ImportDeclaration>;
}
