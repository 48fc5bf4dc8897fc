/** The risk-coverage curve: accuracy if only confident predictions count. */
import type { RiskCoverage } from "../judging/risk-coverage.js";
import { ticksOf } from "./axis.js";
import type { Chart } from "./chart-style.js";
import { markup } from "./markup.js";
import { type Area, type Axis, drawAxes, drawLine } from "./plot.js";

const area: Area = { left: 62, top: 16, width: 300, height: 240 };

export function coverageChart({ points, area: mean }: RiskCoverage): Chart {
  const x: Axis = { low: 0, high: 100, ticks: ticksOf(0, 100, 5), name: "pictures answered, the surest first, %" };
  const most = points.reduce((top, { risk }) => Math.max(top, risk * 100), 1);
  const ticks = ticksOf(0, most, 5);
  const y: Axis = { low: 0, high: ticks.at(-1) as number, ticks, name: "wrong among them, %" };
  const line = {
    name: "",
    series: "held-out",
    points: points.map(({ coverage, risk }) => [coverage * 100, risk * 100] as const),
  } as const;
  return {
    width: area.left + area.width + 26,
    height: area.top + area.height + 124,
    label: `risk and coverage: ${(mean * 100).toFixed(1)}% wrong on average`,
    body: markup`${drawAxes(area, x, y)}${drawLine(area, x, y, line)}`,
  };
}
