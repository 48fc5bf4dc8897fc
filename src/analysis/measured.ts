/** What was measured of models, and which of it holds for the network that is checked. */
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { grouped } from "../diagnostics/number-text.js";
import type { Graph } from "../ir/graph.js";
import { graphDigest } from "../ir/graph-digest.js";
import type { MeasuredFigure } from "../recipe/claim.js";
import { type MeasuredName, measuredFigures } from "../recipe/measures.js";

/** One figure out of a file of results. */
export interface MeasuredResult {
  readonly name: MeasuredName;
  /** `faces/test`, or a device. */
  readonly of: string;
  readonly value: number;
  /** The model's name, as its ONNX file says it. */
  readonly model: string | undefined;
  /** Digest of the ONNX file that was measured. */
  readonly modelSha256: string;
  /** Which network the file says it holds; older ones say nothing. */
  readonly graphSha256: string | undefined;
  /** The file of results. */
  readonly file: string;
  /** Of figures of pictures: how many, and how many more could not be read. */
  readonly samples?: number | undefined;
  readonly skipped?: number | undefined;
}

export interface Results {
  /** The files they were read from. */
  readonly files: readonly string[];
  readonly results: readonly MeasuredResult[];
  /** Another file could not be read, which is an error of its own: a figure that is missing may be in it. */
  readonly isIncomplete?: boolean;
}

export const noResults: Results = { files: [], results: [] };

/** Answers what checks ask of a network that nobody can count. */
export interface MeasuredFigures {
  /** The result that holds for the network, or why there is none. */
  resultOf(figure: MeasuredFigure): MeasuredResult | Diagnostic;
  /** That the results are of several trainings or builds of it, to be said once. */
  severalModels(figure: MeasuredFigure): Diagnostic | undefined;
}

/** A figure as a check writes it: `accuracy("faces/test")`. */
export const measuredText = ({ name, of }: Pick<MeasuredFigure, "name" | "of">): string =>
  `${name}(${JSON.stringify(of)})`;

/** How numbers of a unit are written, `84.2%`, `12.3ms`, `41,943,040 bytes`, and how far two of them are apart. */
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

export function measuredFiguresOf(graph: Graph, model: string, { files, results }: Results): MeasuredFigures {
  let found: readonly MeasuredResult[] | undefined;
  /** Results of this very network. Most checks ask for none. */
  const ownResults = (): readonly MeasuredResult[] => {
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
      const stale = results.find((result) => isMeant(result) && (result.model ?? model) === graph.name);
      if (stale !== undefined) {
        const why =
          stale.graphSha256 === undefined
            ? "its ONNX file is of an older lferc and does not say which it holds"
            : "the source has changed since, or it was built with other settings";
        return diagnose("budget/stale-result", { ...wanted, file: stale.file, why }, { span });
      }
      const others = [...new Set(own.filter((result) => result.name === name).map(measuredText))];
      return diagnose("budget/no-result", { ...wanted, files, others }, { span });
    },
  };
}

/** Names that stand in a command line as they are; another one may be anything. */
const plainWord = /^[\w.-]+$/;

function commandFor({ name, of }: MeasuredFigure): string {
  if (measuredFigures[name].by === "bench") {
    return `lferc bench MODEL.onnx --device ${plainWord.test(of) ? of : "NAME"} --format json`;
  }
  const at = of.lastIndexOf("/");
  const [data, split] = [of.slice(0, at), of.slice(at + 1)].map((word) => (plainWord.test(word) ? word : undefined));
  return `lferc eval RUN --data ${data ?? "DIR"} --split ${split ?? "NAME"} --format json`;
}
