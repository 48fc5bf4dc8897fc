/** Progress of a verification: a line that updates itself on a terminal, otherwise a line per step; nothing if it is quick. */

import { duration } from "../diagnostics/number-text.js";
import type { ProofProgress } from "../targets/onnx/proof-steps.js";
import type { LiveLine } from "./live-line.js";

/** No output before this time. */
const quickMs = 3000;

export interface ProofReport {
  show(progress: ProofProgress): void;
  clear(): void;
}

/** `live` updates a line on a terminal; without it `talk` gets separate lines. `now` in milliseconds. */
export function proofReport(
  live: LiveLine | undefined,
  talk: (text: string) => void,
  now: () => number = () => performance.now(),
): ProofReport {
  const start = now();
  let said = 0;
  return {
    show: ({ step, of, title, done }) => {
      const elapsed = now() - start;
      if (elapsed < quickMs || (live === undefined && said === step)) return;
      said = step;
      const left = done > 0 ? `  ETA ${duration((elapsed / done - elapsed) / 1000)}` : "";
      const text = `proof, step ${step} of ${of}: ${title}${left}`;
      if (live === undefined) talk(`${text}\n`);
      else live.show(text);
    },
    clear: () => live?.clear(),
  };
}
