import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { suggest } from "../diagnostics/suggest.js";
import type { Host, HostText } from "../hosts/host.js";
import { sourceEnding } from "../hosts/path.js";
import type { ImportProblem, SourceFile, Sources } from "../semantics/names/program.js";
import { readyTrees } from "../std/ready-trees.js";
import { standardLibrary } from "../std/sources.js";
import type { SourceTree } from "../syntax/ast.js";
import { parseText } from "../syntax/parse-text.js";

/** Maximum depth of imports. */
const maxImportDepth = 32;

/** Maximum number of files in one compilation. */
const maxFiles = 1000;

/** The path that `from` refers to in the file `importer`; undefined if it is outside the project. */
export function resolveImport(importer: string, from: string): string | undefined {
  if (from.startsWith("std/")) return `${from}.lfer`;
  const path = resolveRelative(importer, from);
  // A project may have its own folder named std; only imports with that prefix refer to the standard library.
  return path?.startsWith("std/") === true ? `./${path}` : path;
}

function resolveRelative(importer: string, from: string): string | undefined {
  if (from.startsWith("/") || from.includes("\\") || from.includes("\0") || /^[a-z]+:/i.test(from)) return undefined;
  const parts = importer.replace(/^\.\//, "").split("/").slice(0, -1);
  let climbed = 0;
  for (const part of from.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else {
      parts.push("..");
      climbed++;
    }
  }
  // A file given as ../x.lfer may import its neighbours; the host decides what is outside the project.
  return climbed > 0 && !importer.startsWith("..") ? undefined : parts.join("/");
}

async function readSource(host: Host, path: string): Promise<HostText> {
  if (!path.startsWith("std/")) return host.read(path);
  const text = standardLibrary.get(path);
  return text === undefined ? { kind: "missing" } : { kind: "text", text };
}

function importDiagnostic(answer: HostText, from: string, path: string): ImportProblem["make"] {
  return (span): Diagnostic => {
    switch (answer.kind) {
      case "outside":
        return diagnose("import/outside-project", { from }, { span });
      case "unreadable":
        return diagnose("import/unreadable-file", { path, reason: answer.reason }, { span });
      case "too-large":
        return diagnose("limit/file-too-large", { path, bytes: answer.bytes, limit: answer.limit }, { span });
      default: {
        const isStandard = path.startsWith("std/");
        const names = isStandard ? [...standardLibrary.keys()].map((name) => name.replace(/\.lfer$/, "")) : [];
        return isStandard
          ? diagnose(
              "import/unknown-library",
              { from, suggestion: suggest(from, names), known: names.join(", ") },
              { span },
            )
          : diagnose("import/missing-file", { from, path }, { span });
      }
    }
  };
}

/** The error for the entry file, which no import names: the user did. */
function entryDiagnostic(answer: HostText, path: string): ImportProblem["make"] {
  if (answer.kind === "missing") return () => diagnose("tool/no-such-path", { path });
  if (answer.kind !== "outside") return importDiagnostic(answer, path, path);
  return () => diagnose("tool/unreadable-path", { path, reason: "it is a link to outside its project" });
}

/**
 * Reads `entry` and everything it imports. This is the only asynchronous step: compiling is pure from here on. A file that cannot
 * be read is reported at the import that names it; a missing entry is reported without a span.
 */
export async function load(host: Host, entry: string): Promise<Sources> {
  const files = new Map<string, SourceFile>();
  const problems = new Map<string, ImportProblem>();
  // As in an import: a file in the project's own folder std is not part of the standard library.
  const start = entry.startsWith("std/") ? `./${entry}` : entry;
  const queue: { path: string; from: string; depth: number }[] = [{ path: start, from: entry, depth: 0 }];
  // The queue grows during this loop.
  for (const { path, from, depth } of queue) {
    if (files.has(path) || problems.has(path)) continue;
    if (depth > maxImportDepth || files.size + problems.size >= maxFiles) {
      const limit = depth > maxImportDepth ? maxImportDepth : maxFiles;
      const what = depth > maxImportDepth ? "files deep" : "files";
      problems.set(path, { make: (span) => diagnose("limit/too-many-imports", { limit, what }, { span }) });
      continue;
    }
    // It is not even read: a message would quote it, and it may be one of the user's secrets.
    if (depth > 0 && !path.endsWith(sourceEnding)) {
      problems.set(path, { make: (span) => diagnose("import/no-lfer-file", { from }, { span }) });
      continue;
    }
    const answer = await readSource(host, path);
    if (answer.kind !== "text") {
      problems.set(path, { make: depth === 0 ? entryDiagnostic(answer, from) : importDiagnostic(answer, from, path) });
      continue;
    }
    const file = standardFile(path, answer.text) ?? (await sourceFile(path, answer.text));
    files.set(path, file);
    for (const declaration of file.tree.imports) {
      const target = resolveImport(path, declaration.from.value);
      if (target !== undefined) queue.push({ path: target, from: declaration.from.value, depth: depth + 1 });
    }
  }
  return { entry: start, files, problems, resolve: resolveImport };
}

/** A file of the standard library whose tree was made when lferc was built: it has no errors. */
function standardFile(path: string, text: string): SourceFile | undefined {
  const tree = readyTrees.get(path);
  if (tree === undefined) return undefined;
  return { path, text, tree: JSON.parse(tree()) as SourceTree, diagnostics: [], divisions: new Map(), replaced: [] };
}

/** A parsed file. What recognises other languages is loaded for a file with errors only. */
export async function sourceFile(path: string, text: string): Promise<SourceFile> {
  const parsed = parseText(path, text);
  if (parsed.diagnostics.length === 0) return { path, text, ...parsed };
  const { parse } = await import("../syntax/parse.js");
  return { path, text, ...parse(path, text) };
}
