import { type Diagnostic, diagnose } from "./diagnostic.js";

/** Maximum number of errors reported per compilation. */
export const mistakeLimit = 200;

/** At most that many errors, with the warnings between them; if there are more, the last one says so. */
export function limited(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  let errors = 0;
  const end = diagnostics.findIndex(({ severity }) => severity === "error" && ++errors > mistakeLimit);
  if (end < 0) return diagnostics;
  const more = diagnose("limit/too-many-mistakes", { limit: mistakeLimit }, { span: diagnostics[end]?.span });
  return [...diagnostics.slice(0, end), more];
}

/** Whether a list was cut: further errors are unknown. */
export const isCut = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.at(-1)?.code === "limit/too-many-mistakes";
