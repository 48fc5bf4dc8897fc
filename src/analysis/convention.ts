import { familyOf, type LayerFamily, type LayerOpName, layerOpNames } from "../ops/registry.js";
import type { Quantity } from "../recipe/measures.js";

/** How a convention counts an op: a formula for each of its quantities, and the source in the tool. */
export interface CountedRule<Q extends Quantity> {
  readonly kind: "counted";
  /** In the letters of `factSymbols`; `"0"` if only another quantity counts the op. */
  readonly formulas: Readonly<Record<Q, string>>;
  readonly source: string;
}

/** An op that a convention does not count, and why. */
export interface ZeroRule {
  readonly kind: "zero";
  readonly why: string;
}

export type Rule<Q extends Quantity> = CountedRule<Q> | ZeroRule;

/** A counting convention: an exhaustive table over the ops of networks, so that a missing op does not compile. */
export interface Convention<Q extends Quantity = Quantity> {
  readonly name: string;
  /** The tool with its version, or the paper. */
  readonly tool: string;
  /** Its unit, in one sentence. */
  readonly unit: string;
  /**
   * How its rows are verified: by runs of the tool, stored in test/analysis/peers/, or not at all, if the convention is its own
   * definition.
   */
  readonly held: "by runs" | "by definition";
  /** Assumptions, if the tool's figure depends on how a network is written. */
  readonly readings: readonly string[];
  readonly rules: Readonly<Record<LayerOpName, Rule<Q>>>;
  /** The ops with a row of their own; others use their family's. */
  readonly named: ReadonlySet<LayerOpName>;
}

export function counted<Q extends Quantity>(formulas: Readonly<Record<Q, string>>, source: string): CountedRule<Q> {
  return { kind: "counted", formulas, source };
}

export function zero(why: string): ZeroRule {
  return { kind: "zero", why };
}

/**
 * A row for each op of networks: its own if there is one, else its family's. Every family has a row, so that a new op is
 * counted like similar ones, or explicitly not counted.
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
 * The source of a row. A family's row cites the tool's count for ops that it was run on; for other ops, only the family is
 * known.
 */
export function claimOf({ rules, named, held }: Convention, op: LayerOpName, isAsked: boolean): string {
  const rule = rules[op];
  const source = rule.kind === "zero" ? rule.why : rule.source;
  if (isAsked || held === "by definition") return source;
  return named.has(op) ? `${source} (not asked)` : `as the rest of its family, ${familyOf(op)}; not asked`;
}
