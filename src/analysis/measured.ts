/** Measured figures of models, and which of them are valid for the checked network. */
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { grouped } from "../diagnostics/number-text.js";
import type { Graph } from "../ir/graph.js";
import { graphDigest } from "../ir/graph-digest.js";
import type { MeasuredFigure } from "../recipe/claim.js";
import { type MeasuredName, measuredFigures } from "../recipe/measures.js";

/** One figure from a file of results. */
export interface MeasuredResult {
  readonly name: MeasuredName;
  /** `faces/test`, or a device. */
  readonly of: string;
  readonly value: number;
  /** The model's name in its ONNX file. */
  readonly model: string | undefined;
  /** Digest of the ONNX file that was measured. */
  readonly modelSha256: string;
  /** Digest of the network in the file; missing in older files. */
  readonly graphSha256: string | undefined;
  /** The file of results. */
  readonly file: string;
  /** For figures of pictures: their number, and the number that could not be read. */
  readonly samples?: number | undefined;
  readonly skipped?: number | undefined;
}

export interface Results {
  /** The files of the results. */
  readonly files: readonly string[];
  readonly results: readonly MeasuredResult[];
  /** Another file could not be read, which is reported as an error: a missing figure may be in it. */
  readonly isIncomplete?: boolean;
}

export const noResults: Results = { files: [], results: [] };

/** Measured figures for checks of one network. */
export interface MeasuredFigures {
  /** The result that is valid for the network, or why there is none. */
  resultOf(figure: MeasuredFigure): MeasuredResult | Diagnostic;
  /** A report, made once, if the results are of several trainings or builds. */
  severalModels(figure: MeasuredFigure): Diagnostic | undefined;
}

/** A figure as written in a check: `accuracy("faces/test")`. */
export const measuredText = ({ name, of }: Pick<MeasuredFigure, "name" | "of">): string =>
  `${name}(${JSON.stringify(of)})`;

/** Formats numbers of a unit, `84.2%`, `12.3ms`, `41,943,040 bytes`, and the difference of two. */
export function measuredNumbers(unit: (typeof measuredFigures)[MeasuredName]["unit"]) {
  const percent = (value: number): number => Number((100 * value).toFixed(2));
  const ms = (value: number): string => `${Number(value.toPrecision(6))}ms`;
  const bytes = (value: number): string => `${grouped(Math.round(value))} bytes`;
  switch (unit) {
    case "share":
      return {
        number: (value: number) => `${percent(value)}%`,
        distance: (value: number) => `${percent(value)} points`,
      };
    case "ms":
      return { number: ms, distance: ms };
    case "bytes":
      return { number: bytes, distance: bytes };
  }
}

/** `modelSha256`: the digest of the ONNX file that is checked; then only what was measured on that very file is valid. */
export function measuredFiguresOf(
  graph: Graph,
  model: string,
  { files, results }: Results,
  modelSha256?: string,
): MeasuredFigures {
  let found: readonly MeasuredResult[] | undefined;
  /** Results of this network. Most checks need none. */
  const ownResults = (): readonly MeasuredResult[] => {
    if (modelSha256 !== undefined) return results.filter((result) => result.modelSha256 === modelSha256);
    const digest = found === undefined ? graphDigest(graph) : "";
    found ??= results.filter((result) => result.graphSha256 === digest);
    return found;
  };
  return {
    severalModels({ span }) {
      const byModelFile = new Map(ownResults().map((result) => [result.modelSha256, result.file]));
      if (byModelFile.size < 2) return undefined;
      const models = [...byModelFile].map(([sha256, file]) => ({ file, sha256 }));
      return diagnose("budget/results-of-several-models", { model, found: models }, { span });
    },
    resultOf(figure) {
      const { name, of, span } = figure;
      const own = ownResults();
      const isMeant = (result: MeasuredResult): boolean => result.name === name && result.of === of;
      const [first, ...more] = own.filter(isMeant);
      const wanted = { model, figure: measuredText(figure), command: commandFor(figure) };
      if (first !== undefined) {
        const { number } = measuredNumbers(measuredFigures[name].unit);
        const shown = ({ file, value }: MeasuredResult) => ({ file, text: number(value) });
        return more.every(({ value }) => value === first.value)
          ? first
          : diagnose("budget/results-disagree", { ...wanted, found: [first, ...more].map(shown) }, { span });
      }
      const stale = results.find((result) => {
        const isOfThis = modelSha256 !== undefined || (result.model ?? model) === graph.name;
        return isMeant(result) && isOfThis;
      });
      if (stale !== undefined) {
        const why =
          modelSha256 !== undefined
            ? "the file is another one since"
            : stale.graphSha256 === undefined
              ? "its ONNX file is of an older lferc and does not say which it holds"
              : "the source has changed since, or it was built with other settings";
        return diagnose("budget/stale-result", { ...wanted, file: stale.file, why }, { span });
      }
      const others = [...new Set(own.filter((result) => result.name === name).map(measuredText))];
      return diagnose("budget/no-result", { ...wanted, files, others }, { span });
    },
  };
}

/** Names that need no quotes on a command line. */
const plainWord = /^[\w.-]+$/;

function commandFor({ name, of }: MeasuredFigure): string {
  if (measuredFigures[name].by === "bench") {
    return `lferc bench MODEL.onnx --device ${plainWord.test(of) ? of : "NAME"} --format json`;
  }
  const at = of.lastIndexOf("/");
  const [data, split] = [of.slice(0, at), of.slice(at + 1)].map((word) => (plainWord.test(word) ? word : undefined));
  return `lferc eval RUN --data ${data ?? "DIR"} --split ${split ?? "NAME"} --format json`;
}
