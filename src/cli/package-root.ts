import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The package's folder, bundled or not; undefined if lferc's files lie in no package. */
export function packageRoot(): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** The folder of the pages that messages name as docs/NAME.md; undefined if it is not there. */
export function docsFolder(): string | undefined {
  const root = packageRoot();
  const docs = root === undefined ? undefined : join(root, "docs");
  return docs !== undefined && existsSync(docs) ? docs : undefined;
}
