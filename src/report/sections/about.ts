/** What was trained on which data, its costs, and how to repeat it. */

import { byteText, grouped, short } from "../../diagnostics/number-text.js";
import type { JsonObject } from "../../formats/json-object.js";
import { highlighted } from "../highlight.js";
import { type Markup, markup, noMarkup } from "../markup.js";
import { flattened } from "../run-facts.js";
import type { Costs, Section, Shown } from "../shown.js";
import { splitName } from "./splits.js";

export function aboutSections(shown: Shown): readonly Section[] {
  const { run, extras } = shown;
  const { recipe, settings, input, labels, data: _data, warnings: _warnings, ...others } = run.about;
  const sections: (Section | undefined)[] = [
    run.source === undefined
      ? undefined
      : { id: "recipe", title: "Recipe", body: markup`<pre><code>${highlighted(run.source)}</code></pre>` },
    pairs("settings", "Settings", { recipe, settings, input, labels }),
    dataSection(shown),
    extras.costs === undefined ? undefined : costsSection(extras.costs, run.sizes),
    pairs("run", "The run", others),
  ];
  return sections.filter((section) => section !== undefined);
}

function pairs(id: string, title: string, record: JsonObject): Section | undefined {
  const rows = flattened(Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)));
  if (rows.length === 0) return undefined;
  const body = markup`<div class="scroll"><table><tbody>${rows.map(
    ([path, value]) => markup`<tr><td>${path}</td><td class="text"><bdi>${value}</bdi></td></tr>`,
  )}</tbody></table></div>`;
  return { id, title, body };
}

const rowsAtMost = 200;
const skippedAtMost = 50;

function dataSection({ facts: { data, heldOut, classes, skipped } }: Shown): Section | undefined {
  if (classes.length === 0) return undefined;
  const splits = [...new Set(classes.flatMap(({ counts }) => Object.keys(counts)))].slice(0, 8);
  const sums = splits.map((split) => classes.reduce((sum, { counts }) => sum + (counts[split] ?? 0), 0));
  const more = classes.length - rowsAtMost;
  const rows = classes
    .slice(0, rowsAtMost)
    .map(
      ({ name, counts }) =>
        markup`<tr><td><bdi>${name}</bdi></td>${splits.map((split) => markup`<td>${counts[split] ?? 0}</td>`)}</tr>`,
    );
  return {
    id: "data",
    title: "Data",
    body: markup`<p>${data}${heldOut === "" ? "" : `; held out: ${heldOut}`}</p><div class="scroll"><table><thead><tr><th>class</th>${splits.map((split) => markup`<th>${splitName(split)}</th>`)}</tr></thead><tbody>${rows}<tr><td>all</td>${sums.map((sum) => markup`<td>${grouped(sum)}</td>`)}</tr></tbody></table></div>${more > 0 ? markup`<p class="muted small">and ${more} more classes</p>` : noMarkup}${skippedList(skipped)}`,
  };
}

function skippedList(skipped: Shown["facts"]["skipped"]): Markup {
  if (skipped.length === 0) return markup`<p class="muted small">No picture was left out.</p>`;
  const more = skipped.length - skippedAtMost;
  return markup`<h3>Left out: ${skipped.length}</h3><ul class="names">${skipped
    .slice(0, skippedAtMost)
    .map(
      ({ key, reason }) => markup`<li><bdi>${key}</bdi>: <bdi>${reason}</bdi></li>`,
    )}${more > 0 ? markup`<li>and ${more} more</li>` : noMarkup}</ul>`;
}

function costsSection(costs: Costs, sizes: Readonly<Record<string, number>>): Section {
  const files = Object.entries(sizes).map(([name, bytes]) => [name, byteText(bytes)] as const);
  const rows = [
    ["parameters", grouped(costs.params)],
    ["their bytes as float32", byteText(costs.paramBytes)],
    ["largest activations at once, one picture", byteText(costs.peakActivationBytes)],
    ...files,
  ] as const;
  return {
    id: "costs",
    title: "Costs",
    body: markup`<div class="scroll"><table><tbody>${rows.map(([name, value]) => markup`<tr><td>${name}</td><td class="text">${value}</td></tr>`)}</tbody></table></div><h3>Work for one picture</h3><p class="muted small">Tools count differently; each figure stands under the convention that gives it.</p><div class="scroll"><table><thead><tr><th>convention</th><th class="text">what</th><th>count</th><th>exactly</th></tr></thead><tbody>${costs.counts.map(
      ({ convention, quantity, value }) =>
        markup`<tr><td>${convention}</td><td class="text">${quantity}</td><td>${short(value)}</td><td>${grouped(value)}</td></tr>`,
    )}</tbody></table></div>`,
  };
}
