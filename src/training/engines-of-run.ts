/** Which engine ran which epochs: a run begun on one may go on with another. */
import { isJsonObject, type JsonObject } from "../formats/json-object.js";

/** An engine as `run.json` names it, and the first epoch that it ran. */
const share = (fromEpoch: number, engine: JsonObject): JsonObject => ({ fromEpoch, ...engine });

/** What the record of the run so far lists; of a record from before there was a list, its one engine. */
function listed({ engines, engine }: JsonObject): readonly JsonObject[] {
  if (Array.isArray(engines) && engines.every(isJsonObject)) return engines;
  return isJsonObject(engine) ? [share(1, engine)] : [];
}

const isSame = ({ fromEpoch: _, ...before }: JsonObject, engine: JsonObject): boolean =>
  JSON.stringify(before) === JSON.stringify(engine);

/**
 * The list that a run's record gets where this engine runs what comes after `epochsDone`. One whose epochs are all lost is not
 * listed.
 */
export function enginesOfRun(
  before: JsonObject | undefined,
  epochsDone: number,
  engine: JsonObject,
): readonly JsonObject[] {
  const kept = (before === undefined ? [] : listed(before)).filter(({ fromEpoch }) => Number(fromEpoch) <= epochsDone);
  const last = kept.at(-1);
  return last !== undefined && isSame(last, engine) ? kept : [...kept, share(epochsDone + 1, engine)];
}
