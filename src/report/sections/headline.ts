/** The title of the run, its progress, and its four main metrics. */
import { accuraciesOf, countRightAndWrong } from "../../judging/accuracies.js";
import { percentText, rangeText } from "../figures-text.js";
import { type Markup, markup, noMarkup } from "../markup.js";
import { type Shown, titleOf } from "../shown.js";

interface Tile {
  readonly name: string;
  readonly figure: string;
  readonly words: string;
}

const tile = ({ name, figure, words }: Tile): Markup =>
  markup`<div class="tile"><div class="name">${name}</div><div class="figure">${figure}</div><p>${words}</p></div>`;

export function headline(shown: Shown): Markup {
  const { run, facts } = shown;
  const { best } = run;
  const which =
    best === undefined
      ? "There are no figures yet: they come with the first epoch's end."
      : `All figures are of the weights of epoch ${best.epoch}${best.weights === "average" ? " (average weights)" : ""}, on pictures held out${facts.heldOut === "" ? "" : ` (${facts.heldOut})`}${judgedBy(shown)}.`;
  const tiles = tilesOf(shown);
  return markup`<h1>${titleOf(facts)}</h1>
<p>${progressOf(shown)}${facts.data === "" ? "" : ` · ${facts.data}`}</p>
<p class="muted">${which}</p>
${tiles.length === 0 ? noMarkup : markup`<div class="tiles">${tiles.map(tile)}</div>`}`;
}

/** The progress of the run. Only its lock shows whether it is running, and that may be a dead process's. */
function progressOf({ run, facts }: Shown): string {
  const done = run.records.length;
  const of = facts.epochs === undefined ? `${done} epochs` : `${done} of ${facts.epochs} epochs`;
  if (facts.epochs !== undefined && done >= facts.epochs) return `finished: ${of}`;
  if (facts.hasEnded) return `ended early, for no epoch was better: ${of}`;
  return run.isLocked ? `in training, or killed in the middle of it: ${of}` : `stopped after ${of}`;
}

function judgedBy({ run }: Shown): string {
  const by = run.records.at(-1)?.evaluation;
  return by === undefined || by === "single_view" ? "" : `, judged by ${by}`;
}

const meanings = {
  accuracy: "right answers among all pictures held out",
  classes: "mean of the classes' own shares: a rare class counts as much as a common one",
  f1: "mean of the classes' F1, which holds finding a class and being right about it together",
  calibration: "how far the probability of an answer lies from the share that is right, mean over 15 bins (ECE)",
};

function tilesOf({ run: { answers, best }, summary }: Shown): readonly Tile[] {
  if (answers !== undefined && summary !== undefined) {
    const intervals = accuraciesOf(countRightAndWrong(answers.pictures, answers.classes.length));
    return [
      {
        name: "Accuracy",
        figure: percentText(summary.accuracy),
        words: `right answers among the ${summary.samples} pictures held out; 95% interval ${rangeText(intervals.accuracyInterval)}`,
      },
      {
        name: "Mean-class accuracy",
        figure: percentText(summary.meanClassAccuracy),
        words: `${meanings.classes}; 95% interval ${rangeText(intervals.meanClassAccuracyInterval)}`,
      },
      { name: "Macro-F1", figure: summary.macroF1.toFixed(3), words: meanings.f1 },
      { name: "Calibration error", figure: percentText(summary.calibrationError), words: meanings.calibration },
    ];
  }
  if (best === undefined) return [];
  return [
    { name: "Accuracy", figure: percentText(best.accuracy), words: meanings.accuracy },
    { name: "Mean-class accuracy", figure: percentText(best.meanClassAccuracy), words: meanings.classes },
  ];
}
