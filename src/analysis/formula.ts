import { invariant } from "../diagnostics/invariant.js";
import { type CountingFacts, type FactSymbol, factSymbols } from "./facts.js";

/** A compiled formula of a counting rule (`O * (2 * K - 1)`): one text serves the count, `--explain` and the docs. */
export interface Formula {
  readonly text: string;
  /** Its letters, in order. */
  readonly symbols: readonly FactSymbol[];
  evaluate(facts: CountingFacts): number;
  /** The same text with the numbers of one layer: `90944 * (2 * 58 - 1)`. */
  withNumbers(facts: CountingFacts): string;
}

type Evaluate = (facts: CountingFacts) => number;

const isSymbol = (token: string): token is FactSymbol => Object.hasOwn(factSymbols, token);

function factOf(facts: CountingFacts, symbol: FactSymbol): number {
  const value = facts[factSymbols[symbol].fact];
  invariant(value !== undefined, `a counting rule asks for ${symbol}, which this op does not have`);
  return value;
}

/** sum = product { (+|-) product }; product = factor { * factor }; factor = number | symbol | ( sum ). */
function compile(text: string): Evaluate {
  const tokens = text.match(/[A-Za-z]+|\d+|\S/g) ?? [];
  let at = 0;
  const factor = (): Evaluate => {
    const token = tokens[at++] ?? "";
    if (token === "(") {
      const inner = sum();
      invariant(tokens[at++] === ")", `formula "${text}": missing )`);
      return inner;
    }
    if (isSymbol(token)) return (facts) => factOf(facts, token);
    invariant(/^\d+$/.test(token), `formula "${text}": "${token}" is neither a number nor a symbol`);
    const value = Number(token);
    return () => value;
  };
  const product = (): Evaluate => {
    let left = factor();
    while (tokens[at] === "*") {
      at++;
      const [a, b] = [left, factor()];
      left = (facts) => a(facts) * b(facts);
    }
    return left;
  };
  const sum = (): Evaluate => {
    let left = product();
    while (tokens[at] === "+" || tokens[at] === "-") {
      const sign = tokens[at++] === "+" ? 1 : -1;
      const [a, b] = [left, product()];
      left = (facts) => a(facts) + sign * b(facts);
    }
    return left;
  };
  const whole = sum();
  invariant(at === tokens.length, `formula "${text}" does not end after "${tokens.slice(0, at).join(" ")}"`);
  return whole;
}

const compiled = new Map<string, Formula>();

/** The formula of this text; each text is compiled once. */
export function formula(text: string): Formula {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const words: readonly string[] = text.match(/[A-Za-z]+/g) ?? [];
  const made: Formula = {
    text,
    symbols: words.filter(isSymbol),
    evaluate: compile(text),
    withNumbers: (facts) => text.replace(/[A-Za-z]+/g, (word) => (isSymbol(word) ? String(factOf(facts, word)) : word)),
  };
  compiled.set(text, made);
  return made;
}
