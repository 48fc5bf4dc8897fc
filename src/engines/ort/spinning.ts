/**
 * How ONNX Runtime's threads wait for work. On idle cores, long spinning saves 15 % of a step. On busy cores, spinning threads take time
 * from threads that have work, so there they spin only briefly. The results are identical to the last bit, since they do not depend on
 * which thread does what. (`session.dynamic_block_base` would help too, but divides the work differently, so sums differ.)
 */
import { availableParallelism } from "node:os";
import type { InferenceSession } from "onnxruntime-node";
import { type LoadReading, readLoad, takenBetween } from "./core-load.js";

export type Spinning = "long" | "brief";

/** The part of a session that a step needs. */
export interface StepSession {
  run(feeds: InferenceSession.FeedsType, fetches: InferenceSession.FetchesType): Promise<unknown>;
  release(): Promise<void>;
}

/** Threads spin briefly if more cores than the first number are missing, and long again if fewer than the second are. */
const [tooMuch, little] = [0.25, 0.1];

/** How threads should wait if others use `taken` cores; between the two bounds nothing changes. */
export function spinningFor(taken: number, cores: number, threads: number, now: Spinning): Spinning {
  const missing = taken + threads - cores;
  if (missing > tooMuch) return "brief";
  return missing < little ? "long" : now;
}

/** Milliseconds before the first look at the load, and between later ones: a change costs a new session. */
const [firstLook, laterLooks] = [1000, 15_000];

export interface SpinningOptions {
  /** By default, the number of cores. */
  readonly threads: number | undefined;
  readonly cores?: number | undefined;
  /** CPU time of this process's other threads so far, in milliseconds. */
  readonly besides?: (() => number) | undefined;
  /** The current way of waiting; new sessions start with it. */
  readonly waiting: { spinning: Spinning };
  /** The counters, and the clock that determines when to read them. */
  readonly read?: () => LoadReading;
  readonly now?: () => number;
}

/** A session that is reopened with the other way of waiting when the load has changed. Steps keep no data in it. */
export async function adaptiveSession(
  open: (spinning: Spinning) => Promise<StepSession>,
  options: SpinningOptions,
): Promise<StepSession> {
  const { waiting, besides = () => 0, now = () => performance.now() } = options;
  const { cores = availableParallelism(), read = () => readLoad(besides()) } = options;
  const { threads = cores } = options;
  let opened = waiting.spinning;
  let session = await open(opened);
  let last = read();
  let patience = firstLook;
  const adapt = async (): Promise<void> => {
    if (now() - last.at < patience) return;
    const found = read();
    waiting.spinning = spinningFor(takenBetween(last, found), cores, threads, opened);
    [last, patience] = [found, laterLooks];
    if (waiting.spinning === opened) return;
    const other = await open(waiting.spinning);
    await session.release();
    [session, opened] = [other, waiting.spinning];
    last = read();
  };
  return {
    run: async (feeds, fetches) => {
      if (threads > 1) await adapt();
      return session.run(feeds, fetches);
    },
    release: () => session.release(),
  };
}
