/** How much of the machine others take, from the system's own counters: the same call on every system. */
import { type CpuInfo, cpus } from "node:os";

/** What the counters stood at. */
export interface LoadReading {
  /** By the clock, in milliseconds. */
  readonly at: number;
  /** Of all cores together, in milliseconds, whoever had them. */
  readonly busy: number;
  /** Of this process, all its threads. */
  readonly own: number;
  /** Of those of its threads that do not run steps. */
  readonly besides: number;
}

/** What all cores have worked, in milliseconds. */
export const busyOf = (cores: readonly Pick<CpuInfo, "times">[]): number =>
  cores.reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);

export function readLoad(besides = 0): LoadReading {
  const { user, system } = process.cpuUsage();
  return { at: performance.now(), busy: busyOf(cpus()), own: (user + system) / 1000, besides };
}

/** So many cores were taken, in the mean, by all but the threads that run steps. */
export function takenBetween(before: LoadReading, after: LoadReading): number {
  const own = after.own - before.own - (after.besides - before.besides);
  return Math.max(0, (after.busy - before.busy - own) / (after.at - before.at));
}
