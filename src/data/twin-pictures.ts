/** Pictures with the very same bytes on both sides of a split: what was learnt is then asked. */

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

/** All contents that stand on both sides, in the order of the left one; only the left side is held in memory. */
export function findTwins(left: Iterable<NamedContent>, right: Iterable<NamedContent>): readonly Twins[] {
  const byDigest = new Map<string, { left: string[]; right: string[] }>();
  for (const { key, digest } of left) {
    const known = byDigest.get(digest);
    if (known === undefined) byDigest.set(digest, { left: [key], right: [] });
    else known.left.push(key);
  }
  for (const { key, digest } of right) byDigest.get(digest)?.right.push(key);
  return [...byDigest.values()].filter((each) => each.right.length > 0);
}
