/** The place of a teacher's weights: a file, or a run. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type Problem, problem } from "../diagnostics/diagnostic.js";
import { type PathsOfRecipe, placeOf } from "./recipe-paths.js";
import { foldFolder, runFiles } from "./run-files.js";
import type { TeacherFile } from "./teacher.js";

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The file that a path refers to; for a run's folder, its best weights. */
export async function teacherPlace(file: string, paths: PathsOfRecipe): Promise<TeacherFile | Problem> {
  const path = placeOf(file, paths);
  const isFolder = await stat(path).then(
    (about) => about.isDirectory(),
    () => false,
  );
  if (!isFolder) return { file, path };
  const best = join(path, runFiles.best);
  if (await isThere(best)) return { file: join(file, runFiles.best), path: best };
  const reason = (await isThere(join(path, foldFolder(1))))
    ? "it is a run of several models, each trained on a part of the pictures; make a table of what they say (lferc distill) and let the loss read data.distribution"
    : `it is a folder without ${runFiles.best}`;
  return problem("train/teacher-unreadable", { file, reason });
}

/** Whether the path of the recipe's teacher exists. */
export const hasTeacherFile = (file: string, paths: PathsOfRecipe): Promise<boolean> => isThere(placeOf(file, paths));
