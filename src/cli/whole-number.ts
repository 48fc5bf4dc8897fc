import { diagnose } from "../diagnostics/diagnostic.js";
import { UsageError } from "./usage.js";

/** Rejects a number of the command line that is not an integer, or out of bounds; a missing one is accepted. */
export function checkWhole(
  command: string,
  flag: string,
  value: number | undefined,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least && value <= most)) return;
  const bounds = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  throw new UsageError(
    diagnose("tool/wrong-usage", { command, detail: `--${flag} takes a whole number ${bounds}, not ${value}` }),
  );
}
