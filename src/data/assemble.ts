/** Rows made into a data set: classes, who is held out, what is odd. The one way for every layout. */
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { type ClassMap, type ClassWishes, mapClasses } from "./class-map.js";
import { type DataSet, hardTargets, type Sample } from "./data-set.js";
import { type Halves, heldOutShare, holdOut } from "./held-out.js";
import { holdOutPersons } from "./held-out-persons.js";
import { type NamePattern, namePattern } from "./name-pattern.js";
import { type Part, type Refused, type Row, type RowSource, refuse } from "./rows.js";
import { mappedTarget, TargetPool } from "./targets.js";

/** What a recipe may say of any data set. */
export interface AssemblyWishes extends ClassWishes {
  /** Of what is held out where the data do not say it. */
  readonly seed: number;
  readonly holdOut: "by picture" | "by person";
  /** The share of the training pictures that is held out; 0 where the data decide it. */
  readonly heldOut: number;
  /** What of a picture's name is its person or group (see `namePattern`); "" where it says nothing. */
  readonly person: string;
  readonly group: string;
}

export const plainWishes = {
  leaveOut: [],
  merge: [],
  holdOut: "by picture",
  heldOut: 0,
  person: "",
  group: "",
} as const satisfies Partial<AssemblyWishes>;

export function assemble(source: RowSource, wishes: AssemblyWishes): DataSet | Refused {
  const { path } = source;
  if (!source.rows.some(({ part }) => part === "training"))
    return refuse(problem("data/no-training-pictures", { path }));
  const classes = mapClasses(source, wishes);
  const person = patternOf(wishes.person, "person");
  const group = patternOf(wishes.group, "group");
  const wrong = [person, group].filter(isProblem);
  if ("kind" in classes || wrong.length > 0) {
    return refuse(...("kind" in classes ? classes.problems : []), ...wrong);
  }
  const samples = samplesOf(source, classes, { person: person as Pattern, group: group as Pattern });
  const split = splitOf(source, samples, wishes);
  if ("problems" in split) return split;
  const { training, heldOut, test, heldOutIs, heldOutWasDrawn } = split;
  if (training.length === 0) return refuse(problem("data/no-training-pictures", { path }));
  if (heldOut.length === 0) {
    const by = heldOutWasDrawn ? undefined : heldOutIs;
    return refuse(problem("data/nothing-held-out", { path, by, isByPerson: wishes.holdOut === "by person" }));
  }
  const shared = sharedPersons(path, split, wishes.holdOut);
  if (shared !== undefined && wishes.holdOut === "by person") return refuse(shared);
  return {
    description: source.description,
    classes: classes.names,
    training,
    heldOut,
    ...(test === undefined ? {} : { test }),
    heldOutIs,
    heldOutWasDrawn,
    heldOutIsTest: split.heldOutIsTest === true,
    warnings: [
      ...classes.warnings,
      ...missingClasses(path, classes.names, split),
      ...(shared === undefined ? [] : [shared]),
      ...source.warnings,
    ],
    read: ({ key }) => source.read(key),
    place: ({ key }) => source.place?.(key),
  };
}

type Pattern = NamePattern | undefined;

const patternOf = (written: string, what: "person" | "group"): Pattern | Problem =>
  written === "" ? undefined : namePattern(written, what);

type Samples = Readonly<Record<Part, Sample[]>> & {
  /** The file of a sample that shares it with others. */
  readonly files: ReadonlyMap<Sample, string>;
};

function samplesOf(
  { rows }: RowSource,
  { names, places }: ClassMap,
  patterns: { readonly person: Pattern; readonly group: Pattern },
): Samples {
  const hard = hardTargets(names.length);
  const pool = new TargetPool(names.length);
  const files = new Map<Sample, string>();
  const samples: Samples = { training: [], validation: [], test: [], files };
  for (const row of rows) {
    const labelled = labelOf(row, places, hard, pool);
    if (labelled === undefined) continue;
    const path = row.file ?? row.key;
    const person = patterns.person === undefined ? row.person : patterns.person(path);
    const group = patterns.group === undefined ? row.group : patterns.group(path);
    const sample: Sample = {
      key: row.key,
      ...labelled,
      ...(person === undefined ? {} : { person }),
      ...(group === undefined ? {} : { group }),
      ...(row.tensors === undefined ? {} : { tensors: row.tensors }),
    };
    if (row.file !== undefined) files.set(sample, row.file);
    samples[row.part].push(sample);
  }
  return samples;
}

