/** Learning rates as pure numbers, so that a run can begin anywhere. Tested against torch.optim.lr_scheduler. */

interface Warmup {
  /** Epochs at the start in which the rate grows with each step, linearly, up to the whole; the schedule begins after them. */
  readonly warmupEpochs: number;
}

export type Schedule =
  | ({ readonly kind: "constant_rate" } & Warmup)
  | ({ readonly kind: "step"; readonly everyEpochs: number; readonly factor: number } & Warmup)
  | ({
      readonly kind: "cosine";
      readonly floor: number;
      /** Of the whole run, warm-up included. */
      readonly epochs: number;
      /** Whether the rate moves once an epoch or at every step. */
      readonly moves: "epoch" | "step";
    } & Warmup);

/**
 * The rate of a step; epochs and steps count from 0. Step i of a warm-up of n steps has (i + 1) / n of the rate; then
 * step: lr * factor^floor(e / every); cosine: floor + (lr - floor) * (1 + cos(pi * e / E)) / 2, over the epochs left.
 */
export function learningRate(
  schedule: Schedule,
  lr: number,
  epoch: number,
  stepInEpoch: number,
  stepsPerEpoch: number,
): number {
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
  }
}
