/** Learning rates as pure functions, so that a run can be resumed anywhere. Tested against torch.optim.lr_scheduler. */

interface Warmup {
  /** Number of first epochs in which the rate grows linearly with each step; the schedule begins after them. */
  readonly warmupEpochs: number;
}

export interface OneCycle {
  readonly kind: "one_cycle";
  /** Of the whole run. */
  readonly epochs: number;
  /** Share of the steps in which the rate grows. */
  readonly upShare: number;
  /** The rate begins at highest / divisor, and ends at that / finalDivisor. */
  readonly divisor: number;
  readonly finalDivisor: number;
  readonly form: "cos" | "linear";
  /** Whether it falls in as many steps as it rose, followed by a third phase. */
  readonly threePhase: boolean;
}

export interface Plateau extends Warmup {
  readonly kind: "plateau";
  readonly measure: keyof Measured;
  readonly factor: number;
  readonly patience: number;
  readonly threshold: number;
  readonly cooldown: number;
  readonly floor: number;
}

export type Schedule =
  | ({ readonly kind: "constant_rate" } & Warmup)
  | ({ readonly kind: "step"; readonly everyEpochs: number; readonly factor: number } & Warmup)
  | ({
      readonly kind: "cosine";
      readonly floor: number;
      /** Of the whole run, including warm-up. */
      readonly epochs: number;
      /** Whether the rate changes once per epoch or at every step. */
      readonly moves: "epoch" | "step";
    } & Warmup)
  | OneCycle
  | Plateau;

/** Measures of a finished epoch that a schedule may use. */
export interface Measured {
  readonly loss: number;
  readonly accuracy: number;
  readonly meanClassAccuracy: number;
}

/**
 * The rate of a step; epochs and steps count from 0, `measured` has the earlier epochs. Step i of a warm-up of n steps has (i +
 * 1) / n of the rate; then step: lr * factor^floor(e / every); cosine: floor + (lr - floor) * (1 + cos(pi * e / E)) / 2, over
 * the remaining epochs.
 */
export function learningRate(
  schedule: Schedule,
  lr: number,
  epoch: number,
  stepInEpoch: number,
  stepsPerEpoch: number,
  measured: readonly Measured[] = [],
): number {
  if (schedule.kind === "one_cycle")
    return oneCycleRate(schedule, lr, epoch * stepsPerEpoch + stepInEpoch, stepsPerEpoch);
  const { warmupEpochs } = schedule;
  if (epoch < warmupEpochs) {
    return (lr * (epoch * stepsPerEpoch + stepInEpoch + 1)) / (warmupEpochs * stepsPerEpoch);
  }
  const since = epoch - warmupEpochs;
  switch (schedule.kind) {
    case "constant_rate":
      return lr;
    case "step":
      return lr * schedule.factor ** Math.floor(since / schedule.everyEpochs);
    case "cosine": {
      const { floor, epochs, moves } = schedule;
      const passed = moves === "step" ? since + stepInEpoch / stepsPerEpoch : since;
      const share = Math.min(1, passed / Math.max(1, epochs - warmupEpochs));
      return floor + ((lr - floor) * (1 + Math.cos(Math.PI * share))) / 2;
    }
    case "plateau":
      return plateauRate(schedule, lr, measured.slice(warmupEpochs, epoch));
  }
}

/** Interpolations between two rates. */
const ways = {
  cos: (from: number, to: number, share: number): number => to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share)),
  linear: (from: number, to: number, share: number): number => (to - from) * share + from,
} as const;

/** As in torch.optim.lr_scheduler.OneCycleLR with cycle_momentum=False (Smith and Topin, 2017). */
function oneCycleRate(schedule: OneCycle, highest: number, step: number, stepsPerEpoch: number): number {
  const { epochs, upShare, divisor, finalDivisor, form, threePhase } = schedule;
  const steps = epochs * stepsPerEpoch;
  const first = highest / divisor;
  const last = first / finalDivisor;
  const end = steps - 1;
  const top = upShare * steps - 1;
  const phases: readonly (readonly [end: number, from: number, to: number])[] = threePhase
    ? [
        [top, first, highest],
        [2 * upShare * steps - 2, highest, first],
        [end, first, last],
      ]
    : [
        [top, first, highest],
        [end, highest, last],
      ];
  let begin = 0;
  for (const [until, from, to] of phases) {
    // A phase without steps is skipped.
    if (step <= until && until > begin) return ways[form](from, to, (step - begin) / (until - begin));
    begin = until;
  }
  return last;
}

/** Smaller reductions are ignored. */
const leastDrop = 1e-8;

/**
 * As in torch.optim.lr_scheduler.ReduceLROnPlateau, threshold_mode "rel". Its state follows from the epochs' records, so a
 * resumed run needs nothing else.
 */
function plateauRate(
  { measure, factor, patience, threshold, cooldown, floor }: Plateau,
  lr: number,
  measured: readonly Measured[],
): number {
  let rate = lr;
  let best: number | undefined;
  let noBetter = 0;
  let resting = 0;
  for (const epoch of measured) {
    const value = epoch[measure];
    if (best === undefined || (measure === "loss" ? value < best * (1 - threshold) : value > best * (1 + threshold))) {
      best = value;
      noBetter = 0;
    } else noBetter++;
    if (resting > 0) {
      resting--;
      noBetter = 0;
    }
    if (noBetter > patience) {
      const lower = Math.max(rate * factor, floor);
      if (rate - lower > leastDrop) rate = lower;
      resting = cooldown;
      noBetter = 0;
    }
  }
  return rate;
}
