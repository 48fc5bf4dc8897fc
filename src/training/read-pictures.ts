/** Reads all pictures of a run once: which are good, and reports about the others. */
import type { DataSet, Sample } from "../data/data-set.js";
import { limitSamples } from "../data/held-out.js";
import type { Crew } from "../data/loader/crew.js";
import type { BrokenPicture, PictureStore } from "../data/picture-store.js";
import { findTwins, type NamedContent, type Twins } from "../data/twin-pictures.js";
import { type Diagnostic, diagnose, type Problem, problem } from "../diagnostics/diagnostic.js";
import { type Losses, mostBroken } from "./lost-pictures.js";

/** Events during reading. */
export interface ReadingEvents {
  onReading(done: number, all: number): void;
  onWarning(warning: Diagnostic): void;
  readonly isStopped: () => boolean;
}

/** Broken pictures that are named in messages; run.json lists all of them. */
const namedAtMost = 10;
const exampleTwins = 3;

export interface Pictures {
  readonly training: readonly Sample[];
  readonly heldOut: readonly Sample[];
  readonly broken: readonly BrokenPicture[];
  /** Equal contents on both sides: `left` for training, `right` held out. */
  readonly twins: readonly Twins[];
  readonly fingerprint: string;
}

export interface Reading {
  /** Maximum number of pictures of each side. */
  readonly limit: number | undefined;
  readonly seed: number;
  /** The largest share of pictures that may be broken. */
  readonly broken: number;
  readonly crew?: Crew | undefined;
}

/** Reads every picture once and leaves out the broken ones; undefined if the user interrupts it. */
export async function readPictures(
  set: DataSet,
  store: PictureStore,
  { limit, seed, broken: share, crew }: Reading,
  events: ReadingEvents,
): Promise<Pictures | Problem | undefined> {
  const training = limitSamples(set.training, limit, seed);
  const heldOut = limitSamples(set.heldOut, limit, seed);
  const all = [...training, ...heldOut];
  const onProgress = (done: number): void => events.onReading(done, all.length);
  const looked = await store.inspect(all, { onProgress, isStopped: events.isStopped, crew });
  if (events.isStopped()) return undefined;
  const { bad, broken, fingerprint, digests } = looked;
  for (const { problem: found } of broken.slice(0, namedAtMost)) {
    events.onWarning({ ...found.diagnose({}), severity: "warning" });
  }
  if (broken.length > 0) {
    const holes = { data: set.description, broken: broken.length, all: all.length, named: namedAtMost };
    events.onWarning(diagnose("data/pictures-left-out", holes));
  }
  const halves = {
    training: training.filter((sample) => !bad.has(sample)),
    heldOut: heldOut.filter((sample) => !bad.has(sample)),
  };
  if (halves.training.length === 0 || halves.heldOut.length === 0) {
    return problem("train/no-good-pictures", { data: set.description, broken: broken.length, all: all.length });
  }
  const lost = lostClasses(set, training, bad, "training") ?? lostClasses(set, heldOut, bad, "held-out");
  if (lost !== undefined) return lost;
  const most = mostBroken(share, all.length);
  if (broken.length > most) {
    return problem("data/too-many-broken", {
      data: set.description,
      broken: broken.length,
      all: all.length,
      most,
      share,
    });
  }
  const contents = function* (samples: readonly Sample[], from: number): Generator<NamedContent> {
    for (const [i, { key }] of samples.entries()) {
      const digest = digests.get(from + i);
      if (digest !== undefined) yield { key, digest };
    }
  };
  // The smaller side is kept in memory for the comparison.
  const twins = findTwins(contents(heldOut, training.length), contents(training, 0)).map(({ left, right }) => ({
    left: right,
    right: left,
  }));
  if (twins.length > 0) events.onWarning(sameOnBothSides(set, twins));
  return { ...halves, broken, twins, fingerprint };
}

function sameOnBothSides(set: DataSet, twins: readonly Twins[]): Diagnostic {
  const count = (side: "left" | "right"): number => twins.reduce((sum, each) => sum + each[side].length, 0);
  const examples = twins.slice(0, exampleTwins).map(({ left, right }) => [left[0] ?? "", right[0] ?? ""] as const);
  const holes = { data: set.description, contents: twins.length, training: count("left"), heldOut: count("right") };
  return diagnose("data/same-pictures", { ...holes, examples });
}

/** How many of them may still be lost during the run: the rest of the share. */
export function lossesOf(set: DataSet, { training, heldOut, broken }: Pictures, share: number): Losses {
  const pictures = training.length + heldOut.length + broken.length;
  return { data: set.description, pictures, share, broken: broken.length };
}

/** Classes that had pictures in this part and have no readable ones. */
function lostClasses(
  set: DataSet,
  samples: readonly Sample[],
  bad: ReadonlySet<Sample>,
  part: string,
): Problem | undefined {
  const left = new Set<number>();
  for (const sample of samples) if (!bad.has(sample)) left.add(sample.label);
  const lost = samples.filter(({ label }) => !left.has(label));
  if (lost.length === 0) return undefined;
  const classes = [...new Set(lost.map(({ label }) => label))].sort((a, b) => a - b);
  const names = classes.map((label) => set.classes[label] ?? `class ${label}`);
  return problem("data/class-unreadable", { data: set.description, part, classes: names, count: lost.length });
}
