import type { Identifier } from "../../syntax/ast-expressions.js";

export interface Names {
  /** Names used: bare, called, as a variant's base, as a check's subject, as an output. Unordered. */
  readonly used: readonly Identifier[];
  /** Bound by parameters, `on`, statements and `for`. */
  readonly bound: ReadonlySet<string>;
}

/** The names below a part of the tree, or a list of parts. */
export function namesIn(tree: object): Names {
  const used: Identifier[] = [];
  const bound = new Set<string>();
  const stack: object[] = [tree];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (Array.isArray(node)) {
      for (const item of node) stack.push(item);
      continue;
    }
    collect(node as Partial<Bearer>, used, bound);
    for (const key in node) {
      if (key === "span" || key === "name") continue;
      const child = (node as Record<string, unknown>)[key];
      if (typeof child === "object" && child !== null) stack.push(child);
    }
  }
  return { used, bound };
}

/** The name in a node. */
interface Bearer {
  readonly kind: string;
  readonly name: Identifier;
  readonly names: readonly Identifier[];
  readonly base: Identifier;
  readonly inputs: readonly object[];
}

function collect({ kind, name, names, base, inputs }: Partial<Bearer>, used: Identifier[], bound: Set<string>): void {
  switch (kind) {
    case "NameExpression":
    case "CallExpression":
    case "CheckDeclaration":
      // A check of any model has an empty name.
      if (name !== undefined && name.text !== "") used.push(name);
      break;
    case "VariantDeclaration":
      if (base !== undefined) used.push(base);
      break;
    case "OutputDeclaration":
      used.push(...(names ?? []));
      break;
    case "BindingStatement":
    case "ForExpression":
      for (const { text } of names ?? []) bound.add(text);
      break;
    case "ParameterDeclaration":
    case "InputDeclaration":
    case "ShareStatement":
    case "WeightStatement":
      if (name !== undefined) bound.add(name.text);
      break;
    case "BlockDeclaration":
    case "FunctionDeclaration":
      for (const { text } of (inputs ?? []) as readonly Identifier[]) bound.add(text);
  }
}
