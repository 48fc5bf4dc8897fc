/**
 * Patterns of tensor names, split at dots as the names are. `{x}` matches some characters of a part, the same for each x;
 * `{x+1}` a number one larger; `*` any characters of a part.
 */

export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "any" }
  | { readonly kind: "hole"; readonly name: string; readonly add: number };

/** One part between dots; there is text between any two placeholders. */
export type Part = readonly Piece[];

/** The first parts of a name, or all of them. */
export type Pattern = readonly Part[];

/** The values of placeholders: if `{x+1}` matches "3", x is "2". */
export type Bindings = ReadonlyMap<string, string>;

const number = /^(0|[1-9][0-9]{0,8})$/;

/** The value of x if `{x+add}` matches `found`; undefined if impossible. */
function valueBehind(found: string, add: number): string | undefined {
  if (add === 0) return found;
  const value = number.test(found) ? Number(found) - add : -1;
  return value < 0 ? undefined : `${value}`;
}

/** The text of `{x+add}`; undefined if x is unbound, or not a number. */
export function fill(value: string | undefined, add: number): string | undefined {
  return value === undefined || add === 0 ? value : valueBehind(value, -add);
}

/**
 * The bindings with which a name's part matches the pattern, given existing ones. Every placeholder matches as little as
 * possible.
 */
export function matchPart(part: Part, text: string, bindings: Bindings): Bindings | undefined {
  let known = bindings;
  let at = 0;
  for (const [i, piece] of part.entries()) {
    if (piece.kind === "text") {
      if (!text.startsWith(piece.text, at)) return undefined;
      at += piece.text.length;
      continue;
    }
    const next = part[i + 1];
    const isSecondLast = i + 2 === part.length;
    // A placeholder ends at the text after it: the last text matches at the end, others at their first occurrence.
    const end =
      next?.kind !== "text"
        ? text.length
        : isSecondLast
          ? text.length - next.text.length
          : text.indexOf(next.text, at + 1);
    if (end <= at) return undefined;
    if (piece.kind === "hole") {
      const value = valueBehind(text.slice(at, end), piece.add);
      if (value === undefined || (known.get(piece.name) ?? value) !== value) return undefined;
      if (!known.has(piece.name)) known = new Map([...known, [piece.name, value]]);
    }
    at = end;
  }
  return at === text.length ? known : undefined;
}

/** The bindings with which the first parts of a name match the pattern. */
export function matchPattern(pattern: Pattern, parts: readonly string[]): Bindings | undefined {
  if (pattern.length > parts.length) return undefined;
  let bindings: Bindings | undefined = new Map();
  for (const [i, part] of pattern.entries()) {
    bindings = matchPart(part, parts[i] ?? "", bindings);
    if (bindings === undefined) return undefined;
  }
  return bindings;
}
