import type { PickleDamage } from "../../diagnostics/catalogue/weights-pytorch.js";
import { type Diagnostic, diagnose } from "../../diagnostics/diagnostic.js";
import { shown } from "../weight-file.js";

export interface DamagedPickle {
  readonly kind: "damaged";
  readonly damage: PickleDamage;
}

/** Why a pickle is not read; the machine adds where. */
export type PickleFault =
  | DamagedPickle
  | { readonly kind: "forbidden-global" | "object"; readonly name: string }
  | { readonly kind: "forbidden-opcode"; readonly opcode: number };

export const damaged = (damage: PickleDamage): DamagedPickle => ({ kind: "damaged", damage });

/** The fault for people; `part` is what the offset counts in: an entry of the archive, or the file. */
export function diagnosePickle(file: string, part: string, fault: PickleFault, offset: number): Diagnostic {
  switch (fault.kind) {
    case "damaged":
      return diagnose("weights/pickle-damaged", { file, part, offset, damage: fault.damage });
    case "forbidden-opcode":
      return diagnose("weights/forbidden-opcode", { file, part, offset, opcode: fault.opcode });
    case "forbidden-global":
      return diagnose("weights/forbidden-global", { file, part, offset, name: shown(fault.name) });
    case "object":
      return diagnose("weights/whole-module", { file, part, offset, name: shown(fault.name) });
  }
}
