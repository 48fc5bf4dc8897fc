/** The engines of a run and their epochs: a run begun on one engine may continue on another. */
import { isJsonObject, type JsonObject } from "../formats/json-object.js";

/** An engine as in `run.json`, and the first epoch that it ran. */
const share = (fromEpoch: number, engine: JsonObject): JsonObject => ({ fromEpoch, ...engine });

/** The engines listed in the run's record; an old record without a list has one engine. */
function listed({ engines, engine }: JsonObject): readonly JsonObject[] {
  if (Array.isArray(engines) && engines.every(isJsonObject)) return engines;
  return isJsonObject(engine) ? [share(1, engine)] : [];
}

const isSame = ({ fromEpoch: _, ...before }: JsonObject, engine: JsonObject): boolean =>
  JSON.stringify(before) === JSON.stringify(engine);

/**
 * The list for a run's record if this engine runs the epochs after `epochsDone`. An engine whose epochs are all lost is not
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
