/**
 * Answers as a CSV that people and programs read: `path,label,answer,<class 1>,...`, with `person` and `group` after `answer`
 * where any picture has one. Hostile until checked.
 */
import { type Answers, answerOf, type JudgedPicture } from "./answers.js";

const fixed = ["path", "label", "answer"] as const;

/** Quoted where it must be (RFC 4180). */
const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export function answersText({ classes, pictures }: Answers): string {
  const hasPerson = pictures.some(({ person }) => person !== undefined);
  const hasGroup = pictures.some(({ group }) => group !== undefined);
  const header = [...fixed, ...(hasPerson ? ["person"] : []), ...(hasGroup ? ["group"] : []), ...classes];
  const lines = pictures.map((picture) => [
    picture.key,
    classes[picture.label] ?? "",
    classes[answerOf(picture)] ?? "",
    ...(hasPerson ? [picture.person ?? ""] : []),
    ...(hasGroup ? [picture.group ?? ""] : []),
    ...Array.from(picture.probabilities, String),
  ]);
  return [header, ...lines].map((line) => `${line.map(field).join(",")}\n`).join("");
}

/** A confusion matrix has the square of it. */
const classesAtMost = 3000;

/** The answers of a table, or in words what is wrong with it, with its line. */
export function readAnswers(text: string): Answers | string {
  const lines = linesOf(text);
  const header = lines.next().value;
  if (header === undefined) return "it is empty";
  if (typeof header === "string") return header;
  if (fixed.some((name, i) => header.fields[i] !== name)) return `line 1 does not begin with ${fixed.join(",")}`;
  const [hasPerson, hasGroup] = optionalColumns(header.fields);
  const begin = fixed.length + Number(hasPerson) + Number(hasGroup);
  const classes = header.fields.slice(begin);
  if (classes.length === 0) return "line 1 names no classes";
  if (classes.length > classesAtMost) return `line 1 names ${classes.length} classes, the limit is ${classesAtMost}`;
  const places = new Map(classes.map((name, c) => [name, c] as const));
  if (places.size < classes.length) return "line 1 names a class twice";
  const pictures: JudgedPicture[] = [];
  for (const line of lines) {
    if (typeof line === "string") return line;
    const { fields, number } = line;
    if (fields.length !== header.fields.length)
      return `line ${number} has ${fields.length} fields, the header ${header.fields.length}`;
    const [key = "", labelName = "", answerName = ""] = fields;
    const label = places.get(labelName);
    if (label === undefined) return `line ${number} has a label that is none of the classes`;
    const probabilities = Float32Array.from(fields.slice(begin), (each) =>
      each.trim() === "" ? Number.NaN : Number(each),
    );
    const sum = probabilities.reduce((a, b) => a + b, 0);
    if (!(probabilities.every((each) => each >= 0 && each <= 1) && Math.abs(sum - 1) < 1e-3))
      return `line ${number} has probabilities that are none`;
    const answer = classes[answerOf({ probabilities })];
    if (answer !== answerName) return `line ${number} answers something else than its largest probability`;
    const person = hasPerson ? fields[fixed.length] : "";
    const group = hasGroup ? fields[fixed.length + Number(hasPerson)] : "";
    pictures.push({
      key,
      label,
      probabilities,
      ...(person ? { person } : {}),
      ...(group ? { group } : {}),
    });
  }
  return { classes, pictures };
}

function optionalColumns(header: readonly string[]): readonly [person: boolean, group: boolean] {
  const hasPerson = header[fixed.length] === "person";
  return [hasPerson, header[fixed.length + Number(hasPerson)] === "group"];
}

interface Line {
  readonly fields: readonly string[];
  /** Where it begins, from 1. */
  readonly number: number;
}

/** The lines of a CSV; a string says what keeps the rest from being read. */
function* linesOf(text: string): Generator<Line | string, undefined> {
  let at = text.startsWith("\ufeff") ? 1 : 0;
  let number = 1;
  while (at < text.length) {
    const fields: string[] = [];
    const begun = number;
    for (;;) {
      let value = "";
      if (text[at] === '"') {
        for (;;) {
          const end = text.indexOf('"', at + 1);
          if (end === -1) return yield `line ${begun} has a quote that does not end`;
          const piece = text.slice(at + 1, end);
          number += piece.split("\n").length - 1;
          value += piece;
          at = end + 1;
          if (text[at] !== '"') break;
          value += '"';
        }
        if (at < text.length && !",\r\n".includes(text[at] as string))
          return yield `line ${number} goes on behind a quote`;
      } else {
        let end = at;
        while (end < text.length && !",\r\n".includes(text[end] as string)) end++;
        value = text.slice(at, end);
        at = end;
      }
      fields.push(value);
      if (text[at] !== ",") break;
      at++;
    }
    if (text[at] === "\r") at++;
    if (text[at] === "\n") at++;
    number++;
    yield { fields, number: begun };
  }
  return undefined;
}
