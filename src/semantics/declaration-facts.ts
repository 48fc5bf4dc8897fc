import type { BlockDeclaration, Declaration, FunctionDeclaration } from "../syntax/ast.js";
import type { MadeBlocks } from "./made-blocks.js";
import type { MadeModels } from "./made-models.js";
import type { NamedDeclaration } from "./module.js";
import type { Value } from "./values.js";
import type { Work } from "./work.js";

/** Facts about declarations that do not depend on their use. */
export interface DeclarationFacts {
  readonly work: Work;
  readonly models: MadeModels;
  readonly blocks: MadeBlocks;
  /** The result type of a block or function if its parameters and inputs are unknown. */
  resultOf(declaration: BlockDeclaration | FunctionDeclaration): Value;
  /** Whether it uses itself, directly or indirectly: then it cannot be instantiated. */
  isRecursive(declaration: Declaration): boolean;
  constant(named: NamedDeclaration): Value;
}
