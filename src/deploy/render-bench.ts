/** The results of a measurement for people and for programs. */
import { oneLine } from "../diagnostics/display-text.js";
import type { Paint } from "../diagnostics/paint.js";
import { type Column, layOut, type TableRow } from "../diagnostics/text-table.js";
import type { BenchResult } from "./bench-result.js";
import type { ProfileEntry } from "./ort-profile.js";

/** Op types with a smaller share are summed up. */
const shownShare = 0.01;

export function renderBenchJson(results: readonly BenchResult[]): string {
  return `${JSON.stringify({ schemaVersion: 1, results }, shortened)}\n`;
}

/** Four decimal places, for milliseconds and shares: clocks are not more precise. */
const shortened = (_: string, value: unknown): unknown =>
  typeof value === "number" ? Number(value.toFixed(4)) : value;

const milliseconds = (ms: number): string => (ms < 10 ? ms.toFixed(2) : ms.toFixed(1));
const ofMs = (ms: number): string => (ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** A block for each result, and if there are several, how fast each is beside the first. */
export function renderBenches(results: readonly BenchResult[], paint: Paint, width: number | undefined): string {
  const blocks = results.map((result) => renderBench(result, paint, width));
  const [first] = results;
  if (first === undefined || results.length === 1) return blocks.join("\n");
  const times = (of: BenchResult, by: "minMs" | "p50Ms"): string =>
    (first[by] / first.batch / (of[by] / of.batch)).toFixed(2);
  const columns: readonly Column[] = [
    { title: "", align: "left", keepsEnd: true },
    { title: "min", align: "right" },
    { title: "median", align: "right" },
  ];
  const rows = results.map((each) => ({ cells: [each.name, times(each, "minMs"), times(each, "p50Ms")] }));
  const head = paint("bold", "times as fast as the first, per sample, measured in turns");
  return [...blocks, `${[head, ...indented(columns, rows, paint, width)].join("\n")}\n`].join("\n");
}

const indent = "  ";

/** The lines of a table, a little to the right. */
function indented(
  columns: readonly Column[],
  rows: readonly TableRow[],
  paint: Paint,
  width: number | undefined,
): readonly string[] {
  const text = layOut(columns, rows, paint, width === undefined ? undefined : width - indent.length);
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `${indent}${line}`);
}

/** A block of lines: what was measured, the times, and their distribution. */
function renderBench(result: BenchResult, paint: Paint, width: number | undefined): string {
  const { name, what, description, batch, threads, minMs, p50Ms, p95Ms, perSecond, steps, warmup } = result;
  const kind = what === "inference" ? "inference" : "training step";
  const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;
  const device = result.device === null ? "" : `, on ${oneLine(result.device)}`;
  const head = `${paint("bold", oneLine(name))}: ${kind}, batch ${batch}, ${plural(threads, "thread")}, ${description}${device}`;
  const counted = `${plural(steps, what === "inference" ? "run" : "step")} after ${warmup} to warm up`;
  const lines = [
    head,
    `  min ${milliseconds(minMs)} ms   median ${paint("bold", `${milliseconds(p50Ms)} ms`)}   95th percentile ${milliseconds(p95Ms)} ms   (${counted})`,
    `  ${perSecond.toFixed(perSecond < 100 ? 1 : 0)} samples/s   peak memory ${(result.peakBytes / 2 ** 20).toFixed(0)} MiB   made ready in ${ofMs(result.compileMs)}`,
    ...profileLines(result.profile, paint, width),
  ];
  return `${lines.join("\n")}\n`;
}

function profileLines(profile: readonly ProfileEntry[], paint: Paint, width: number | undefined): readonly string[] {
  const ops = profile.filter(({ kind }) => kind === "op");
  const nodes = profile.filter(({ kind }) => kind === "node");
  if (ops.length === 0) return ["  no profile: this engine writes none"];
  const shown = ops.filter(({ share }) => share >= shownShare);
  const small = ops.filter(({ share }) => share < shownShare);
  const rest = {
    name: `${small.length} others`,
    ms: small.reduce((sum, { ms }) => sum + ms, 0),
    share: small.reduce((sum, { share }) => sum + share, 0),
    nodes: small.reduce((sum, entry) => sum + entry.nodes, 0),
  };
  const rows = small.length === 0 ? shown : [...shown, rest];
  const timed = ({ name, ms, share }: { name: string; ms: number; share: number }, more: string): TableRow => ({
    cells: [name, milliseconds(ms), `${(share * 100).toFixed(1)}%`, more],
  });
  const table = (title: string, last: string, lines: readonly TableRow[]): readonly string[] => {
    const columns: readonly Column[] = [
      { title, align: "left", keepsEnd: true },
      { title: "ms", align: "right" },
      { title: "share", align: "right" },
      { title: last, align: "left", weight: 1 },
    ];
    const text = layOut(columns, lines, paint, width === undefined ? undefined : width - indent.length);
    return [
      "",
      ...text
        .trimEnd()
        .split("\n")
        .map((line) => `${indent}${line}`),
    ];
  };
  return [
    ...table(
      "op",
      "nodes",
      rows.map((each) => timed(each, String(each.nodes))),
    ),
    ...table(
      "slowest nodes",
      "op",
      nodes.map((each) => timed(each, each.op)),
    ),
  ];
}
