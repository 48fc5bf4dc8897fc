/** How work on many things of one kind looks while it goes on: a live line on a terminal, elsewhere a line every half minute. */
import type { Session } from "./session.js";
import { isLiveTerminal, liveLine } from "./train-progress.js";

export interface CountedProgress {
  show(done: number, all: number): void;
  /** Takes the line away, so that other text can be printed. */
  clear(): void;
}

const plainEveryMs = 30_000;

/** `what` stands before the numbers: `drawing faces: 12/700`. */
export function countedProgress(session: Session, what: string): CountedProgress {
  if (isLiveTerminal()) {
    const line = liveLine();
    return { show: (done, all) => line.show(`${what}: ${done}/${all}`), clear: line.clear };
  }
  let saidAt = performance.now();
  return {
    show: (done, all) => {
      const now = performance.now();
      if (now - saidAt < plainEveryMs) return;
      saidAt = now;
      session.talk(`${what}: ${done}/${all}\n`);
    },
    clear: () => undefined,
  };
}
