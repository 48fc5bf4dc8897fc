/** Earley's recogniser (1970), with the nullable prediction of Aycock and Horspool (2002): for any grammar, without look-ahead. */
import type { Production, Rules } from "./ebnf.js";

/** A token, as the terminals that it may be: a literal's text in quotes, or a class's name. */
export type Terminals = ReadonlySet<string>;

export interface Recogniser {
  accepts(tokens: readonly Terminals[]): boolean;
}

/** A symbol of a plain grammar: a nonterminal's number, or a terminal. */
type Symbol_ = number | string;

/** Without options and repetitions: for each nonterminal its right-hand sides. */
function plain(rules: Rules, start: string): { readonly sides: Symbol_[][][]; readonly start: number } {
  const sides: Symbol_[][][] = [];
  const named = new Map<string, number>();
  const add = (): number => sides.push([]) - 1;
  const numberOf = (name: string): number => {
    const known = named.get(name);
    if (known !== undefined) return known;
    const production = rules.get(name);
    if (production === undefined) throw new Error(`no rule is called ${name}`);
    const number = add();
    named.set(name, number);
    sides[number] = (production.kind === "choice" ? production.parts : [production]).map(symbols);
    return number;
  };
  const symbols = (production: Production): Symbol_[] => {
    switch (production.kind) {
      case "literal":
        return [`"${production.text}"`];
      case "class":
        return [production.name];
      case "rule":
        return [numberOf(production.name)];
      case "sequence":
        return production.parts.flatMap(symbols);
      case "choice": {
        const number = add();
        sides[number] = production.parts.map(symbols);
        return [number];
      }
      default: {
        const number = add();
        const part = symbols(production.part);
        sides[number] = [[], production.kind === "option" ? part : [number, ...part]];
        return [number];
      }
    }
  };
  return { sides, start: numberOf(start) };
}

function nullable(sides: readonly Symbol_[][][]): readonly boolean[] {
  const found = sides.map(() => false);
  const isEmpty = (side: readonly Symbol_[]): boolean => side.every((s) => typeof s === "number" && found[s] === true);
  for (let before = -1; before !== found.filter(Boolean).length; ) {
    before = found.filter(Boolean).length;
    for (const [i, all] of sides.entries()) found[i] ||= all.some(isEmpty);
  }
  return found;
}

/** Whether a sequence of tokens is a sentence of `start`. */
export function recogniser(rules: Rules, start: string): Recogniser {
  const grammar = plain(rules, start);
  const empty = nullable(grammar.sides);
  // Every position in every right-hand side has a number: the symbol after it, or -1 - N at the end of N's right-hand side.
  const after: Symbol_[] = [];
  const begins: number[][] = grammar.sides.map((all, nonterminal) =>
    all.map((side) => {
      after.push(...side, -1 - nonterminal);
      return after.length - side.length - 1;
    }),
  );
  const width = after.length;

  /** Items (position + width * origin) of one column, by the nonterminal that they wait for. */
  interface Column {
    readonly items: number[];
    readonly waiting: Map<number, number[]>;
  }
  const columnFrom = (seeds: readonly number[], at: number, before: readonly Column[]): Column => {
    const items: number[] = [];
    const known = new Set<number>();
    const waiting = new Map<number, number[]>();
    const put = (item: number): void => {
      if (known.has(item)) return;
      known.add(item);
      items.push(item);
    };
    seeds.forEach(put);
    for (let i = 0; i < items.length; i++) {
      const item = items[i] as number;
      const symbol = after[item % width] as Symbol_;
      if (typeof symbol === "string") continue;
      if (symbol < 0) {
        // An empty nonterminal was skipped when it was predicted.
        const origin = Math.floor(item / width);
        if (origin < at) for (const parent of before[origin]?.waiting.get(-1 - symbol) ?? []) put(parent + 1);
        continue;
      }
      const others = waiting.get(symbol);
      if (others !== undefined) others.push(item);
      else {
        waiting.set(symbol, [item]);
        for (const begin of begins[symbol] ?? []) put(begin + width * at);
      }
      if (empty[symbol]) put(item + 1);
    }
    return { items, waiting };
  };

  return {
    accepts(tokens) {
      const first = (begins[grammar.start] ?? []).slice();
      const columns = [columnFrom(first, 0, [])];
      for (const [i, token] of tokens.entries()) {
        const seeds = (columns[i]?.items ?? []).filter((item) => {
          const symbol = after[item % width];
          return typeof symbol === "string" && token.has(symbol);
        });
        if (seeds.length === 0) return false;
        columns.push(
          columnFrom(
            seeds.map((item) => item + 1),
            i + 1,
            columns,
          ),
        );
      }
      const done = -1 - grammar.start;
      return (columns.at(-1)?.items ?? []).some((item) => after[item % width] === done && item < width);
    },
  };
}
