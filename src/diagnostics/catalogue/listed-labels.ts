/** A list of classes and its origin. */
export interface ListedClasses {
  readonly of: string;
  readonly labels: readonly string[];
}

/** Maximum number of names in a message. */
const shownLabels = 30;

/** A list of labels for a message. */
export const listLabels = (labels: readonly string[]): string =>
  labels.length <= shownLabels
    ? `[${labels.join(", ")}]`
    : `[${labels.slice(0, shownLabels).join(", ")}, ... ${labels.length} in all]`;
