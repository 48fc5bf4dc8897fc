import { resolve } from "node:path";
import { type Stats, statsOf } from "../analysis/stats.js";
import type { Compilation } from "../compiler.js";
import { type Diagnostic, diagnose, isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { formatPlace, noSourceTexts, type SourceTexts } from "../diagnostics/source-text.js";
import type { Span } from "../diagnostics/span.js";
import type { Graph } from "../ir/graph.js";
import type { ConventionName } from "../recipe/measures.js";
import { talkOfChoice } from "./chosen-model.js";
import type { CompiledPath } from "./compile-file.js";
import { isOnnxPath, otherModel, readOnnxFile } from "./onnx-file.js";
import type { Session } from "./session.js";

export interface CountRequest {
  /** A model's or variant's name; undefined: for a file its model, for a folder every model in it. */
  readonly model: string | undefined;
  readonly set: ReadonlyMap<string, string>;
  /** Whether a file that is named counts with its variants. */
  readonly every?: boolean;
  /** Whether a missing model is allowed. */
  readonly mayLack?: boolean;
  /** Whether to say which model of a file was taken. */
  readonly saysChoice?: boolean;
}

/** A model found under PATH..., ready to count. */
export interface FoundModel {
  readonly name: string;
  /** Its file, as the user would type it. */
  readonly path: string;
  /** Whether the file itself was named, not a folder. */
  readonly isNamedFile: boolean;
  readonly graph: Graph;
  /** For reporting its errors. */
  readonly texts: SourceTexts;
  readonly locate: (span: Span) => string;
  count(conventions: readonly ConventionName[], facts: boolean): Stats | Problem;
}

/** The training forms of the same models, by name; none if they do not differ. */
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
  /** A report that the file has no model of the requested name. */
  readonly lacking: Diagnostic | undefined;
}

/** The models of a source file. Errors are reported, except for a missing model. */
async function modelsOfFile(
  session: Session,
  file: string,
  isNamed: boolean,
  { model, set, every, saysChoice }: CountRequest,
): Promise<FoundInFile> {
  const wanted = model ?? (isNamed && every !== true ? "main" : "all");
  // The compiler is loaded only by commands that compile.
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
  const [only, ...others] = compilation.models;
  if (saysChoice === true && wanted === "main" && only !== undefined && others.length === 0)
    talkOfChoice(session, compiled, only.name);
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

/** The model of an ONNX file; with `--model` only if it has that name, or if it is the base of a comparison. */
async function modelOfOnnxFile(
  session: Session,
  file: string,
  { model, set, mayLack }: CountRequest,
): Promise<FoundInFile> {
  const network = await readOnnxFile(session, file, set);
  if (isProblem(network)) {
    session.report([network.diagnose({})]);
    return { models: [], failed: true, lacking: undefined };
  }
  const other = mayLack === true ? undefined : otherModel(network, model);
  if (other !== undefined) return { models: [], failed: false, lacking: other.diagnose({}) };
  const { graph, path, warnings } = network;
  session.report(warnings.map((each) => each.diagnose({})));
  const { name } = graph;
  const locate = (): string => path;
  const count: FoundModel["count"] = (conventions, facts) => statsOf(graph, { conventions, facts });
  return {
    models: [{ name, path, isNamedFile: true, graph, texts: noSourceTexts, locate, count }],
    failed: false,
    lacking: undefined,
  };
}

/**
 * Passes every model under PATH... to `take`, file by file; returns whether there were errors, which are reported. A model
 * requested by name must be in one of the files, not in all.
 */
export async function findModels(
  session: Session,
  paths: readonly string[],
  request: CountRequest,
  take: (model: FoundModel) => void,
): Promise<boolean> {
  const { files, failed } = await session.expand(paths, "sources or ONNX files");
  let hasFailed = failed;
  const named = new Set(paths.map((path) => resolve(session.cwd, path)));
  const lacking: Diagnostic[] = [];
  let count = 0;
  for (const file of files) {
    const found = isOnnxPath(file)
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

/** Counts a model; reports if it cannot be counted. */
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

/** Counts every model under PATH..., without the facts of its layers; errors are reported. */
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
