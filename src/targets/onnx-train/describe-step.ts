import type { Graph } from "../../ir/graph.js";
import { describeModel, type Provenance } from "../onnx/describe-model.js";

/** What a step is made of that its graph cannot say. */
export interface StepOrigin {
  readonly recipe: string;
  readonly batch: number;
  /** The optimiser, the schedule and the rate that it starts from, as a recipe says them. */
  readonly training: Readonly<Record<string, unknown>>;
  /** By input `teacher.X`, the classes in the order in which the step takes them, where somebody has named them. */
  readonly teacherLabels: ReadonlyMap<string, readonly string[]>;
}

/**
 * `metadata_props` of a training step: those of the network that it trains (describe-model.ts), and `lfer.target`,
 * `lfer.recipe`, `lfer.batch`, `lfer.training` (JSON) and `lfer.state`: by role (JSON) the names X of what changes, which
 * inputs `state.X` and outputs `next.X` carry; of a step that drops something `lfer.masks`: the input of each mask and the
 * share that it keeps (JSON); of one that reads a teacher `lfer.labels.teacher.X` (JSON). `data.label` is in the order of the
 * first output's labels.
 */
export function describeStep(
  network: Graph,
  step: Graph,
  origin: StepOrigin,
  provenance: Provenance,
): ReadonlyMap<string, string> {
  const names = (wanted: string): readonly string[] =>
    step.slots.filter(({ role, next }) => role === wanted && next !== undefined).map(({ name }) => name);
  const state = { parameters: names("parameter"), statistics: names("statistic"), optimizer: names("optimizer") };
  const masks = step.inputs.flatMap(({ name, mask }) => (mask === undefined ? [] : [[name, mask.keep] as const]));
  return new Map([
    ...describeModel(network, provenance),
    ...[...origin.teacherLabels].map(([input, labels]) => [`lfer.labels.${input}`, JSON.stringify(labels)] as const),
    ["lfer.target", "onnx-train"],
    ["lfer.recipe", origin.recipe],
    ["lfer.batch", String(origin.batch)],
    ["lfer.training", JSON.stringify(origin.training)],
    ["lfer.state", JSON.stringify(state)],
    ...(masks.length === 0 ? [] : [["lfer.masks", JSON.stringify(Object.fromEntries(masks))] as const]),
  ]);
}
