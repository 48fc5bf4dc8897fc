/** The results of an evaluation for people. */
import { counted } from "../diagnostics/counted.js";
import { oneLine } from "../diagnostics/display-text.js";
import type { Paint } from "../diagnostics/paint.js";
import { type Column, layOut } from "../diagnostics/text-table.js";
import type { Comparison, Difference } from "./comparison.js";
import { type Evaluation, mostMatrixClasses } from "./evaluation.js";
import { fewestPictures, type Groups } from "./groups.js";
import type { Interval } from "./interval.js";
import { pointAt, type RiskCoverage } from "./risk-coverage.js";
import type { Summary } from "./summary.js";

/** A confusion matrix that is wider than a usual terminal is no help anywhere. */
const widestMatrix = 80;
/** Maximum number of rows in tables of groups. */
const shownGroups = 20;
const shownClasses = 50;
const shownConfusions = 10;
const shownCoverages = [1, 0.9, 0.8, 0.7, 0.5];

const percent = (share: number | undefined): string => (share === undefined ? "-" : `${(share * 100).toFixed(1)}%`);
const points = (difference: number): string => `${difference < 0 ? "" : "+"}${(difference * 100).toFixed(1)}`;
const range = ({ low, high }: Interval, text: (end: number) => string = percent): string =>
  `${text(low)} to ${text(high)}`;

interface Figures {
  readonly title: string;
  readonly cells: readonly string[];
  readonly weight?: number;
}

/** How the text is shown: styles, and the columns of a terminal (undefined: nothing is cut). */
export interface EvaluationLook {
  readonly paint: Paint;
  readonly width: number | undefined;
}

/** A table with names on the left, which are cut at their beginning, and figures. */
function table(
  title: string,
  names: readonly string[],
  figures: readonly (Figures & Partial<Column>)[],
  { paint, width }: EvaluationLook,
): readonly string[] {
  const columns = figures.map((figure): Column => ({ align: "right", ...figure }));
  const rows = names.map((name, i) => ({ cells: [name, ...figures.map(({ cells }) => cells[i] ?? "")] }));
  return layOut([{ title, align: "left", keepsEnd: true }, ...columns], rows, paint, width)
    .trimEnd()
    .split("\n");
}

