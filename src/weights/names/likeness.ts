/** How much a name of one library resembles that of another. */

/** Words for the same: each becomes the last of its line. */
const synonyms: ReadonlyMap<string, string> = new Map(
  [
    "bn ln batchnorm layernorm norm",
    "downsample skip residual identity proj projection project shortcut",
    "dw dconv depthwise",
    "pw pointwise",
    "head classifier fc linear logits",
    "gamma scale",
    "pos position",
    "cls token",
  ]
    .map((line) => line.split(" "))
    .flatMap((words) => words.map((word) => [word, words.at(-1) ?? word] as const)),
);

/** The words and numbers of a name, in lower case. */
export function wordsOf(name: string): readonly string[] {
  const words = name.match(/[A-Z]?[a-z]+|[A-Z]+|[0-9]+/g) ?? [];
  return words.map((word) => {
    const lower = word.toLowerCase();
    return synonyms.get(lower) ?? lower;
  });
}

/** The share of a name's words that another name has, too. */
export function likeness(words: readonly string[], others: readonly string[]): number {
  return words.length === 0 ? 0 : wordsInCommon(words, others) / words.length;
}

/** How many of a name's words another name has, too: for `norm_b`, `norm` and `norm_b` differ in that alone. */
export function wordsInCommon(words: readonly string[], others: readonly string[]): number {
  return words.filter((word) => others.includes(word)).length;
}
