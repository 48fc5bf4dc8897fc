/** The state of every engine on this machine. */
import { isProblem } from "../diagnostics/diagnostic.js";
import type { Found } from "../engines/engine.js";
import type { EngineEntry } from "../engines/registry.js";

/** What an engine found, or why it cannot run and what it needs. */
export type EngineState =
  | ({ readonly name: string; readonly found: true } & Found)
  | {
      readonly name: string;
      readonly found: false;
      readonly needs: string;
      readonly code: string;
      readonly message: string;
      readonly help: string;
    };

async function stateOf({ name, load }: EngineEntry): Promise<EngineState> {
  const { found: find, needs } = await load();
  const found = await find();
  if (!isProblem(found)) return { name, found: true, ...found };
  const { code, message, help } = found.diagnose({});
  return { name, found: false, needs, code, message, help };
}

/** Engines are checked one after another: those on TensorFlow.js share one global instance, whose backend each of them sets. */
export async function engineStates(engines: readonly EngineEntry[]): Promise<readonly EngineState[]> {
  const states: EngineState[] = [];
  for (const engine of engines) states.push(await stateOf(engine));
  return states;
}
