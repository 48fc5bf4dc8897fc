/** Python: the learning rate of a step, as in step/schedules.ts, to the last digits of a double. */
import type { Schedule } from "../../step/schedules.js";
import { literal } from "./python-text.js";

/** The statements after the warm-up, by kind. */
function bodyOf(schedule: Exclude<Schedule, { kind: "one_cycle" }>): string {
  switch (schedule.kind) {
    case "constant_rate":
      return "    return LR";
    case "step":
      return `    return LR * ${literal(schedule.factor)} ** (since // ${schedule.everyEpochs})`;
    case "cosine": {
      const passed = schedule.moves === "step" ? "since + step / steps_per_epoch" : "since";
      const floor = literal(schedule.floor);
      const length = schedule.warmupEpochs === 0 ? "epochs" : `max(1, epochs - ${schedule.warmupEpochs})`;
      return `    share = min(1, ${schedule.moves === "step" ? `(${passed})` : passed} / ${length})
    return ${floor} + (LR - ${floor}) * (1 + math.cos(math.pi * share)) / 2`;
    }
    case "plateau":
      return `    return plateau_rate(records[${schedule.warmupEpochs} : epoch])`;
  }
}

const measures = {
  loss: "validationLoss",
  accuracy: "validationAccuracy",
  meanClassAccuracy: "validationMeanClassAccuracy",
} as const;

function plateau(schedule: Extract<Schedule, { kind: "plateau" }>): string {
  const { measure, factor, patience, threshold, cooldown, floor } = schedule;
  const better =
    measure === "loss" ? `value < best * (1 - ${literal(threshold)})` : `value > best * (1 + ${literal(threshold)})`;
  return `def plateau_rate(records):
    """The rate after these epochs: a smaller one after ${patience} without improvement."""
    rate, best, no_better, resting = LR, None, 0, 0
    for value in (record["${measures[measure]}"] for record in records):
        no_better += 1
        if best is None or ${better}:
            best, no_better = value, 0
        if resting > 0:
            resting, no_better = resting - 1, 0
        if no_better > ${patience}:
            lower = max(rate * ${literal(factor)}, ${literal(floor)})
            rate = lower if rate - lower > 1e-8 else rate
            resting, no_better = ${cooldown}, 0
    return rate


`;
}

function oneCycle(schedule: Extract<Schedule, { kind: "one_cycle" }>): string {
  const { upShare, divisor, finalDivisor, form, threePhase } = schedule;
  const up = literal(upShare);
  const phases = threePhase
    ? `[(top, first, LR), (2 * ${up} * steps - 2, LR, first), (steps - 1, first, last)]`
    : "[(top, first, LR), (steps - 1, LR, last)]";
  const between =
    form === "cos"
      ? "low + (high - low) / 2 * (1 + math.cos(math.pi * share))".replaceAll("low", "end").replaceAll("high", "start")
      : "(end - start) * share + start";
  return `def learning_rate(epoch, step, steps_per_epoch, epochs, records):
    """One cycle: up to LR and down again; epochs and steps count from 0."""
    at, steps = epoch * steps_per_epoch + step, epochs * steps_per_epoch
    first = LR / ${literal(divisor)}
    last = first / ${literal(finalDivisor)}
    top, begin = ${up} * steps - 1, 0
    for until, start, end in ${phases}:
        if begin < until and at <= until:
            share = (at - begin) / (until - begin)
            return ${between}
        begin = until
    return last`;
}

/** `learning_rate(epoch, step, steps_per_epoch, epochs, records)`. */
export function printSchedule(schedule: Schedule): string {
  if (schedule.kind === "one_cycle") return oneCycle(schedule);
  const { warmupEpochs, kind } = schedule;
  const warmup = `    if epoch < ${warmupEpochs}:
        return LR * (epoch * steps_per_epoch + step + 1) / (${warmupEpochs} * steps_per_epoch)
`;
  const usesSince = kind === "step" || kind === "cosine";
  const since = usesSince ? `    since = ${warmupEpochs === 0 ? "epoch" : `epoch - ${warmupEpochs}`}\n` : "";
  return `${kind === "plateau" ? plateau(schedule) : ""}def learning_rate(epoch, step, steps_per_epoch, epochs, records):
    """The rate of a step; epochs and steps count from 0."""
${warmupEpochs > 0 ? warmup : ""}${since}${bodyOf(schedule)}`;
}
