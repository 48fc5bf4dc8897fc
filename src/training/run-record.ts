/** The record of a run in `run.json`, and which of its fields identify the run. */

import { sha256 } from "../formats/digest.js";
import type { JsonObject } from "../formats/json-object.js";
import type { PlainValue, RecipeThing } from "../recipe/thing.js";
import { version } from "../version.js";
import type { Fold } from "./cross-fitting.js";
import { enginesOfRun } from "./engines-of-run.js";
import type { Best } from "./metrics.js";
import type { TrainingPlan } from "./plan.js";
import type { Pictures } from "./read-pictures.js";
import { runFiles } from "./run-files.js";

export const runSchemaVersion = 1;

/** How many contents with several names run.json lists, and how many names of each. */
const listedTwins = 1000;
const namesOfOne = 10;

export interface DataRecord {
  readonly description: string;
  /** Digest over names, labels and contents of all pictures used. */
  readonly fingerprint: string;
  readonly heldOut: string;
  readonly classes: readonly { readonly name: string; readonly training: number; readonly heldOut: number }[];
  /** Contents on both sides, byte for byte: their number, and the first thousand by name. */
  readonly samePictures: {
    readonly count: number;
    readonly listed: readonly { readonly training: readonly string[]; readonly heldOut: readonly string[] }[];
  };
  /** Pictures that could not be read, and why. */
  readonly skipped: readonly { readonly key: string; readonly code: string; readonly reason: string }[];
}

export interface RunFacts {
  readonly plan: TrainingPlan;
  /** Digest over the source texts. */
  readonly sourceSha256: string;
  /** The file to compile, by its name in the run's folder. */
  readonly entry: string;
  /** The settings of `--set`. */
  readonly set: ReadonlyMap<string, string>;
  readonly limit: number | undefined;
  readonly data: DataRecord;
  readonly teacherSha256: string | undefined;
  /** Digest of the initial weights, if they are from a file. */
  readonly weightsSha256: string | undefined;
  /** Digest of the table of distributions, if the loss reads one. */
  readonly distributionsSha256?: string | undefined;
  /** The part of the training pictures that it is evaluated on, and the number of parts, if it is one of several runs. */
  readonly fold?: Fold | undefined;
}

/** Circumstances of a run that do not affect its result. */
export interface Circumstances {
  readonly commandLine: readonly string[];
  /** The git commit of the source's repository, if there is one. */
  readonly commit: string | undefined;
  /** Version of the package that runs the steps, and of the one that decodes pictures. */
  readonly engineVersion: string | undefined;
  readonly sharpVersion: string | undefined;
  now(): Date;
}

/** A recipe's entries as JSON: `{ "sgd": { "lr": 0.01, ... } }`. */
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
  ...Object.fromEntries(Object.entries(recipe.settings).map(([key, thing]) => [key, plainJson(thing as RecipeThing)])),
});

/** Fields that are added to a record when its run has ended; they do not identify the run. */
const ofItsEnd = ["ended", "result"] as const;

const circumstantial: ReadonlySet<string> = new Set([
  ...["lferVersion", "nodeVersion", "sharpVersion", "engine", "engines", "commandLine", "commit", "begun"],
  ...["epochs", "identity", "id", "entry"],
  ...ofItsEnd,
]);

/** A record as it was before the run ended. */
export const withoutEnd = (record: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !(ofItsEnd as readonly string[]).includes(key)));

/**
 * The fields of a run's record that determine its course. Others may change when a run is resumed: its length, if requested,
 * and what runs the steps. The pictures' digest is included, their location is not.
 */
export function decisive(record: JsonObject): JsonObject {
  const kept = Object.fromEntries(Object.entries(record).filter(([key]) => !circumstantial.has(key)));
  const { recipe, data } = record as { readonly recipe?: JsonObject; readonly data?: JsonObject };
  const train = recipe?.train as Readonly<Record<string, JsonObject | null>> | undefined;
  const withoutLength = Object.entries(train ?? {}).map(([name, run]) => {
    const { epochs: _, ...rest } = run ?? {};
    return [name, rest] as const;
  });
  const { seed, limit, sourceSha256, teacherSha256, weightsSha256, distributionsSha256, ...others } = kept;
  // The first difference is reported, so digests, which say least, come last.
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
  { broken, fingerprint, twins, ...halves }: Pictures,
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
    samePictures: {
      count: twins.length,
      listed: twins.slice(0, listedTwins).map(({ left, right }) => ({
        training: left.slice(0, namesOfOne),
        heldOut: right.slice(0, namesOfOne),
      })),
    },
    skipped: broken.map(({ key, problem }) => {
      const { code, message } = problem.diagnose({});
      return { key, code, reason: message };
    }),
  };
}

export interface EngineFacts {
  readonly name: string;
  /** How the step runs here: `ort, blocks of 16`. */
  readonly description: string;
  readonly threads: number | undefined;
}

/** The result of a complete run. */
export interface RunEnd {
  readonly best: Best;
  readonly epochs: number;
  readonly stoppedEarly: boolean;
}

/** The record of a complete run. */
export const endedRecord = (record: JsonObject, result: RunEnd, at: Date): JsonObject => ({
  ...withoutEnd(record),
  ended: at.toISOString(),
  result,
});

/** Distinguishes a run from all others, also from runs that were started alike. */
export interface RunIdentity {
  readonly id: string;
  /** Its start, in ISO 8601. */
  readonly begun: string;
}

/** What decides a run besides its pictures, as in its record. */
export function recordOfPlan(facts: Omit<RunFacts, "data">): JsonObject {
  const { plan, sourceSha256, entry, set, limit, teacherSha256, weightsSha256, distributionsSha256, fold } = facts;
  return {
    model: plan.recipe.student.name,
    input: plan.picture,
    labels: plan.labels ?? null,
    recipe: resolvedRecipe(plan),
    settings: Object.fromEntries(set),
    seed: plan.seed,
    epochs: plan.epochs,
    limit: limit ?? null,
    sourceSha256,
    ...(entry === runFiles.model ? {} : { entry }),
    teacherSha256: teacherSha256 ?? null,
    weightsSha256: weightsSha256 ?? null,
    distributionsSha256: distributionsSha256 ?? null,
    fold: fold ?? null,
  };
}

/** The object of `run.json`; `before`: of a run that goes on. */
export function runRecord(
  facts: RunFacts,
  engine: EngineFacts,
  { id, begun }: RunIdentity,
  circumstances: Circumstances,
  before?: { readonly record: JsonObject; readonly epochsDone: number } | undefined,
): JsonObject {
  const { commandLine, commit, engineVersion, sharpVersion } = circumstances;
  const now = {
    name: engine.name,
    description: engine.description,
    threads: engine.threads ?? null,
    version: engineVersion ?? null,
  };
  const record = {
    schemaVersion: runSchemaVersion,
    id,
    lferVersion: version,
    nodeVersion: process.versions.node,
    sharpVersion: sharpVersion ?? null,
    engine: now,
    engines: enginesOfRun(before?.record, before?.epochsDone ?? 0, now),
    begun,
    commandLine,
    commit: commit ?? null,
    ...recordOfPlan(facts),
    data: facts.data,
  };
  return { ...record, identity: sha256([JSON.stringify(decisive(record))]) };
}
