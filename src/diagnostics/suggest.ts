import { foreignName, plain } from "./foreign-names.js";

/** Edit distance (insert, delete, replace, swap) between two words, up to `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** The letters of a word in alphabetical order: those of a word typed in another order are the same. */
const letters = (word: string): string => [...word.toLowerCase()].sort().join("");

/** The candidate most similar to `name`, if any is similar enough. */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > 64) return undefined;
  const known = [...candidates];
  const spelling = plain(name);
  const meant = foreignName(name)?.words?.find((word) => known.includes(word));
  if (meant !== undefined) return meant;
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    if (candidate === name || candidate.length > 64) continue;
    const edits = plain(candidate) === spelling ? 0 : editDistance(name, candidate, limit);
    const isShuffled = edits > limit && name.length > 3 && letters(candidate) === letters(name);
    const distance = isShuffled ? limit : edits;
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}
