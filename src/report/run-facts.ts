/** The fields of `run.json` that a report shows; of unknown type until checked. */
import { isJsonObject, type JsonObject } from "../formats/json-object.js";

export interface ClassCounts {
  readonly name: string;
  /** Number of pictures by split: `training`, `heldOut`, others of the data set. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface RunFacts {
  readonly model: string;
  readonly recipe: string;
  /** The requested number of epochs. */
  readonly epochs: number | undefined;
  /** Whether its record is complete: the run is finished, or ended early. */
  readonly hasEnded: boolean;
  readonly data: string;
  readonly heldOut: string;
  readonly classes: readonly ClassCounts[];
  readonly skipped: readonly { readonly key: string; readonly reason: string }[];
  readonly warnings: readonly string[];
}

const recordIn = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});
const textIn = (value: unknown): string => (typeof value === "string" ? value : "");
const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export function factsOf(about: JsonObject): RunFacts {
  const data = recordIn(about.data);
  return {
    model: textIn(about.model) || "a model",
    recipe: textIn(recordIn(about.recipe).name) || "a recipe",
    epochs: Number.isSafeInteger(about.epochs) ? (about.epochs as number) : undefined,
    hasEnded: about.result !== undefined,
    data: textIn(data.description),
    heldOut: textIn(data.heldOut),
    classes: listIn(data.classes).filter(isJsonObject).map(classCounts),
    skipped: listIn(data.skipped)
      .filter(isJsonObject)
      .map(({ key, reason }) => ({ key: textIn(key), reason: textIn(reason) })),
    warnings: [...listIn(about.warnings), ...listIn(data.warnings)]
      .map((each) => textIn(each) || textIn(recordIn(each).message))
      .filter((text) => text !== ""),
  };
}

function classCounts({ name, ...rest }: JsonObject): ClassCounts {
  const counts = Object.entries(rest).filter(
    (entry): entry is [string, number] => Number.isSafeInteger(entry[1]) && (entry[1] as number) >= 0,
  );
  return { name: textIn(name), counts: Object.fromEntries(counts) };
}

/** Limits on the number of rows and the length of values. */
const rowsAtMost = 400;
const lettersAtMost = 400;

/** Every plain value of a record under its path, `recipe.optimizer.adam.lr`, in the order of the record. */
export function flattened(record: JsonObject): readonly (readonly [path: string, value: string])[] {
  const rows: (readonly [string, string])[] = [];
  const visit = (value: unknown, path: string): void => {
    if (rows.length >= rowsAtMost) return;
    const inner: readonly (readonly [string, unknown])[] | undefined = isJsonObject(value)
      ? Object.entries(value).map(([key, each]) => [path === "" ? key : `${path}.${key}`, each] as const)
      : Array.isArray(value) && !value.every(isPlain)
        ? value.map((each, i) => [`${path}[${i}]`, each] as const)
        : undefined;
    if (inner !== undefined) for (const [place, each] of inner) visit(each, place);
    else rows.push([path, cut((Array.isArray(value) ? value.map(String).join(", ") : String(value ?? "")) || "–")]);
  };
  visit(record, "");
  return rows;
}

const isPlain = (value: unknown): boolean => typeof value !== "object" || value === null;

const cut = (text: string): string =>
  text.length > lettersAtMost ? `${text.slice(0, lettersAtMost).replace(/\p{Cs}$/u, "")}…` : text;
