import type { DataSet, Sample } from "../../src/data/data-set.js";
import { openDataSet, plainData } from "../../src/data/open-data-set.js";
import type { DataLayout } from "../../src/data/recognise-layout.js";
import { type Diagnostic, isProblem } from "../../src/diagnostics/diagnostic.js";
import { asThing, type PlainValue } from "../../src/recipe/thing.js";

export interface Opening {
  readonly fields?: Readonly<Record<string, PlainValue>>;
  readonly labels?: readonly string[] | undefined;
  readonly classCount?: number | undefined;
  readonly seed?: number;
  readonly size?: { readonly width: number; readonly height: number };
  readonly home?: string;
}

/** A data set as opened for a recipe with these `fields`. */
export async function openLayout(layout: DataLayout, data: string, opening: Opening = {}) {
  const { fields = {}, labels, classCount = labels?.length, seed = 0, size, home = data } = opening;
  const plain = plainData(layout);
  const request = { data, home, labels, classCount, seed, size };
  return openDataSet(asThing({ ...plain, fields: { ...plain.fields, ...fields } }, "data"), request);
}

/** The data set, which must have been opened. */
export function opened(found: Awaited<ReturnType<typeof openLayout>>): DataSet {
  if ("read" in found) return found;
  throw new Error(found.map((problem) => problem.diagnose({}).message).join("\n"));
}

/** The messages for data that cannot be used. */
export function refusals(found: Awaited<ReturnType<typeof openLayout>>): readonly Diagnostic[] {
  return "read" in found ? [] : found.map((problem) => problem.diagnose({}));
}

export const codesOf = (found: Awaited<ReturnType<typeof openLayout>>): readonly string[] =>
  refusals(found).map(({ code }) => code);

export const warningsOf = ({ warnings }: DataSet): readonly string[] =>
  warnings.map((warning) => warning.diagnose({}).code);

export const keysOf = (samples: readonly Sample[] = []): readonly string[] => samples.map(({ key }) => key);

/** The error code of each sample's picture; "" if it can be read. */
export async function readAll(set: DataSet, samples: readonly Sample[]): Promise<readonly string[]> {
  const read = await Promise.all(samples.map((sample) => set.read(sample)));
  return read.map((found) => (isProblem(found) ? found.diagnose({}).code : ""));
}
