/** The most confident wrong predictions: wrong labels, or difficult pictures. */
import type { Answers } from "../../judging/answers.js";
import { type Mistake, surestMistakes } from "../../judging/mistakes.js";
import { cutName } from "../cut-name.js";
import { percentText } from "../figures-text.js";
import { type Markup, markup, noMarkup } from "../markup.js";
import type { Section, Shown } from "../shown.js";

const mistakesAtMost = 20;

/** The mistakes that are shown, whose pictures are needed. */
export const shownMistakes = (answers: Answers): readonly Mistake[] => surestMistakes(answers, mistakesAtMost);

export function mistakesSection({ run: { answers }, summary, extras: { pictures } }: Shown): Section | undefined {
  if (answers === undefined || summary === undefined) return undefined;
  const mistakes = shownMistakes(answers);
  const name = (c: number): string => cutName(answers.classes[c] ?? "", 60);
  const words = ({ picture, answer, sureness }: Mistake): Markup =>
    markup`<div class="said"><bdi>${name(answer)}</bdi> ${percentText(sureness)}</div><div>is <bdi>${name(picture.label)}</bdi> (${percentText(picture.probabilities[picture.label] ?? 0)})</div><div class="path"><bdi>${cutName(picture.key, 100)}</bdi></div>`;
  const lost = mistakes.filter(({ picture }) => pictures?.has(picture.key) !== true).length;
  const note =
    pictures === undefined
      ? "The pictures are not shown: lferc report RUN --data DIR, with the folder that they lie in, puts them into this page."
      : lost > 0
        ? `${lost} of these pictures could not be read from where they were said to lie.`
        : "";
  const list =
    lost === mistakes.length
      ? markup`<ol class="names">${mistakes.map((mistake) => markup`<li>${words(mistake)}</li>`)}</ol>`
      : markup`<ul class="pictures">${mistakes.map((mistake) => markup`<li>${image(pictures?.get(mistake.picture.key))}${words(mistake)}</li>`)}</ul>`;
  return {
    id: "mistakes",
    title: "Surest mistakes",
    body:
      mistakes.length === 0
        ? markup`<p>Every answer is right.</p>`
        : markup`<p class="muted">The answer with its probability, then what the picture is said to be: sure mistakes are often wrong labels.</p>${list}${note === "" ? noMarkup : markup`<p class="muted small">${note}</p>`}`,
  };
}

const image = (uri: string | undefined): Markup =>
  uri === undefined ? markup`<div class="blank"></div>` : markup`<img alt="" src="${uri}"/>`;
