/** The output of `lferc data`: a table for people, JSON for programs. */
import type { LyingSet } from "../data/look/as-it-lies.js";
import type { Findings, Size } from "../data/look/findings.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import type { Paint } from "../diagnostics/paint.js";
import { type Column, layOut, type TableRow } from "../diagnostics/text-table.js";

const formatSize = ([width, height]: Size): string => `${width}x${height}`;

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, each) => total + each, 0);

/** The table of classes and splits, and further facts. */
export function summaryText(
  path: string,
  set: LyingSet,
  found: Findings,
  leastSide: number,
  { paint, width }: { readonly paint: Paint; readonly width: number | undefined },
): string {
  const { splits } = set;
  const isDivided = splits.length > 1 || splits[0] !== "";
  const columns: Column[] = [
    { title: "class", align: "left" },
    ...(isDivided ? splits.map((title): Column => ({ title, align: "right" })) : []),
    { title: "all", align: "right" },
  ];
  const row = (label: string, counts: readonly number[]): readonly string[] => [
    label,
    ...(isDivided ? counts.map(String) : []),
    String(sum(counts)),
  ];
  const rows: TableRow[] = [...found.counts].map(([label, own]) => ({
    cells: row(
      label,
      splits.map((split) => own.get(split) ?? 0),
    ),
  }));
  const totals = splits.map((split) => sum([...found.counts.values()].map((own) => own.get(split) ?? 0)));
  rows.push({ cells: row("all", totals), style: "bold" });
  const { sizes, same, good } = found;
  const facts: [string, string][] = [
    ["sizes", sizes === undefined ? "none" : sizesText(sizes)],
    ["small", `${found.small} of ${good.length} have a side of fewer than ${leastSide} pixels`],
    ["formats", [...found.formats].map(([name, count]) => `${name} ${count}`).join(", ") || "none"],
    ["grey", `${found.grey} of ${good.length}`],
    ["bad", String(found.bad.length)],
    ["copies", `${same.withinSplit.length} pictures within a split, ${same.acrossSplits.length} across splits`],
    ...(found.persons === 0 ? [] : [["persons", `${found.persons}, in ${found.groups} groups`] as [string, string]]),
  ];
  const classes = `${set.classes.length} class${set.classes.length === 1 ? "" : "es"}`;
  return `${oneLine(path)}: laid out as ${set.layout}, ${good.length} pictures, ${classes}

${layOut(columns, rows, paint, width)}
${facts.map(([name, text]) => `${name.padEnd(9)}${oneLine(text)}\n`).join("")}`;
}

function sizesText({ smallest, median, largest }: NonNullable<Findings["sizes"]>): string {
  if (formatSize(smallest) === formatSize(largest)) return `${formatSize(smallest)}, all alike`;
  return `${formatSize(smallest)} to ${formatSize(largest)}, median ${formatSize(median)}`;
}

/** Everything, with complete lists. */
export function summaryJson(
  path: string,
  set: LyingSet,
  found: Findings,
  leastSide: number,
  warnings: readonly Diagnostic[],
): string {
  const paths = (groups: readonly (readonly { readonly path: string }[])[]): readonly (readonly string[])[] =>
    groups.map((group) => group.map((picture) => picture.path));
  const { sizes, same } = found;
  const json = {
    schemaVersion: 1,
    path,
    layout: set.layout,
    splits: set.splits,
    pictures: found.good.length,
    classes: [...found.counts].map(([name, own]) => ({ name, pictures: Object.fromEntries(own) })),
    sizes: sizes ?? null,
    smallerThan: { side: leastSide, pictures: found.small },
    formats: Object.fromEntries(found.formats),
    grey: found.grey,
    bad: found.bad.map((picture) => {
      const { code, message } = picture.problem.diagnose({});
      return { path: picture.path, code, reason: message };
    }),
    copies: {
      acrossSplits: paths(same.acrossSplits),
      withinSplit: paths(same.withinSplit),
      twoLabels: paths(same.twoLabels),
    },
    persons: { count: found.persons, groups: found.groups, onSeveralSides: Object.fromEntries(found.onSeveralSides) },
    warnings: warnings.map(({ code, message }) => ({ code, message })),
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}
