/** What a run says of itself in `run.json`, and what of it decides its course. */

import type { BrokenPicture } from "../data/picture-store.js";
import { sha256 } from "../digest.js";
import type { PlainValue, RecipeThing } from "../recipe/thing.js";
import { version } from "../version.js";
import type { Fold } from "./cross-fitting.js";
import type { TrainingPlan } from "./plan.js";
import type { JsonRecord } from "./sealed-json.js";

export const runSchemaVersion = 1;

export interface DataRecord {
  readonly description: string;
  /** Digest over names, labels and contents of all pictures that are used. */
  readonly fingerprint: string;
  readonly heldOut: string;
  readonly classes: readonly { readonly name: string; readonly training: number; readonly heldOut: number }[];
  /** Pictures that could not be read, and why. */
  readonly skipped: readonly { readonly key: string; readonly code: string; readonly reason: string }[];
}

export interface RunFacts {
  readonly plan: TrainingPlan;
  /** Digest over the source texts. */
  readonly sourceSha256: string;
  /** What `--set` said. */
  readonly set: ReadonlyMap<string, string>;
  readonly limit: number | undefined;
  readonly data: DataRecord;
  readonly teacherSha256: string | undefined;
  /** Of the weights that the run began with, where the seed did not draw them. */
  readonly weightsSha256: string | undefined;
  /** Of the table of distributions, where the loss reads one. */
  readonly distributionsSha256?: string | undefined;
  /** Which part of the training pictures it is judged by, of how many, where it is one run of several. */
  readonly fold?: Fold | undefined;
}

/** A recipe's things as JSON: `{ "sgd": { "lr": 0.01, ... } }`. */
export function plainJson(value: PlainValue): unknown {
  if (typeof value !== "object") return value;
  if (!("kind" in value)) return value.map(plainJson);
  const { name, fields } = value as RecipeThing;
  return { [name]: Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, plainJson(field)])) };
}

const resolvedRecipe = ({ recipe }: TrainingPlan): Readonly<Record<string, unknown>> => ({
  name: recipe.name,
  student: recipe.student.name,
  ...(recipe.teacher === undefined ? {} : { teacher: recipe.teacher.model.name }),
  ...Object.fromEntries([...recipe.settings].map(([key, thing]) => [key, plainJson(thing)])),
});

/**
 * What of a run's record decides its course. The others may change when a run goes on: its length, which is asked for, and what
 * runs the steps; where the pictures lie does not count, their digest does.
 */
export function decisive(record: JsonRecord): JsonRecord {
  const { lferVersion: _l, nodeVersion: _n, engine: _e, epochs: _p, identity: _i, id: _d, ...kept } = record;
  const { recipe, data } = record as { readonly recipe?: JsonRecord; readonly data?: JsonRecord };
  const train = recipe?.train as Readonly<Record<string, JsonRecord | null>> | undefined;
  const withoutLength = Object.entries(train ?? {}).map(([name, run]) => {
    const { epochs: _, ...rest } = run ?? {};
    return [name, rest] as const;
  });
  const { seed, limit, sourceSha256, teacherSha256, weightsSha256, distributionsSha256, ...others } = kept;
  // The first that differs is told, so digests, which tell least, are the last.
  return {
    seed,
    limit,
    ...others,
    recipe: { ...recipe, train: Object.fromEntries(withoutLength) },
    data: { fingerprint: data?.fingerprint },
    distributionsSha256,
    teacherSha256,
    weightsSha256,
    sourceSha256,
  };
}

export function dataRecord(
  set: { readonly description: string; readonly classes: readonly string[]; readonly heldOutIs: string },
  halves: { readonly training: readonly { label: number }[]; readonly heldOut: readonly { label: number }[] },
  broken: readonly BrokenPicture[],
  fingerprint: string,
): DataRecord {
  const count = (samples: readonly { label: number }[], label: number): number =>
    samples.filter((sample) => sample.label === label).length;
  return {
    description: set.description,
    fingerprint,
    heldOut: set.heldOutIs,
    classes: set.classes.map((name, label) => ({
      name,
      training: count(halves.training, label),
      heldOut: count(halves.heldOut, label),
    })),
    skipped: broken.map(({ key, problem }) => {
      const { code, message } = problem.diagnose({});
      return { key, code, reason: message };
    }),
  };
}

export interface EngineFacts {
  readonly name: string;
  /** As it runs the step here: `ort, blocks of 16`. */
  readonly description: string;
  readonly threads: number | undefined;
}

/** The object of `run.json`; `id` tells this run from every other, also from one that was begun alike. */
export function runRecord(facts: RunFacts, engine: EngineFacts, id: string): JsonRecord {
  const { plan, sourceSha256, set, limit, data, teacherSha256, weightsSha256, distributionsSha256, fold } = facts;
  const record = {
    schemaVersion: runSchemaVersion,
    id,
    lferVersion: version,
    nodeVersion: process.versions.node,
    engine: { name: engine.name, description: engine.description, threads: engine.threads ?? null },
    model: plan.recipe.student.name,
    input: plan.picture,
    labels: plan.labels ?? null,
    recipe: resolvedRecipe(plan),
    settings: Object.fromEntries(set),
    seed: plan.seed,
    epochs: plan.epochs,
    limit: limit ?? null,
    sourceSha256,
    teacherSha256: teacherSha256 ?? null,
    weightsSha256: weightsSha256 ?? null,
    distributionsSha256: distributionsSha256 ?? null,
    fold: fold ?? null,
    data,
  };
  return { ...record, identity: sha256([JSON.stringify(decisive(record))]) };
}
