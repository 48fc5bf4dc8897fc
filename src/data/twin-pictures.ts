/** Pictures of the same content, under whatever names: one that is learnt from and asked is no question. */

/** A picture's name, and what stands for its content. */
export interface NamedContent {
  readonly key: string;
  readonly digest: string;
}

/** One content under its names on either side. */
export interface Twins {
  readonly left: readonly string[];
  readonly right: readonly string[];
}

/** What `of` says of the pictures of each content, contents in the order of their first picture. */
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

/** All contents that stand on both sides, in the order of the left one; only the left side is held in memory. */
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
