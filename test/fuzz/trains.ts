/** A training step of a network: in float64, and by the engine on ONNX Runtime in both of its forms. */
import type { Graph } from "../../src/ir/graph.js";
import { run } from "../engines/ort-runs.js";
import { judge, reference, type Stepped } from "../engines/step-comparison.js";
import { compileStep, type StepFeed, stepFeed } from "../engines/step-networks.js";
import type { Verdict } from "./properties.js";
import { interpretRounded } from "./rounded.js";

/** Blocks have eight or sixteen samples. */
const batch = 16;

/** The step with every intermediate tensor rounded to float32. */
function roundedStep(step: Graph, feed: StepFeed): Stepped {
  const after = step.slots.map((slot, i) => ({ name: `next ${i}`, value: slot.next ?? slot.value }));
  const tensors = (values: StepFeed["batch"], of: readonly { readonly name: string; readonly value: number }[]) =>
    Object.fromEntries(
      of.map(({ name, value }) => [
        name,
        { shape: step.types[value]!.shape as readonly number[], data: Float64Array.from(values.get(name)!) },
      ]),
    );
  const all = interpretRounded(
    { ...step, outputs: [...step.outputs, ...after] },
    { inputs: tensors(feed.batch, step.inputs), slots: tensors(feed.state, step.slots), batch: 1 },
  );
  return {
    loss: all.loss!.data[0]!,
    state: new Map(step.slots.map(({ name }, i) => [name, all[`next ${i}`]!.data])),
  };
}

const worstOf = ({ loss, gradients, state }: ReturnType<typeof judge>): number => Math.max(loss, gradients, state);

/**
 * Compares the step that trains the network. Rounding sometimes flips a ReLU or a maximum, and with it a path: only an error for every
 * feed for which rounding alone does little counts.
 */
export async function judgeStep(text: string): Promise<Verdict> {
  const step = await compileStep({ "main.lfer": text }, batch);
  let verdict: Verdict = "rough";
  for (const seed of [1, 2, 3, 4]) {
    const feed = stepFeed(step, seed);
    const wanted = reference(step, feed);
    const roughness = worstOf(judge(roundedStep(step, feed), wanted));
    // Above that, something has begun to flip.
    if (!(roughness < 1e-5)) continue;
    verdict = "right";
    for (const portable of [true, false]) {
      const error = worstOf(judge(await run(step, feed, portable), wanted));
      if (error <= Math.max(1e-4, 30 * roughness)) continue;
      verdict = {
        wrong: `${portable ? "portable" : "blocked"} step: ${error} off (rounding: ${roughness}, feed ${seed})`,
      };
      break;
    }
    if (verdict === "right") return verdict;
  }
  return verdict;
}
