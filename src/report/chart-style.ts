/** The style of all charts, on light and dark backgrounds. */
import { gridLines, inks, paper, pictureFont } from "../diagnostics/picture-style.js";
import { asMarkup, type Markup, markup } from "./markup.js";

/** The meaning of a line; lines differ in colour and in stroke, so they can be told apart without colours. */
export type Series = "training" | "held-out" | "class-mean" | "average" | "rate" | "ideal";

interface Looks {
  readonly paper: string;
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly heat: string;
  readonly onHeat: string;
  readonly series: Readonly<Record<Series, string>>;
}

// Colours that colour-blind people can distinguish (Okabe and Ito), lighter on a dark background.
const light: Looks = {
  paper: paper.light,
  ink: inks.ink.light,
  muted: inks.muted.light,
  grid: gridLines.light,
  heat: "#08457e",
  onHeat: "#ffffff",
  series: {
    training: "#0072b2",
    "held-out": "#c8500a",
    "class-mean": "#a63d78",
    average: "#00805c",
    rate: "#59636e",
    ideal: "#7a838d",
  },
};

const dark: Looks = {
  paper: paper.dark,
  ink: inks.ink.dark,
  muted: inks.muted.dark,
  grid: gridLines.dark,
  heat: "#7cc0ff",
  onHeat: "#0d1117",
  series: {
    training: "#56b4e9",
    "held-out": "#ff9a3d",
    "class-mean": "#e58bbd",
    average: "#2bd4a0",
    rate: "#9aa4af",
    ideal: "#8b949e",
  },
};

const strokes: Readonly<Record<Series, string>> = {
  training: "stroke-width:1.75",
  "held-out": "stroke-width:2.5",
  "class-mean": "stroke-width:2;stroke-dasharray:7 3",
  average: "stroke-width:2;stroke-dasharray:2 3",
  rate: "stroke-width:1.5",
  ideal: "stroke-width:1.25;stroke-dasharray:4 4",
};

const rules = ({ paper: ground, ink, muted, grid, heat, onHeat, series }: Looks): string =>
  [
    `.chart .paper{fill:${ground}}`,
    `.chart text,.chart .ink{fill:${ink}}`,
    `.chart .muted{fill:${muted}}`,
    `.chart .halo{paint-order:stroke;stroke:${ground};stroke-width:4px;stroke-linejoin:round}`,
    `.chart .grid{stroke:${grid};fill:none}`,
    `.chart .frame{stroke:${muted};fill:none}`,
    `.chart .mark{stroke:${ink};fill:none;stroke-width:1.5}`,
    `.chart .heat{fill:${heat}}`,
    `.chart .bar{fill:${series.training}}`,
    `.chart .gap{fill:${series["held-out"]}}`,
    `.chart .gap-outline{fill:none;stroke:${series["held-out"]};stroke-width:1.5}`,
    `.chart .rest{fill:${grid}}`,
    `.chart text.on-heat{fill:${onHeat}}`,
    ...Object.entries(series).flatMap(([name, colour]) => [
      `.chart .line.${name}{stroke:${colour}}`,
      `.chart .dot.${name}{fill:${colour}}`,
    ]),
  ].join("");

/** For a page with charts, and for each separate chart. */
export const chartStyle = [
  `.chart{font-family:${pictureFont};font-size:12px}`,
  ".chart .line{fill:none;stroke-linejoin:round;stroke-linecap:round}",
  ...Object.entries(strokes).map(([name, stroke]) => `.chart .line.${name}{${stroke}}`),
  ".chart .title{font-size:15px;font-weight:600}.chart .small{font-size:11px}.chart .tiny{font-size:9px}.chart .strong{font-weight:600}",
  ".chart .end{text-anchor:end}.chart .middle{text-anchor:middle}",
  rules(light),
  `@media (prefers-color-scheme:dark){${rules(dark)}}`,
].join("");

export interface Chart {
  readonly width: number;
  readonly height: number;
  /** A text description, for screen readers. */
  readonly label: string;
  readonly body: Markup;
}

const open = ({ width, height, label }: Chart): Markup =>
  markup`<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}">`;

/** A chart as a separate file, with a background of its own, because the surrounding page is unknown. */
export const chartFile = (chart: Chart): string =>
  markup`${open(chart)}
<style>${asMarkup(chartStyle)}</style>
<rect class="paper" width="${chart.width}" height="${chart.height}"/>
${chart.body}
</svg>
`.markup;

/** A chart as part of a page that has {@link chartStyle}. */
export const chartInPage = (chart: Chart): Markup => markup`${open(chart)}${chart.body}</svg>`;
