/** The results of bench/peers.ts as a table in Markdown: how many times as fast as PyTorch's export each file is. */
import type { Measured } from "./peers-turns.js";

export type Networks = Readonly<Record<string, { readonly source: string; readonly goal: number }>>;

interface Run {
  readonly machine: string;
  /** Load of the machine before it: what else ran. */
  readonly load: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, Measured>>;
}

export interface Results {
  readonly what: string;
  readonly networks: Record<string, Record<string, Run>>;
}

const columns = ["torchscript", "onnxsim", "onnxslim", "openvino", "lferc 1", "lferc 2"] as const;
/** Exports that are never to be faster than ours at level 2: OpenVINO is another runtime. */
const exports = ["torch", "torchscript", "onnxsim", "onnxslim"] as const;

const measures = ["leastMs", "medianMs"] as const;

/** `1.31 / 1.28`: by the least time and by the median. */
function ratioOf(base: readonly number[], to: Measured | undefined): string {
  if (to === undefined) return "–";
  return measures.map((measure, i) => ((base[i] ?? 0) / to[measure]).toFixed(2)).join(" / ");
}

function rowOf(name: string, threads: string, { files }: Run, goal: number): readonly string[] {
  const { torch, "torch again": again, "lferc 2": ours } = files;
  if (torch === undefined) return [name, threads, "not measured"];
  const base = measures.map((measure) => torch[measure]);
  const best = measures.map((measure) =>
    Math.min(...exports.map((title) => files[title]?.[measure] ?? Number.POSITIVE_INFINITY)),
  );
  return [
    name,
    threads,
    measures.map((measure) => torch[measure].toFixed(2)).join(" / "),
    ratioOf(base, again),
    ...columns.map((title) => ratioOf(base, files[title])),
    ratioOf(best, ours),
    goal.toFixed(1),
  ];
}

/** What the table was made with: one line if all runs agree. */
function madeWith(runs: readonly Run[]): string {
  const lines = runs.map(({ machine, versions, files }) => {
    const runtimes = new Set(Object.values(files).map(({ runtime }) => runtime));
    const tools = Object.entries(versions).map(([tool, version]) => `${tool} ${version}`);
    return `${machine}; ${[...runtimes].join(", ")}; files by ${tools.join(", ")}`;
  });
  const load = Math.max(...runs.map((run) => run.load));
  const busy = load > 0.5 ? ` The machine was busy (load ${load.toFixed(1)}), so that these figures say little.` : "";
  return `Made on ${[...new Set(lines)].join("; and on ")}.${busy}`;
}

export function tableOf({ networks }: Results, wanted: Networks): string {
  const rows: (readonly string[])[] = [];
  const runs: Run[] = [];
  for (const [name, { goal }] of Object.entries(wanted)) {
    for (const [threads, run] of Object.entries(networks[name] ?? {})) {
      rows.push(rowOf(name, threads, run, goal));
      runs.push(run);
    }
  }
  if (rows.length === 0) return "Nothing was measured.\n";
  const heads = [
    "network",
    "threads",
    "torch.onnx.export, ms",
    "the same again",
    ...columns,
    "lferc 2 to the best export",
    "goal",
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return `${[line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n")}

Least / median of the runs' times; from the fourth column on how many times as fast as torch.onnx.export. ${madeWith(runs)}
`;
}
