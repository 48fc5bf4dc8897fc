/** Pictures with equal contents under different names: a held-out picture that is also trained on tests nothing. */

/** A picture's name and the digest of its content. */
export interface NamedContent {
  readonly key: string;
  readonly digest: string;
}

/** One content with its names on both sides. */
export interface Twins {
  readonly left: readonly string[];
  readonly right: readonly string[];
}

/** Groups by content, in the order of their first picture, mapped by `of`. */
export function byContent<T extends { readonly digest: string }, U>(
  pictures: Iterable<T>,
  of: (picture: T) => U,
): Map<string, U[]> {
  const found = new Map<string, U[]>();
  for (const picture of pictures) {
    const known = found.get(picture.digest);
    if (known === undefined) found.set(picture.digest, [of(picture)]);
    else known.push(of(picture));
  }
  return found;
}

/** All contents that occur on both sides, in the order of the left one; only the left side is held in memory. */
export function findTwins(left: Iterable<NamedContent>, right: Iterable<NamedContent>): readonly Twins[] {
  const lefts = byContent(left, ({ key }) => key);
  const rights = byContent(among(right, lefts), ({ key }) => key);
  return [...lefts].flatMap(([digest, names]) => {
    const others = rights.get(digest);
    return others === undefined ? [] : [{ left: names, right: others }];
  });
}

function* among(pictures: Iterable<NamedContent>, known: ReadonlyMap<string, unknown>): Generator<NamedContent> {
  for (const picture of pictures) if (known.has(picture.digest)) yield picture;
}
