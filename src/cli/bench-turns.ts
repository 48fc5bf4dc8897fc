/** Several files of `bench`: each is measured in a process of its own, because memory is counted per process, and in turns. */
import { type ChildProcess, spawn } from "node:child_process";
import type { BenchResult } from "../deploy/bench-result.js";
import type { Turn } from "../deploy/timing.js";

/** Tells a process that it is one of several and has to wait for its turns. */
const inTurns = "LFERC_BENCH_TURNS";

/** Undefined in a process that measures alone. */
export function ownTurn(): Turn | undefined {
  if (process.env[inTurns] === undefined || process.send === undefined) return undefined;
  return () =>
    new Promise((settle) => {
      process.once("message", settle);
      process.send?.("asks");
    });
}

/** A process that measures one file. */
interface Measurer {
  readonly child: ChildProcess;
  /** Resolves when it next waits for a turn, or has ended. */
  settled: Promise<"asks" | "ended">;
  readonly results: Promise<readonly BenchResult[]>;
}

function start(file: string, flags: readonly string[], script: string): Measurer {
  const args = [...process.execArgv, script, "bench", file, ...flags, "--format", "json"];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    env: { ...process.env, [inTurns]: "1" },
  });
  const end = (): void => void child.kill();
  process.once("exit", end);
  let text = "";
  child.stdout?.on("data", (part) => {
    text += String(part);
  });
  const results = new Promise<readonly BenchResult[]>((settle, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      process.removeListener("exit", end);
      settle(code === 0 ? (JSON.parse(text) as { readonly results: readonly BenchResult[] }).results : []);
    });
  });
  return { child, settled: nextOf(child), results };
}

function nextOf(child: ChildProcess): Promise<"asks" | "ended"> {
  return new Promise((settle) => {
    const asks = (): void => {
      child.removeListener("exit", ended);
      settle("asks");
    };
    const ended = (): void => {
      child.removeListener("message", asks);
      settle("ended");
    };
    child.once("message", asks);
    child.once("exit", ended);
  });
}

/**
 * Gives each process that waits a turn, in rotation, until all have ended; the results of files with errors are missing. `script`
 * is run as `lferc`.
 */
export async function measureInTurns(
  files: readonly string[],
  flags: readonly string[],
  script = process.argv[1] ?? "",
): Promise<readonly BenchResult[]> {
  const all = files.map((file) => start(file, flags, script));
  const waiting = new Set(all);
  while (waiting.size > 0) {
    for (const measurer of waiting) {
      if ((await measurer.settled) === "ended") {
        waiting.delete(measurer);
        continue;
      }
      measurer.settled = nextOf(measurer.child);
      // A process that ended meanwhile takes no message.
      measurer.child.send("go", () => {});
      await measurer.settled;
    }
  }
  return (await Promise.all(all.map(({ results }) => results))).flat();
}
