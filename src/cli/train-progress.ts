/** How a run looks while it goes on: one line that renews itself on a terminal, plain lines elsewhere. */
import type { Paint } from "../diagnostics/paint.js";
import type { StepProgress } from "../training/loop.js";
import type { EpochRecord } from "../training/metrics.js";

export const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

/** `1:02:03`, `2:03`, `45 s`, `0.4 s`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (n: number): string => String(n).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

const rate = (lr: number): string => String(Number(lr.toPrecision(3)));

/** The line of a finished epoch. */
export function epochLine(record: EpochRecord, epochs: number, isBest: boolean, paint: Paint): string {
  const { averageValidationAccuracy: average } = record;
  const parts = [
    `epoch ${String(record.epoch).padStart(String(epochs).length)}/${epochs}`,
    `loss ${record.loss.toFixed(4)}`,
    `accuracy ${percent(record.accuracy).padStart(6)}`,
    `held out: loss ${record.validationLoss.toFixed(4)}`,
    `accuracy ${paint(isBest ? "green" : "bold", percent(record.validationAccuracy).padStart(6))}`,
    ...(average === undefined ? [] : [`average ${percent(average)}`]),
    `lr ${rate(record.lr)}`,
    `${Math.round(record.picturesPerSecond)} images/s`,
    duration(record.seconds),
  ];
  return `${parts.join("  ")}${isBest ? "  best" : ""}\n`;
}

/** The line within an epoch; `left` in seconds. */
export function stepLine(progress: StepProgress, epochs: number, left: number | undefined): string {
  const { epoch, step, stepsPerEpoch, loss, accuracy, lr, picturesPerSecond } = progress;
  const parts = [
    `epoch ${epoch}/${epochs}`,
    `step ${step}/${stepsPerEpoch}`,
    `loss ${loss.toFixed(4)}`,
    `accuracy ${percent(accuracy)}`,
    `lr ${rate(lr)}`,
    `${Math.round(picturesPerSecond)} images/s`,
    ...(left === undefined ? [] : [`ETA ${duration(left)}`]),
  ];
  return parts.join("  ");
}

/** A line on stderr that the next one replaces; nothing at all where nobody watches. */
export interface LiveLine {
  show(text: string): void;
  /** Takes the line away, so that other text can be printed. */
  clear(): void;
}

/** So often a second is enough for eyes. */
const shortestMs = 100;

/** Whether a line can renew itself there. */
export const isLiveTerminal = (stream: NodeJS.WriteStream = process.stderr): boolean =>
  stream.isTTY === true && process.env.TERM !== "dumb";

export function liveLine(stream: NodeJS.WriteStream = process.stderr): LiveLine {
  if (!isLiveTerminal(stream)) return { show: () => {}, clear: () => {} };
  let shownAt = 0;
  let isShown = false;
  return {
    show: (text) => {
      const now = performance.now();
      if (now - shownAt < shortestMs) return;
      shownAt = now;
      isShown = true;
      stream.write(`\r\u001b[2K${text.slice(0, Math.max(10, (stream.columns ?? 80) - 1))}`);
    },
    clear: () => {
      if (isShown) stream.write("\r\u001b[2K");
      isShown = false;
    },
  };
}
