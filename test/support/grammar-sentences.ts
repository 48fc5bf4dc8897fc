/** Derives sentences from a grammar: every alternative, option and repetition of it. */
import type { Production, Rules } from "./ebnf.js";

export interface Sentence {
  readonly tokens: readonly string[];
  /** The decisions that were made: `RULE/PLACE=CHOICE`. */
  readonly decisions: ReadonlySet<string>;
}

/** The number of choices at a place in the grammar: for an option present or absent, for a repetition none, one or two. */
function waysOf(production: Production): number {
  if (production.kind === "choice") return production.parts.length;
  return production.kind === "option" ? 2 : production.kind === "repetition" ? 3 : 1;
}

function partsOf(production: Production): readonly Production[] {
  return "parts" in production ? production.parts : "part" in production ? [production.part] : [];
}

/** Numbers from 0 to 1, determined by the seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * In deeper or longer sentences, everything optional is left out, and the shortest alternative is taken. Before that, repetitions are
 * rare: otherwise the first of several expressions would take up the whole sentence.
 */
const deepest = 40;
const longest = 40;

/** Derives sentences of `rules`; `words` are texts for the tokens without a fixed text. */
export class Sentences {
  readonly #rules: Rules;
  readonly #words: Readonly<Record<string, readonly string[]>>;
  /** The minimum height of every rule: the way to end a sentence that is long enough. */
  readonly #heights = new Map<string, number>();

  constructor(rules: Rules, words: Readonly<Record<string, readonly string[]>>) {
    this.#rules = rules;
    this.#words = words;
    for (let before = -1; before !== this.#heights.size; ) {
      before = this.#heights.size;
      for (const [name, rule] of rules) {
        const height = this.#heightOf(rule);
        if (Number.isFinite(height) && !this.#heights.has(name)) this.#heights.set(name, height);
      }
    }
  }

  /** The minimum nesting of rules below a production, by the heights of the rules so far. */
  #heightOf(production: Production): number {
    switch (production.kind) {
      case "rule":
        return 1 + (this.#heights.get(production.name) ?? Number.POSITIVE_INFINITY);
      case "sequence":
        return Math.max(0, ...production.parts.map((part) => this.#heightOf(part)));
      case "choice":
        return Math.min(...production.parts.map((part) => this.#heightOf(part)));
      default:
        return 0;
    }
  }

  #isPossible(production: Production): boolean {
    return Number.isFinite(this.#heightOf(production));
  }

  /** Every decision that sentences of `start` can make. */
  decisionsOf(start: string): ReadonlySet<string> {
    const found = new Set<string>();
    const seen = new Set<string>();
    const visit = (production: Production, place: string): void => {
      if (!this.#isPossible(production)) return;
      const ways = waysOf(production);
      for (let way = 0; ways > 1 && way < ways; way++) {
        const chosen = production.kind === "choice" ? production.parts[way] : production;
        if (chosen !== undefined && this.#isPossible(chosen)) found.add(`${place}=${way}`);
      }
      if (production.kind === "rule" && !seen.has(production.name)) {
        seen.add(production.name);
        visit(this.#ruleOf(production.name), production.name);
      }
      for (const [i, part] of partsOf(production).entries()) visit(part, `${place}.${i}`);
    };
    visit({ kind: "rule", name: start }, "");
    return found;
  }

  #ruleOf(name: string): Production {
    const rule = this.#rules.get(name);
    if (rule === undefined) throw new Error(`no rule is called ${name}`);
    return rule;
  }

  derive(seed: number, start: string): Sentence {
    const random = randomFrom(seed);
    const tokens: string[] = [];
    const decisions = new Set<string>();
    const below = (count: number): number => Math.floor(random() * count);

    const visit = (production: Production, place: string, depth: number): void => {
      const isEnough = depth > deepest || tokens.length > longest;
      let way = 0;
      if (production.kind === "choice") {
        const heights = production.parts.map((part) => this.#heightOf(part));
        const possible = heights.flatMap((height, i) => (Number.isFinite(height) ? [i] : []));
        way = isEnough ? heights.indexOf(Math.min(...heights)) : (possible[below(possible.length)] ?? 0);
      } else if (!isEnough) {
        const isRare = depth > 4 && production.kind === "repetition";
        way = Math.floor(random() ** (isRare ? 4 : 1.5) * waysOf(production));
      }
      if (waysOf(production) > 1) decisions.add(`${place}=${way}`);
      switch (production.kind) {
        case "literal":
          tokens.push(production.text);
          return;
        case "class": {
          const words = this.#words[production.name] ?? [];
          tokens.push(words[below(words.length)] ?? production.name);
          return;
        }
        case "rule":
          visit(this.#ruleOf(production.name), production.name, depth + 1);
          return;
        case "sequence":
          for (const [i, part] of production.parts.entries()) visit(part, `${place}.${i}`, depth);
          return;
        case "choice":
          visit(production.parts[way] as Production, `${place}.${way}`, depth);
          return;
        default:
          for (let time = 0; time < way; time++) visit(production.part, `${place}.0`, depth);
      }
    };
    visit({ kind: "rule", name: start }, "", 0);
    return { tokens, decisions };
  }
}
