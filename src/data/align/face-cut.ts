import { isProblem, type Problem, problem } from "../../diagnostics/diagnostic.js";
import { readNpy } from "../npy.js";
import type { RgbImage } from "../rgb-image.js";
import { alignedFace, type Box, croppedFace, fivePoints, landmarkNumbers } from "./face.js";
import type { Point } from "./similarity.js";

/** What is cut out of a picture, as plain data: a box, or a face aligned in a square of `side` pixels. */
export type FaceCut =
  | { readonly kind: "box"; readonly box: Box }
  | { readonly kind: "points"; readonly points: readonly Point[]; readonly side: number }
  /** The 68 landmarks are in a separate NumPy file. */
  | { readonly kind: "landmarks"; readonly file: string; readonly side: number };

/** The face, and a text that identifies how it was cut. */
export async function cutFace(
  image: RgbImage,
  cut: FaceCut,
  path: string,
): Promise<{ readonly image: RgbImage; readonly by: string } | Problem> {
  const refused = (reason: string): Problem => problem("data/no-face", { path, reason });
  if (cut.kind === "box") {
    const face = croppedFace(image, cut.box);
    return typeof face === "string" ? refused(face) : { image: face, by: JSON.stringify(cut.box) };
  }
  const points = cut.kind === "points" ? cut.points : await pointsIn(cut.file);
  if (isProblem(points)) return points;
  const face = alignedFace(image, points, cut.side);
  return typeof face === "string" ? refused(face) : { image: face, by: JSON.stringify([points, cut.side]) };
}

async function pointsIn(file: string): Promise<readonly Point[] | Problem> {
  const read = await readNpy(file);
  if (typeof read === "string") return problem("data/bad-annotation", { path: file, reason: read, more: 0 });
  if (read.values.length === landmarkNumbers) return fivePoints(read.values.map(Number));
  const reason = `it has ${read.values.length} numbers, landmarks are ${landmarkNumbers}`;
  return problem("data/bad-annotation", { path: file, reason, more: 0 });
}
