/** The training step as two graphs, so that something else can happen to the gradients in between: an all-reduce. */
import { GraphBuilder } from "../ir/builder.js";
import { type Graph, type GraphOutput, typeOf, type ValueId } from "../ir/graph.js";
import {
  type Learner,
  type TrainingStepSource,
  type WithGradients,
  withGradients,
  withUpdate,
} from "./training-step.js";

export interface SplitStep {
  /** Loss, outputs, gradients as outputs `gradient.PARAMETER`; statistics have their `next`. */
  readonly gradients: Graph;
  /** The same gradients as inputs; the parameters that have one and all optimiser state have their `next`. */
  readonly update: Graph;
}

/** The output of the one half and input of the other with a parameter's gradient: `gradient.stem.conv.weight`. */
export const gradientName = (parameter: string): string => `gradient.${parameter}`;

/**
 * Both halves are made by the functions that make the whole: the whole is not cut. One value can be the gradient of two
 * parameters (of `a + b`), or be a parameter itself (of `a * b`), so a cut at values could not tell what the update reads.
 * All that depends on the other batches is in the update: accumulation, clipping, decay, averages.
 */
export function splitStep(source: TrainingStepSource): SplitStep {
  const { graph, found } = withGradients(source);
  const outputs = found.map(({ slot, gradient }): GraphOutput => ({ name: gradientName(slot.name), value: gradient }));
  return {
    gradients: { ...graph, outputs: [...graph.outputs, ...outputs] },
    update: withUpdate(givenGradients(graph, found), source),
  };
}

/** Only the parameters, and their gradients as inputs. */
function givenGradients(graph: Graph, found: readonly Learner[]): WithGradients {
  const builder = new GraphBuilder(graph.name);
  const gradients = found.map(({ slot }) =>
    builder.input({ name: gradientName(slot.name) }, typeOf(graph, slot.value)),
  );
  const learners = found.map(({ slot, ...scales }, i): Learner => {
    const value = builder.slot(slot, typeOf(graph, slot.value));
    return { ...scales, slot: { ...slot, value }, gradient: gradients[i] as ValueId };
  });
  return { graph: builder.finish(), found: learners };
}
