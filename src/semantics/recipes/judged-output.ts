/** Whether a loss teaches the output that the student is judged by. */
import { type Graph, typeOf, type ValueId } from "../../ir/graph.js";
import { dataTensors, inputOfData } from "../../recipe/signatures.js";

const targets = dataTensors.map(inputOfData);
const ofStudent = "student.";

/**
 * The student's outputs that the loss teaches the data's classes, where its first one, by which pictures are judged, is none of
 * them, nor made of one, nor one made of it, without further weights; undefined where all is well. Where the data's classes
 * meet no output, all that the loss reads are taught.
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

/** A value and all that it is made of, back to the nearest layers with weights. */
function madeOf({ nodes, slots }: Graph, value: ValueId): ReadonlySet<ValueId> {
  const weights = new Set(slots.map((slot) => slot.value));
  const found = new Set([value]);
  for (const { inputs, outputs } of nodes.toReversed()) {
    if (!outputs.some((output) => found.has(output)) || inputs.some((input) => weights.has(input))) continue;
    for (const input of inputs) found.add(input);
  }
  return found;
}

/** Outputs that come together with the data's classes while there still are classes: behind that all are terms of one sum. */
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
