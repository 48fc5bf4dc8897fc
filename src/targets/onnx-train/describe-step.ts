import type { Graph } from "../../ir/graph.js";
import { describeModel, type Provenance } from "../onnx/describe-model.js";

/** What a step is made of that its graph cannot say. */
export interface StepOrigin {
  readonly recipe: string;
  readonly batch: number;
  /** The optimiser, the schedule and the rate that it starts from, as a recipe says them. */
  readonly training: Readonly<Record<string, unknown>>;
}

/**
 * `metadata_props` of a training step: those of the network that it trains (describe-model.ts), and `lfer.target`,
 * `lfer.recipe`, `lfer.batch`, `lfer.training` (JSON) and `lfer.state`: the names of the slots by role (JSON), which
 * inputs `state.X` and outputs `next.X` carry.
 */
export function describeStep(
  network: Graph,
  step: Graph,
  origin: StepOrigin,
  provenance: Provenance,
): ReadonlyMap<string, string> {
  const names = (wanted: string): readonly string[] =>
    step.slots.filter(({ role }) => role === wanted).map(({ name }) => name);
  const state = { parameters: names("parameter"), statistics: names("statistic"), optimizer: names("optimizer") };
  return new Map([
    ...describeModel(network, provenance),
    ["lfer.target", "onnx-train"],
    ["lfer.recipe", origin.recipe],
    ["lfer.batch", String(origin.batch)],
    ["lfer.training", JSON.stringify(origin.training)],
    ["lfer.state", JSON.stringify(state)],
  ]);
}
