/** Accuracy, loss and learning rate over the epochs of a run, as an SVG. */
import type { Best, EpochRecord } from "../training/metrics.js";
import { ticksOf } from "./axis.js";
import { type Chart, chartFile, type Series } from "./chart-style.js";
import { type Markup, markup, noMarkup } from "./markup.js";
import { type Area, type Axis, drawAxes, drawLegend, drawLine, type Line, round, xOf, yOf } from "./plot.js";

export interface Curves {
  readonly title: string;
  readonly records: readonly EpochRecord[];
  /** The epoch to mark on its accuracy. */
  readonly best: Best | undefined;
  /** Draws the loss, multiplied by this factor, and the accuracy in one panel: the paper's figures 8 and 9 use 30. */
  readonly lossScale?: number | undefined;
}

/** As a separate file. */
export const curvesSvg = (curves: Curves): string => chartFile(curvesChart(curves));

export function curvesChart(curves: Curves): Chart {
  return curves.lossScale === undefined ? twoPanels(curves) : onePanel(curves, curves.lossScale);
}

const size = { width: 960, left: 66, panel: 384, gap: 108, top: 84, height: 250, strip: 42 } as const;

interface Panel {
  readonly axis: Axis;
  readonly lines: readonly Line[];
  /** The epoch to mark. */
  readonly best?: Best | undefined;
}

function panelsOf({ records, best }: Curves) {
  const [accuracy, loss, rates] = [accuracyLines(records, best), lossLines(records), rateLine(records)];
  return {
    accuracy: { axis: valueAxis(valuesOf(accuracy), "accuracy, %"), lines: accuracy, best },
    loss: { axis: lossAxis(valuesOf(loss)), lines: loss },
    rate: { axis: valueAxis([0, ...valuesOf([rates])], "rate", 1), lines: [rates] },
  } as const satisfies Readonly<Record<string, Panel>>;
}

const drawPanel = (area: Area, epochs: Axis, { axis, lines, best }: Panel, hasLegend: boolean): Markup =>
  markup`<g>${drawAxes(area, epochs, axis)}${hasLegend ? drawLegend(lines, area.left, area.top - 34, area.width) : noMarkup}${lines.map((line) => drawLine(area, epochs, axis, line))}${markOf(area, epochs, axis, best)}</g>`;

function twoPanels(curves: Curves): Chart {
  const { title, records } = curves;
  const epochs = epochAxis(records);
  const { accuracy, loss, rate } = panelsOf(curves);
  const left: Area = { left: size.left, top: size.top, width: size.panel, height: size.height };
  const right: Area = { ...left, left: left.left + left.width + size.gap };
  const strip: Area = {
    left: left.left,
    top: left.top + left.height + 66,
    width: right.left + right.width - left.left,
    height: size.strip,
  };
  return {
    width: size.width,
    height: strip.top + strip.height + 44,
    label: `${title}: accuracy and loss over ${records.length} epochs`,
    body: markup`${heading(title)}
${drawPanel(left, epochs, accuracy, true)}
${drawPanel(right, epochs, loss, true)}
${drawPanel(strip, { ...epochs, name: "epoch" }, rate, false)}`,
  };
}

/** The same as separate charts, which a narrow page puts below each other. */
export function curveCharts(curves: Curves): readonly Chart[] {
  if (curves.lossScale !== undefined) return [onePanel({ ...curves, title: "" }, curves.lossScale)];
  const epochs = { ...epochAxis(curves.records), name: "epoch" };
  return Object.entries(panelsOf(curves)).map(([name, panel]): Chart => {
    const [top, height] = name === "rate" ? [12, size.strip * 2] : [52, size.height];
    const area: Area = { left: size.left, top, width: size.panel - 10, height };
    return {
      width: size.left + size.panel + 6,
      height: top + height + 44,
      label: `${name} over ${curves.records.length} epochs`,
      body: drawPanel(area, epochs, panel, name !== "rate"),
    };
  });
}

/** The paper's figures: both measures on one scale up to 100. */
function onePanel({ title, records, best }: Curves, scale: number): Chart {
  const epochs = { ...epochAxis(records), name: "epoch" };
  const area: Area = { left: size.left, top: 100, width: size.width - 2 * size.left - 12, height: 300 };
  const ticks = ticksOf(0, 100, 5);
  const share: Axis = { low: 0, high: 100, ticks, name: "accuracy, %" };
  const most = 100 / scale;
  const losses: Axis = {
    low: 0,
    high: most,
    ticks: ticksOf(0, most, 5).filter((tick) => tick <= most),
    name: `loss, drawn × ${scale}`,
  };
  const accuracy = accuracyLines(records, best);
  const loss = lossLines(records);
  const isCut = valuesOf(loss).some((value) => value > most);
  const lines = [
    ...accuracy.map((line) => ({ ...line, name: `accuracy, ${line.name}` })),
    ...loss.map((line, i) => ({
      ...line,
      series: lossSeries[i] ?? line.series,
      name: `loss × ${scale}, ${line.name}`,
    })),
  ];
  return {
    width: size.width,
    height: area.top + area.height + 50,
    label: `${title}: accuracy and ${scale} times the loss over ${records.length} epochs`,
    body: markup`${heading(isCut ? `${title} (losses above ${round(most)} stand at the upper edge)` : title)}
<g>${drawAxes(area, epochs, share, losses)}${drawLegend(lines, area.left, 50, area.width)}${lines.map((line, i) =>
      drawLine(area, epochs, i < accuracy.length ? share : losses, line),
    )}${markOf(area, epochs, share, best)}</g>`,
  };
}

