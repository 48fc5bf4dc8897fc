import { duration } from "../../diagnostics/number-text.js";
import { chartInPage } from "../chart-style.js";
import { curveCharts } from "../curves-svg.js";
import { markup } from "../markup.js";
import { type Section, type Shown, titleOf } from "../shown.js";

export function curvesSection({ run, facts, extras }: Shown): Section | undefined {
  const { records, best } = run;
  if (records.length === 0) return undefined;
  const charts = curveCharts({ title: titleOf(facts), records, best, lossScale: extras.lossScale });
  const seconds = records.reduce((sum, record) => sum + record.seconds, 0);
  const speed = records.at(-1)?.picturesPerSecond ?? 0;
  const words = `${records.length} epochs in ${duration(seconds)}; ${Math.round(speed)} pictures a second in the last one. Accuracy on training pictures is that of augmented ones, as the steps saw them.`;
  return {
    id: "curves",
    title: "Training",
    body: markup`<div class="${charts.length === 1 ? "scroll" : "charts"}">${charts.map((chart) => markup`<figure>${chartInPage(chart)}</figure>`)}</div><p class="muted small">${words}</p>`,
  };
}
