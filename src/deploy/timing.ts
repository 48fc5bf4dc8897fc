/** Statistics of something that was run many times. */
import { readFileSync } from "node:fs";

export interface Timing {
  readonly minMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Samples per second at the median. */
  readonly perSecond: number;
}

/** Minimum, median and 95th percentile (nearest rank: each is a measured time). */
export function timingOf(milliseconds: readonly number[], batch: number): Timing {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  const median = rank(0.5);
  return { minMs: rank(0), p50Ms: median, p95Ms: rank(0.95), perSecond: (1000 * batch) / median };
}

/** The maximum resident set size of this process so far, in bytes. */
export function peakBytes(): number {
  try {
    // getrusage may include the parent process, from before this program was started.
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    if (kib !== undefined) return Number(kib) * 1024;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  return process.resourceUsage().maxRSS * 1024;
}

/** Waits until no other process of the same comparison measures. */
export type Turn = () => Promise<unknown>;

/** Turns in which several files are measured in rotation, so that a machine that gets slower or faster meets them all. */
const turns = 20;

interface StepsToTime {
  readonly steps: number;
  readonly warmup: number;
  readonly turn?: Turn | undefined;
}

/**
 * Runs `step` for warming up, then `steps` times with a clock; `onStep` gets the number of finished runs. With a `turn`, each group
 * of runs waits for it, and begins with a run that is not counted: the last process may have filled the caches.
 */
export async function timeSteps(
  step: () => Promise<unknown>,
  { steps, warmup, turn }: StepsToTime,
  onStep: (done: number, all: number) => void = () => {},
): Promise<readonly number[]> {
  const times: number[] = [];
  const group = Math.ceil(steps / turns);
  for (let i = 0; i < warmup + steps; i++) {
    if (turn !== undefined && i >= warmup && (i - warmup) % group === 0) {
      await turn();
      await step();
    }
    const from = performance.now();
    await step();
    if (i >= warmup) times.push(performance.now() - from);
    onStep(i + 1, warmup + steps);
  }
  return times;
}

/**
 * Runs each step `rounds` times with a clock, in rotation: a machine that gets slower or faster meets them all. Each is first run for
 * warming up. Returns the times of each step, in milliseconds.
 */
export async function timeInRotation(
  steps: readonly (() => Promise<unknown>)[],
  { rounds, warmup }: { readonly rounds: number; readonly warmup: number },
): Promise<readonly (readonly number[])[]> {
  const times = steps.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, step] of steps.entries()) {
      times[i]?.push(...(await timeSteps(step, { steps: 1, warmup: round === 0 ? warmup : 0 })));
    }
  }
  return times;
}
