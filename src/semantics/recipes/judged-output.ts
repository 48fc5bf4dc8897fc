/** Whether a loss trains the output on which the student is evaluated. */
import { type Graph, typeOf, type ValueId } from "../../ir/graph.js";
import { dataTensors, inputOfData } from "../../recipe/signatures.js";

const targets = dataTensors.map(inputOfData);
const ofStudent = "student.";

/**
 * The student's outputs that the loss trains on the data's classes, if its first output, which is evaluated, is not among them,
 * nor computed from one or the reverse, without further weights; undefined if all is well. If the data's classes meet no
 * output, all outputs that the loss reads count as trained.
 */
export function judgedInstead(loss: Graph, student: Graph): readonly string[] | undefined {
  const read = loss.inputs.flatMap(({ name }) => (name.startsWith(ofStudent) ? [name.slice(ofStudent.length)] : []));
  const met = metByLabel(loss);
  const taught = met.size > 0 ? read.filter((name) => met.has(name)) : read;
  const [first] = student.outputs;
  const isSame = student.outputs.some(
    ({ name, value }) =>
      taught.includes(name) &&
      (madeOf(student, value).has(first?.value as ValueId) || madeOf(student, first?.value as ValueId).has(value)),
  );
  return isSame ? undefined : taught;
}

/** A value and all values that it is computed from, back to the nearest layers with weights. */
function madeOf({ nodes, slots }: Graph, value: ValueId): ReadonlySet<ValueId> {
  const weights = new Set(slots.map((slot) => slot.value));
  const found = new Set([value]);
  for (const { inputs, outputs } of nodes.toReversed()) {
    if (!outputs.some((output) => found.has(output)) || inputs.some((input) => weights.has(input))) continue;
    for (const input of inputs) found.add(input);
  }
  return found;
}

/** Outputs that are combined with the data's classes while a class axis exists: later, all are terms of one sum. */
function metByLabel(loss: Graph): ReadonlySet<string> {
  const made = new Map<ValueId, ReadonlySet<string>>();
  for (const { name, value } of loss.inputs) made.set(value, new Set([name]));
  const met = new Set<string>();
  for (const { inputs, outputs } of loss.nodes) {
    const sources = new Set(inputs.flatMap((input) => [...(made.get(input) ?? [])]));
    if (targets.some((target) => sources.has(target))) {
      for (const name of sources) if (name.startsWith(ofStudent)) met.add(name.slice(ofStudent.length));
    }
    for (const value of outputs) if (typeOf(loss, value).shape.length > 1) made.set(value, sources);
  }
  return met;
}
