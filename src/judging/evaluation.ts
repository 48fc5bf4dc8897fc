/** The results of an evaluation, and their JSON format. */
import { type Accuracies, accuraciesOf, countRightAndWrong } from "./accuracies.js";
import type { Answers } from "./answers.js";
import type { Comparison, Difference } from "./comparison.js";
import { type GroupAccuracies, type Grouping, type Groups, groupsOf } from "./groups.js";
import type { Interval } from "./interval.js";
import { type Mistake, surestMistakes } from "./mistakes.js";
import { type RiskCoverage, riskCoverageOf } from "./risk-coverage.js";
import { type Summary, summaryOf } from "./summary.js";

/** Increased when a field changes its meaning. */
export const evaluationSchemaVersion = 1;

/** The subject and the data of an evaluation. */
export interface JudgedWhat {
  /** The model's name in its source. */
  readonly model: string;
  /** As given by the user. */
  readonly file: string;
  /** Digest of the ONNX file. */
  readonly modelSha256: string;
  /** Digest of the network, and of the source that it was built from; null if they are not in the file. */
  readonly graphSha256: string | null;
  readonly sourceSha256: string | null;
  /** The weights, in words. */
  readonly weights: string | null;
  /** How pictures were evaluated: `mean_of_flips`. */
  readonly evaluation: string;
  /** The short name of the data set, and its part. */
  readonly data: string;
  readonly split: string;
  /** Digest over the evaluated pictures: names, labels, contents. */
  readonly dataSha256: string;
}

export interface SkippedRecord {
  readonly key: string;
  readonly code: string;
  readonly message: string;
}

export interface Evaluation {
  readonly what: JudgedWhat;
  readonly answers: Answers;
  readonly summary: Summary;
  readonly accuracies: Accuracies;
  readonly riskCoverage: RiskCoverage;
  readonly groups: Groups | undefined;
  readonly mistakes: readonly Mistake[];
  readonly skipped: readonly SkippedRecord[];
}

/** With more classes, the matrix would be larger than everything else, and mostly zeros. */
export const mostMatrixClasses = 1000;

/** Number of wrong predictions listed by name. */
const namedMistakes = 10;

export function evaluationOf(
  what: JudgedWhat,
  answers: Answers,
  skipped: readonly SkippedRecord[],
  by: Grouping | undefined,
): Evaluation {
  return {
    what,
    answers,
    summary: summaryOf(answers),
    accuracies: accuraciesOf(countRightAndWrong(answers.pictures, answers.classes.length)),
    riskCoverage: riskCoverageOf(answers),
    groups: by === undefined ? undefined : groupsOf(answers, by),
    mistakes: surestMistakes(answers, namedMistakes),
    skipped,
  };
}

const ends = ({ low, high }: Interval): readonly [number, number] => [low, high];

const accuraciesRecord = ({
  samples,
  accuracy,
  accuracyInterval,
  meanClassAccuracy,
  meanClassAccuracyInterval,
}: Accuracies) => ({
  samples,
  accuracy,
  accuracyInterval: ends(accuracyInterval),
  meanClassAccuracy,
  meanClassAccuracyInterval: ends(meanClassAccuracyInterval),
});

/** Entries by name, for any names. */
const byName = <T, R>(
  items: readonly T[],
  nameOf: (item: T) => string,
  of: (item: T) => R,
): Readonly<Record<string, R>> => Object.fromEntries(items.map((item) => [nameOf(item), of(item)]));

const groupRecord = (group: GroupAccuracies) => ({
  ...accuraciesRecord(group),
  fewPictures: group.hasFewPictures,
});

/**
 * The object of `eval --format json` for one model, without its `schemaVersion`. Undefined metrics (of a class without
 * pictures) are null.
 */
function fieldsOf({ what, answers, summary, accuracies, riskCoverage, groups, mistakes, skipped }: Evaluation) {
  const { classes } = answers;
  return {
    ...what,
    labels: classes,
    ...accuraciesRecord(accuracies),
    macroF1: summary.macroF1,
    calibrationError: summary.calibrationError,
    perClass: byName(
      summary.perClass,
      ({ name }) => name,
      ({ samples, recall = null, precision = null, f1 = null }) => ({ samples, recall, precision, f1 }),
    ),
    confusion: classes.length > mostMatrixClasses ? null : summary.confusion,
    riskCoverage: { area: riskCoverage.area, points: riskCoverage.points },
    ...(groups === undefined
      ? {}
      : {
          by: groups.by,
          byGroup: byName(groups.groups, ({ name }) => name, groupRecord),
          worstGroup: groups.worst?.name ?? null,
          withoutGroup: groups.without,
        }),
    mistakes: mistakes.map(({ picture, answer, sureness }) => ({
      key: picture.key,
      label: classes[picture.label] ?? null,
      answer: classes[answer] ?? null,
      probability: sureness,
    })),
    skipped,
  };
}

const differenceRecord = ({ value, interval }: Difference) => ({ difference: value, interval: ends(interval) });

/**
 * The text of `eval --format json`. For two models, the first one's metrics are in the usual fields, the second's under
 * `second`, and their difference (second minus first) under `comparison`.
 */
export function evaluationJson(
  first: Evaluation,
  second?: { readonly evaluation: Evaluation; readonly comparison: Comparison },
): string {
  const compared =
    second === undefined
      ? {}
      : {
          second: fieldsOf(second.evaluation),
          comparison: {
            samples: second.comparison.samples,
            accuracy: differenceRecord(second.comparison.accuracy),
            meanClassAccuracy: differenceRecord(second.comparison.meanClassAccuracy),
            onlyFirstRight: second.comparison.onlyFirst,
            onlySecondRight: second.comparison.onlySecond,
          },
        };
  const record = { schemaVersion: evaluationSchemaVersion, ...fieldsOf(first), ...compared };
  return `${JSON.stringify(record, undefined, 2)}\n`;
}
