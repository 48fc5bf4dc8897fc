/** Verifies that a training step runs correctly somewhere: compares each op with the reference on the same inputs. */
import { invariant } from "../diagnostics/invariant.js";
import { type Graph, type Node, typeOf, type ValueId } from "../ir/graph.js";
import { formatShape } from "../ir/shape.js";
import type { Tensor } from "../ops/contracts.js";
import { findOp } from "../ops/registry.js";

type Tensors = Readonly<Record<string, Tensor>>;

/** A step small enough for the reference, and its initial float32 values. */
export interface ProbeStep {
  readonly step: Graph;
  readonly inputs: Tensors;
  readonly slots: Tensors;
}

/** The error of one op in float32 against float64: most have 1e-7, a sum of millions of squares 3e-5. */
const opTolerance = 1e-4;
/** If an op's terms cancel, its error may be this many times the change by a last digit of its inputs. */
const cancellationFactor = 20;
const lastDigit = 2 ** -23;
/** A step differs by rounding only, fused or not; the gradients of a deep network amplify it. */
export const wholeTolerance = 0.1;

/** The difference between the op's results and the reference's on the same inputs, and the allowed difference. */
export function compareOp(
  { op: name, inputs, outputs, attributes }: Node,
  tensorOf: (value: ValueId) => Tensor,
): { readonly error: number; readonly allowed: number } {
  const op = findOp(name);
  invariant(op !== undefined, `unknown op ${name}`);
  const given = inputs.map(tensorOf);
  const expected = op.evaluate(given, attributes);
  let largest = 0;
  for (const [i, value] of outputs.entries()) {
    const wanted = expected[i] as Tensor;
    const error = distance(tensorOf(value), wanted);
    if (error <= opTolerance) {
      largest = Math.max(largest, error);
      continue;
    }
    const nudged = op.evaluate(given.map(nudge), attributes)[i] as Tensor;
    const allowed = cancellationFactor * distance(nudged, wanted);
    if (!(error <= allowed)) return { error, allowed: Math.max(opTolerance, allowed) };
  }
  return { error: largest, allowed: opTolerance };
}

/** The tensor with every number changed by a last digit of float32, up or down. */
const nudge = ({ shape, data }: Tensor, which: number): Tensor => ({
  shape,
  data: data.map((value, i) => value * (1 + ((i * 7919 + which) % 3 === 0 ? -lastDigit : lastDigit))),
});

/** `||a - b|| / ||b||`; numbers that are NaN in both do not count as different. */
export function distance({ shape: found, data: a }: Tensor, { shape, data: b }: Tensor): number {
  invariant(found.join() === shape.join(), `shape [${found.join()}], not [${shape.join()}]`);
  let [difference, norm] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    if (Object.is(x, y)) continue;
    difference += (x - y) ** 2;
  }
  for (const y of b) if (Number.isFinite(y)) norm += y * y;
  return difference === 0 ? 0 : Math.sqrt(difference / norm);
}

/** Inputs that a message names; a step's half may take hundreds of gradients. */
const mostNamed = 3;

/** The large inputs of a step, for display: `image [2, 3, 40, 40]`. */
export function describeInputs(step: Graph): string {
  const large = step.inputs
    .map(({ name, value }) => ({ name, shape: typeOf(step, value).shape }))
    .filter(({ shape }) => shape.length > 2)
    .map(({ name, shape }) => `${name} ${formatShape(shape)}`);
  if (large.length <= mostNamed) return large.join(", ");
  return `${large[0]} and ${large.length - 1} more`;
}
