/** The report on a quantised model, as text. */
import { oneLine } from "../diagnostics/display-text.js";
import type { Agreement } from "../judging/agreement.js";
import type { CalibrationMethod } from "../targets/onnx/quantize/calibration-methods.js";
import type { LayerRow } from "../targets/onnx/quantize/quantise-model.js";

export interface QuantisedReport {
  readonly method: CalibrationMethod;
  /** The data set, for people. */
  readonly data: string;
  readonly ranging: number;
  readonly agreement: Agreement;
  readonly layers: readonly LayerRow[];
  readonly roundedCount: number;
  /** Bytes of the file, and of the same in float32. */
  readonly bytes: readonly [int8: number, float32: number];
  /** How many times as fast as float32. */
  readonly speed: number;
  /** The runtime that measured agreement and speed. */
  readonly runtime: string;
  /** The processor's flags for 8-bit products; undefined if the system does not tell. */
  readonly flags: readonly string[] | undefined;
  /** What --keep-accuracy asked for. */
  readonly asked: number | undefined;
}

const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
const kilobytes = (bytes: number): string => `${(bytes / 1e3).toFixed(1)} kB`;

export function renderQuantised(report: QuantisedReport): string {
  const { agreement, layers, bytes, flags } = report;
  const { pictures, agreeing, divergence, right } = agreement;
  const whole = layers.filter(({ inFloat }) => !inFloat).length;
  const [own, float] = bytes;
  const rows: readonly (readonly [string, string])[] = [
    ["layers", `${whole} of ${layers.length} on 8 bits; ${report.roundedCount} tensors rounded`],
    ["ranges", `${report.method}, ${report.ranging} pictures of ${oneLine(report.data)}`],
    ["same answer", `${percent(agreeing, pictures)} of ${pictures} other pictures, as float32`],
    ["divergence", `${divergence.toPrecision(3)} nats, the mean Kullback-Leibler divergence from float32`],
    ["accuracy", `${percent(right[1], pictures)}; float32 ${percent(right[0], pictures)}`],
    ["size", `${kilobytes(own)}; float32 ${kilobytes(float)}`],
    ["speed", `${report.speed.toFixed(2)} times as fast as float32 (${report.runtime}, 1 thread, 1 picture)`],
    ["processor", flags === undefined ? "unknown" : flags.length === 0 ? "neither VNNI nor AMX" : flags.join(", ")],
  ];
  const lines = rows.map(([name, text]) => `  ${name.padEnd(12)}${text}`);
  return `${["int8:", ...lines, ...layerTable(report)].join("\n")}\n`;
}

/** Layers by what their rounding moves; only where they were chosen. */
function layerTable({ layers, asked }: QuantisedReport): readonly string[] {
  if (asked === undefined) return [];
  const sorted = layers.toSorted(
    (a, b) => (b.sensitivity ?? 0) - (a.sensitivity ?? 0) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
  const most = Math.max(5, ...layers.map(({ name }) => name.length));
  const rows = sorted.map(({ name, sensitivity = 0, inFloat, agreementAsInt8 }) => {
    const tried = agreementAsInt8 === undefined ? "" : `   as int8 ${(100 * agreementAsInt8).toFixed(1)} % the same`;
    const kept = inFloat ? `float32${tried}` : "int8";
    return `  ${oneLine(name).padEnd(most)}  ${(100 * sensitivity).toFixed(2).padStart(7)} %   ${kept}`;
  });
  return ["", `  ${"layer".padEnd(most)}  margin moved   kept as`, ...rows];
}
