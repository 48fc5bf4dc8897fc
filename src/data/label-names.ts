/** Synonyms of expressions in data sets. */
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

/** File systems store accents composed or decomposed; both are the same name. */
export const composed = (name: string): string => name.normalize("NFC");

const plain = (name: string): string =>
  composed(name)
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "_");

/**
 * The label of the model that matches a data set's class: the same name, else the only one that is equal except for case,
 * spaces and hyphens, else the only one with the same expression. Undefined if there is none, or several.
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
