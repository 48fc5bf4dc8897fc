import type { Host } from "./host.js";
import { normalizePath } from "./path.js";

/** A host for texts in memory, by project-relative path: for tests, editors, web pages. */
export function memoryHost(files: Readonly<Record<string, string>>): Host {
  const texts = new Map(Object.entries(files).map(([path, text]) => [normalizePath(path), text]));
  return {
    async read(path) {
      const way = normalizePath(path);
      if (way === undefined) return { kind: "outside" };
      const text = texts.get(way);
      return text === undefined ? { kind: "missing" } : { kind: "text", text };
    },
  };
}
