/** Words that data sets use for the same expression. */
const synonyms: readonly (readonly string[])[] = [
  ["surprise", "surprised"],
  ["fear", "fearful", "afraid"],
  ["disgust", "disgusted"],
  ["happiness", "happy"],
  ["sadness", "sad"],
  ["anger", "angry"],
  ["neutral"],
  ["contempt", "contemptuous"],
];

/** File systems keep a name's accents composed or apart: the same name either way. */
export const composed = (name: string): string => name.normalize("NFC");

const plain = (name: string): string =>
  composed(name)
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "_");

/**
 * Which of the model's labels a data set's class is: the same name, else the only one that is the same but for case, blanks
 * and hyphens, else the only one that means the same expression. Undefined where none is, or several are.
 */
export function labelNamed(name: string, labels: readonly string[]): number | undefined {
  const exact = labels.findIndex((label) => composed(label) === composed(name));
  if (exact >= 0) return exact;
  const wanted = plain(name);
  const words = synonyms.find((group) => group.includes(wanted)) ?? [wanted];
  for (const accepted of [[wanted], words]) {
    const found = labels.flatMap((label, index) => (accepted.includes(plain(label)) ? [index] : []));
    if (found.length > 0) return found.length === 1 ? found[0] : undefined;
  }
  return undefined;
}
