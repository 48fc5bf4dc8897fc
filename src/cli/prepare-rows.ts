/** Compiles every row of a study before anything runs: a wrong name or value is reported at once, not hours later. */
import { statsOf } from "../analysis/stats.js";
import { type CompileOptions, compile, type Sources } from "../compiler.js";
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { ElaboratedRecipe } from "../semantics/recipes/recipes.js";
import { sourceDigest } from "../source/source-origin.js";
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
  /** The file's recipes by name; those with open parameters are missing. */
  readonly recipes: readonly ElaboratedRecipe[];
  readonly report: Session["report"];
}

/** The single file under PATH; errors in its rows are reported when they are prepared. */
export async function studySource(
  session: Session,
  path: string,
  options: CompileOptions = {},
): Promise<StudySource | undefined> {
  const file = await oneFile(session, path);
  if (file === undefined) return undefined;
  const { path: shown, sources, texts, compilation } = await compileFile(file, session.cwd, options);
  return {
    path: shown,
    sources,
    sourceSha256: sourceDigest(sources),
    recipes: compilation.recipes,
    report: (diagnostics) => session.report(diagnostics, texts),
  };
}

export interface Preparing {
  /** Whether each row's network is counted. */
  readonly withCosts: boolean;
  /** Reports what is wrong with a row whose recipe is valid. */
  readonly objection: (row: StudyRow, recipe: ElaboratedRecipe) => Problem | undefined;
}

/** The rows with their recipes; undefined if one of them is wrong, which is reported. */
export function prepareRows(
  session: Session,
  source: StudySource,
  rows: readonly StudyRow[],
  { withCosts, objection }: Preparing,
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
    const wrong = objection(row, recipe) ?? (isProblem(stats) ? stats : undefined);
    if (wrong !== undefined || isProblem(stats)) {
      progress.clear();
      source.report(wrong === undefined ? [] : [wrong.diagnose({})]);
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
    const { epochs, seed } = recipe.settings.train.fields;
    prepared.push({ row, epochs, firstSeed: seed, costs });
    progress.show(prepared.length, rows.length);
  }
  progress.clear();
  return prepared;
}
