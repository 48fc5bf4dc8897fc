/** How many cores other work uses, from the operating system's counters: the same call on every system. */
import { type CpuInfo, cpus } from "node:os";

/** A reading of the counters. */
export interface LoadReading {
  /** The time of the reading, in milliseconds. */
  readonly at: number;
  /** CPU time of all processes, in milliseconds, summed over the cores. */
  readonly busy: number;
  /** CPU time of all threads of this process. */
  readonly own: number;
  /** CPU time of those threads of this process that do not run steps. */
  readonly besides: number;
}

/** CPU time of all cores, in milliseconds. */
export const busyOf = (cores: readonly Pick<CpuInfo, "times">[]): number =>
  cores.reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);

export function readLoad(besides = 0): LoadReading {
  const { user, system } = process.cpuUsage();
  return { at: performance.now(), busy: busyOf(cpus()), own: (user + system) / 1000, besides };
}

/** The mean number of cores used between two readings by everything but the threads that run steps. */
export function takenBetween(before: LoadReading, after: LoadReading): number {
  const own = after.own - before.own - (after.besides - before.besides);
  return Math.max(0, (after.busy - before.busy - own) / (after.at - before.at));
}
