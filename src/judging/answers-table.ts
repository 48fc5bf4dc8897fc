/**
 * Answers as a table (RFC 4180): `path,label,answer`, then `person,group` where any picture has one, then the probability of each
 * class under its name.
 */
import { type Answers, answerOf, type JudgedPicture } from "./answers.js";

const quoted = (text: string): string =>
  /[",\r\n]/.test(text) || text === "" ? `"${text.replaceAll('"', '""')}"` : text;

const row = (fields: readonly string[]): string => `${fields.join(",")}\r\n`;

const rounded = (value: number, digits: number): string => String(Number(value.toPrecision(digits)));

/** Enough to compare; where two classes would become alike, all digits. */
function probabilityTexts(picture: JudgedPicture): readonly string[] {
  const values = Array.from(picture.probabilities);
  const texts = values.map((value) => rounded(value, 6));
  if (answerOf({ probabilities: texts.map(Number) }) === answerOf(picture)) return texts;
  return values.map((value) => rounded(value, 17));
}

export function answersTable({ classes, pictures }: Answers): string {
  const hasWho = pictures.some(({ person, group }) => person !== undefined || group !== undefined);
  const name = (index: number): string => quoted(classes[index] ?? "");
  const rows = pictures.map((picture) => {
    const { key, label, person = "", group = "" } = picture;
    const shown = hasWho ? [person, group].map((text) => (text === "" ? "" : quoted(text))) : [];
    return row([quoted(key), name(label), name(answerOf(picture)), ...shown, ...probabilityTexts(picture)]);
  });
  return (
    row(["path", "label", "answer", ...(hasWho ? ["person", "group"] : []), ...classes.map(quoted)]) + rows.join("")
  );
}
