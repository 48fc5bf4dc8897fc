import type { BlockDeclaration, Declaration, FunctionDeclaration } from "../syntax/ast.js";
import type { NamedDeclaration } from "./module.js";
import type { Value } from "./values.js";
import type { Work } from "./work.js";

/** What is known of declarations by themselves, whoever uses them. */
export interface DeclarationFacts {
  readonly work: Work;
  /** What a block or function gives while its parameters and inputs are not known. */
  resultOf(declaration: BlockDeclaration | FunctionDeclaration): Value;
  /** Whether it uses itself, directly or by way of others: it cannot be instantiated then. */
  isRecursive(declaration: Declaration): boolean;
  constant(named: NamedDeclaration): Value;
}
