/** Metrics for each person, or for each group of pictures. */
import { type Accuracies, accuraciesOf, countRightAndWrong } from "./accuracies.js";
import type { Answers, JudgedPicture } from "./answers.js";

/** The possible groupings of pictures. */
export const groupings = ["person", "group"] as const;
export type Grouping = (typeof groupings)[number];

/** With fewer pictures an accuracy means little: with 30, its interval is up to 0.18 to either side. */
export const fewestPictures = 30;

export interface GroupAccuracies extends Accuracies {
  readonly name: string;
  /** Whether there are fewer than {@link fewestPictures}. */
  readonly hasFewPictures: boolean;
}

export interface Groups {
  readonly by: Grouping;
  /** The least accurate first; equally accurate ones by name. */
  readonly groups: readonly GroupAccuracies[];
  /** The least accurate of those with enough pictures. */
  readonly worst: GroupAccuracies | undefined;
  /** Number of pictures without a group. */
  readonly without: number;
}

export function groupsOf({ classes, pictures }: Answers, by: Grouping): Groups {
  const byName = new Map<string, JudgedPicture[]>();
  let without = 0;
  for (const picture of pictures) {
    const name = picture[by];
    if (name === undefined) {
      without++;
      continue;
    }
    const own = byName.get(name);
    if (own === undefined) byName.set(name, [picture]);
    else own.push(picture);
  }
  // Among a thousand persons with a few pictures each, many have the same counts, and so the same intervals.
  const found = new Map<string, Accuracies>();
  const accuraciesOfGroup = (own: readonly JudgedPicture[]): Accuracies => {
    const counts = countRightAndWrong(own, classes.length);
    const key = counts.join();
    const accuracies = found.get(key) ?? accuraciesOf(counts);
    found.set(key, accuracies);
    return accuracies;
  };
  const groups = [...byName]
    .map(
      ([name, own]): GroupAccuracies => ({
        name,
        ...accuraciesOfGroup(own),
        hasFewPictures: own.length < fewestPictures,
      }),
    )
    .sort((a, b) => a.accuracy - b.accuracy || (a.name < b.name ? -1 : 1));
  return { by, groups, worst: groups.find(({ hasFewPictures }) => !hasFewPictures), without };
}
