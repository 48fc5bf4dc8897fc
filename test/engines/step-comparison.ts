/** Compares engines with the float64 reference, by relative norm. */
import * as assert from "uvu/assert";
import type { RunningStep, Values } from "../../src/engines/engine.js";
import type { Graph } from "../../src/ir/graph.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { interpretStep } from "../../src/reference/interpret.js";
import type { StepFeed } from "./step-networks.js";

export interface Stepped {
  readonly loss: number;
  readonly state: ReadonlyMap<string, ArrayLike<number>>;
}

/** One step of an engine, which is disposed of. */
export async function runOnce(running: RunningStep, batch: ReadonlyMap<string, Values>): Promise<Stepped> {
  const outputs = await running.run(batch);
  const after = await running.state();
  await running.dispose();
  return { loss: outputs.get("loss")?.[0] ?? Number.NaN, state: after };
}

/** The same step in float64. */
export function reference(step: Graph, { batch, state }: StepFeed): Stepped {
  const tensors = (values: ReadonlyMap<string, Values>, shapeOf: (name: string) => readonly number[]) =>
    Object.fromEntries(
      [...values].map(([name, data]): [string, Tensor] => [
        name,
        { shape: shapeOf(name), data: Float64Array.from(data) },
      ]),
    );
  const shapes = new Map(
    [...step.inputs, ...step.slots].map(({ name, value }) => [name, step.types[value]?.shape as readonly number[]]),
  );
  const shapeOf = (name: string): readonly number[] => shapes.get(name) ?? [];
  const { outputs, slots } = interpretStep(step, {
    inputs: tensors(batch, shapeOf),
    slots: tensors(state, shapeOf),
    batch: 1,
  });
  return {
    loss: outputs.loss?.data[0] ?? Number.NaN,
    state: new Map(Object.entries(slots).map(([name, { data }]) => [name, data])),
  };
}

/** || a - b || / || b || over all slots of a kind together. */
function distance(a: Stepped, b: Stepped, wanted: (name: string) => boolean): number {
  let [difference, scale] = [0, 0];
  for (const [name, right] of b.state) {
    if (!wanted(name)) continue;
    const left = a.state.get(name);
    assert.is(left?.length, right.length, name);
    for (let i = 0; i < right.length; i++) {
      difference += ((left?.[i] as number) - (right[i] as number)) ** 2;
      scale += (right[i] as number) ** 2;
    }
  }
  assert.ok(scale > 0, "nothing to compare");
  return Math.sqrt(difference / scale);
}

/** The difference of a step's gradients from those computed in another way, all together. */
export function gradientDistance(found: Stepped, gradients: ReadonlyMap<string, Values>): number {
  const state = new Map([...gradients].map(([name, values]) => [`velocity.${name}`, values] as const));
  return distance(found, { loss: 0, state }, isGradient);
}

/** || a - b || / || b || over the losses of two engines' steps on the same batches; both are disposed of. */
export async function lossDistance(a: RunningStep, b: RunningStep, feeds: readonly StepFeed[]): Promise<number> {
  let [difference, scale] = [0, 0];
  for (const { batch } of feeds) {
    const [found, wanted] = [await a.run(batch), await b.run(batch)].map(
      (outputs) => outputs.get("loss")?.[0] ?? Number.NaN,
    );
    difference += ((found as number) - (wanted as number)) ** 2;
    scale += (wanted as number) ** 2;
  }
  await Promise.all([a.dispose(), b.dispose()]);
  return Math.sqrt(difference / scale);
}

/** A first velocity is the gradient. */
const isGradient = (name: string): boolean => name.startsWith("velocity.");

export interface Judged {
  readonly loss: number;
  readonly gradients: number;
  readonly state: number;
}

export function judge(found: Stepped, wanted: Stepped): Judged {
  return {
    loss: Math.abs(found.loss - wanted.loss) / Math.abs(wanted.loss),
    gradients: distance(found, wanted, isGradient),
    state: distance(found, wanted, (name) => !isGradient(name)),
  };
}

/** Whether rounding has flipped a path, or something is wrong: only other seeds can tell. */
export const isFlipped = ({ gradients }: Judged): boolean => gradients >= 1e-4;

/**
 * Rounding may flip a ReLU or the maximum of a window, and with it a whole path: then float32 differs from float64 by 1e-3, in every
 * engine. Correct algebra shows for the seeds without a flip.
 */
export function assertRight(judged: readonly Judged[], what: string): void {
  const text = `${what}: ${JSON.stringify(judged)}`;
  assert.ok(
    judged.every(({ loss, state, gradients }) => loss < 1e-4 && state < 1e-2 && gradients < 0.1),
    text,
  );
  assert.ok(
    judged.some((each) => !isFlipped(each)),
    text,
  );
}
