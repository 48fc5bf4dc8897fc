/**
 * How ONNX Runtime's threads wait for their next piece of work: awake for long, which wins 15 % of a step on cores that nobody else
 * wants; or briefly, because beside others an awake thread takes from somebody who has work the core that it waits for. What is computed
 * is the same to the last bit: who does a piece of work has no say in what it is. (`session.dynamic_block_base` would help as
 * well, but cuts the work into other pieces, and sums differ.)
 */
import { availableParallelism } from "node:os";
import type { InferenceSession } from "onnxruntime-node";
import { type LoadReading, readLoad, takenBetween } from "./core-load.js";

export type Spinning = "long" | "brief";

/** What of a session a step needs. */
export interface StepSession {
  run(feeds: InferenceSession.FeedsType, fetches: InferenceSession.FetchesType): Promise<unknown>;
  release(): Promise<void>;
}

/** So much of a core more than is free may be taken before threads wait briefly, and less than so much before they wait long again. */
const [tooMuch, little] = [0.25, 0.1];

/** How threads should wait where so many cores are taken by others; between the two bounds as they do now. */
export function spinningFor(taken: number, cores: number, threads: number, now: Spinning): Spinning {
  const missing = taken + threads - cores;
  if (missing > tooMuch) return "brief";
  return missing < little ? "long" : now;
}

/** The first look at the load comes after so many milliseconds, the others after so many more: a change costs a new session. */
const [firstLook, laterLooks] = [1000, 15_000];

export interface SpinningOptions {
  /** As many as the machine has cores unless told. */
  readonly threads: number | undefined;
  readonly cores?: number | undefined;
  /** Milliseconds that other threads of this process have worked so far. */
  readonly besides?: (() => number) | undefined;
  /** How threads wait now: what is opened next begins with it. */
  readonly waiting: { spinning: Spinning };
  /** The counters, and the clock that tells when to look at them. */
  readonly read?: () => LoadReading;
  readonly now?: () => number;
}

/** A session that is opened anew, waiting otherwise, when the load has changed. All that steps keep lies outside of it. */
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
