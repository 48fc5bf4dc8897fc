import { basename, resolve } from "node:path";
import { type Stats, statsOf } from "../analysis/stats.js";
import type { Compilation } from "../compiler.js";
import { type Diagnostic, diagnose, isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { formatPlace, noSourceTexts, type SourceTexts } from "../diagnostics/source-text.js";
import type { Span } from "../diagnostics/span.js";
import { suggest } from "../diagnostics/suggest.js";
import type { Graph } from "../ir/graph.js";
import type { ConventionName } from "../recipe/measures.js";
import type { CompiledPath } from "./compile-file.js";
import { displayPath } from "./project.js";
import type { Session } from "./session.js";

export interface CountRequest {
  /** A model's or variant's name; undefined: a file stands for its model, a folder for every one under it. */
  readonly model: string | undefined;
  readonly set: ReadonlyMap<string, string>;
  /** Whether it is no mistake that there is no model of that name. */
  readonly mayLack?: boolean;
}

/** A model found under PATH..., ready to be counted. */
export interface FoundModel {
  readonly name: string;
  /** Its file, as the user would type it. */
  readonly path: string;
  /** Whether the file itself was named, and not a folder above it. */
  readonly isNamedFile: boolean;
  readonly graph: Graph;
  /** For what is wrong with it. */
  readonly texts: SourceTexts;
  readonly locate: (span: Span) => string;
  count(conventions: readonly ConventionName[], facts: boolean): Stats | Problem;
}

/** The same models as training sees them, by name; none where all are what they are without it. */
async function trainingGraphs(
  { sources, compilation }: CompiledPath,
  model: string,
  set: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, Graph>> {
  if (!compilation.models.some(({ asksTraining }) => asksTraining)) return new Map();
  const { compile } = await import("../compiler.js");
  const { models }: Compilation = compile(sources, { model, set, training: true, graphsOnly: true });
  return new Map(models.map(({ name, graph }) => [name, graph] as const));
}

interface FoundInFile {
  readonly models: readonly FoundModel[];
  readonly failed: boolean;
  /** That the file has no model of the name asked for. */
  readonly lacking: Diagnostic | undefined;
}

/** The models of a source file. What is wrong with it is reported, but for a model that it does not have. */
async function modelsOfFile(
  session: Session,
  file: string,
  isNamed: boolean,
  { model, set }: CountRequest,
): Promise<FoundInFile> {
  const wanted = model ?? (isNamed ? "main" : "all");
  // The compiler is loaded by the commands that compile, and by no others.
  const { compileFile } = await import("./compile-file.js");
  const compiled = await compileFile(file, session.cwd, { model: wanted, set, graphsOnly: true });
  session.note(compiled.inputs);
  const { path, texts, compilation } = compiled;
  const lacking = compiled.diagnostics.find(({ code }) => code === "resolve/unknown-model");
  const diagnostics = compiled.diagnostics.filter((each) => each !== lacking);
  session.report(diagnostics, texts);
  const hasErrors = diagnostics.some(({ severity }) => severity === "error");
  const isEmpty = !hasErrors && lacking === undefined && compilation.models.length === 0 && isNamed;
  if (isEmpty) session.report([diagnose("tool/nothing-to-count", { path })]);
  const training = await trainingGraphs(compiled, wanted, set);
  const locate = (span: Span): string => formatPlace(span, texts);
  const models = compilation.models.map(({ name, graph }): FoundModel => {
    const count: FoundModel["count"] = (conventions, facts) => {
      const stats = statsOf(graph, { locate, conventions, facts, training: training.get(name) });
      return isProblem(stats) ? stats : { ...stats, model: name };
    };
    return { name, path, isNamedFile: isNamed, graph, texts, locate, count };
  });
  return { models, failed: hasErrors || isEmpty, lacking };
}

/** The one model of an ONNX file, under `--model` only where it is called so, or where it is what others are held against. */
async function modelOfOnnxFile(
  session: Session,
  file: string,
  { model, set, mayLack }: CountRequest,
): Promise<FoundInFile> {
  const { readModelFile } = await import("../deploy/model-file.js");
  const { readOnnxModel } = await import("../targets/onnx/read/read-model.js");
  session.note([file]);
  const path = displayPath(session.cwd, file);
  const bytes = await readModelFile(file);
  const graph = isProblem(bytes) ? bytes : readOnnxModel({ bytes, path, name: basename(file, ".onnx"), sizes: set });
  if (isProblem(graph)) {
    session.report([graph.diagnose({})]);
    return { models: [], failed: true, lacking: undefined };
  }
  const { name } = graph;
  if (model !== undefined && model !== name && mayLack !== true) {
    const holes = { name: model, file: path, known: name, suggestion: suggest(model, [name]) };
    return { models: [], failed: false, lacking: diagnose("resolve/unknown-model", holes) };
  }
  const locate = (): string => path;
  const count: FoundModel["count"] = (conventions, facts) => statsOf(graph, { conventions, facts });
  return {
    models: [{ name, path, isNamedFile: true, graph, texts: noSourceTexts, locate, count }],
    failed: false,
    lacking: undefined,
  };
}

/**
 * Hands every model that PATH... names to `take`, file by file; gives whether anything was wrong, which is reported. A model
 * asked for by name has to be in one of the files, not in all of them.
 */
export async function findModels(
  session: Session,
  paths: readonly string[],
  request: CountRequest,
  take: (model: FoundModel) => void,
): Promise<boolean> {
  const { files, failed } = await session.expand(paths);
  let hasFailed = failed;
  const named = new Set(paths.map((path) => resolve(session.cwd, path)));
  const lacking: Diagnostic[] = [];
  let count = 0;
  for (const file of files) {
    const found = file.endsWith(".onnx")
      ? await modelOfOnnxFile(session, file, request)
      : await modelsOfFile(session, file, named.has(file), request);
    if (found.failed) hasFailed = true;
    if (found.lacking !== undefined) lacking.push(found.lacking);
    for (const model of found.models) take(model);
    count += found.models.length;
  }
  if (count > 0 || request.mayLack === true) return hasFailed;
  const likeliest = lacking.find(({ message }) => message.includes("Did you mean")) ?? lacking[0];
  if (likeliest === undefined) return hasFailed;
  session.report([likeliest]);
  return true;
}

/** Counts a model; that it cannot be counted is reported. */
export function countOrReport(
  session: Session,
  model: FoundModel,
  conventions: readonly ConventionName[],
  facts: boolean,
): Stats | undefined {
  const stats = model.count(conventions, facts);
  if (!isProblem(stats)) return stats;
  session.report([stats.diagnose({})], model.texts);
  return undefined;
}

export interface CountedModel {
  readonly path: string;
  readonly isNamedFile: boolean;
  readonly stats: Stats;
}

/** Counts every model under PATH..., without the facts of its layers; what is wrong is reported. */
export async function countAll(
  session: Session,
  paths: readonly string[],
  conventions: readonly ConventionName[],
  request: CountRequest,
): Promise<{ readonly found: readonly CountedModel[]; readonly failed: boolean }> {
  const found: CountedModel[] = [];
  let hasFailed = false;
  const wrong = await findModels(session, paths, request, (model) => {
    const stats = countOrReport(session, model, conventions, false);
    if (stats === undefined) hasFailed = true;
    else found.push({ path: model.path, isNamedFile: model.isNamedFile, stats });
  });
  return { found, failed: wrong || hasFailed };
}
