/** Metrics by class, the confusion matrix, and calibration. */
import type { Answers } from "../../judging/answers.js";
import { calibrationOf } from "../../judging/calibration.js";
import { pointAt, riskCoverageOf } from "../../judging/risk-coverage.js";
import type { Summary } from "../../judging/summary.js";
import { chartInPage } from "../chart-style.js";
import { confusionChart } from "../confusion-svg.js";
import { coverageChart } from "../coverage-svg.js";
import { percentOrDash, percentText } from "../figures-text.js";
import { type Markup, markup, noMarkup } from "../markup.js";
import { reliabilityChart } from "../reliability-svg.js";
import type { Section, Shown } from "../shown.js";

export function judgedSections({ run: { answers }, summary }: Shown): readonly Section[] {
  if (answers === undefined || summary === undefined) return [];
  return [
    {
      id: "confusion",
      title: "Confusion",
      body: markup`<div class="scroll">${chartInPage(confusionChart("", summary))}</div><p class="muted small">Rows are true classes, columns are answers; a field has the pictures and their share of the row, what is right is framed.</p>${frequentMistakes(summary)}`,
    },
    { id: "classes", title: "Classes", body: classTable(summary) },
    { id: "sureness", title: "Sureness", body: sureness(answers, summary) },
  ];
}

const pairsAtMost = 6;

function frequentMistakes({ confusion, perClass }: Summary): Markup {
  const name = (c: number): string => perClass[c]?.name ?? "";
  const wrong: { readonly truth: number; readonly answer: number; readonly count: number }[] = [];
  // Most cells of a large matrix are empty: they are skipped.
  for (const [truth, row] of confusion.entries())
    for (const [answer, count] of row.entries())
      if (truth !== answer && count > 0) wrong.push({ truth, answer, count });
  const pairs = wrong
    .sort((a, b) => b.count - a.count || a.truth - b.truth || a.answer - b.answer)
    .slice(0, pairsAtMost);
  if (pairs.length === 0) return noMarkup;
  return markup`<h3>Most frequent mistakes</h3><ul class="names">${pairs.map(({ truth, answer, count }) => {
    const all = perClass[truth]?.samples ?? 0;
    return markup`<li><bdi>${name(truth)}</bdi> answered as <bdi>${name(answer)}</bdi>: ${count} of ${all} (${percentText(count / all)})</li>`;
  })}</ul>`;
}

/** Limit on rows: answers.csv has all. */
const classesAtMost = 200;

function classTable({ perClass }: Summary): Markup {
  const more = perClass.length - classesAtMost;
  return markup`<div class="scroll"><table><thead><tr><th>class</th><th>pictures</th><th>found (recall)</th><th>right when said (precision)</th><th>F1</th></tr></thead><tbody>${perClass
    .slice(0, classesAtMost)
    .map(
      ({ name, samples, recall, precision, f1 }) =>
        markup`<tr class="${recall === 0 ? "none" : ""}"><td><bdi>${name}</bdi></td><td>${samples}</td><td>${percentOrDash(recall)}</td><td>${percentOrDash(precision)}</td><td>${f1 === undefined ? "–" : f1.toFixed(3)}</td></tr>`,
    )}</tbody></table></div>${more > 0 ? markup`<p class="muted small">and ${more} more classes</p>` : noMarkup}`;
}

function sureness(answers: Answers, { calibrationError }: Summary): Markup {
  const curve = riskCoverageOf(answers);
  const half = pointAt(curve, 0.5);
  const gain =
    half === undefined
      ? ""
      : `Answering only the ${percentText(half.coverage)} it is surest of, it is wrong about ${percentText(half.risk)} of them.`;
  return markup`<div class="charts"><figure>${chartInPage(reliabilityChart(calibrationOf(answers.pictures)))}<figcaption>Reliability: how often answers of that probability are right. A full gap above a bar: surer than right; a framed one: less sure than right. Calibration error ${percentText(calibrationError)}.</figcaption></figure><figure>${chartInPage(coverageChart(curve))}<figcaption>Risk and coverage: how often it is wrong if it keeps silent where it is unsure. ${gain}</figcaption></figure></div>`;
}
