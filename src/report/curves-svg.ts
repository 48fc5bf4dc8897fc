/** Accuracy and loss over the epochs of a run, as a picture that any browser shows. */
import { xmlText } from "../diagnostics/xml-text.js";
import type { Best, EpochRecord } from "../training/metrics.js";
import { ticksOf } from "./axis.js";

const panel = { width: 400, height: 250, left: 62, right: 18, top: 64, bottom: 46 } as const;
const width = 2 * (panel.left + panel.width + panel.right);
const height = panel.top + panel.height + panel.bottom;

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly values: readonly (number | undefined)[];
}

// Colours that colour-blind people tell apart (Okabe and Ito).
const colours = { training: "#0072b2", heldOut: "#d55e00", average: "#009e73" } as const;

/** The picture; the title is the run's, the best epoch is marked on the accuracy. */
export function curvesSvg(title: string, records: readonly EpochRecord[], best: Best | undefined): string {
  const line = (name: string, colour: string, value: (record: EpochRecord) => number | undefined): Line => ({
    name,
    colour,
    values: records.map(value),
  });
  const averaged = records.some((record) => record.averageValidationAccuracy !== undefined);
  const percent = (value: number | undefined): number | undefined => (value === undefined ? undefined : value * 100);
  const accuracy = [
    line("training", colours.training, (r) => percent(r.accuracy)),
    line("held out", colours.heldOut, (r) => percent(r.validationAccuracy)),
    ...(averaged
      ? [line("held out, average weights", colours.average, (r) => percent(r.averageValidationAccuracy))]
      : []),
  ];
  const loss = [
    line("training", colours.training, (r) => r.loss),
    line("held out", colours.heldOut, (r) => r.validationLoss),
    ...(averaged ? [line("held out, average weights", colours.average, (r) => r.averageValidationLoss)] : []),
  ];
  const mark =
    best === undefined
      ? undefined
      : { epoch: best.epoch, value: best.accuracy * 100, text: `${(best.accuracy * 100).toFixed(1)} %` };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="#333">
<rect width="${width}" height="${height}" fill="#fff"/>
<text x="${panel.left}" y="22" font-size="15" font-weight="bold">${xmlText(title)}</text>
${drawPanel(0, "accuracy, %", accuracy, records.length, mark)}
${drawPanel(width / 2, "loss", loss, records.length, undefined)}
</svg>
`;
}

interface Mark {
  readonly epoch: number;
  readonly value: number;
  readonly text: string;
}

function drawPanel(at: number, name: string, lines: readonly Line[], epochs: number, mark: Mark | undefined): string {
  const values = lines.flatMap((line) => line.values).filter((value) => value !== undefined && Number.isFinite(value));
  const numbers = values as readonly number[];
  // Not Math.min(...numbers): a long run has more values than a call may have arguments.
  const low = numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const ticks = numbers.length === 0 ? [0, 1] : ticksOf(low, high, 5);
  const [bottom, top] = [ticks[0] as number, ticks.at(-1) as number];
  const left = at + panel.left;
  const base = panel.top + panel.height;
  const x = (epoch: number): number => left + (epochs <= 1 ? 0.5 : (epoch - 1) / (epochs - 1)) * panel.width;
  const y = (value: number): number => base - ((value - bottom) / (top - bottom)) * panel.height;
  const rows = ticks.map((tick) => {
    const height = round(y(tick));
    return `<path d="M${left} ${height}h${panel.width}" stroke="#ddd"/><text x="${left - 8}" y="${height + 4}" text-anchor="end">${tick}</text>`;
  });
  const columns = epochTicks(epochs).map(
    (epoch) => `<text x="${round(x(epoch))}" y="${base + 18}" text-anchor="middle">${epoch}</text>`,
  );
  const drawn = lines.map(({ colour, values: own }) => {
    const points = own.flatMap((value, i) =>
      value === undefined || !Number.isFinite(value) ? [] : [`${round(x(i + 1))},${round(y(value))}`],
    );
    // A single point is no line.
    const dots = points.length > 30 ? [] : points.map((point) => dot(point, 2, colour));
    return `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>${dots.join("")}`;
  });
  const legend = lines.map(({ name: text, colour }, i) => {
    const begin = left + lines.slice(0, i).reduce((sum, { name: before }) => sum + 36 + before.length * 6.4, 0);
    return `<path d="M${round(begin)} 46h18" stroke="${colour}" stroke-width="2"/><text x="${round(begin + 23)}" y="50">${text}</text>`;
  });
  return [
    `<g>${rows.join("\n")}`,
    columns.join(""),
    `<text x="${left + panel.width / 2}" y="${base + 36}" text-anchor="middle">epoch</text>`,
    `<text transform="translate(${at + 16} ${panel.top + panel.height / 2}) rotate(-90)" text-anchor="middle">${name}</text>`,
    legend.join(""),
    ...drawn,
    mark === undefined ? "" : drawMark(x(mark.epoch), y(mark.value), mark.text, left),
    "</g>",
  ].join("\n");
}

/** A ring around the best epoch and its value, on the side where there is room. */
function drawMark(x: number, y: number, text: string, left: number): string {
  const isRight = x > left + panel.width / 2;
  const below = y < panel.top + 20;
  return `<circle cx="${round(x)}" cy="${round(y)}" r="5" fill="none" stroke="#333" stroke-width="1.5"/><text x="${round(x + (isRight ? -8 : 8))}" y="${round(y + (below ? 18 : -9))}" text-anchor="${isRight ? "end" : "start"}" font-weight="bold">best ${text}</text>`;
}

function dot(point: string, radius: number, colour: string): string {
  const [x, y] = point.split(",");
  return `<circle cx="${x}" cy="${y}" r="${radius}" fill="${colour}"/>`;
}

/** Whole epochs, the first among them. */
function epochTicks(epochs: number): readonly number[] {
  if (epochs <= 1) return [1];
  const ticks = ticksOf(1, epochs, 8).filter((tick) => Number.isInteger(tick) && tick > 1 && tick <= epochs);
  return [1, ...ticks];
}

const round = (value: number): number => Math.round(value * 10) / 10;
