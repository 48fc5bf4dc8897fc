/** How long work looks while it goes on: a live line on a terminal, elsewhere a line every half minute. */
import type { Session } from "./session.js";
import { isLiveTerminal, liveLine } from "./train-progress.js";

export interface TalkLine {
  show(text: string): void;
  /** Takes the line away, so that other text can be printed. */
  clear(): void;
}

const plainEveryMs = 30_000;

export function talkLine(session: Session): TalkLine {
  if (isLiveTerminal()) return liveLine();
  let saidAt = performance.now();
  return {
    show: (text) => {
      const now = performance.now();
      if (now - saidAt < plainEveryMs) return;
      saidAt = now;
      session.talk(`${text}\n`);
    },
    clear: () => undefined,
  };
}

export interface CountedProgress {
  show(done: number, all: number): void;
  clear(): void;
}

/** `what` stands before the numbers: `drawing faces: 12/700`. */
export function countedProgress(session: Session, what: string): CountedProgress {
  const line = talkLine(session);
  return { show: (done, all) => line.show(`${what}: ${done}/${all}`), clear: line.clear };
}
