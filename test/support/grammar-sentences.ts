/** Sentences derived from the parser's own grammar, as Chevrotain serializes it: every rule, alternative and option of it. */
import type { ISerializedGast } from "chevrotain";
import { precedenceOf } from "../../src/syntax/operators.js";
import { LferParser } from "../../src/syntax/parser.js";

interface Production extends ISerializedGast {
  readonly name?: string;
  readonly label?: string;
  readonly definition?: Production[];
  readonly separator?: Production;
}

export interface Sentence {
  readonly tokens: readonly string[];
  /** The decisions that it took: `RULE/PLACE=CHOICE`. */
  readonly decisions: ReadonlySet<string>;
}

const rules = new Map(
  (new LferParser(true).getSerializedGastProductions() as Production[]).map((rule) => [rule.name ?? "", rule]),
);

/** How many ways a place in the grammar can go: an option there or not, a repetition none, one or two times. */
function waysOf({ type, definition }: Production): number {
  if (type === "Alternation") return definition?.length ?? 0;
  if (type === "Option" || type === "RepetitionMandatory" || type === "RepetitionMandatoryWithSeparator") return 2;
  return type === "Repetition" ? 3 : 1;
}

/** Every decision that the grammar has. */
export function allDecisions(): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (production: Production, place: string): void => {
    const ways = waysOf(production);
    if (ways > 1) for (let way = 0; way < ways; way++) found.add(`${place}=${way}`);
    for (const [i, part] of (production.definition ?? []).entries()) visit(part, `${place}.${i}`);
  };
  for (const [name, rule] of rules) visit(rule, name);
  return found;
}

/** How many rules stand in each other at least below a production, by the heights of the rules so far. */
function heightOf({ type, name = "", definition = [] }: Production, known: ReadonlyMap<string, number>): number {
  if (type === "NonTerminal") return 1 + (known.get(name) ?? Number.POSITIVE_INFINITY);
  if (type === "Option" || type === "Repetition") return 0;
  const heights = definition.map((part) => heightOf(part, known));
  return type === "Alternation" ? Math.min(...heights) : Math.max(0, ...heights);
}

/** The least height of every rule: the way out of a sentence that is long enough. */
const heights = new Map<string, number>();
for (let before = -1; before !== [...heights.values()].filter(Number.isFinite).length; ) {
  before = [...heights.values()].filter(Number.isFinite).length;
  for (const [name, rule] of rules) {
    heights.set(name, Math.max(...(rule.definition ?? []).map((part) => heightOf(part, heights))));
  }
}

/** Numbers from 0 to 1 that are the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const words: Readonly<Record<string, readonly string[]>> = {
  NAME: ["a", "b", "conv", "x_1", "from", "lfer", "float32"],
  BINDING: ["y", "z", "training"],
  LABEL: ["kernel", "if", "model", "as"],
  NUMBER: ["1", "2.5", "1_000", "3e-2", "1.29M", "50%", "12ms", "007"],
  STRING: ['"s"', '""', '"a \\"b\\" // c"', '"\\u{41}"'],
  OPERATOR: Object.keys(precedenceOf),
};

/** Deeper, and in longer sentences, whatever may be left out is left out, and the shortest way is taken. */
const deepest = 12;
const longest = 60;

/** The first way of an option is nothing at all. */
function shortestWay({ type, definition = [] }: Production): number {
  if (type !== "Alternation") return 0;
  const all = definition.map((part) => heightOf(part, heights));
  return all.indexOf(Math.min(...all));
}

export function deriveSentence(seed: number, start = "sourceFile"): Sentence {
  const random = randomFrom(seed);
  const tokens: string[] = [];
  const decisions = new Set<string>();
  const oneOf = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;

  const repeat = (production: Production, place: string, depth: number, times: number): void => {
    for (let time = 0; time < times; time++) {
      if (time > 0 && production.separator !== undefined) tokens.push(production.separator.label ?? "");
      for (const [i, part] of (production.definition ?? []).entries()) {
        // The comma behind an item is an option of its own in the grammar; between two items it has to be there.
        const isComma = part.type === "Option" && part.definition?.[0]?.name === "COMMA";
        if (isComma && time < times - 1) tokens.push(",");
        else visit(part, `${place}.${i}`, depth);
      }
    }
  };
  const visit = (production: Production, place: string, depth: number): void => {
    const { type, name = "", label, definition = [] } = production;
    const ways = waysOf(production);
    const isEnough = depth > deepest || tokens.length > longest;
    const way = isEnough ? shortestWay(production) : Math.floor(random() * ways);
    if (ways > 1) decisions.add(`${place}=${way}`);
    switch (type) {
      case "NonTerminal": {
        const rule = rules.get(name) as Production;
        for (const [i, part] of (rule.definition ?? []).entries()) visit(part, `${name}.${i}`, depth + 1);
        return;
      }
      case "Terminal":
        // The one edition that there is.
        if (tokens.length === 1 && tokens[0] === "lfer") tokens.push("1");
        else tokens.push(words[name] === undefined ? (label ?? name) : oneOf(words[name]));
        return;
      case "Alternation":
        visit(definition[way] as Production, `${place}.${way}`, depth);
        return;
      case "Repetition":
        repeat(production, place, depth, way);
        return;
      case "Option":
      case "RepetitionMandatory":
      case "RepetitionMandatoryWithSeparator":
        repeat(production, place, depth, type === "Option" ? way : way + 1);
        return;
      default:
        for (const [i, part] of definition.entries()) visit(part, `${place}.${i}`, depth);
    }
  };
  visit({ type: "NonTerminal", name: start } as unknown as Production, start, 0);
  return { tokens, decisions };
}
