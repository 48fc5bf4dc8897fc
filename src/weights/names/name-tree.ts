import { type Bindings, fill, matchPart, type Part, type Pattern } from "./pattern.js";

/** Names by their parts, so that a pattern is looked up instead of compared with each name. */
export interface NameTree {
  readonly children: Map<string, NameTree>;
  /** The name that ends here. */
  name: string | undefined;
}

export function nameTree(names: Iterable<string>): NameTree {
  const root: NameTree = { children: new Map(), name: undefined };
  for (const name of names) {
    let at = root;
    for (const part of name.split(".")) {
      const child: NameTree = at.children.get(part) ?? { children: new Map(), name: undefined };
      at.children.set(part, child);
      at = child;
    }
    at.name = name;
  }
  return root;
}

/** The part as text, if all its placeholders are bound. */
function spell(part: Part, bindings: Bindings): string | undefined {
  let text = "";
  for (const piece of part) {
    const next =
      piece.kind === "text"
        ? piece.text
        : piece.kind === "hole"
          ? fill(bindings.get(piece.name), piece.add)
          : undefined;
    if (next === undefined) return undefined;
    text += next;
  }
  return text;
}

/** The names in the tree that match the pattern with these bindings, followed by `rest`. */
export function findNames(tree: NameTree, pattern: Pattern, rest: readonly string[], bindings: Bindings): string[] {
  let found: { readonly tree: NameTree; readonly bindings: Bindings }[] = [{ tree, bindings }];
  for (const part of pattern) {
    found = found.flatMap((at) => {
      const text = spell(part, at.bindings);
      if (text !== undefined) {
        const child = at.tree.children.get(text);
        return child === undefined ? [] : [{ tree: child, bindings: at.bindings }];
      }
      return [...at.tree.children].flatMap(([name, child]) => {
        const more = matchPart(part, name, at.bindings);
        return more === undefined ? [] : [{ tree: child, bindings: more }];
      });
    });
  }
  return found.flatMap((at) => {
    let end: NameTree | undefined = at.tree;
    for (const part of rest) end = end?.children.get(part);
    return end?.name === undefined ? [] : [end.name];
  });
}
