import type { Graph } from "../../ir/graph.js";
import { applyNameMap, type MappedNames } from "./apply-map.js";
import type { NameMap } from "./parse-map.js";

/** Matches names by a map; where that leaves any over, also with the names that the model's slots had in earlier versions. */
export function matchNames(map: NameMap, tensors: readonly string[], { slots }: Graph): MappedNames {
  const names = slots.map(({ name }) => name);
  const now = applyNameMap(map, tensors, names);
  if (isComplete(now, tensors, slots.length) || slots.every(({ formerName }) => formerName === undefined)) return now;
  const formers = slots.map(({ name, formerName }) => formerName ?? name);
  const before = applyNameMap(map, tensors, formers);
  if (!isComplete(before, tensors, slots.length)) return now;
  const nameOf = new Map(formers.map((former, i) => [former, names[i] as string] as const));
  const renamed = (former: string): string => nameOf.get(former) ?? former;
  return {
    ...before,
    slotOf: new Map([...before.slotOf].map(([tensor, slot]) => [tensor, renamed(slot)] as const)),
    fresh: new Set([...before.fresh].map(renamed)),
  };
}

const isComplete = (
  { slotOf, dropped, fresh, conflicts }: MappedNames,
  tensors: readonly string[],
  slots: number,
): boolean =>
  conflicts.length === 0 && slotOf.size + dropped.size === tensors.length && slotOf.size + fresh.size === slots;

/**
 * What earlier versions called each slot of a step whose name has changed: those of the network, and those that belong to one
 * of them (`momentum.NAME`).
 */
export function formerNames({ slots }: Graph): (name: string) => string | undefined {
  const formers = new Map(
    slots.flatMap(({ name, formerName }) => (formerName === undefined ? [] : [[name, formerName] as const])),
  );
  return (name) => {
    for (let from = 0; formers.size > 0 && from <= name.length; ) {
      const former = formers.get(name.slice(from));
      if (former !== undefined) return name.slice(0, from) + former;
      const dot = name.indexOf(".", from);
      if (dot < 0) return undefined;
      from = dot + 1;
    }
    return undefined;
  };
}
