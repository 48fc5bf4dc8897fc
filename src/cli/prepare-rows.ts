/** Every row of a study compiled before anything runs: a wrong name or value is told at once, not after a night. */
import { statsOf } from "../analysis/stats.js";
import { compile, type Sources } from "../compiler.js";
import { isProblem } from "../diagnostics/diagnostic.js";
import type { ElaboratedRecipe } from "../semantics/recipes.js";
import { sourceDigest } from "../source-origin.js";
import type { StudyRow } from "../studies/study.js";
import type { Costs } from "../studies/study-tables.js";
import { compileFile } from "./compile-file.js";
import { countedProgress } from "./counted-progress.js";
import { oneFile } from "./one-file.js";
import type { PreparedRow } from "./run-study.js";
import type { Session } from "./session.js";

export interface StudySource {
  readonly path: string;
  readonly sources: Sources;
  readonly sourceSha256: string;
  /** Recipes as they are written, by name; those with open parameters are missing. */
  readonly recipes: readonly ElaboratedRecipe[];
  readonly report: Session["report"];
}

/** The one file that PATH stands for; what is wrong with it is reported. */
export async function studySource(session: Session, path: string): Promise<StudySource | undefined> {
  const file = await oneFile(session, path);
  if (file === undefined) return undefined;
  const compiled = await compileFile(file, session.cwd, { graphsOnly: false });
  const { sources, texts, compilation } = compiled;
  const report: Session["report"] = (diagnostics) => session.report(diagnostics, texts);
  // Budgets and lints of other models are `check`'s to tell.
  const errors = compiled.diagnostics.filter(
    ({ severity, code }) => severity === "error" && !code.startsWith("budget/"),
  );
  if (errors.length > 0) {
    report(errors);
    return undefined;
  }
  return { path: compiled.path, sources, sourceSha256: sourceDigest(sources), recipes: compilation.recipes, report };
}

const numberIn = (recipe: ElaboratedRecipe, name: string): number => {
  const value = recipe.settings.get("train")?.fields[name];
  return typeof value === "number" ? value : 0;
};

/** The rows with what their recipes say; undefined where one of them is wrong, which is reported. */
export function prepareRows(
  session: Session,
  source: StudySource,
  rows: readonly StudyRow[],
  withCosts: boolean,
): readonly PreparedRow[] | undefined {
  const progress = countedProgress(session, "checking settings");
  const prepared: PreparedRow[] = [];
  for (const row of rows) {
    const { diagnostics, recipes, models } = compile(source.sources, { recipe: row.recipe, set: row.settings });
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    const [recipe] = recipes;
    const [student] = models;
    if (errors.length > 0 || recipe === undefined || student === undefined) {
      progress.clear();
      source.report(errors);
      return undefined;
    }
    const stats = withCosts ? statsOf(student.graph, { conventions: ["paper", "fvcore"], facts: false }) : undefined;
    if (isProblem(stats)) {
      progress.clear();
      source.report([stats.diagnose({})]);
      return undefined;
    }
    const costs: Costs = new Map(
      stats === undefined
        ? []
        : [
            ["params", stats.params.total],
            ["params (paper)", stats.counts.paper?.params ?? 0],
            ["madds (paper)", stats.counts.paper?.madds ?? 0],
            ["macs (fvcore)", stats.counts.fvcore?.macs ?? 0],
          ],
    );
    prepared.push({ row, epochs: numberIn(recipe, "epochs"), firstSeed: numberIn(recipe, "seed"), costs });
    progress.show(prepared.length, rows.length);
  }
  progress.clear();
  return prepared;
}
