/**
 * Patterns of tensor names, split at dots as the names are. `{x}` stands for some characters of a part, the same wherever x
 * stands; `{x+1}` for a number one larger; `*` for any characters of a part.
 */

export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "any" }
  | { readonly kind: "hole"; readonly name: string; readonly add: number };

/** One part between dots; text stands between any two pieces that are none. */
export type Part = readonly Piece[];

/** The first parts of a name, or all of them. */
export type Pattern = readonly Part[];

/** What the holes stand for: with `{x+1}` matched by "3", x is "2". */
export type Bindings = ReadonlyMap<string, string>;

const number = /^(0|[1-9][0-9]{0,8})$/;

/** What `{x+add}` says where it stands for `found`; undefined where it cannot. */
function valueBehind(found: string, add: number): string | undefined {
  if (add === 0) return found;
  const value = number.test(found) ? Number(found) - add : -1;
  return value < 0 ? undefined : `${value}`;
}

/** What stands for `{x+add}`; undefined where x has no value, or one that cannot be added to. */
export function fill(value: string | undefined, add: number): string | undefined {
  return value === undefined || add === 0 ? value : valueBehind(value, -add);
}

/** The bindings with which a part of a name is of the pattern, given those that hold already. Every piece takes the least it can. */
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
    // The text behind it ends what it stands for: the last text stands at the end, others where they come first.
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

/** The bindings with which the first parts of a name are of the pattern. */
export function matchPattern(pattern: Pattern, parts: readonly string[]): Bindings | undefined {
  if (pattern.length > parts.length) return undefined;
  let bindings: Bindings | undefined = new Map();
  for (const [i, part] of pattern.entries()) {
    bindings = matchPart(part, parts[i] ?? "", bindings);
    if (bindings === undefined) return undefined;
  }
  return bindings;
}
