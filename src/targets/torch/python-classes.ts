/** Drafts of one form become one class; what differs between them becomes arguments of its constructor. */
import { filled, type Hole } from "../../ops/torch/python.js";
import type { Draft } from "./draft.js";
import { className, isAttribute, variableName } from "./python-names.js";

/** An argument of a constructor, and which hole has its value. */
export interface Argument {
  readonly name: string;
  readonly hole: number;
}

/** An argument, or a multiple or part of one. */
export interface Term {
  readonly name: string;
  readonly text: (name: string) => string;
}

export interface TorchClass {
  readonly name: string;
  /** All uses, by their drafts. */
  readonly drafts: readonly [Draft, ...Draft[]];
  readonly arguments: readonly Argument[];
  /** What stands in each hole, from an argument; undefined where all uses have the same. */
  readonly argumentOf: readonly (Term | undefined)[];
}

/** The classes of drafts, in the order of the drafts. */
export class Classes {
  readonly #ids = new Map<string, number>();
  readonly #drafts: [Draft, ...Draft[]][] = [];

  /** Adds a draft; the number of its class. */
  add(draft: Draft): number {
    const known = this.#ids.get(draft.form);
    if (known !== undefined) {
      this.#drafts[known]?.push(draft);
      return known;
    }
    this.#ids.set(draft.form, this.#drafts.length);
    return this.#drafts.push([draft]) - 1;
  }

  /** All classes; `taken` are names that none of them may have. */
  finish(taken: ReadonlySet<string>): readonly TorchClass[] {
    const names = new Set(taken);
    // The network has its own name, and of two classes of a block that of the first use.
    const inOrder = this.#drafts.toSorted(([a], [b]) => placeOf(a) - placeOf(b));
    const named = new Map<readonly Draft[], string>();
    for (const drafts of inOrder) {
      const wanted = className(drafts[0].part.name);
      let name = wanted;
      for (let i = 2; names.has(name); i++) name = `${wanted}${/\d$/.test(wanted) ? "_" : ""}${i}`;
      names.add(name);
      named.set(drafts, name);
    }
    return this.#drafts.map((drafts) => ({ name: named.get(drafts) as string, drafts, ...argumentsOf(drafts) }));
  }
}

const placeOf = ({ part }: Draft): number => (part.path === "" ? -1 : part.from);

/** The values of a hole in all uses, as one text. */
const columnOf = (drafts: readonly Draft[], at: number): readonly string[] =>
  drafts.map(({ holes }) => (holes[at] as Hole).text);

function argumentsOf(drafts: readonly [Draft, ...Draft[]]): Pick<TorchClass, "arguments" | "argumentOf"> {
  const [first] = drafts;
  const names = new Set(first.members.map(({ path }) => path[0] as string));
  for (const name of first.parameters) names.add(name);
  const declared = new Map<string, string>();
  for (const name of first.part.parameters.keys()) {
    const values = drafts.map(({ part }) => part.parameters.get(name) ?? "");
    declared.set(JSON.stringify(values), name);
  }
  const known = new Map<string, Term>();
  const made: Argument[] = [];
  const argumentOf = first.holes.map(({ name }, at) => {
    const column = columnOf(drafts, at);
    if (column.every((text) => text === column[0])) return undefined;
    const key = JSON.stringify(column);
    const found = known.get(key);
    if (found !== undefined) return found;
    const scaled = declared.has(key) ? undefined : scaledOf(column, known);
    if (scaled !== undefined) {
      known.set(key, scaled);
      return scaled;
    }
    const wanted = variableName(declared.get(key) ?? name);
    let unique = wanted;
    for (let i = 2; names.has(unique) || !isAttribute(unique); i++) unique = `${wanted}_${i}`;
    names.add(unique);
    const term: Term = { name: unique, text: (own) => own };
    known.set(key, term);
    made.push({ name: unique, hole: at });
    return term;
  });
  return { arguments: made, argumentOf };
}

/** Whole numbers that are the same multiple or part of an argument in all uses. */
export function scaledOf(column: readonly string[], known: ReadonlyMap<string, Term>): Term | undefined {
  const numbers = column.map(Number);
  if (!column.every((text) => /^\d+$/.test(text)) || numbers.includes(0)) return undefined;
  for (const [key, { name, text }] of known) {
    const others = (JSON.parse(key) as readonly string[]).map(Number);
    if (text("") !== "" || others.some((other) => !Number.isSafeInteger(other) || other === 0)) continue;
    const [factor, divisor] = [
      (numbers[0] as number) / (others[0] as number),
      (others[0] as number) / (numbers[0] as number),
    ];
    const isFactor =
      Number.isInteger(factor) && numbers.every((number, i) => number === factor * (others[i] as number));
    if (isFactor) return { name, text: (own) => `${factor} * ${own}` };
    const isPart = Number.isInteger(divisor) && numbers.every((number, i) => number * divisor === others[i]);
    if (isPart) return { name, text: (own) => `${own} // ${divisor}` };
  }
  return undefined;
}

/** Texts of a class in their order, with literals and arguments in the holes. */
export function filledTexts(
  { drafts: [first], argumentOf }: TorchClass,
  texts: readonly string[],
  from: number,
  nameOf: (argument: string) => string,
): readonly string[] {
  let at = from;
  return texts.map((text) =>
    filled(text, () => {
      const index = at++;
      const argument = argumentOf[index];
      return argument === undefined ? (first.holes[index] as Hole).text : argument.text(nameOf(argument.name));
    }),
  );
}
