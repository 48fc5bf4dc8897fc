/** Progress of counted work: a live line on a terminal, otherwise a line every half minute. */
import { liveLine } from "./live-line.js";
import type { Session } from "./session.js";

export interface CountedProgress {
  show(done: number, all: number): void;
  clear(): void;
}

/** `what` is printed before the numbers: `drawing faces: 12/700`. */
export function countedProgress(session: Session, what: string): CountedProgress {
  const line = liveLine({ log: session.talk });
  return { show: (done, all) => line.show(`${what}: ${done}/${all}`), clear: line.clear };
}
