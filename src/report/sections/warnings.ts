/** Warnings that affect how the metrics should be read. */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { markup } from "../markup.js";
import type { Section, Shown } from "../shown.js";
import { splitName } from "./splits.js";

/** Limit on warnings; run.json has the others. */
const shownAtMost = 30;

export function warningsSection(shown: Shown, diagnostics: readonly Diagnostic[]): Section | undefined {
  const found = [...diagnostics.map(({ message }) => message), ...shown.facts.warnings, ...oddities(shown)];
  if (found.length === 0) return undefined;
  const all = [...new Set(found)];
  const more = all.length - shownAtMost;
  return {
    id: "warnings",
    title: "What to look at first",
    body: markup`<ul>${all.slice(0, shownAtMost).map((text) => markup`<li>${text}</li>`)}${more > 0 ? markup`<li>and ${more} more</li>` : []}</ul>`,
  };
}

function oddities({ facts, summary }: Shown): readonly string[] {
  const missing = facts.classes.flatMap(({ name, counts }) =>
    ["training", "heldOut"]
      .filter((split) => counts[split] === 0)
      .map((split) => `${name} has no pictures ${split === "training" ? "to train on" : splitName(split)}`),
  );
  const { skipped } = facts;
  const found = (summary?.perClass ?? []).flatMap(({ name, samples, recall }) =>
    samples > 0 && recall === 0 ? [`nothing of ${name} is ever found: 0 of ${samples}`] : [],
  );
  return [
    ...missing,
    ...(skipped.length > 0 ? [`${skipped.length} pictures could not be read and were left out`] : []),
    ...found,
  ];
}
