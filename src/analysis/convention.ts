import { familyOf, type LayerFamily, type LayerOpName, layerOpNames } from "../ops/registry.js";
import type { Quantity } from "../recipe/measures.js";

/** How a convention counts one op: a formula for each of its quantities, and where the tool says so. */
export interface CountedRule<Q extends Quantity> {
  readonly kind: "counted";
  /** In the letters of `factSymbols`; `"0"` where only another quantity counts it. */
  readonly formulas: Readonly<Record<Q, string>>;
  readonly source: string;
}

/** An op that a convention counts as nothing, and why. */
export interface ZeroRule {
  readonly kind: "zero";
  readonly why: string;
}

export type Rule<Q extends Quantity> = CountedRule<Q> | ZeroRule;

/** One counter: an exhaustive table over the ops of networks, so that a forgotten op does not compile. */
export interface Convention<Q extends Quantity = Quantity> {
  readonly name: string;
  /** The tool with its version, or the paper. */
  readonly tool: string;
  /** What its unit is, in one sentence. */
  readonly unit: string;
  /** What its rows are held by: runs of the tool, kept in test/analysis/peers/, or nothing but its own definition. */
  readonly held: "by runs" | "by definition";
  /** What was read into it, where the tool's figure hangs on how a network was written. */
  readonly readings: readonly string[];
  readonly rules: Readonly<Record<LayerOpName, Rule<Q>>>;
  /** The ops with a row of their own; the others have their family's. */
  readonly named: ReadonlySet<LayerOpName>;
}

export function counted<Q extends Quantity>(formulas: Readonly<Record<Q, string>>, source: string): CountedRule<Q> {
  return { kind: "counted", formulas, source };
}

export function zero(why: string): ZeroRule {
  return { kind: "zero", why };
}

/**
 * A row for each op of networks: that of its name where there is one, else its family's. Every family has a row, so that a new op is
 * counted, as its kin are, or said to be nothing.
 */
export function rulesOf<Q extends Quantity>(
  families: Readonly<Record<LayerFamily, Rule<Q>>>,
  ops: Partial<Readonly<Record<LayerOpName, Rule<Q>>>>,
): Pick<Convention<Q>, "rules" | "named"> {
  const rows = layerOpNames.map((name) => [name, ops[name] ?? families[familyOf(name)]] as const);
  return {
    rules: Object.fromEntries(rows) as Record<LayerOpName, Rule<Q>>,
    named: new Set(layerOpNames.filter((name) => ops[name] !== undefined)),
  };
}

/**
 * What stands behind a row. A family's row cites what its tool says of the ops that it was asked about: of one that it was not, only the
 * family is known.
 */
export function claimOf({ rules, named, held }: Convention, op: LayerOpName, isAsked: boolean): string {
  const rule = rules[op];
  const source = rule.kind === "zero" ? rule.why : rule.source;
  if (isAsked || held === "by definition") return source;
  return named.has(op) ? `${source} (not asked)` : `as the rest of its family, ${familyOf(op)}; not asked`;
}
