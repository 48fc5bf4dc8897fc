/**
 * Predictions as a table, `answers.csv` of a run (RFC 4180): `path,label,answer`, then `person,group` if any picture has one,
 * then the probability of each class under its name.
 */

import { type Problem, problem } from "../diagnostics/diagnostic.js";
import { csvCell, csvRows } from "../formats/csv-cells.js";
import { type Answers, answerOf, type JudgedPicture } from "./answers.js";

const first = ["path", "label", "answer"] as const;
const who = ["person", "group"] as const;

const isWho = (names: readonly (string | undefined)[]): boolean => who.every((name, i) => names[i] === name);

const row = (cells: readonly string[]): string => `${cells.map(csvCell).join(",")}\r\n`;

const rounded = (value: number, digits: number): string => String(Number(value.toPrecision(digits)));

/** Few digits; if two classes would become equal, all digits of a float32. */
function probabilityTexts(picture: JudgedPicture): readonly string[] {
  const values = Array.from(picture.probabilities);
  const texts = values.map((value) => rounded(value, 6));
  if (answerOf({ probabilities: texts.map(Number) }) === answerOf(picture)) return texts;
  return values.map((value) => rounded(value, 17));
}

export function answersTable({ classes, pictures }: Answers): string {
  const named = pictures.some(({ person, group }) => person !== undefined || group !== undefined);
  // Classes with these names would otherwise be taken for the columns.
  const hasWho = named || isWho(classes);
  const name = (index: number): string => classes[index] ?? "";
  const rows = pictures.map((picture) => {
    const { key, label, person = "", group = "" } = picture;
    const shown = hasWho ? [person, group] : [];
    return row([key, name(label), name(answerOf(picture)), ...shown, ...probabilityTexts(picture)]);
  });
  return row([...first, ...(hasWho ? who : []), ...classes]) + rows.join("");
}

const mostClasses = 10_000;
/** Tolerance for the sum, for rounding. */
const sumTolerance = 1e-3;

/** Parses a table of predictions; `path` is used in messages. Untrusted until checked. */
export function readAnswersTable(text: string, path: string): Answers | Problem {
  const bad = (line: number, reason: string): Problem => problem("data/bad-answers", { path, line, reason });
  const rows = csvRows(text);
  const header = rows.next();
  const names = header.done === true || "fault" in header.value ? [] : header.value.cells;
  if (!first.every((name, i) => names[i] === name)) return bad(1, `it does not begin with ${first.join(",")}`);
  const hasWho = isWho(names.slice(first.length));
  const from = first.length + (hasWho ? who.length : 0);
  const classes = names.slice(from);
  if (classes.length === 0) return bad(1, "it names no class");
  if (classes.length > mostClasses) return bad(1, `it names ${classes.length} classes, the limit is ${mostClasses}`);
  const indices = new Map(classes.map((name, i) => [name, i] as const));
  if (indices.size < classes.length) return bad(1, "it names a class twice");
  const pictures: JudgedPicture[] = [];
  for (const row of rows) {
    if ("fault" in row) return bad(row.line, row.fault);
    const { line, cells: fields } = row;
    if (fields.length !== names.length)
      return bad(line, `it has ${fields.length} columns, the first line ${names.length}`);
    const [key = "", labelName = "", answerName = "", person = "", group = ""] = fields;
    const label = indices.get(labelName);
    const unknown = label === undefined ? labelName : indices.has(answerName) ? undefined : answerName;
    if (label === undefined || unknown !== undefined) return bad(line, `"${unknown}" is not a class of the first line`);
    const probabilities = Float64Array.from(fields.slice(from), (each) =>
      each.trim() === "" ? Number.NaN : Number(each),
    );
    const wrong = probabilities.findIndex((value) => !(value >= 0 && value <= 1));
    if (wrong >= 0) return bad(line, `"${fields[from + wrong]}" is not a probability`);
    const sum = probabilities.reduce((a, b) => a + b, 0);
    if (Math.abs(sum - 1) > sumTolerance) return bad(line, `its probabilities sum to ${rounded(sum, 6)}, not to 1`);
    const shown = hasWho ? { ...(person === "" ? {} : { person }), ...(group === "" ? {} : { group }) } : {};
    pictures.push({ key, label, probabilities, ...shown });
  }
  return { classes, pictures };
}