/** The complete text, in blocks. */
export function renderEvaluation(evaluation: Evaluation, look: EvaluationLook): string {
  const { summary, riskCoverage, groups } = evaluation;
  const blocks = [
    headOf(evaluation, look),
    headline(evaluation, look),
    ...(groups === undefined ? [] : [groupTable(groups, look)]),
    classTable(summary, look),
    confusionTable(summary, look),
    coverageTable(riskCoverage, look),
    mistakeLines(evaluation, look),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function headOf({ what, summary, skipped }: Evaluation, { paint }: EvaluationLook): readonly string[] {
  const { model, file, evaluation, data, split } = what;
  const broken = skipped.length === 0 ? "" : `, ${skipped.length} more could not be read`;
  return [
    `${paint("bold", oneLine(model))}  ${oneLine(file)}, judged by ${evaluation}`,
    `data: ${oneLine(data)}, part ${split}, ${counted(summary.samples, "picture")}${broken}`,
  ];
}

const figureLine = (name: string, figure: string, more: string): string =>
  `${name.padEnd(22)}${figure.padStart(7)}${more === "" ? "" : `   ${more}`}`;

function headline({ summary, accuracies, groups }: Evaluation, { paint }: EvaluationLook): readonly string[] {
  const { accuracy, accuracyInterval, meanClassAccuracy, meanClassAccuracyInterval } = accuracies;
  const figure = (name: string, value: number, interval: Interval): string =>
    figureLine(name, percent(value), `95% interval ${range(interval)}`);
  return [
    paint("bold", figure("accuracy", accuracy, accuracyInterval)),
    paint("bold", figure("mean-class accuracy", meanClassAccuracy, meanClassAccuracyInterval)),
    ...(groups === undefined ? [] : worstLines(groups, paint)),
    figureLine("macro-F1", percent(summary.macroF1), ""),
    figureLine("calibration error", percent(summary.calibrationError), ""),
  ];
}

function worstLines({ by, groups, worst }: Groups, paint: Paint): readonly string[] {
  if (worst === undefined) {
    const all = counted(groups.length, by);
    return [`no worst ${by}: none of ${all} has ${fewestPictures} pictures, and fewer say too little`];
  }
  const { name, accuracy, accuracyInterval } = worst;
  const line = figureLine(`worst ${by}`, percent(accuracy), `95% interval ${range(accuracyInterval)}   `);
  return [paint("bold", line + oneLine(name))];
}

function groupTable({ by, groups, without }: Groups, look: EvaluationLook): readonly string[] {
  const large = groups.filter(({ hasFewPictures }) => !hasFewPictures);
  // If all groups are small, they are shown anyway.
  const shown = (large.length === 0 ? groups : large).slice(0, shownGroups);
  const rest = groups.length - shown.length;
  const lines = table(
    by,
    shown.map(({ name }) => name),
    [
      {
        title: "pictures",
        cells: shown.map(({ samples, hasFewPictures }) => `${samples}${hasFewPictures ? "*" : ""}`),
      },
      { title: "accuracy", cells: shown.map(({ accuracy }) => percent(accuracy)) },
      { title: "95% interval", cells: shown.map(({ accuracyInterval }) => range(accuracyInterval)), weight: 2 },
      { title: "mean-class", cells: shown.map(({ meanClassAccuracy }) => percent(meanClassAccuracy)) },
      {
        title: "95% interval",
        cells: shown.map(({ meanClassAccuracyInterval }) => range(meanClassAccuracyInterval)),
        weight: 1,
      },
    ],
    look,
  );
  return [
    ...lines,
    ...(shown.some(({ hasFewPictures }) => hasFewPictures) ? [`* fewer than ${fewestPictures} pictures`] : []),
    ...(rest > 0
      ? [
          `${rest} more, ${groups.length - large.length} of all with fewer than ${fewestPictures} pictures: --format json has them`,
        ]
      : []),
    ...(without > 0 ? [`${counted(without, "picture")} without a ${by}`] : []),
  ];
}

/** In the model's order; of very many classes, those with the lowest recall. */
function classTable({ perClass }: Summary, look: EvaluationLook): readonly string[] {
  const shown =
    perClass.length <= shownClasses
      ? perClass
      : perClass
          .filter(({ recall }) => recall !== undefined)
          .toSorted((a, b) => (a.recall ?? 0) - (b.recall ?? 0))
          .slice(0, shownClasses);
  const lines = table(
    "class",
    shown.map(({ name }) => name),
    [
      { title: "pictures", cells: shown.map(({ samples }) => String(samples)) },
      { title: "recall", cells: shown.map(({ recall }) => percent(recall)) },
      { title: "precision", cells: shown.map(({ precision }) => percent(precision)) },
      { title: "F1", cells: shown.map(({ f1 }) => percent(f1)) },
    ],
    look,
  );
  const rest = perClass.length - shown.length;
  return rest === 0 ? lines : [...lines, `${rest} more classes: --format json has them`];
}

/** The matrix if it fits; otherwise the most frequent confusions. */
function confusionTable(summary: Summary, look: EvaluationLook): readonly string[] {
  const { perClass } = summary;
  if (perClass.length > mostMatrixClasses) return [];
  const { confusion } = summary;
  const names = perClass.map(({ name }, c) => `${c + 1} ${name}`);
  const figures = names.map((_, c) => ({
    title: String(c + 1),
    cells: confusion.map((row) => String(row[c] ?? 0)),
  }));
  const width = figures.reduce((sum, { cells }) => sum + 2 + Math.max(...cells.map((cell) => cell.length)), 0);
  const title = "is, answered as";
  if (width + title.length <= (look.width ?? widestMatrix)) return table(title, names, figures, look);
  const pairs = confusion
    .flatMap((row, label) =>
      row.flatMap((count, answer) => (label === answer || count === 0 ? [] : { label, answer, count })),
    )
    .sort((a, b) => b.count - a.count)
    .slice(0, shownConfusions);
  if (pairs.length === 0) return [];
  const nameOf = (c: number): string => perClass[c]?.name ?? "";
  return table(
    "confused most",
    pairs.map(({ label, answer }) => `${nameOf(label)}, answered as ${nameOf(answer)}`),
    [{ title: "pictures", cells: pairs.map(({ count }) => String(count)) }],
    look,
  );
}

function coverageTable(riskCoverage: RiskCoverage, look: EvaluationLook): readonly string[] {
  const figures = shownCoverages.map((coverage) => ({
    title: `${coverage * 100}%`,
    cells: [percent(accuracyAt(riskCoverage, coverage))],
  }));
  return [
    ...table("of the surest", ["accuracy"], figures, look),
    `area under risk and coverage: ${riskCoverage.area.toFixed(4)}`,
  ];
}

function accuracyAt(riskCoverage: RiskCoverage, coverage: number): number | undefined {
  const point = pointAt(riskCoverage, coverage);
  return point === undefined ? undefined : 1 - point.risk;
}

function mistakeLines({ answers, mistakes }: Evaluation, look: EvaluationLook): readonly string[] {
  if (mistakes.length === 0) return [];
  const nameOf = (c: number): string => answers.classes[c] ?? "";
  return table(
    "surest mistakes",
    mistakes.map(({ picture }) => picture.key),
    [
      { title: "is", cells: mistakes.map(({ picture }) => nameOf(picture.label)), align: "left", most: 14 },
      { title: "answer", cells: mistakes.map(({ answer }) => nameOf(answer)), align: "left", most: 14 },
      { title: "sure", cells: mistakes.map(({ sureness }) => percent(sureness)) },
    ],
    look,
  );
}

/** Two models side by side, and whether one is better. */
export function renderComparison(
  first: Evaluation,
  second: Evaluation,
  comparison: Comparison,
  look: EvaluationLook,
): string {
  const { paint } = look;
  const { accuracy, meanClassAccuracy, onlyFirst, onlySecond } = comparison;
  const row = ({ value, interval }: Difference): readonly [string, string] => [points(value), range(interval, points)];
  const rows = [row(accuracy), row(meanClassAccuracy)];
  const both = (of: (evaluation: Evaluation) => readonly number[]): readonly Figures[] => [
    { title: "first", cells: of(first).map(percent) },
    { title: "second", cells: of(second).map(percent) },
  ];
  const recalls = ({ summary }: Evaluation): readonly number[] =>
    first.answers.classes.map((name) => summary.perClass.find((each) => each.name === name)?.recall ?? Number.NaN);
  const blocks = [
    ["first:  ", "second: "].map((place, i) => {
      const { what } = i === 0 ? first : second;
      return `${place}${paint("bold", oneLine(what.model))}  ${oneLine(what.file)}, judged by ${what.evaluation}`;
    }),
    [`data: ${oneLine(first.what.data)}, part ${first.what.split}, ${counted(comparison.samples, "picture")}`],
    table(
      "",
      ["accuracy", "mean-class"],
      [
        ...both(({ accuracies }) => [accuracies.accuracy, accuracies.meanClassAccuracy]),
        { title: "difference", cells: rows.map(([value]) => value) },
        { title: "95% interval", cells: rows.map(([, interval]) => interval) },
      ],
      look,
    ),
    [
      `right alone: the first on ${counted(onlyFirst, "picture")}, the second on ${onlySecond}`,
      verdict(accuracy, "accuracy"),
      verdict(meanClassAccuracy, "mean-class accuracy"),
    ],
    table("recall of", first.answers.classes, both(recalls), look),
  ];
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** The conclusion from the interval. */
function verdict({ interval: { low, high } }: Difference, what: string): string {
  if (low > 0) return `${what}: the second is better, beyond what these pictures leave to chance`;
  if (high < 0) return `${what}: the first is better, beyond what these pictures leave to chance`;
  return `${what}: these pictures do not tell which is better`;
}
