/** Pictures that were read before the first epoch and cannot be read in a later one. */
import type { Unreadable } from "../data/loader/batch-order.js";
import { type Diagnostic, type Problem, problem } from "../diagnostics/diagnostic.js";

/** How many of so many pictures may be broken: the share, rounded up, so that one always may unless the share is 0. */
export const mostBroken = (share: number, pictures: number): number => Math.ceil(share * pictures);

export interface LostPictures {
  /** Tells of it, once; the problem that ends the run where it is one too many. */
  lose(lost: Unreadable): Problem | undefined;
}

export interface Losses {
  /** For people: whose pictures they are. */
  readonly data: string;
  /** How many there are, and which share of them may be broken in all. */
  readonly pictures: number;
  readonly share: number;
  /** How many were broken from the beginning. */
  readonly broken: number;
}

/**
 * A night's run goes on without them, as it would have without those that were broken before, and every one is named; one too
 * many ends it between two steps, where its last epoch is whole and can be gone on with.
 */
export function lostPictures(
  { data, pictures, share, broken }: Losses,
  onWarning: (warning: Diagnostic) => void,
): LostPictures {
  const most = mostBroken(share, pictures);
  const lost = new Set<string>();
  return {
    lose: ({ key, found }) => {
      if (lost.has(key)) return undefined;
      lost.add(key);
      const all = broken + lost.size;
      if (all > most) return problem("data/too-many-broken", { data, broken: all, all: pictures, most, share });
      onWarning(problem("data/picture-lost", { reason: found.message }).diagnose({}));
      return undefined;
    },
  };
}
