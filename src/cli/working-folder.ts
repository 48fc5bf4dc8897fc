import { diagnose } from "../diagnostics/diagnostic.js";
import { UsageError } from "./usage.js";

/** The current folder, unless it was removed. */
export function workingFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new UsageError(diagnose("tool/no-working-folder", { reason: (error as NodeJS.ErrnoException).code ?? "" }));
  }
}
