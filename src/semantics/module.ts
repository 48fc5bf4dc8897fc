import type { Declaration, SourceTree } from "../syntax/ast.js";
import type { DivisionRemark } from "../syntax/divisions.js";
import type { Damage } from "./damage.js";

/** A file's top-level names. */
export interface Module {
  readonly path: string;
  readonly tree: SourceTree;
  /** Its own declarations and imported ones; checks are not included. */
  readonly names: ReadonlyMap<string, NamedDeclaration>;
  /** Imported names that could not be found, already reported. */
  readonly missing: ReadonlySet<string>;
  readonly text: string;
  readonly damage: Damage;
  readonly divisions: ReadonlyMap<number, DivisionRemark>;
}

export interface NamedDeclaration {
  readonly declaration: Exclude<Declaration, { kind: "CheckDeclaration" }>;
  readonly module: Module;
}

/** Whether it was read incompletely. */
export function isDamaged({ declaration, module }: NamedDeclaration): boolean {
  return module.damage.declarations.has(declaration);
}

/** Whether it is a file of the standard library, which is part of lferc. */
export const isStandard = ({ path }: Pick<Module, "path">): boolean => path.startsWith("std/");
