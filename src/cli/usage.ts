import type { Diagnostic } from "../diagnostics/diagnostic.js";

/** A usage error, thrown by a command; the main program prints it and exits with 2. */
export class UsageError extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.name = "UsageError";
    this.diagnostic = diagnostic;
  }
}
