import { diagnose } from "../diagnostics/diagnostic.js";
import { UsageError } from "./usage.js";

/** The folder the user stands in, unless somebody removed it. */
export function workingFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new UsageError(diagnose("tool/no-working-folder", { reason: (error as NodeJS.ErrnoException).code ?? "" }));
  }
}
