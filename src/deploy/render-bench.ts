/** The results of a measurement for people and for programs. */
import { oneLine } from "../diagnostics/display-text.js";
import type { Paint } from "../diagnostics/paint.js";
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
export function renderBenches(results: readonly BenchResult[], paint: Paint): string {
  const blocks = results.map((result) => renderBench(result, paint));
  const [first] = results;
  if (first === undefined || results.length === 1) return blocks.join("\n");
  const width = Math.max(...results.map(({ name }) => oneLine(name).length));
  const times = (of: BenchResult, by: "minMs" | "p50Ms"): string =>
    (first[by] / first.batch / (of[by] / of.batch)).toFixed(2).padStart(8);
  const rows = results.map(
    (each) => `  ${oneLine(each.name).padEnd(width)}${times(each, "minMs")}${times(each, "p50Ms")}`,
  );
  const head = `times as fast as the first, per sample, measured in turns`;
  const columns = `  ${"".padEnd(width)}${"min".padStart(8)}${"median".padStart(8)}`;
  return `${[...blocks, [paint("bold", head), columns, ...rows].join("\n")].join("\n")}\n`;
}

/** A block of lines: what was measured, the times, and their distribution. */
function renderBench(result: BenchResult, paint: Paint): string {
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
    ...profileLines(result.profile, paint),
  ];
  return `${lines.join("\n")}\n`;
}

function profileLines(profile: readonly ProfileEntry[], paint: Paint): readonly string[] {
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
  const width = Math.max(...rows.map(({ name }) => name.length), ...nodes.map(({ name }) => name.length), 4);
  const row = (label: string, ms: string, share: string, more: string): string =>
    `  ${oneLine(label).padEnd(width)}${ms.padStart(10)}${share.padStart(8)}  ${oneLine(more)}`;
  const numbers = ({ name, ms, share }: { name: string; ms: number; share: number }, more: string): string =>
    row(name, milliseconds(ms), `${(share * 100).toFixed(1)}%`, more);
  return [
    "",
    paint("bold", row("op", "ms", "share", "nodes")),
    ...rows.map((each) => numbers(each, String(each.nodes))),
    "",
    paint("bold", row("slowest nodes", "ms", "share", "op")),
    ...nodes.map((each) => numbers(each, each.op)),
  ];
}
