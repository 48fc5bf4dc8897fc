/** The random inputs of a training step: the masks of dropout and drop_path, determined by the position in the run. */
import { type Graph, typeOf } from "../ir/graph.js";
import { bindShape, elementCount } from "../ir/shape.js";
import { fillUniform } from "../random/stream.js";
import { learningRateInput } from "./step-state.js";

/** A position in a run. A step's masks depend on nothing else, so resumed runs and all engines draw the same ones. */
export interface PlaceInRun {
  readonly seed: number;
  /** From 0. */
  readonly epoch: number;
  /** From 0 in each epoch; micro-batches of an accumulated update count separately. */
  readonly step: number;
}

/**
 * Every mask of a step, by the name of its input (`mask.PATH`), row-major: to be given to the engine with the batch. Each
 * element is 1 / keep with probability keep, else 0, keyed by seed, epoch, step and the layer's path: a new layer does not
 * change the others'. Empty for a step that drops nothing.
 *
 *     const batch = new Map([...pictures, ...drawMasks(step, { seed, epoch, step: i })]);
 */
export function drawMasks(step: Graph, { seed, epoch, step: index }: PlaceInRun): ReadonlyMap<string, Float32Array> {
  const drawn = new Map<string, Float32Array>();
  for (const { name, value, mask } of step.inputs) {
    if (mask === undefined) continue;
    const values = new Float32Array(elementCount(typeOf(step, value).shape));
    fillUniform(values, seed, `${name} epoch ${epoch} step ${index}`, 0, 1);
    // Uniform numbers of 24 bits are below 1, so keep = 1 keeps all, and keep = 0 nothing.
    const kept = mask.keep === 0 ? 0 : 1 / mask.keep;
    for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) < mask.keep ? kept : 0;
    drawn.set(name, values);
  }
  return drawn;
}

/** The inputs of a step that a data set must provide: all but the masks and the learning rate. */
export function dataInputs(step: Graph): readonly { readonly name: string; readonly shape: readonly number[] }[] {
  return step.inputs
    .filter(({ mask, name }) => mask === undefined && name !== learningRateInput)
    .map(({ name, value }) => ({ name, shape: bindShape(typeOf(step, value).shape, 1) }));
}
