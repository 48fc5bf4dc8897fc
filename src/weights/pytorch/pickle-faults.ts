import type { PickleDamage } from "../../diagnostics/catalogue/weights/pytorch.js";
import { type Diagnostic, diagnose } from "../../diagnostics/diagnostic.js";
import { shown } from "../weight-file.js";
import type { PickleValue } from "./pickle-values.js";

export interface DamagedPickle {
  readonly kind: "damaged";
  readonly damage: PickleDamage;
}

/** Why a pickle is rejected; the machine adds the offset. */
export type PickleFault =
  | DamagedPickle
  | { readonly kind: "forbidden-global" | "object"; readonly name: string }
  | { readonly kind: "unread-argument"; readonly name: string; readonly argument: string }
  | { readonly kind: "forbidden-opcode"; readonly opcode: number };

const faultKinds: ReadonlySet<string> = new Set<PickleFault["kind"]>([
  "damaged",
  "forbidden-global",
  "object",
  "unread-argument",
  "forbidden-opcode",
]);

export const isFault = (value: PickleValue | PickleFault): value is PickleFault =>
  typeof value === "object" && value !== null && faultKinds.has(value.kind);

export const damaged = (damage: PickleDamage): DamagedPickle => ({ kind: "damaged", damage });

/** The error as a diagnostic; `part` is what the offset is relative to: an entry of the archive, or the file. */
export function diagnosePickle(file: string, part: string, fault: PickleFault, offset: number): Diagnostic {
  switch (fault.kind) {
    case "damaged":
      return diagnose("weights/pickle-damaged", { file, part, offset, damage: fault.damage });
    case "forbidden-opcode":
      return diagnose("weights/forbidden-opcode", { file, part, offset, opcode: fault.opcode });
    case "forbidden-global":
      return diagnose("weights/forbidden-global", { file, part, offset, name: shown(fault.name) });
    case "unread-argument":
      return diagnose("weights/unread-argument", {
        file,
        part,
        offset,
        name: shown(fault.name),
        argument: shown(fault.argument),
      });
    case "object":
      return diagnose("weights/whole-module", { file, part, offset, name: shown(fault.name) });
  }
}
