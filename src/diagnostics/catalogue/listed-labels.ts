/** A list of classes and whose it is. */
export interface ListedClasses {
  readonly of: string;
  readonly labels: readonly string[];
}

/** As many names as a message can hold. */
const shownLabels = 30;

/** A list of labels for a message. */
export const listLabels = (labels: readonly string[]): string =>
  labels.length <= shownLabels
    ? `[${labels.join(", ")}]`
    : `[${labels.slice(0, shownLabels).join(", ")}, ... ${labels.length} in all]`;
