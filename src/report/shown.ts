/** The data of a report, and its sections. */
import { type Summary, summaryOf } from "../judging/summary.js";
import type { ReadRun } from "../training/read-run.js";
import type { Markup } from "./markup.js";
import { factsOf, type RunFacts } from "./run-facts.js";

/** The costs of the network: counted from its graph, by each convention. */
export interface Costs {
  readonly params: number;
  /** Bytes of the trained numbers as float32. */
  readonly paramBytes: number;
  readonly peakActivationBytes: number;
  /** `{ convention: "thop", quantity: "macs", value: 157250000 }`. */
  readonly counts: readonly { readonly convention: string; readonly quantity: string; readonly value: number }[];
}

/** Data of a report besides the run's own files. */
export interface ReportExtras {
  readonly costs: Costs | undefined;
  /** Thumbnails by key, as data URIs; undefined if the location of the pictures is unknown. */
  readonly pictures: ReadonlyMap<string, string> | undefined;
  readonly lossScale: number | undefined;
  readonly lferVersion: string;
}

export interface Section {
  /** The target of the page's own links. */
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

export interface Shown {
  readonly run: ReadRun;
  readonly facts: RunFacts;
  readonly extras: ReportExtras;
  /** Of the predictions, if there are any. */
  readonly summary: Summary | undefined;
}

export function shownOf(run: ReadRun, extras: ReportExtras): Shown {
  const { answers } = run;
  const summary = answers === undefined || answers.pictures.length === 0 ? undefined : summaryOf(answers);
  return { run, facts: factsOf(run.about), extras, summary };
}

export const titleOf = ({ model, recipe }: RunFacts): string => `${model}, recipe ${recipe}`;
