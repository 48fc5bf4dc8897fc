import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type Diagnostic, type Problem, problem } from "../../diagnostics/diagnostic.js";
import { invariant } from "../../diagnostics/invariant.js";
import type { PicturePlace } from "../picture-place.js";
import type { BatchOrder, LoaderSetting, MadeBatch } from "./batch-order.js";
import type { LookedAt, WorkerAnswer, WorkerJob } from "./worker-messages.js";

/** Threads that make batches while the step occupies the main thread. */
export interface Crew {
  /** Number of threads. */
  readonly size: number;
  /** Total time spent on batches, over all threads, in milliseconds. */
  readonly workedMs: number;
  make(order: BatchOrder): Promise<MadeBatch | Problem>;
  look(places: readonly PicturePlace[]): Promise<readonly LookedAt[] | Problem>;
  /** Ends the threads; unfinished jobs are dropped. */
  dispose(): Promise<void>;
}

/** A job sent to a worker; answers come in the order of jobs. */
interface Asked {
  readonly resolve: (answer: WorkerAnswer | Problem) => void;
  readonly reject: (bug: Error) => void;
}

interface Hand {
  readonly worker: Worker;
  readonly asked: Asked[];
  /** Why the thread ended. */
  lost: Problem | undefined;
}

/**
 * Half of the cores, because the step uses all of them and batches take less time than steps; at least one, and at most eight,
 * because each thread holds a few batches.
 */
export const usualCrewSize = (cores: number = availableParallelism()): number =>
  Math.min(8, Math.max(1, Math.floor(cores / 2)));

/** With fewer bytes of prepared pictures, an epoch ends before threads have started. */
const worthThreads = 8 * 2 ** 20;

/** Whether loading these pictures is worth threads. */
export const isWorthCrew = (pictures: number, { width, height }: { width: number; height: number }): boolean =>
  pictures * width * height * 3 >= worthThreads;

/**
 * The program of a thread: the file in our bundle (tools/build.mjs); or, from sources, a file that first loads the TypeScript
 * loader, which threads do not inherit. Undefined if another bundler has bundled lfer without it.
 */
export function workerProgram(): URL | undefined {
  const bundled = ["./picture-worker.js", "../picture-worker.js"].map((path) => new URL(path, import.meta.url));
  const found = bundled.find((place) => existsSync(place));
  const source = new URL("./worker.ts", import.meta.url);
  if (found !== undefined || !existsSync(source)) return found;
  const [tsx, worker] = [import.meta.resolve("tsx/esm/api"), source.href].map((each) => JSON.stringify(each));
  const program = `import { register } from ${tsx}; register(); await import(${worker});`;
  return new URL(`data:text/javascript,${encodeURIComponent(program)}`);
}

export interface CrewOptions {
  /** Called for each lost thread. */
  readonly onLost?: (warning: Diagnostic) => void;
  /** The program of a thread: {@link workerProgram}. */
  readonly program?: URL | undefined;
}

/** Starts the threads; first jobs wait until they are ready. */
export function startCrew(
  setting: LoaderSetting,
  size: number,
  { onLost = () => {}, program = workerProgram() }: CrewOptions = {},
): Crew {
  invariant(program !== undefined, "there is nothing that a thread could run");
  let isOver = false;
  const tell = (lost: Problem): void => {
    if (!isOver) onLost(lost.diagnose({}));
  };
  const hands = Array.from({ length: size }, () => startHand(setting, program, tell));
  const ask = async (job: WorkerJob, handedOver: readonly ArrayBuffer[]): Promise<WorkerAnswer | Problem> => {
    const free = freest(hands);
    if (free.lost !== undefined) return free.lost;
    return new Promise((resolve, reject) => {
      // It keeps the process alive only while a job is pending.
      if (free.asked.length === 0) free.worker.ref();
      free.asked.push({ resolve, reject });
      free.worker.postMessage(job, handedOver);
    });
  };
  let workedMs = 0;
  return {
    size,
    get workedMs() {
      return workedMs;
    },
    make: async (order) => {
      const answer = await ask({ kind: "batch", order }, order.rooms.map(ownBuffer));
      if (answer.kind === "problem") return answer;
      invariant(answer.kind === "batch", `a batch was asked for, and the answer is ${answer.kind}`);
      workedMs += answer.made.times.make;
      return answer.made;
    },
    look: async (places) => {
      const answer = await ask({ kind: "look", places }, []);
      if (answer.kind === "problem") return answer;
      invariant(answer.kind === "look", `pictures were asked for, and the answer is ${answer.kind}`);
      return answer.looked;
    },
    dispose: async () => {
      isOver = true;
      await Promise.all(hands.map(({ worker }) => worker.terminate()));
    },
  };
}

/** The available thread with the fewest jobs. */
const freest = (hands: readonly Hand[]): Hand =>
  hands.reduce((best, hand) => {
    if (hand.lost !== undefined) return best;
    return best.lost !== undefined || hand.asked.length < best.asked.length ? hand : best;
  });

function ownBuffer({ buffer }: Float32Array): ArrayBuffer {
  invariant(buffer instanceof ArrayBuffer, "shared memory cannot be handed over");
  return buffer;
}

function startHand(setting: LoaderSetting, program: URL, onLost: (lost: Problem) => void): Hand {
  const worker = new Worker(program, { workerData: setting });
  const hand: Hand = { worker, asked: [], lost: undefined };
  worker.on("message", (answer: WorkerAnswer) => {
    const asked = hand.asked.shift();
    if (hand.asked.length === 0) worker.unref();
    invariant(asked !== undefined, "a worker answers what nobody asked");
    if (answer.kind === "bug") asked.reject(Object.assign(new Error(answer.message), { stack: answer.stack }));
    else asked.resolve(answer);
  });
  const lose = (reason: string): void => {
    if (hand.lost === undefined) {
      hand.lost = problem("data/loader-lost", { reason });
      onLost(hand.lost);
    }
    for (const asked of hand.asked.splice(0)) asked.resolve(hand.lost);
  };
  // An error outside of an answer: the thread has no memory left, or could not be started.
  worker.on("error", (error) => lose(error.message));
  worker.on("exit", (code) => lose(`it ended with ${code}`));
  worker.unref();
  return hand;
}
