/** The axes of a sweep: parameters and their values, from `--over`. */
import { type Problem, problem } from "../diagnostics/diagnostic.js";
import { decimalsFrom } from "./decimals.js";
import { canonical, type Settings } from "./settings.js";

export interface Axis {
  readonly name: string;
  readonly values: readonly string[];
}

/** Limit on runs: more are probably a typo. */
export const mostCells = 1000;

const range = /^([^.,:]*(?:\.\d+)?[^.,:]*)\.\.([^:]*?)(?::(.*))?$/;

/** `beta=0..1:0.1` or `lr=0.1,0.01`. */
export function parseAxis(text: string): Axis | Problem {
  const wrong = (reason: string): Problem => problem("study/bad-over", { text, reason });
  const equals = text.indexOf("=");
  const name = text.slice(0, equals).trim();
  const said = text.slice(equals + 1).trim();
  if (equals < 1 || name === "") return wrong("it has no NAME=");
  if (said === "") return wrong("it has no values");
  const asRange = range.exec(said);
  const values = asRange === null ? listed(said) : rangeOf(asRange[1] ?? "", asRange[2] ?? "", asRange[3]);
  if (typeof values === "string") return wrong(values);
  const plain = values.map(canonical);
  if (plain.includes("")) return wrong("one of its values is empty");
  const twice = plain.find((value, i) => plain.indexOf(value) < i);
  return twice === undefined ? { name, values: plain } : wrong(`it has the value ${twice} twice`);
}

function rangeOf(from: string, to: string, step: string | undefined): readonly string[] | string {
  if (step === undefined) return `a range needs its step: ${from}..${to}:STEP`;
  const values = decimalsFrom(from.trim(), to.trim(), step.trim(), mostCells);
  switch (values) {
    case "not-numbers":
      return `${from}, ${to} and ${step} are not all plain numbers`;
    case "never-there":
      return `steps of ${step} do not lead from ${from} to ${to}`;
    case "too-many":
      return `it has more than ${mostCells} values`;
    default:
      return values;
  }
}

/** Values separated by commas, except within brackets and quotes. */
function listed(text: string): readonly string[] {
  const values: string[] = [];
  let depth = 0;
  let isQuoted = false;
  let begin = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] as string;
    if (sign === '"' && text[at - 1] !== "\\") isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if ("[(".includes(sign)) depth++;
    else if ("])".includes(sign)) depth--;
    else if (sign === "," && depth === 0) {
      values.push(text.slice(begin, at).trim());
      begin = at + 1;
    }
  }
  return [...values, text.slice(begin).trim()];
}

/** All axes of a command line, or an error; `set` is the same in every run. */
export function parseAxes(texts: readonly string[], set: Settings): readonly Axis[] | Problem {
  const axes: Axis[] = [];
  let cells = 1;
  for (const text of texts) {
    const axis = parseAxis(text);
    if ("kind" in axis) return axis;
    const { name } = axis;
    const isTaken = axes.some((other) => other.name === name) || set.has(name);
    if (isTaken) return problem("study/bad-over", { text, reason: `${name} has its values already` });
    axes.push(axis);
    cells *= axis.values.length;
  }
  if (cells > mostCells) {
    return problem("study/bad-over", {
      text: texts.join(" "),
      reason: `together they have more than ${mostCells} values`,
    });
  }
  return axes;
}

/** One setting of all axes per run of a grid: the last axis varies fastest. */
export function cellsOf(axes: readonly Axis[]): readonly Settings[] {
  return axes
    .reduce<readonly (readonly (readonly [string, string])[])[]>(
      (cells, { name, values }) => cells.flatMap((cell) => values.map((value) => [...cell, [name, value] as const])),
      [[]],
    )
    .map((cell) => new Map(cell));
}
