import { basename, dirname, resolve } from "node:path";
import { compileBudget } from "../compile-budget.js";
import { type Compilation, type CompileOptions, compile, load, type Sources } from "../compiler.js";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { type SourceTexts, sourceTexts } from "../diagnostics/source-text.js";
import { nodeHost } from "../hosts/node-host.js";
import { runFiles } from "../training/run-files.js";
import { displayPath, hostPath, projectRoot } from "./project.js";

export interface CompiledPath {
  /** The file as the user would type it. */
  readonly path: string;
  readonly sources: Sources;
  /** Absolute paths of the files that were read or tried. */
  readonly inputs: readonly string[];
  readonly compilation: Compilation;
  /** Of the whole program, budgets included. */
  readonly diagnostics: readonly Diagnostic[];
  readonly hasErrors: boolean;
  /** For rendering diagnostics, and for `FILE:LINE:COLUMN` of a span (`formatPlace`). */
  readonly texts: SourceTexts;
}

/** The file to compile: the file itself, except for a run's `model.lfer`. */
async function compiledFor(file: string): Promise<string> {
  if (basename(file) !== runFiles.model) return file;
  return (await import("../training/run-source.js")).compiledFile(file);
}

/** Reads a file and its imports. */
export async function loadFile(
  path: string,
  cwd: string,
): Promise<{ readonly root: string; readonly sources: Sources }> {
  const asked = resolve(cwd, path);
  const full = await compiledFor(asked);
  // A run's own texts are a separate project.
  const root = full === asked ? projectRoot(full, cwd) : dirname(asked);
  const entry = hostPath(root, full);
  // `std/` alone is the standard library; a project's own folder of that name is `./std/`.
  return { root, sources: await load(nodeHost(root), entry.startsWith("std/") ? `./${entry}` : entry) };
}

/** The texts of a file and its imports for messages, and their absolute paths. */
function placesOf(root: string, sources: Sources, cwd: string) {
  const texts = sourceTexts(
    (file) => sources.files.get(file)?.text,
    (file) => (file.startsWith("std/") ? file : displayPath(cwd, resolve(root, file))),
  );
  const asked = [...sources.files.keys(), ...sources.problems.keys()].filter((file) => !file.startsWith("std/"));
  return { texts, inputs: asked.map((file) => resolve(root, file)) };
}

/** The only thing to say of a file without a declaration, if it is one. */
function nothingIn({ entry, files }: Sources, path: string): readonly Diagnostic[] | undefined {
  const file = files.get(entry);
  if (file === undefined || file.tree.declarations.length > 0) return undefined;
  // Whatever else is in it was reported.
  const left = file.text.replace(/\/\/.*/g, "").replace(/^\ufeff?\s*lfer 1\s/, "");
  if (/\S/.test(left)) return undefined;
  return [diagnose("tool/empty-file", { path, hasRemarks: /\S/.test(file.text) })];
}

/** Compiles one file without output. */
export async function compileFile(path: string, cwd: string, options: CompileOptions = {}): Promise<CompiledPath> {
  const full = resolve(cwd, path);
  const { root, sources } = await loadFile(path, cwd);
  const compilation = compile(sources, options);
  const { texts, inputs } = placesOf(root, sources, cwd);
  const diagnostics = nothingIn(sources, displayPath(cwd, full)) ?? compilation.diagnostics;
  const hasErrors = diagnostics.some((diagnostic) => diagnostic.severity === "error");
  return { path: displayPath(cwd, full), sources, inputs, compilation, diagnostics, hasErrors, texts };
}

/** Compiles the file after `--budget`. */
export async function compileBudgetFile(path: string, cwd: string) {
  const { root, sources } = await loadFile(path, cwd);
  return { ...compileBudget(sources), ...placesOf(root, sources, cwd) };
}
