import type { Diagnostic } from "../diagnostics/diagnostic.js";

/** Carries a usage mistake out of a command to the main program, which prints it and exits 2. */
export class UsageError extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.name = "UsageError";
    this.diagnostic = diagnostic;
  }
}
