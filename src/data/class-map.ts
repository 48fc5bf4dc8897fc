/** Matches the classes of the data with a model's labels by name, with the recipe's `leave_out` and `merge`. */
import { type Problem, problem } from "../diagnostics/diagnostic.js";
import { suggest } from "../diagnostics/suggest.js";
import { composed, labelNamed } from "./label-names.js";
import { type Part, parts, type Refused, type RowSource, refuse } from "./rows.js";

export interface ClassWishes {
  /** The model's labels; undefined if it has none. */
  readonly labels: readonly string[] | undefined;
  /** The model's number of classes; undefined without a model. */
  readonly classCount: number | undefined;
  /** Classes of the data to leave out. */
  readonly leaveOut: readonly string[];
  /** `contempt -> anger`: pictures of the first class count as the second. */
  readonly merge: readonly string[];
}

export interface ClassMap {
  /** In the model's order. */
  readonly names: readonly string[];
  /** For each class of the source its index in `names`; -1 if it is left out. */
  readonly places: Int32Array;
  readonly warnings: readonly Problem[];
}

const leftOut = -1;

export function mapClasses(source: RowSource, wishes: ClassWishes): ClassMap | Refused {
  const { path, classes } = source;
  const called = newNames(source, wishes);
  if ("kind" in called) return called;
  const seen = classesSeen(source);
  const occurring = classes.flatMap((_, index) => (seen.some((inPart) => inPart.has(index)) ? [index] : []));
  const wanted = occurring.flatMap((index) => called[index] ?? []);
  if (wanted.length === 0) return refuse(problem("data/no-classes-left", { path, classes }));
  const { labels, classCount } = wishes;
  const own = [...new Set(wanted.map(composed))];
  const names = labels ?? (source.isOrdered ? own : own.sort((a, b) => (a < b ? -1 : 1)));
  if (classCount !== undefined && names.length !== classCount) {
    return refuse(problem("data/class-count", { path, found: names, classes: classCount }));
  }
  const exact = new Map(names.map((name, place) => [composed(name), place]));
  const placeOf = (name: string): number | undefined => exact.get(composed(name)) ?? labelNamed(name, names);
  const unknown = [...new Set(wanted.filter((name) => placeOf(name) === undefined))];
  if (unknown.length > 0) {
    const suggestion = unknown.length === 1 ? suggest(unknown[0] as string, names) : undefined;
    return refuse(
      problem("data/unknown-class", {
        path,
        unknown,
        labels: names,
        suggestion,
        isAll: unknown.length === new Set(wanted).size,
      }),
    );
  }
  const places = Int32Array.from(called, (name) => (name === undefined ? leftOut : (placeOf(name) ?? leftOut)));
  return { names, places, warnings: unasked(source, called, seen, { names, places }) };
}

/** For each class of the source its new name; undefined if it is left out. */
function newNames(
  { path, classes }: RowSource,
  { labels = [], leaveOut, merge }: ClassWishes,
): readonly (string | undefined)[] | Refused {
  const called: (string | undefined)[] = [...classes];
  const problems: Problem[] = [];
  const changed = new Set<number>();
  const unknown = (parameter: string, name: string, known: readonly string[]): void => {
    problems.push(problem("data/no-such-class", { path, parameter, name, known, suggestion: suggest(name, known) }));
  };
  const change = (parameter: string, name: string, to: string | undefined): void => {
    const index = labelNamed(name, classes);
    if (index === undefined) {
      unknown(parameter, name, classes);
      return;
    }
    if (changed.has(index)) problems.push(problem("data/class-said-twice", { path, name }));
    changed.add(index);
    called[index] = to;
  };
  for (const name of leaveOut) change("leave_out", name, undefined);
  const targets: { readonly written: string; readonly index: number }[] = [];
  for (const written of merge) {
    const [from = "", to = "", ...more] = written.split("->").map((name) => name.trim());
    if (from === "" || to === "" || more.length > 0) {
      problems.push(problem("data/bad-merge", { written, reason: 'it is not of the form "one -> other"' }));
      continue;
    }
    const index = labelNamed(to, classes);
    if (index === undefined && labelNamed(to, labels) === undefined) unknown("merge", to, [...classes, ...labels]);
    else if (index !== undefined) targets.push({ written, index });
    change("merge", from, index === undefined ? to : classes[index]);
  }
  for (const { written, index } of targets) {
    if (!changed.has(index)) continue;
    problems.push(problem("data/bad-merge", { written, reason: `${classes[index]} is itself left out or merged` }));
  }
  return problems.length > 0 ? refuse(...problems) : called;
}

/** By part, the classes of the source that occur in it. */
function classesSeen({ rows }: RowSource): readonly ReadonlySet<number>[] {
  const seen = new Map<Part, Set<number>>(parts.map((part) => [part, new Set()]));
  for (const row of rows) {
    const inPart = seen.get(row.part) as Set<number>;
    if (row.shares === undefined) inPart.add(row.class);
    else for (const [index, share] of row.shares.entries()) if (share > 0) inPart.add(index);
  }
  return [...seen.values()];
}

/** Classes of one part that match the same label of the model, by case, spaces, accents or synonyms, without an explicit merge. */
function unasked(
  { path, classes }: RowSource,
  called: readonly (string | undefined)[],
  seen: readonly ReadonlySet<number>[],
  { names, places }: Pick<ClassMap, "names" | "places">,
): readonly Problem[] {
  return seen.flatMap((inPart) => {
    const byPlace = new Map<number, string[]>();
    for (const index of [...inPart].toSorted((a, b) => a - b)) {
      const [place = leftOut, name = ""] = [places[index], classes[index]];
      if (called[index] === name) byPlace.set(place, [...(byPlace.get(place) ?? []), name]);
    }
    return [...byPlace].flatMap(([place, same]) =>
      same.length > 1 ? [problem("data/folders-of-one-class", { path, folders: same, label: names[place] ?? "" })] : [],
    );
  });
}