/** Undefined where all that the row says is left out. */
function labelOf(row: Row, places: Int32Array, hard: readonly Float32Array[], pool: TargetPool) {
  if (row.shares !== undefined) return mappedTarget(row.shares, places, pool);
  const label = places[row.class] as number;
  return label < 0 ? undefined : { label, target: hard[label] as Float32Array };
}

interface Split extends Halves {
  readonly test: readonly Sample[] | undefined;
  readonly heldOutIs: string;
  readonly heldOutWasDrawn: boolean;
  readonly heldOutIsTest?: boolean;
}

/**
 * What epochs are judged by: what the recipe holds out, else the data's own validation part, else their test part (the papers'
 * habit), else a fifth. A test part that is not used for it is left for the end.
 */
function splitOf({ path, given }: RowSource, samples: Samples, wishes: AssemblyWishes): Split | Refused {
  const { training, validation, test } = samples;
  const kept = given.test === undefined ? undefined : test;
  if (wishes.heldOut > 0 && given.validation !== undefined) {
    return refuse(problem("data/held-out-twice", { path, share: wishes.heldOut, given: given.validation }));
  }
  if (wishes.heldOut === 0 && given.validation !== undefined) {
    const left = given.test === undefined ? "" : `; left alone: ${given.test}`;
    return { training, heldOut: validation, test: kept, heldOutIs: given.validation + left, heldOutWasDrawn: false };
  }
  if (wishes.heldOut === 0 && given.test !== undefined) {
    return {
      training,
      heldOut: test,
      test: undefined,
      heldOutIs: given.test,
      heldOutWasDrawn: false,
      heldOutIsTest: true,
    };
  }
  const share = wishes.heldOut === 0 ? heldOutShare : wishes.heldOut;
  const isByPerson = wishes.holdOut === "by person";
  const nobodys = isByPerson ? training.filter(({ person }) => person === undefined).length : 0;
  if (nobodys > 0) return refuse(problem("data/no-person", { path, count: nobodys, all: training.length }));
  const halves = isByPerson
    ? holdOutPersons(training, wishes.seed, share)
    : together(holdOut(training, wishes.seed, share), samples.files);
  const percent = Number((share * 100).toFixed(2));
  const left = given.test === undefined ? "" : `; left alone: ${given.test}`;
  return {
    ...halves,
    test: kept,
    heldOutIs: `${percent} % of each class, chosen by seed ${wishes.seed}${isByPerson ? ", whole persons" : ""}${left}`,
    heldOutWasDrawn: true,
  };
}

/** Rows of one file come to one side: where one of them is held out, all are. */
function together({ training, heldOut }: Halves, files: ReadonlyMap<Sample, string>): Halves {
  if (files.size === 0) return { training, heldOut };
  const out = new Set(heldOut.map((sample) => files.get(sample) ?? sample.key));
  const isOut = (sample: Sample): boolean => out.has(files.get(sample) ?? sample.key);
  return {
    training: training.filter((sample) => !isOut(sample)),
    heldOut: [...heldOut, ...training.filter(isOut)],
  };
}

/** Persons whose pictures are trained on and judged by as well. */
function sharedPersons(
  path: string,
  { training, heldOut, test = [] }: Split,
  wish: AssemblyWishes["holdOut"],
): Problem | undefined {
  const trained = new Set(training.flatMap(({ person }) => person ?? []));
  if (trained.size === 0) return undefined;
  const shared = new Set(
    [...heldOut, ...test].flatMap(({ person }) => (person !== undefined && trained.has(person) ? [person] : [])),
  );
  const [first] = shared;
  if (first === undefined) return undefined;
  const holes = { path, count: shared.size, all: trained.size, first };
  return wish === "by person" ? problem("data/person-on-both-sides", holes) : problem("data/persons-shared", holes);
}

/** Classes that training shows no picture of, and those that it shows and nothing is held out of. */
function missingClasses(path: string, names: readonly string[], { training, heldOut }: Halves): readonly Problem[] {
  const [trained, judged] = [training, heldOut].map((samples) => new Set(samples.map(({ label }) => label)));
  const untrained = names.filter((_, label) => !trained?.has(label));
  const unjudged = names.filter((_, label) => trained?.has(label) && !judged?.has(label));
  const told = [["training", untrained] as const, ["held-out", unjudged] as const];
  return told.flatMap(([part, classes]) =>
    classes.length === 0 ? [] : [problem("data/missing-classes", { path, part, classes })],
  );
}
