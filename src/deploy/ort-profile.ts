/** Parses ONNX Runtime's profile of a session: the time of a run by op and by node. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Problem, problem } from "../diagnostics/diagnostic.js";
import { writeFailure } from "../diagnostics/file-failures.js";
import { inTemporaryFolder } from "../hosts/temporary-folder.js";

/** One line: all nodes of an op type, or one node. Times are those of one run, the mean over the profiled ones. */
export interface ProfileEntry {
  readonly kind: "op" | "node";
  /** The op type, or the node's name. */
  readonly name: string;
  /** The op type. */
  readonly op: string;
  readonly ms: number;
  /** Share of the time of all nodes. */
  readonly share: number;
  /** Number of nodes. */
  readonly nodes: number;
}

/** Number of single nodes listed; op types are complete. */
const listedNodes = 10;

interface ProfileEvent {
  readonly cat?: string;
  readonly name?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly args?: { readonly op_name?: string };
}

/** Op types and the slowest nodes, each by decreasing time; the first `warmup` runs are left out. */
export function readProfile(events: readonly ProfileEvent[], warmup: number): readonly ProfileEntry[] {
  const runs = events.filter(({ name }) => name === "model_run").map(({ ts = 0 }) => ts);
  const starts = runs.sort((a, b) => a - b).slice(warmup);
  const from = starts[0] ?? 0;
  const byOp = new Map<string, { ms: number; readonly nodes: Set<string> }>();
  const byNode = new Map<string, { ms: number; readonly op: string }>();
  let total = 0;
  for (const { cat, name = "", ts = 0, dur = 0, args } of events) {
    if (cat !== "Node" || !name.endsWith("_kernel_time") || ts < from) continue;
    const ms = dur / 1000 / Math.max(1, starts.length);
    const node = name.slice(0, -"_kernel_time".length);
    const op = args?.op_name ?? "?";
    const ofOp = byOp.get(op) ?? { ms: 0, nodes: new Set() };
    ofOp.ms += ms;
    ofOp.nodes.add(node);
    byOp.set(op, ofOp);
    const ofNode = byNode.get(node) ?? { ms: 0, op };
    ofNode.ms += ms;
    byNode.set(node, ofNode);
    total += ms;
  }
  const share = (ms: number): number => (total === 0 ? 0 : ms / total);
  const slowest = (a: ProfileEntry, b: ProfileEntry): number => b.ms - a.ms;
  const ops = [...byOp].map(
    ([op, { ms, nodes }]): ProfileEntry => ({ kind: "op", name: op, op, ms, share: share(ms), nodes: nodes.size }),
  );
  const nodes = [...byNode].map(
    ([name, { ms, op }]): ProfileEntry => ({ kind: "node", name, op, ms, share: share(ms), nodes: 1 }),
  );
  return [...ops.sort(slowest), ...nodes.sort(slowest).slice(0, listedNodes)];
}

/** The events in the files of a folder; none if nothing was written. */
async function readEvents(folder: string): Promise<readonly ProfileEvent[] | Problem> {
  try {
    const [file] = await readdir(folder);
    return file === undefined ? [] : (JSON.parse(await readFile(join(folder, file), "utf8")) as ProfileEvent[]);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = error instanceof SyntaxError ? "it is truncated" : writeFailure(code ?? String(error));
    return problem("bench/no-profile", { folder, reason });
  }
}

/** The events of the profile that a session writes under this prefix during `run`; none if it wrote nothing. */
export async function collectProfile(
  run: (prefix: string) => Promise<void>,
): Promise<readonly ProfileEvent[] | Problem> {
  const result = await inTemporaryFolder(async (folder) => {
    await run(join(folder, "profile"));
    return readEvents(folder);
  });
  if (!("kind" in result) || result.kind === "problem") return result;
  const { path, code } = result;
  return problem("tool/no-temporary-folder", { path, code, flag: undefined });
}
