/** Which parameters are trained, with which factors of learning rate and weight decay. */

import { invariant } from "../diagnostics/invariant.js";
import { type Graph, type Slot, typeOf } from "../ir/graph.js";
import { isWithin } from "../ir/paths.js";

/** A part of the network with its own rate and decay, as factors of the common ones. */
export interface ParameterGroup {
  /** A layer's path or the beginning of one: `stage2`. For nested groups the longest path applies. */
  readonly at: string;
  readonly rateScale: number;
  readonly decayScale: number;
}

export interface GroupOptions {
  readonly groups?: readonly ParameterGroup[] | undefined;
  /** Paths whose parameters stay unchanged; running statistics are still updated. */
  readonly freeze?: readonly string[] | undefined;
  /** False exempts parameters with one axis: the affine parameters of norms, and biases. Default true. */
  readonly decayNormAndBias?: boolean | undefined;
}

/** A trained parameter. */
export interface TrainedParameter {
  readonly slot: Slot;
  readonly rateScale: number;
  readonly decayScale: number;
}

/** The parameters that are not frozen, each with its factors. */
export function trainedParameters(graph: Graph, options: GroupOptions): readonly TrainedParameter[] {
  const { groups = [], freeze = [], decayNormAndBias = true } = options;
  const parameters = graph.slots.filter(({ role }) => role === "parameter");
  for (const at of [...freeze, ...groups.map((group) => group.at)]) {
    invariant(
      parameters.some(({ name }) => isWithin(name, at)),
      `${graph.name} has no parameter at ${at}`,
    );
  }
  return parameters
    .filter(({ name }) => !freeze.some((at) => isWithin(name, at)))
    .map((slot) => {
      const group = groups
        .filter(({ at }) => isWithin(slot.name, at))
        .reduce<ParameterGroup | undefined>(
          (a, b) => (a === undefined || b.at.length >= a.at.length ? b : a),
          undefined,
        );
      const isSpared = !decayNormAndBias && typeOf(graph, slot.value).shape.length <= 1;
      return { slot, rateScale: group?.rateScale ?? 1, decayScale: isSpared ? 0 : (group?.decayScale ?? 1) };
    });
}
