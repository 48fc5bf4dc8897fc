/** Prints the initial state of a step: for each tensor its slots, their layout and their initial values. */
import { invariant } from "../../diagnostics/invariant.js";
import type { Graph, Slot } from "../../ir/graph.js";
import { isNatural } from "../../ops/tfjs/layout.js";
import { literal } from "../tfjs/literal.js";
import type { TfjsState } from "../tfjs/tfjs-program.js";

/** Initial values that do not come from the seed, by slot. */
export type GivenNumbers = ReadonlyMap<string, Float32Array>;

/** Little-endian, like every machine that runs TensorFlow.js. */
function base64(values: Float32Array): string {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeFloatLE(value, 4 * i);
  return bytes.toString("base64");
}

function beginning({ name, initializer }: Slot, given: GivenNumbers): string {
  const values = given.get(name);
  if (values !== undefined) return `given: ${JSON.stringify(base64(values))}`;
  switch (initializer.kind) {
    case "constant":
      return `constant: ${literal(initializer.value)}`;
    case "uniform":
      return `uniform: ${literal([initializer.low, initializer.high])}`;
    case "normal":
      return `normal: ${literal([initializer.mean, initializer.std])}`;
  }
}

/** Rows `{ shape, slots: [{ name, role, shape, axes?, constant | uniform | normal | given }] }`, in the order of the state. */
export function printStateRows(step: Graph, state: readonly TfjsState[], given: GivenNumbers): string {
  const slots = new Map(step.slots.map((slot) => [slot.name, slot]));
  const rows = state.map((held) => {
    const lines = held.slots.map(({ slot: name, sizes, layout }) => {
      const slot = slots.get(name);
      invariant(slot !== undefined, `the step has no slot ${name}`);
      const axes = isNatural(layout) ? "" : ` axes: ${literal(layout)},`;
      const known = `name: ${JSON.stringify(name)}, role: "${slot.role}", shape: ${literal(sizes)},${axes}`;
      return `      { ${known} ${beginning(slot, given)} },\n`;
    });
    return `  {\n    shape: ${literal(held.shape)},\n    slots: [\n${lines.join("")}    ],\n  },\n`;
  });
  return `[\n${rows.join("")}]`;
}

/** Whether the seed determines any of it. */
export const drawsState = (step: Graph, given: GivenNumbers): boolean =>
  step.slots.some(({ name, initializer }) => initializer.kind !== "constant" && !given.has(name));

/** The functions that create the initial state, and that read a state. */
export const stateFunctions = ({
  isDrawn,
  isGiven,
}: {
  readonly isDrawn: boolean;
  readonly isGiven: boolean;
}): string =>
  `const sizeOf = (shape) => shape.reduce((product, size) => product * size, 1);

/** The numbers that a training begins with, by the names of weight files, in the order of their shapes' axes. */
export function initialValues() {
  return Object.fromEntries(stateRows.flatMap(({ slots }) => slots).map((slot) => [slot.name, beginning(slot)]));
}

function beginning(slot) {
${isGiven ? "  if (slot.given !== undefined) return fromBase64(slot.given);\n" : ""}  const values = new Float32Array(sizeOf(slot.shape));
  if (slot.constant !== undefined) values.fill(slot.constant);
${
  isDrawn
    ? `  if (slot.uniform !== undefined) fillUniform(values, seed, slot.name, slot.uniform[0], slot.uniform[1]);
  if (slot.normal !== undefined) fillNormal(values, seed, slot.name, slot.normal[0], slot.normal[1]);
`
    : ""
}  return values;
}

/** The state that \`step\` takes first: of these values (such as \`readState\` gave), or as a training begins. */
export function initialState(tf, values = initialValues()) {
  const packed = stateRows.map(({ shape, slots }) => {
    const numbers = new Float32Array(sizeOf(shape));
    let offset = 0;
    for (const slot of slots) {
      const own = values[slot.name];
      const length = sizeOf(slot.shape);
      if (own?.length !== length) throw new Error(\`\${slot.name} needs \${length} numbers, not \${own?.length ?? "none"}\`);
      const places = slot.axes === undefined ? undefined : storedPlaces(slot.shape, slot.axes);
      for (let i = 0; i < length; i++) numbers[offset + (places === undefined ? i : places[i])] = own[i];
      offset += length;
    }
    return numbers;
  });
  return packed.map((numbers, i) => tf.tensor(numbers, stateRows[i].shape, "float32"));
}

/** The numbers of a state, as \`initialValues\` gives them. */
export async function readState(state) {
  const values = [];
  for (const [i, { slots }] of stateRows.entries()) {
    const packed = await state[i].data();
    let offset = 0;
    for (const slot of slots) {
      const own = packed.slice(offset, offset + sizeOf(slot.shape));
      const places = slot.axes === undefined ? undefined : storedPlaces(slot.shape, slot.axes);
      values.push([slot.name, places === undefined ? own : Float32Array.from(places, (place) => own[place])]);
      offset += own.length;
    }
  }
  return Object.fromEntries(values);
}

/** The trained weights as a .safetensors file, which \`lferc build --weights\` reads: its bytes. */
export async function weightFile(state) {
  const values = await readState(state);
  const kept = stateRows.flatMap(({ slots }) => slots).filter(({ role }) => role !== "optimizer");
  let end = 0;
  const header = Object.fromEntries(
    kept.map(({ name, shape }) => {
      const begin = end;
      end += 4 * sizeOf(shape);
      return [name, { dtype: "F32", shape, data_offsets: [begin, end] }];
    }),
  );
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new DataView(new ArrayBuffer(8 + text.length + end));
  bytes.setBigUint64(0, BigInt(text.length), true);
  new Uint8Array(bytes.buffer).set(text, 8);
  let at = 8 + text.length;
  for (const { name } of kept) {
    for (const value of values[name]) {
      bytes.setFloat32(at, value, true);
      at += 4;
    }
  }
  return new Uint8Array(bytes.buffer);
}
${isGiven ? fromBase64 : ""}`;

const fromBase64 = `
function fromBase64(text) {
  return new Float32Array(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer);
}
`;