// Greys, because the colours are used for the accuracies.
const lossSeries: readonly Series[] = ["rate", "ideal"];

const heading = (title: string): Markup => markup`<text class="title" x="${size.left}" y="26">${title}</text>`;

const lineOf = (
  name: string,
  series: Series,
  records: readonly EpochRecord[],
  value: (record: EpochRecord) => number | undefined,
): Line => ({
  name,
  series,
  points: records.flatMap((record) => {
    const found = value(record);
    return found === undefined ? [] : [[record.epoch, found] as const];
  }),
});

const percent = (value: number | undefined): number | undefined => (value === undefined ? undefined : value * 100);

function accuracyLines(records: readonly EpochRecord[], best: Best | undefined): readonly Line[] {
  const isAveraged =
    best?.weights === "average" || records.some((each) => each.averageValidationAccuracy !== undefined);
  return [
    lineOf("training", "training", records, (r) => percent(r.accuracy)),
    lineOf("held out", "held-out", records, (r) => percent(r.validationAccuracy)),
    lineOf("mean of classes", "class-mean", records, (r) => percent(r.validationMeanClassAccuracy)),
    ...(isAveraged
      ? [lineOf("held out, average weights", "average", records, (r) => percent(r.averageValidationAccuracy))]
      : []),
  ];
}

function lossLines(records: readonly EpochRecord[]): readonly Line[] {
  const isAveraged = records.some((record) => record.averageValidationLoss !== undefined);
  return [
    lineOf("training", "training", records, (r) => r.loss),
    lineOf("held out", "held-out", records, (r) => r.validationLoss),
    ...(isAveraged ? [lineOf("held out, average weights", "average", records, (r) => r.averageValidationLoss)] : []),
  ];
}

const rateLine = (records: readonly EpochRecord[]): Line => lineOf("learning rate", "rate", records, (r) => r.lr);

const valuesOf = (lines: readonly Line[]): readonly number[] =>
  lines.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite);

// Not Math.min(...values): a long run has more values than a call may have arguments.
const lowest = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
const highest = (values: readonly number[]): number =>
  values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);

function valueAxis(values: readonly number[], name: string, most = 5): Axis {
  const ticks = values.length === 0 ? [0, 1] : ticksOf(lowest(values), highest(values), most);
  return { low: ticks[0] as number, high: ticks.at(-1) as number, ticks, name };
}

/** A loss of hundreds in the first epoch would flatten all others: the scale ends above most of them. */
const cutAbove = 4;

function lossAxis(values: readonly number[]): Axis {
  const sorted = values.toSorted((a, b) => a - b);
  const usual = sorted[Math.floor((sorted.length - 1) * 0.9)] ?? 1;
  const limit = usual > 0 ? cutAbove * usual : Number.POSITIVE_INFINITY;
  const kept = sorted.filter((value) => value <= limit);
  const axis = valueAxis(kept, "loss");
  return kept.length === sorted.length
    ? axis
    : { ...axis, name: `loss (${sorted.length - kept.length} above the edge)` };
}

/** Integer epochs, including the first. */
function epochAxis(records: readonly EpochRecord[]): Axis {
  const last = records.at(-1)?.epoch ?? 1;
  const first = Math.min(1, last);
  const ticks = ticksOf(1, last, 8).filter((tick) => Number.isInteger(tick) && tick > 1 && tick <= last);
  return { low: first, high: last, ticks: [1, ...(last <= 1 ? [] : ticks)], name: "" };
}

/** A ring around the best epoch, with its value at the foot of the panel, where no line runs once a network has learnt. */
function markOf(area: Area, epochs: Axis, share: Axis, best: Best | undefined): Markup {
  if (best === undefined) return noMarkup;
  const [x, y] = [xOf(area, epochs, best.epoch), yOf(area, share, best.accuracy * 100)];
  const isRight = x > area.left + area.width / 2;
  const text = `best ${(best.accuracy * 100).toFixed(1)}%`;
  const foot = area.top + area.height;
  const line = foot - y > 40 ? markup`<path class="grid" d="M${x} ${round(y + 6)}V${foot}"/>` : noMarkup;
  return markup`${line}<circle class="mark" cx="${x}" cy="${y}" r="5"/><text class="strong halo ${isRight ? "end" : ""}" x="${round(x + (isRight ? -9 : 9))}" y="${round(foot - y > 40 ? foot - 9 : y - 10)}">${text}</text>`;
}
