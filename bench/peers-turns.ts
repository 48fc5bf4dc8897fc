/** Processes that run files on request take turns, so that a busy moment of the machine meets them all alike. */
import { type ChildProcess, spawn } from "node:child_process";
import { statSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

export interface Peer {
  readonly title: string;
  readonly file: string;
  /** The program that runs the file: FILE and THREADS are appended. */
  readonly command: readonly string[];
}

export interface Measured {
  readonly runtime: string;
  readonly bytes: number;
  readonly runs: number;
  readonly leastMs: number;
  readonly medianMs: number;
}

/** Runs in one turn. */
const perTurn = 10;
const fewestRounds = 8;
/** Threads of a runtime spin for some ten milliseconds after their work: the next file would share the cores with them. */
const pauseMs = 100;

interface Runner {
  readonly peer: Peer;
  readonly child: ChildProcess;
  readonly runtime: string;
  /** Milliseconds of each of these runs. */
  readonly run: (times: number) => Promise<readonly number[]>;
}

async function start(peer: Peer, threads: number): Promise<Runner> {
  const [program = "", ...before] = peer.command;
  const child = spawn(program, [...before, peer.file, String(threads)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${peer.title} (${peer.file}) ended`);
    return JSON.parse(value) as unknown;
  };
  const { runtime } = (await answer()) as { readonly runtime: string };
  const run = async (times: number): Promise<readonly number[]> => {
    child.stdin?.write(`${times}\n`);
    return (await answer()) as readonly number[];
  };
  return { peer, child, runtime, run };
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** Runs each file for about this many seconds in all, in turns whose order rotates. */
export async function measureInTurns(
  peers: readonly Peer[],
  threads: number,
  seconds: number,
): Promise<Readonly<Record<string, Measured>>> {
  const runners: Runner[] = [];
  try {
    for (const peer of peers) runners.push(await start(peer, threads));
    const times = new Map<Runner, number[]>(runners.map((runner) => [runner, []]));
    // Warm-up, which also says how long a run takes.
    let slowest = 0;
    for (const runner of runners) slowest = Math.max(slowest, ...(await runner.run(5)).slice(2));
    const rounds = Math.max(fewestRounds, Math.round((seconds * 1000) / (slowest * perTurn)));
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < runners.length; i++) {
        const runner = runners[(round + i) % runners.length] as Runner;
        if (threads > 1) await sleep(pauseMs);
        times.get(runner)?.push(...(await runner.run(perTurn)));
      }
    }
    const measured = runners.map((runner): readonly [string, Measured] => {
      const sorted = (times.get(runner) ?? []).toSorted((a, b) => a - b);
      const [least = 0, median = 0] = [sorted[0], sorted[sorted.length >> 1]];
      const { title, file } = runner.peer;
      const figures = { runs: sorted.length, leastMs: rounded(least), medianMs: rounded(median) };
      return [title, { runtime: runner.runtime, bytes: statSync(file).size, ...figures }];
    });
    return Object.fromEntries(measured);
  } finally {
    for (const { child } of runners) child.kill();
  }
}
