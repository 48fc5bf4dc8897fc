/** RAF-DB's numbers and lists: `train_00001.jpg 5`, where the prefix of the name is the part. */
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { BadLines, eachLine, ownText } from "./text-lines.js";

/** The classes by number, from 1. */
export const rafDbClasses = ["surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral"] as const;

/** The index of a class number; undefined if it is not one of the seven. */
export const rafDbClass = (number: string): number | undefined =>
  /^[1-7]$/.test(number) ? Number(number) - 1 : undefined;

export interface ListedPicture {
  readonly part: "training" | "test";
  readonly class: number;
}

function partOf(name: string): ListedPicture["part"] | undefined {
  if (name.startsWith("train")) return "training";
  return name.startsWith("test") ? "test" : undefined;
}

/** The pictures of a list by name. `judge` returns in words what is wrong with an entry besides its form. */
export async function readRafDbList(
  path: string,
  judge: (name: string, listed: ListedPicture) => string | undefined = () => undefined,
): Promise<ReadonlyMap<string, ListedPicture> | Problem> {
  const listed = new Map<string, ListedPicture>();
  const bad = new BadLines(path);
  const unread = await eachLine(path, ({ text, number }) => {
    if (text.trim() === "") return undefined;
    const [name = "", label = "", ...more] = text.trim().split(/\s+/);
    const part = partOf(name);
    const found = rafDbClass(label);
    if (part === undefined) bad.add(number, `"${name}" does not begin with train or test`);
    else if (/[/\\\0]/.test(name)) bad.add(number, `"${name}" is a path; a list has names alone`);
    else if (found === undefined || more.length > 0) bad.add(number, "a name and a number from 1 to 7 are needed");
    else if (listed.has(name)) bad.add(number, `${name} is in the list already`);
    else {
      const wrong = judge(name, { part, class: found });
      if (wrong !== undefined) bad.add(number, wrong);
      listed.set(ownText(name), { part, class: found });
    }
    return undefined;
  });
  return unread ?? bad.problem ?? listed;
}

/** The names in a list of held-out training pictures: each must be in the data, with the same label. */
export async function readHeldOutList(
  path: string,
  listed: ReadonlyMap<string, ListedPicture>,
  where: string,
): Promise<ReadonlySet<string> | Problem> {
  const held = await readRafDbList(path, (name, { part, class: number }) => {
    if (part === "test") return `${name} is a test picture, and only training pictures are held out`;
    const same = listed.get(name);
    if (same === undefined) return `${name} is not in ${where}`;
    return same.class === number ? undefined : `${name} is ${number + 1} here and ${same.class + 1} in ${where}`;
  });
  return isProblem(held) ? held : new Set(held.keys());
}
