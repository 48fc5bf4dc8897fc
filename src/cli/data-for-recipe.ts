/** `lferc data DIR --for MODEL.lfer --manifest FILE.csv`: the data set as a recipe reads it, for other programs. */
import { dirname, resolve } from "node:path";
import { augmenterOf } from "../data/augment/from-recipe.js";
import { PictureStore } from "../data/picture-store.js";
import { type Diagnostic, diagnose, isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { writeFailure } from "../diagnostics/file-failures.js";
import { existing, writeFileWhole } from "../hosts/write-file.js";
import { openData } from "../training/open-data.js";
import { planOf, withClasses } from "../training/plan.js";
import { readPictures } from "../training/read-pictures.js";
import { crewFor } from "../training/run-crew.js";
import { trainingManifest } from "../training/training-manifest.js";
import { countedProgress } from "./counted-progress.js";
import { takeInterrupts } from "./interrupts.js";
import { compileOneRecipe } from "./one-recipe.js";
import { displayPath } from "./project.js";
import type { ExitCode, Session } from "./session.js";
import { parseSettings } from "./shared-options.js";
import { UsageError } from "./usage.js";

export interface ManifestArguments {
  readonly dir: string;
  /** The .lfer file. */
  readonly path: string;
  readonly recipe: string | undefined;
  readonly set: readonly string[] | undefined;
  readonly manifest: string;
}

/** Writes the manifest of a recipe's data. Every picture is read once: broken ones are left out, as in training. */
export async function writeManifestFor(session: Session, args: ManifestArguments): Promise<ExitCode> {
  const set = parseSettings(args.set);
  if (!(set instanceof Map)) throw new UsageError(set as Diagnostic);
  const refuse = (...problems: readonly (Problem | Diagnostic)[]): ExitCode => {
    session.report(problems.map((found) => (isProblem(found) ? found.diagnose({}) : found)));
    return 1;
  };
  const made = await compileOneRecipe(session, args.path, args.recipe, set);
  if (made === undefined) return 1;
  const written = planOf(made.recipe, made.student.graph);
  if (isProblem(written)) return refuse(written);
  const home = dirname(resolve(session.cwd, made.compiled.path));
  const data = await openData(written, { data: resolve(session.cwd, args.dir), home });
  if (!("read" in data)) return refuse(...data);
  const plan = withClasses(written, data.classes);
  const warn = (warning: Diagnostic): void => session.report([warning]);
  for (const warning of data.warnings) warn(warning.diagnose({}));
  const augmenter = augmenterOf(plan.augment, plan.picture, plan.seed);
  if (isProblem(augmenter)) return refuse(augmenter);
  const crew = crewFor(plan, data, undefined, false, warn);
  const progress = countedProgress(session, "looking at pictures");
  const ending = takeInterrupts(() => undefined);
  try {
    const store = new PictureStore(data, { target: plan.picture, keepLarger: false, budgetBytes: 0 });
    const { seed, broken } = plan;
    const pictures = await readPictures(
      data,
      store,
      { limit: undefined, seed, broken, crew },
      { onReading: progress.show, onWarning: warn, isStopped: ending.isRequested },
    );
    progress.clear();
    if (pictures === undefined) {
      session.talk("stopped; nothing was written\n");
      return 130;
    }
    if (isProblem(pictures)) return refuse(pictures);
    const manifest = trainingManifest(data, pictures);
    if (isProblem(manifest)) return refuse(manifest);
    const file = args.manifest;
    const path = resolve(session.cwd, file);
    if ((await existing(path)) !== undefined) return refuse(diagnose("look/manifest-exists", { path: file }));
    const result = await writeFileWhole(path, [new TextEncoder().encode(manifest.text)]);
    if (result.kind === "failed")
      return refuse(diagnose("tool/cannot-write", { path: file, reason: writeFailure(result.code) }));
    const counts = [...manifest.counts].map(([split, count]) => `${count} ${split}`).join(", ");
    const shown = oneLine(displayPath(session.cwd, manifest.folder));
    session.talk(`wrote ${oneLine(file)}: ${counts}; its paths are relative to ${shown}\n`);
    return 0;
  } finally {
    progress.clear();
    ending.release();
    await crew?.dispose();
  }
}
