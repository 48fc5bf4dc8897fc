import { resolve } from "node:path";
import { checkClaims } from "../analysis/budget.js";
import type { Results } from "../analysis/measured.js";
import { isProblem } from "../diagnostics/diagnostic.js";
import type { Located } from "../diagnostics/render-json.js";
import { noSourceTexts } from "../diagnostics/source-text.js";
import { sha256 } from "../formats/digest.js";
import { compileBudgetFile } from "./compile-file.js";
import { notTaken } from "./not-taken.js";
import { readOnnxFile } from "./onnx-file.js";

import type { Session } from "./session.js";

interface HeldFiles {
  /** Absolute. */
  readonly files: readonly string[];
  /** The file after `--budget`. */
  readonly budget: string;
  /** Sizes of open axes, by name. */
  readonly sizes: ReadonlyMap<string, string>;
  readonly results: Results;
}

/** Holds ONNX files to a budget: the mistakes in it, files that cannot be counted, and claims that one of them breaks. */
export async function checkOnnxFiles(
  session: Session,
  { files, budget, sizes, results }: HeldFiles,
): Promise<readonly Located[]> {
  const wrong = await notTaken(resolve(session.cwd, budget), budget, "sources");
  if (wrong !== undefined) return [[wrong, noSourceTexts]];
  const { diagnostics, claims, texts, inputs } = await compileBudgetFile(budget, session.cwd);
  session.note(inputs);
  const found: Located[] = diagnostics.map((diagnostic) => [diagnostic, texts]);
  for (const file of files) {
    const network = await readOnnxFile(session, file, sizes);
    if (isProblem(network)) {
      found.push([network.diagnose({}), noSourceTexts]);
      continue;
    }
    const { graph, path, bytes, warnings } = network;
    for (const warning of warnings) found.push([warning.diagnose({}), noSourceTexts]);
    for (const broken of checkClaims(graph, claims, path, results, sha256([bytes]))) found.push([broken, texts]);
  }
  return found;
}
