import { type Problem, problem } from "../diagnostics/diagnostic.js";
import { sha256 } from "../formats/digest.js";
import { type DataSet, hardTargets, type Sample } from "./data-set.js";
import { type FaceExpression, faceExpressions, generateFace } from "./generated-faces.js";
import { labelNamed } from "./label-names.js";

/** The value of `--data` for it. */
export const generatedName = "generated";

/** Drawn faces of each class. */
const trainingFaces = 100;
const heldOutFaces = 30;

export interface GeneratedOptions {
  /** The model's labels; undefined if it has none: then its classes are the first expressions. */
  readonly labels: readonly string[] | undefined;
  readonly classCount: number;
  /** Side of a picture in pixels. */
  readonly size: number;
}

/** Drawn faces: the same for every run's seed, so that runs can be compared; no person is in both parts. */
export function generatedSet({ labels, classCount, size }: GeneratedOptions): DataSet | Problem {
  const names = labels ?? faceExpressions.slice(0, classCount);
  const expressions = names.flatMap((label): FaceExpression[] => {
    const index = labelNamed(label, faceExpressions);
    return index === undefined ? [] : [faceExpressions[index] as FaceExpression];
  });
  if (expressions.length < classCount) {
    return problem("data/no-such-faces", { labels: names, classes: classCount, known: faceExpressions });
  }
  const targets = hardTargets(classCount);
  const faces = (from: number, count: number): readonly Sample[] =>
    expressions.flatMap((expression, label) =>
      Array.from({ length: count }, (_, i) => ({
        key: `${expression}/${from + i}`,
        label,
        target: targets[label] as Float32Array,
      })),
    );
  return {
    description: "generated faces",
    classes: names,
    training: faces(1, trainingFaces),
    heldOut: faces(1 + trainingFaces, heldOutFaces),
    heldOutIs: "other generated faces",
    heldOutWasDrawn: false,
    warnings: [],
    read: async ({ key, label }) => {
      const number = Number(key.slice(key.indexOf("/") + 1));
      const image = generateFace(expressions[label] as FaceExpression, number, size);
      return { image, digest: sha256([image.pixels]) };
    },
  };
}
