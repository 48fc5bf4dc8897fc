import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import type { Graph } from "../ir/graph.js";
import type { Claim, ClaimSide, Measure, MeasuredFigure } from "../recipe/claim.js";
import { measuredFigures } from "../recipe/measures.js";
import { type Measurer, measurerOf } from "./measure.js";
import {
  type MeasuredFigures,
  measuredFiguresOf,
  measuredNumbers,
  measuredText,
  noResults,
  type Results,
} from "./measured.js";

/** The sources of numbers for a claim. */
interface Asked {
  readonly measurer: Measurer;
  readonly measured: MeasuredFigures;
}

/** A measure as a check writes it: `macs("fvcore", at: "stage2")`. */
function measureText({ name, convention, at }: Measure): string {
  const named = [
    ...(convention === undefined ? [] : [`"${convention}"`]),
    ...(at === undefined ? [] : [`at: "${at}"`]),
  ];
  return named.length === 0 ? name : `${name}(${named.join(", ")})`;
}

function sideText(side: ClaimSide): string {
  if (side.kind === "number") return side.isTime === true ? `${side.value}ms` : String(side.value);
  if (side.kind === "measure") return measureText(side);
  if (side.kind === "measured") return measuredText(side);
  return `${sideText(side.left)} ${side.operator} ${sideText(side.right)}`;
}

/** The number of a side, or a problem with one of its measures. */
function sideValue(side: ClaimSide, asked: Asked): number | Diagnostic {
  if (side.kind === "number") return side.value;
  if (side.kind === "measure") return asked.measurer.measure(side);
  if (side.kind === "measured") {
    const result = asked.measured.resultOf(side);
    return "severity" in result ? result : result.value;
  }
  const left = sideValue(side.left, asked);
  const right = sideValue(side.right, asked);
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

/** Whether `left operator right` holds within `tolerance`. */
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

/** The first measure of a side: the message explains where its figure comes from. */
function firstMeasure(side: ClaimSide): Measure | undefined {
  if (side.kind === "arithmetic") return firstMeasure(side.left) ?? firstMeasure(side.right);
  return side.kind === "measure" ? side : undefined;
}

/** Every measured figure in a side. */
function measuredIn(side: ClaimSide): readonly MeasuredFigure[] {
  if (side.kind === "arithmetic") return [...measuredIn(side.left), ...measuredIn(side.right)];
  return side.kind === "measured" ? [side] : [];
}

function checkClaim(claim: Claim, asked: Asked, model: string): Diagnostic | undefined {
  const left = sideValue(claim.left, asked);
  const right = sideValue(claim.right, asked);
  if (typeof left !== "number") return left;
  if (typeof right !== "number") return right;
  const { operator, span } = claim;
  // `1M >= params` means `params <= 1M`: the measured side is named first.
  const turned = claim.left.kind === "number" && claim.right.kind !== "number";
  const [side, actual, wanted, says] = turned
    ? [claim.right, right, left, mirrored[operator]]
    : [claim.left, left, right, operator];
  const share = claim.isShare === true ? claim.tolerance : undefined;
  const tolerance = share === undefined ? claim.tolerance : share * Math.abs(wanted);
  if (holds(left, operator, right, tolerance ?? 0)) return undefined;
  const measure = firstMeasure(side);
  const origin = measure === undefined ? undefined : { of: measureText(measure), ...asked.measurer.originOf(measure) };
  const measured = measuredIn(side);
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
      measured: measured.length === 0 ? undefined : measuredOrigin(side, measured, asked),
      paper: asksPaper(side),
    },
    { span },
  );
}

/** The source of measured figures, and their format if there is nothing else on their side. */
function measuredOrigin(side: ClaimSide, figures: readonly MeasuredFigure[], { measured }: Asked) {
  const files = figures.flatMap((figure) => {
    const result = measured.resultOf(figure);
    return "severity" in result ? [] : [result.file];
  });
  const unit = side.kind === "measured" ? measuredFigures[side.name].unit : undefined;
  return { files: [...new Set(files)], text: unit === undefined ? undefined : measuredNumbers(unit) };
}

/** Reports that a figure does not cover all pictures. */
function incompleteOf(figures: readonly MeasuredFigure[], { measured }: Asked, model: string): readonly Diagnostic[] {
  return figures.flatMap((figure) => {
    const result = measured.resultOf(figure);
    if ("severity" in result || (result.skipped ?? 0) === 0) return [];
    const { file, samples = 0, skipped = 0 } = result;
    const holes = { model, figure: measuredText(figure), file, samples, skipped };
    return diagnose("budget/incomplete-result", holes, { span: figure.span });
  });
}

/**
 * Checks a graph against the claims of its `check`s: one diagnostic for each violated claim. `modelSha256`: the digest of the ONNX file
 * that the graph was read from.
 */
export function checkClaims(
  graph: Graph,
  claims: readonly Claim[],
  modelName: string,
  results: Results = noResults,
  modelSha256?: string,
): readonly Diagnostic[] {
  if (claims.length === 0) return [];
  const measured = measuredFiguresOf(graph, modelName, results, modelSha256);
  const asked = { measurer: measurerOf(graph, modelName), measured };
  const figuresOf = ({ left, right }: Claim): readonly MeasuredFigure[] => [...measuredIn(left), ...measuredIn(right)];
  const figures = claims.flatMap(figuresOf);
  const [first] = figures;
  const several = first === undefined ? undefined : asked.measured.severalModels(first);
  const isUnknown = (figure: MeasuredFigure): boolean => {
    const result = asked.measured.resultOf(figure);
    return results.isIncomplete === true && "severity" in result && result.code === "budget/no-result";
  };
  // If the results are of several model files, only counted figures can be checked; and a missing figure is not reported if its
  // file could not be read.
  const held = claims.filter((claim) =>
    several === undefined ? !figuresOf(claim).some(isUnknown) : figuresOf(claim).length === 0,
  );
  return [
    ...(several === undefined ? incompleteOf(figures, asked, modelName) : [several]),
    ...held.flatMap((claim) => checkClaim(claim, asked, modelName) ?? []),
  ];
}
