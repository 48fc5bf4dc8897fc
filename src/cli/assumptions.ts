/** The list that `check --assumptions` prints. */
import { oneLine } from "../diagnostics/display-text.js";
import { locateSpan } from "../diagnostics/source-text.js";
import { type Assumption, assumptionsIn } from "../semantics/checks/assumptions.js";
import type { CompiledPath } from "./compile-file.js";

export interface PlacedAssumption extends Omit<Assumption, "span"> {
  readonly file: string;
  readonly line: number;
}

/** Those of the file itself; imported files list their own. */
export function assumptionsOf({ sources, texts }: CompiledPath): readonly PlacedAssumption[] {
  const entry = sources.files.get(sources.entry);
  if (entry === undefined) return [];
  return assumptionsIn(entry.tree).map(({ span, ...assumption }) => {
    const place = locateSpan(span, texts);
    return { ...assumption, file: place?.file ?? span.file, line: place?.start.line ?? 0 };
  });
}

/** For people: name and value, then the source of the value and its location. */
export function renderAssumptions(all: readonly PlacedAssumption[]): string {
  return all
    .map(({ name, value, source, file, line }) => {
      const given = value === undefined ? "must be given" : value;
      return `${oneLine(`${name} = ${given}`)}\n    ${oneLine(source)}\n    ${oneLine(`${file}:${line}`)}\n`;
    })
    .join("");
}

/** For programs, as a field of the JSON object on stdout. */
export const assumptionsJson = (all: readonly PlacedAssumption[]): readonly object[] =>
  all.map(({ name, value, source, file, line }) => ({ name, value: value ?? null, source, file, line }));
