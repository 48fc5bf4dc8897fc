import type { Identifier } from "../syntax/ast.js";

/** A node of the tree, or a list of them, as the walk below sees it. */
type Tree = object | readonly object[];

/** Every name that is used below `tree`: bare, called, as a variant's base, or as a check's subject. */
export function* referencedNames(tree: Tree): Iterable<Identifier> {
  const stack: unknown[] = [tree];
  while (stack.length > 0) {
    const node = stack.pop();
    if (typeof node !== "object" || node === null) continue;
    const { kind, name, base } = node as { kind?: string; name?: Identifier; base?: Identifier };
    if ((kind === "NameExpression" || kind === "CallExpression" || kind === "CheckDeclaration") && name !== undefined) {
      yield name;
    }
    if (kind === "VariantDeclaration" && base !== undefined) yield base;
    if (kind === "OutputDeclaration") yield* (node as { names: readonly Identifier[] }).names;
    for (const key in node) {
      if (key === "span" || key === "name") continue;
      const child = (node as Record<string, unknown>)[key];
      if (typeof child === "object" && child !== null) stack.push(child);
    }
  }
}
