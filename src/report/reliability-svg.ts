/**
 * The reliability diagram: accuracy by confidence. A bar ends at the smaller of the two; the gap above it is filled for
 * overconfidence, and outlined for underconfidence.
 */
import { type CalibrationBin, calibrationBins } from "../judging/calibration.js";
import { ticksOf } from "./axis.js";
import type { Chart } from "./chart-style.js";
import { type Markup, markup } from "./markup.js";
import { type Area, type Axis, drawAxes, drawLine, round, xOf, yOf } from "./plot.js";

const area: Area = { left: 62, top: 16, width: 300, height: 240 };
const countsHeight = 46;

export function reliabilityChart(bins: readonly CalibrationBin[]): Chart {
  const percents = (name: string): Axis => ({ low: 0, high: 100, ticks: ticksOf(0, 100, 5), name });
  const [x, y] = [percents("probability of the answer, %"), percents("right answers, %")];
  const strip: Area = { ...area, top: area.top + area.height + 54, height: countsHeight };
  const most = bins.reduce((top, { count }) => Math.max(top, count), 1);
  const bars = bins.map((bin, i): Markup => {
    if (bin.count === 0) return markup``;
    const [from, to] = [xOf(area, x, (i * 100) / calibrationBins), xOf(area, x, ((i + 1) * 100) / calibrationBins)];
    const [right, sure] = [(bin.right * 100) / bin.count, (bin.sureness * 100) / bin.count];
    const [atRight, atSure] = [yOf(area, y, right), yOf(area, y, sure)];
    const base = area.top + area.height;
    const width = round(to - from - 1);
    const [gapTop, gapHeight] = [Math.min(atRight, atSure), round(Math.abs(atRight - atSure))];
    const height = round((bin.count / most) * countsHeight);
    const words = `${bin.count} answers, ${sure.toFixed(1)}% sure, ${right.toFixed(1)}% right`;
    const common = Math.max(atRight, atSure);
    const gap = sure > right ? "gap" : "gap-outline";
    return markup`<g><title>${words}</title><rect class="bar" x="${from}" y="${common}" width="${width}" height="${round(base - common)}"/><rect class="${gap}" x="${from}" y="${gapTop}" width="${width}" height="${gapHeight}"/><rect class="bar" fill-opacity="0.55" x="${from}" y="${round(strip.top + strip.height - height)}" width="${width}" height="${height}"/></g>`;
  });
  const diagonal = {
    name: "",
    series: "ideal",
    points: [
      [0, 0],
      [100, 100],
    ],
  } as const;
  return {
    width: area.left + area.width + 26,
    height: strip.top + strip.height + 24,
    label: `reliability: ${bins.filter(({ count }) => count > 0).length} of ${calibrationBins} bins hold answers`,
    body: markup`${drawAxes(area, x, y)}${bars}${drawLine(area, x, y, { ...diagonal, points: diagonal.points.map(([a, b]) => [a, b] as const) })}<path class="frame" d="M${strip.left} ${strip.top + strip.height}h${strip.width}"/><text class="end muted small" x="${strip.left - 8}" y="${strip.top + 9}">${most}</text><text class="middle muted small" x="${strip.left + strip.width / 2}" y="${strip.top + strip.height + 18}">how many answers are so sure</text>`,
  };
}
