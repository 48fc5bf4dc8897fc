/** Pictures that could be read before the first epoch, but not in a later one. */
import type { Unreadable } from "../data/loader/batch-order.js";
import { type Diagnostic, type Problem, problem } from "../diagnostics/diagnostic.js";

/** How many of `pictures` may be broken: the share, rounded up, so that one may always be broken unless the share is 0. */
export const mostBroken = (share: number, pictures: number): number => Math.ceil(share * pictures);

export interface LostPictures {
  /** Reports a lost picture once; returns the problem that ends the run if it is one too many. */
  lose(lost: Unreadable): Problem | undefined;
}

export interface Losses {
  /** The name of the data in messages. */
  readonly data: string;
  /** The number of pictures, and the share of them that may be broken in total. */
  readonly pictures: number;
  readonly share: number;
  /** How many were broken from the beginning. */
  readonly broken: number;
}

/**
 * A run continues without lost pictures, as without those that were broken before, and names each of them. One too many ends it
 * between two steps; it can then be resumed after its last complete epoch.
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
