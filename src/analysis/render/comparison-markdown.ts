import { readableName } from "../../diagnostics/display-text.js";
import { signed } from "../../diagnostics/number-text.js";
import type { ConventionName } from "../../recipe/measures.js";
import type { StatsComparison } from "../compare-stats.js";
import { totalCells } from "./comparison-pretty.js";
import { changesText, layerFigures, layerRows, movesOf, nameText, otherChanges, totalRows } from "./comparison-rows.js";
import { codeSpan, markdownTable, markdownText } from "./table.js";

/** A comment on GitHub has at most 65,536 characters: longer lists are cut, with the number of the rest. */
const mostRows = 100;

const right = (title: string) => ({ title, align: "right" }) as const;
const left = (title: string) => ({ title, align: "left" }) as const;

function upTo<T>(items: readonly T[], render: (shown: readonly T[]) => string): string {
  const rest = items.length - mostRows;
  return (
    render(items.slice(0, mostRows)) + (rest > 0 ? `\nand ${rest} more (smaller with a smaller \`--depth\`)\n` : "")
  );
}

function totals(comparison: StatsComparison, conventions: readonly ConventionName[]): string {
  const figures = totalRows(comparison, conventions).map((row) => ({ cells: [row.title, ...totalCells(row)] }));
  const others = comparison.status === "changed" ? otherChanges(comparison) : [];
  const rows = [...figures, ...others.map(([label, ...sides]) => ({ cells: [label, ...sides, "", ""] }))];
  return markdownTable([left(""), right("old"), right("new"), right("delta"), right("%")], rows);
}

function layersText(comparison: StatsComparison, conventions: readonly ConventionName[], depth: number): string {
  const figures = layerFigures(conventions);
  const columns = [
    left("layer"),
    left(""),
    left("op"),
    left("output"),
    right("params"),
    ...figures.map((f) => right(f.title)),
  ];
  const rows = layerRows(comparison, depth, figures).map((row) => ({
    cells: [
      codeSpan(row.path),
      row.kind,
      markdownText(row.op),
      row.output,
      ...[row.params, ...row.figures].map(signed),
    ],
  }));
  const moves = movesOf(comparison.layers.moved).map(({ from, to, count }) => ({
    cells: [codeSpan(from), codeSpan(to), String(count)],
  }));
  return [
    ...(rows.length === 0 ? [] : [upTo(rows, (shown) => markdownTable(columns, shown))]),
    ...(moves.length === 0
      ? []
      : [upTo(moves, (shown) => markdownTable([left("moved from"), left("to"), right("layers")], shown))]),
  ].join("\n");
}

/** With several changed models: the totals of each, before their own tables. */
function overview(changed: readonly StatsComparison[], conventions: readonly ConventionName[]): string {
  const listed = (comparison: StatsComparison) =>
    totalRows(comparison, conventions).filter(({ unit }) => unit === "count");
  const [first] = changed;
  if (first === undefined || changed.length < 2) return "";
  const titles = listed(first).map(({ title }) => title);
  const columns = [left("model"), ...titles.flatMap((title) => [right(title), right("delta")])];
  const rows = changed.map((comparison) => {
    const byTitle = new Map(listed(comparison).map((row) => [row.title, totalCells(row)] as const));
    const cells = titles.flatMap((title) => {
      const [, now = "", delta = "", percent = ""] = byTitle.get(title) ?? [];
      return [now, percent === "" ? delta : percent];
    });
    return { cells: [markdownText(nameText(comparison)), ...cells] };
  });
  return `${markdownTable(columns, rows)}\n`;
}

function sectionOf(comparison: StatsComparison, conventions: readonly ConventionName[], depth: number): string {
  const name = markdownText(nameText(comparison));
  const path = codeSpan(readableName(comparison.against.path));
  const says = {
    added: `### ${name}: new\n\nNot in ${path}.\n\n`,
    removed: `### ${name}: gone\n\nOnly in ${path}.\n\n`,
    unchanged: `### ${name}\n\nNo figure changed against ${path}.\n`,
    changed: `### ${name}\n\nAgainst ${path}.\n\n`,
  }[comparison.status];
  const table = comparison.status === "unchanged" ? "" : totals(comparison, conventions);
  const changes = changesText(comparison);
  if (changes === "") return says + table;
  const layers = layersText(comparison, conventions, depth);
  return `${says}${table}\n<details><summary>${changes}</summary>\n\n${layers}\n</details>\n`;
}

/** Number of unchanged models that are named without folding. */
const namedUnfolded = 8;

function quietText(quiet: readonly StatsComparison[]): string {
  const path = codeSpan(readableName(quiet[0]?.against.path ?? ""));
  const names = quiet.map((each) => codeSpan(nameText(each))).join(", ");
  return quiet.length <= namedUnfolded
    ? `No change against ${path}: ${names}.\n`
    : `<details><summary>No change in ${quiet.length} models</summary>\n\nAgainst ${path}: ${names}.\n\n</details>\n`;
}

/** The comparison as a comment for a pull request: a short table, layers folded, unchanged models in one line. */
export function renderComparisonMarkdown(
  comparisons: readonly StatsComparison[],
  conventions: readonly ConventionName[],
  depth: number,
): string {
  const isQuiet = ({ status, layers }: StatsComparison): boolean => status === "unchanged" && layers.moved.length === 0;
  const loud = comparisons.filter((each) => !isQuiet(each));
  const quiet = comparisons.filter(isQuiet);
  return [
    overview(
      loud.filter(({ status }) => status !== "unchanged"),
      conventions,
    ) + loud.map((each) => sectionOf(each, conventions, depth)).join("\n"),
    ...(quiet.length === 0 ? [] : [quietText(quiet)]),
  ]
    .filter((text) => text !== "")
    .join("\n");
}
