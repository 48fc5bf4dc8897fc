import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import type { Graph } from "../ir/graph.js";
import type { Claim, ClaimSide, Measure } from "../recipe/claim.js";
import { type Measurer, measurerOf } from "./measure.js";

/** A measure as a check writes it: `macs("fvcore", at: "stage2")`. */
function measureText({ name, convention, at }: Measure): string {
  const named = [
    ...(convention === undefined ? [] : [`"${convention}"`]),
    ...(at === undefined ? [] : [`at: "${at}"`]),
  ];
  return named.length === 0 ? name : `${name}(${named.join(", ")})`;
}

function sideText(side: ClaimSide): string {
  if (side.kind === "number") return String(side.value);
  if (side.kind === "measure") return measureText(side);
  return `${sideText(side.left)} ${side.operator} ${sideText(side.right)}`;
}

/** The number of a side, or what is wrong with a measure in it. */
function sideValue(side: ClaimSide, measurer: Measurer): number | Diagnostic {
  if (side.kind === "number") return side.value;
  if (side.kind === "measure") return measurer.measure(side);
  const left = sideValue(side.left, measurer);
  const right = sideValue(side.right, measurer);
  if (typeof left !== "number") return left;
  if (typeof right !== "number") return right;
  switch (side.operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
  }
}

type Operator = Claim["operator"];

/** Whether `left operator right` holds, give or take `tolerance`. */
function holds(left: number, operator: Operator, right: number, tolerance: number): boolean {
  switch (operator) {
    case "==":
      return Math.abs(left - right) <= tolerance;
    case "!=":
      return Math.abs(left - right) > tolerance;
    case "<":
      return left < right + tolerance;
    case "<=":
      return left <= right + tolerance;
    case ">":
      return left > right - tolerance;
    case ">=":
      return left >= right - tolerance;
  }
}

const mirrored: Readonly<Record<Operator, Operator>> = {
  "==": "==",
  "!=": "!=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

const codes = {
  "==": "budget/not-equal",
  "!=": "budget/equal",
  "<": "budget/exceeded",
  "<=": "budget/exceeded",
  ">": "budget/below-minimum",
  ">=": "budget/below-minimum",
} as const satisfies Record<Operator, string>;

const asksPaper = (side: ClaimSide): boolean =>
  side.kind === "measure"
    ? side.convention === "paper"
    : side.kind === "arithmetic" && (asksPaper(side.left) || asksPaper(side.right));

/** The first measure of a side: where its figure comes from is what a reader asks next. */
function firstMeasure(side: ClaimSide): Measure | undefined {
  if (side.kind === "arithmetic") return firstMeasure(side.left) ?? firstMeasure(side.right);
  return side.kind === "measure" ? side : undefined;
}

function checkClaim(claim: Claim, measurer: Measurer, model: string): Diagnostic | undefined {
  const left = sideValue(claim.left, measurer);
  const right = sideValue(claim.right, measurer);
  if (typeof left !== "number") return left;
  if (typeof right !== "number") return right;
  const { operator, span } = claim;
  // `1M >= params` reads as `params <= 1M`: the measured side is the one to name.
  const turned = claim.left.kind === "number" && claim.right.kind !== "number";
  const [side, actual, wanted, says] = turned
    ? [claim.right, right, left, mirrored[operator]]
    : [claim.left, left, right, operator];
  const share = claim.isShare === true ? claim.tolerance : undefined;
  const tolerance = share === undefined ? claim.tolerance : share * Math.abs(wanted);
  if (holds(left, operator, right, tolerance ?? 0)) return undefined;
  const measure = firstMeasure(side);
  const origin = measure === undefined ? undefined : { of: measureText(measure), ...measurer.originOf(measure) };
  return diagnose(
    codes[says],
    {
      model,
      measure: sideText(side),
      operator: says,
      actual,
      wanted,
      tolerance,
      share,
      origin,
      paper: asksPaper(side),
    },
    { span },
  );
}

/** Holds a graph to the claims of its `check`s: one diagnostic for each that is broken. */
export function checkClaims(graph: Graph, claims: readonly Claim[], modelName: string): readonly Diagnostic[] {
  if (claims.length === 0) return [];
  const measurer = measurerOf(graph, modelName);
  return claims.flatMap((claim) => checkClaim(claim, measurer, modelName) ?? []);
}
