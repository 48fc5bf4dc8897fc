import type { Span } from "../diagnostics/span.js";
import type { SourceTree } from "./ast.js";

/** The common fields of tree nodes. */
export interface SyntaxNode {
  readonly kind: string;
  readonly span: Span;
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "kind" in value && "span" in value;
}

/** The direct children of `node`, in the order of its fields. */
export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (const value of Object.values(node)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (isNode(item)) children.push(item);
    }
  }
  return children;
}

/** Visits `node` and its descendants, parents first, without recursion. If `visit` returns false, the subtree is skipped. */
export function walk(node: SyntaxNode | SourceTree, visit: (node: SyntaxNode) => boolean | undefined): void {
  const waiting: SyntaxNode[] = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (visit(next) === false) continue;
    const children = childrenOf(next);
    for (let i = children.length - 1; i >= 0; i--) waiting.push(children[i] as SyntaxNode);
  }
}
