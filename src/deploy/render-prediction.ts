import { oneLine } from "../diagnostics/display-text.js";
import type { Paint } from "../diagnostics/paint.js";
import type { Classifier } from "./classifier.js";
import type { PictureAnswer } from "./predict.js";

type Answer = Extract<PictureAnswer, { kind: "answer" }>;

const namedSkips = 3;

/** One line for people: `face.png  happiness 93.1%  surprise 4.0%  neutral 1.2%`. */
export function renderAnswer({ path, classes }: Answer, top: number, paint: Paint): string {
  const shown = classes.slice(0, top).map(({ label, probability }, index) => {
    const text = `${oneLine(label)} ${(probability * 100).toFixed(1)}%`;
    return paint(index === 0 ? "bold" : "dim", text);
  });
  return `${oneLine(path)}  ${shown.join("  ")}\n`;
}

/** A note about files in folders that do not have a picture's name. */
export function renderSkipped(skipped: readonly string[]): string {
  const names = skipped.slice(0, namedSkips).map(oneLine).join(", ");
  const more = skipped.length > namedSkips ? `, and ${skipped.length - namedSkips} more` : "";
  return `skipped, no picture by its name: ${names}${more}\n`;
}

/**
 * One object for programs: `{ schemaVersion, model, file, labels, evaluation, pictures: [{ path, label, probability, classes
 * }], failed: [{ path, code, message }], skipped }`; `classes` has the `top` classes (all if undefined), by decreasing
 * probability; `evaluation` says how pictures were evaluated.
 */
export function renderPredictionJson(
  classifier: Classifier,
  answers: readonly PictureAnswer[],
  skipped: readonly string[],
  top: number | undefined,
): string {
  const pictures = [];
  const failed = [];
  for (const answer of answers) {
    if (answer.kind === "failed") {
      const { code, message } = answer.problem.diagnose({});
      failed.push({ path: answer.path, code, message });
    } else {
      pictures.push({ path: answer.path, ...answer.classes[0], classes: answer.classes.slice(0, top) });
    }
  }
  const { model, output, evaluation } = classifier.metadata;
  const about = { schemaVersion: 1, model, file: classifier.path, labels: output.labels, evaluation };
  const document = { ...about, pictures, failed, skipped };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
