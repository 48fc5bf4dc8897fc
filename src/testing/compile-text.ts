import { type Compilation, type CompileOptions, compile, load } from "../compiler.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { type SourceTexts, sourceTexts } from "../diagnostics/source-text.js";
import { memoryHost } from "../hosts/memory-host.js";

/** One text, or several files of which `main.lfer` is the entry. */
export type Texts = string | Readonly<Record<string, string>>;

const entry = "main.lfer";

const asFiles = (texts: Texts): Readonly<Record<string, string>> =>
  typeof texts === "string" ? { [entry]: texts } : texts;

/** Compiles texts in memory. */
export async function compileText(texts: Texts, options: CompileOptions = {}): Promise<Compilation> {
  return compile(await load(memoryHost(asFiles(texts)), entry), options);
}

/** The diagnostics of texts in memory. */
export async function diagnoseText(texts: Texts, options: CompileOptions = {}): Promise<readonly Diagnostic[]> {
  return (await compileText(texts, options)).diagnostics;
}

/** The texts in the form that the renderers take. */
export function textsForRendering(texts: Texts): SourceTexts {
  const files = asFiles(texts);
  return sourceTexts((file) => files[file]);
}
