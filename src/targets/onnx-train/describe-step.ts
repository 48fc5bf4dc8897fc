import type { Graph } from "../../ir/graph.js";
import { describeModel, type Provenance } from "../onnx/describe-model.js";
import { type StepPart, stateOf } from "./open-state.js";

/** What a file of a step is: the whole, or one half of it. */
export type PartName = "step" | "gradients" | "update";

/** Facts about a step that are not in its graph. */
export interface StepOrigin {
  readonly recipe: string;
  readonly batch: number;
  /** The optimiser, the schedule and the initial rate, from the recipe. */
  readonly training: Readonly<Record<string, unknown>>;
  /** By input `teacher.X`, the classes in the order in which the step takes them, if they are named. */
  readonly teacherLabels: ReadonlyMap<string, readonly string[]>;
}

/**
 * `metadata_props` of a training step: those of its network (describe-model.ts), and `lfer.target`, `lfer.recipe`,
 * `lfer.batch`, `lfer.training` (JSON) and `lfer.state`: by role (JSON), the names X of the state, for inputs `state.X` and
 * outputs `next.X`. Of a half, `lfer.part`: which one. With dropout, `lfer.masks`: the input of each mask and the share that it
 * keeps (JSON). With a teacher, `lfer.labels.teacher.X` (JSON). `data.label` is in the order of the first output's labels.
 */
export function describeStep(
  network: Graph,
  part: StepPart & { readonly name: PartName },
  origin: StepOrigin,
  provenance: Provenance,
): ReadonlyMap<string, string> {
  const changing = stateOf(part);
  const names = (wanted: string) => changing.filter(({ role }) => role === wanted).map((slot) => slot.name);
  const state = { parameters: names("parameter"), statistics: names("statistic"), optimizer: names("optimizer") };
  const masks = part.graph.inputs.flatMap(({ name, mask }) => (mask === undefined ? [] : [[name, mask.keep] as const]));
  return new Map([
    ...describeModel(network, provenance),
    ...[...origin.teacherLabels].map(([input, labels]) => [`lfer.labels.${input}`, JSON.stringify(labels)] as const),
    ["lfer.target", "onnx-train"],
    ...(part.name === "step" ? [] : [["lfer.part", part.name] as const]),
    ["lfer.recipe", origin.recipe],
    ["lfer.batch", String(origin.batch)],
    ["lfer.training", JSON.stringify(origin.training)],
    ["lfer.state", JSON.stringify(state)],
    ...(masks.length === 0 ? [] : [["lfer.masks", JSON.stringify(Object.fromEntries(masks))] as const]),
  ]);
}
