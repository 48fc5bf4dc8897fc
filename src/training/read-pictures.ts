/** The first look at a run's pictures: which are good, and what is said of the others. */
import type { DataSet, Sample } from "../data/data-set.js";
import { limitSamples } from "../data/held-out.js";
import type { BrokenPicture, PictureStore } from "../data/picture-store.js";
import { type Diagnostic, diagnose, type Problem, problem } from "../diagnostics/diagnostic.js";

/** What is told meanwhile. */
export interface ReadingEvents {
  onReading(done: number, all: number): void;
  onWarning(warning: Diagnostic): void;
  readonly isStopped: () => boolean;
}

/** Broken pictures that are named one by one; run.json has all of them. */
const namedAtMost = 10;

export interface Pictures {
  readonly training: readonly Sample[];
  readonly heldOut: readonly Sample[];
  readonly broken: readonly BrokenPicture[];
  readonly fingerprint: string;
}

/** Reads every picture once and leaves out the broken ones; undefined where the user has had enough of it. */
export async function readPictures(
  set: DataSet,
  store: PictureStore,
  { limit, seed }: { readonly limit: number | undefined; readonly seed: number },
  events: ReadingEvents,
): Promise<Pictures | Problem | undefined> {
  const training = limitSamples(set.training, limit, seed);
  const heldOut = limitSamples(set.heldOut, limit, seed);
  const all = [...training, ...heldOut];
  const looked = await store.inspect(all, (done) => events.onReading(done, all.length), events.isStopped);
  if (events.isStopped()) return undefined;
  const { good, broken, fingerprint } = looked;
  for (const { problem: found } of broken.slice(0, namedAtMost)) {
    events.onWarning({ ...found.diagnose({}), severity: "warning" });
  }
  if (broken.length > 0) {
    const holes = { data: set.description, broken: broken.length, all: all.length, named: namedAtMost };
    events.onWarning(diagnose("data/pictures-left-out", holes));
  }
  const halves = {
    training: training.filter((sample) => good.has(sample)),
    heldOut: heldOut.filter((sample) => good.has(sample)),
  };
  if (halves.training.length === 0 || halves.heldOut.length === 0) {
    return problem("train/no-good-pictures", { data: set.description, broken: broken.length, all: all.length });
  }
  const lost = lostClasses(set, training, good, "training") ?? lostClasses(set, heldOut, good, "held-out");
  return lost ?? { ...halves, broken, fingerprint };
}

/** That a class had pictures in this part and has none left. */
function lostClasses(
  set: DataSet,
  samples: readonly Sample[],
  good: ReadonlySet<Sample>,
  part: string,
): Problem | undefined {
  const left = new Set(samples.filter((sample) => good.has(sample)).map(({ label }) => label));
  const lost = samples.filter(({ label }) => !left.has(label));
  if (lost.length === 0) return undefined;
  const classes = [...new Set(lost.map(({ label }) => label))].sort((a, b) => a - b);
  const names = classes.map((label) => set.classes[label] ?? `class ${label}`);
  return problem("data/class-unreadable", { data: set.description, part, classes: names, count: lost.length });
}
