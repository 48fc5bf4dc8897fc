/** Opens a data set for calibrating a quantised model: pictures that tell ranges, and others on which the result is measured. */

import type { Problem } from "../diagnostics/diagnostic.js";
import type { DataSet, Sample } from "./data-set.js";
import { type JudgingRequest, openSet } from "./open-for-judging.js";

export interface CalibrationSet {
  readonly set: DataSet;
  /** Pictures whose tensors are observed. */
  readonly ranging: readonly Sample[];
  /** Other pictures, on which the quantised model is compared with the float32 one. */
  readonly measured: readonly Sample[];
}

/** More pictures change ranges little. */
const mostRanging = 192;
const mostMeasured = 512;
/** Of pictures without parts, every third tells ranges. */
const shareRanging = 3;

/**
 * Ranges are taken from training pictures, and measured on those by which epochs are evaluated. If the data have no such part, every third
 * training picture tells ranges, the others are measured. Test pictures are never used, unless there are no others.
 */
export async function openForCalibration(
  data: string,
  request: Omit<JudgingRequest, "thing" | "seed">,
): Promise<CalibrationSet | readonly Problem[]> {
  const set = await openSet(data, { ...request, thing: undefined, seed: undefined });
  if (!("training" in set)) return set;
  const { training, heldOut, test = [], heldOutWasDrawn, heldOutIsTest = false } = set;
  if (training.length > 0 && heldOut.length > 0 && !heldOutWasDrawn && !heldOutIsTest) {
    return { set, ranging: spread(byKey(training), mostRanging), measured: spread(byKey(heldOut), mostMeasured) };
  }
  const known = heldOutIsTest && training.length > 0 ? training : [...training, ...heldOut];
  const pool = spread(byKey(known.length > 0 ? known : test), mostRanging + mostMeasured);
  return {
    set,
    ranging: pool.filter((_, i) => i % shareRanging === 0).slice(0, mostRanging),
    measured: pool.filter((_, i) => i % shareRanging !== 0),
  };
}

const byKey = (samples: readonly Sample[]): readonly Sample[] =>
  samples.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));

/** At most so many, evenly spread: names often begin with the class. */
function spread(samples: readonly Sample[], most: number): readonly Sample[] {
  if (samples.length <= most) return samples;
  return Array.from({ length: most }, (_, i) => samples[Math.floor((i * samples.length) / most)] as Sample);
}
