/** The metrics of a run as a TensorBoard event file, and what must be written next. */
import type { EpochRecord } from "../../training/metrics.js";
import { type Event, encodeEvent, type Scalar, wallTimeOf } from "./event.js";
import { frame, wholeRecords } from "./record-file.js";

const fileVersion = "brain.Event:2";

function scalarsOf(record: EpochRecord): readonly Scalar[] {
  const values: Readonly<Record<string, number | undefined>> = {
    "loss/training": record.loss,
    "loss/held_out": record.validationLoss,
    "loss/held_out_average_weights": record.averageValidationLoss,
    "accuracy/training": record.accuracy,
    "accuracy/held_out": record.validationAccuracy,
    "accuracy/held_out_average_weights": record.averageValidationAccuracy,
    "mean_class_accuracy/held_out": record.validationMeanClassAccuracy,
    "mean_class_accuracy/held_out_average_weights": record.averageValidationMeanClassAccuracy,
    "run/learning_rate": record.lr,
    "run/pictures_per_second": record.picturesPerSecond,
  };
  return Object.entries(values).flatMap(([tag, value]) => (value === undefined ? [] : [{ tag, value }]));
}

const framed = (event: Event): Uint8Array => frame(encodeEvent(event));

/** The data that bring a file up to date: the whole file, or an addition. */
export interface EventsDue {
  readonly how: "anew" | "behind";
  readonly bytes: Uint8Array;
}

/**
 * The events that the file lacks for these epochs; undefined if it is complete. `now`, in seconds, is the end of the last
 * epoch. Epochs in the file keep their times; for missing ones only the duration is known, so each ends that much before the
 * next.
 */
export function eventsDue(found: Uint8Array, records: readonly EpochRecord[], now: number): EventsDue | undefined {
  const before = wholeRecords(found).map(wallTimeOf);
  const times = timesOf(records, before.slice(1), now);
  const [begin = (times[0] ?? now) - (records[0]?.seconds ?? 0)] = before;
  const frames = [
    framed({ wallTime: begin, fileVersion }),
    ...records.map((record, i) =>
      framed({ wallTime: times[i] as number, step: record.epoch, scalars: scalarsOf(record) }),
    ),
  ];
  const whole = Buffer.concat(frames);
  if (Buffer.compare(whole, found) === 0) return undefined;
  const isPrefix = found.length > 0 && Buffer.compare(whole.subarray(0, found.length), found) === 0;
  return isPrefix ? { how: "behind", bytes: whole.subarray(found.length) } : { how: "anew", bytes: whole };
}

function timesOf(
  records: readonly EpochRecord[],
  known: readonly (number | undefined)[],
  now: number,
): readonly number[] {
  const times = new Array<number>(records.length);
  let next = now;
  for (let i = records.length - 1; i >= 0; i--) {
    const time = known[i];
    times[i] = time !== undefined && Number.isFinite(time) ? time : next;
    next = (times[i] as number) - (records[i]?.seconds ?? 0);
  }
  return times;
}
