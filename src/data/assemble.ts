/** Makes a data set of rows: classes, held-out pictures, warnings. Used for every layout. */
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { type ClassMap, type ClassWishes, mapClasses } from "./class-map.js";
import { type DataSet, hardTargets, type Sample } from "./data-set.js";
import { type Halves, heldOutShare, holdOut } from "./held-out.js";
import { holdOutTogether } from "./held-out-together.js";
import { type NamePattern, namePattern } from "./name-pattern.js";
import { type Part, type Refused, type Row, type RowSource, refuse } from "./rows.js";
import { mappedTarget, TargetPool } from "./targets.js";

/** Parameters that a recipe may set for any data set. */
export interface AssemblyWishes extends ClassWishes {
  /** The seed for held-out pictures, if the data have no split. */
  readonly seed: number;
  readonly holdOut: "by picture" | "by person";
  /** The share of training pictures that is held out; 0 means that the data decide. */
  readonly heldOut: number;
  /** The pattern of a picture's name that gives its person or group (see `namePattern`); "" for none. */
  readonly person: string;
  readonly group: string;
  /** Only for evaluation: it may lack training pictures, or held-out ones. */
  readonly isOnlyJudged?: boolean;
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
  const { isOnlyJudged = false } = wishes;
  if (!isOnlyJudged && !source.rows.some(({ part }) => part === "training"))
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
  if (!isOnlyJudged && training.length === 0) return refuse(problem("data/no-training-pictures", { path }));
  if (!isOnlyJudged && heldOut.length === 0) {
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
    ...readingOf(source),
  };
}

/** A separate function, so that its closure does not keep the rows in memory. */
function readingOf({ read, place }: RowSource): Pick<DataSet, "read" | "place"> {
  return { read: ({ key }) => read(key), place: ({ key }) => place?.(key) };
}

type Pattern = NamePattern | undefined;

const patternOf = (written: string, what: "person" | "group"): Pattern | Problem =>
  written === "" ? undefined : namePattern(written, what);

type Samples = Readonly<Record<Part, Sample[]>> & {
  /** The file of a sample that shares it with other samples. */
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
    const { key } = row;
    const { label, target } = labelled;
    const said = person ?? group ?? row.tensors;
    const sample: Sample =
      said === undefined ? { key, label, target } : { key, label, target, person, group, tensors: row.tensors };
    if (row.file !== undefined) files.set(sample, row.file);
    samples[row.part].push(sample);
  }
  return samples;
}

/** Undefined if all classes of the row are left out. */
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
 * The pictures for evaluating epochs: those that the recipe holds out, else the data's validation part, else their test part
 * (as in the papers), else a fifth. An unused test part is kept for the end.
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
  const { files } = samples;
  const halves = isByPerson
    ? holdOutTogether(training, ({ person }) => person, wishes.seed, share)
    : files.size === 0
      ? holdOut(training, wishes.seed, share)
      : holdOutTogether(training, (sample) => files.get(sample) ?? sample.key, wishes.seed, share);
  const percent = Number((share * 100).toFixed(2));
  const left = given.test === undefined ? "" : `; left alone: ${given.test}`;
  return {
    ...halves,
    test: kept,
    heldOutIs: `${percent} % of each class, chosen by seed ${wishes.seed}${isByPerson ? ", whole persons" : ""}${left}`,
    heldOutWasDrawn: true,
  };
}

/** Persons with pictures in training and in evaluation. */
function sharedPersons(
  path: string,
  { training, heldOut, test = [] }: Split,
  wish: AssemblyWishes["holdOut"],
): Problem | undefined {
  const trained = new Set<string>();
  for (const { person } of training) if (person !== undefined) trained.add(person);
  if (trained.size === 0) return undefined;
  const shared = new Set<string>();
  for (const side of [heldOut, test]) {
    for (const { person } of side) if (person !== undefined && trained.has(person)) shared.add(person);
  }
  const [first] = shared;
  if (first === undefined) return undefined;
  const holes = { path, count: shared.size, all: trained.size, first };
  return wish === "by person" ? problem("data/person-on-both-sides", holes) : problem("data/persons-shared", holes);
}

/** Classes without training pictures, and classes with training pictures but none held out. */
function missingClasses(path: string, names: readonly string[], { training, heldOut }: Halves): readonly Problem[] {
  const [trained, judged] = [training, heldOut].map((samples) => new Set(samples.map(({ label }) => label)));
  const untrained = names.filter((_, label) => !trained?.has(label));
  const unjudged = names.filter((_, label) => trained?.has(label) && !judged?.has(label));
  const told = [["training", untrained] as const, ["held-out", unjudged] as const];
  return told.flatMap(([part, classes]) =>
    classes.length === 0 ? [] : [problem("data/missing-classes", { path, part, classes })],
  );
}
