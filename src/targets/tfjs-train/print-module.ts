/** Prints a training step as an ES module: its program as `tf` calls, its initial state, its schedule and its masks. */
import type { Graph } from "../../ir/graph.js";
import { bindShape } from "../../ir/shape.js";
import type { Schedule } from "../../step/schedules.js";
import { learningRateInput } from "../../step/step-state.js";
import { literal } from "../tfjs/literal.js";
import { printConstant, variable } from "../tfjs/print-function.js";
import type { TfjsProgram } from "../tfjs/tfjs-program.js";
import { opFunctions } from "./op-functions.js";
import { ownFunctions } from "./own-functions.js";
import { inComment, printCalls } from "./print-calls.js";
import { drawsState, type GivenNumbers, printStateRows, stateFunctions } from "./print-state.js";

export interface ModuleSource {
  readonly step: Graph;
  readonly program: TfjsProgram;
  readonly recipe: string;
  readonly batch: number;
  /** Of the initial weights and of the masks. */
  readonly seed: number;
  readonly schedule: Schedule;
  /** The initial rate of the schedule. */
  readonly lr: number;
  /** Initial values from a weight file, not from the seed. */
  readonly given: GivenNumbers;
  readonly lferVersion: string;
  /** The metadata of a step file, by its keys there. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** A plain key `__proto__` would set the object's prototype. */
const key = (name: string): string =>
  name === "__proto__" ? '["__proto__"]' : /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
const indented = (lines: readonly string[], by: string): string =>
  lines.map((line) => (line === "" ? "\n" : `${by}${line}\n`)).join("");

export function printModule(source: ModuleSource): string {
  const { step, program, given, seed } = source;
  const masks = step.inputs.filter(({ mask }) => mask !== undefined);
  const isDrawn = drawsState(step, given);
  const isRandom = isDrawn || masks.length > 0;
  const isTurned = program.state.some(({ slots }) => slots.some(({ order }) => order !== undefined));
  const isConstant = isConstantRate(source.schedule);
  return [
    docstring(source, masks.length > 0),
    portTables(step),
    aboutTable(source),
    ...(isRandom
      ? [
          `/** Of the first weights and of masks: \`lferc train --seed ${seed}\` draws the same. */\nexport const seed = ${seed};\n`,
        ]
      : []),
    rateFunction(source),
    ...(masks.length > 0 ? [maskFunction] : []),
    stepFunction(program),
    `/** The tensors of the state: the slots in each, how their axes are stored, and how they begin. */
const stateRows = ${printStateRows(step, program.state, given)};
`,
    stateFunctions({ isDrawn, isGiven: given.size > 0 }),
    computeFunction(program),
    ...(isTurned ? [`${ownFunctions.layouts}\n`] : []),
    ...(isRandom ? [`${ownFunctions.random}\n`] : []),
    ...(isConstant ? [] : [`${ownFunctions.schedules}\n`]),
  ].join("\n");
}

function docstring({ step, recipe, batch, lferVersion }: ModuleSource, hasMasks: boolean): string {
  const names = ["createStep", ...(hasMasks ? ["drawMasks"] : []), "initialState", "learningRate"];
  const data = step.inputs.filter(({ name, mask }) => mask === undefined && name !== learningRateInput);
  const fed = data.map(({ name }, i) =>
    key(name) === name ? name : `${key(name)}: ${i === 0 ? "pictures" : "labels"}`,
  );
  const drawn = hasMasks ? ", ...drawMasks(epoch, i)" : "";
  return `/*
 * The training step of the recipe ${inComment(recipe)} (${inComment(step.name)}, ${batch} pictures a step), written by lferc ${lferVersion}.
 * The network in training mode, its loss, all gradients and the optimiser, as calls of TensorFlow.js. This file needs nothing
 * but the \`tf\` that it is given.
 *
 *   // tf is @tensorflow/tfjs-node or tfjs-node-gpu in Node, @tensorflow/tfjs in a page.
 *   import { ${names.join(", ")} } from "./step.mjs";
 *   const { step } = createStep(tf);
 *   let state = initialState(tf);
 *   const batch = { ${fed.join(", ")}, learning_rate: learningRate(epoch, i, stepsPerEpoch)${drawn} };
 *   const made = step(state, batch); // disposes of the state's tensors that it replaces
 *   state = made.state;
 *   const [loss] = await made.outputs.loss.data();
 *   tf.dispose(made.outputs); // they are yours
 */
`;
}

function portTables({ inputs, outputs, types }: Graph): string {
  const sizes = (value: number): string => literal(bindShape(types[value]?.shape ?? [], 1));
  const dtype = (value: number): string => (types[value]?.dtype === "bool" ? "bool" : "float32");
  const taken = inputs.map(({ name, value, mask }) => {
    const keep = mask === undefined ? "" : `, keep: ${literal(mask.keep)}`;
    return `  ${key(name)}: { shape: ${sizes(value)}, dtype: "${dtype(value)}"${keep} },\n`;
  });
  const made = outputs.map(({ name, value, labels }) => {
    const classes = labels === undefined ? "" : `, labels: ${literal(labels)}`;
    return `  ${key(name)}: { shape: ${sizes(value)}${classes} },\n`;
  });
  return `/** What a batch is made of: tensors, numbers, or arrays of numbers in the order of the axes. */
export const inputs = {
${taken.join("")}};

/** What a step gives besides the next state. */
export const outputs = {
${made.join("")}};
`;
}

const aboutTable = ({
  metadata,
}: ModuleSource): string => `/** Where it comes from, what a picture must be like, and how the recipe trains. */
export const metadata = {
${[...metadata].map(([name, value]) => `  ${key(name)}: ${JSON.stringify(value)},\n`).join("")}};
`;

const isConstantRate = (schedule: Schedule): boolean =>
  schedule.kind === "constant_rate" && schedule.warmupEpochs === 0;

function rateFunction({ schedule, lr }: ModuleSource): string {
  if (isConstantRate(schedule)) {
    return `/** The learning rate of a step: always the same. */
export function learningRate() {
  return ${literal(lr)};
}
`;
  }
  const isPlateau = schedule.kind === "plateau";
  const measured = isPlateau
    ? " `measured` has\n * `{ loss, accuracy, meanClassAccuracy }` of each epoch that is done, on pictures that are held out."
    : "";
  const more = isPlateau ? ", measured" : "";
  return `const schedule = ${literal(schedule)};

/** The learning rate of a step; epochs, and steps in their epoch, count from 0.${measured} */
export function learningRate(epoch, step, stepsPerEpoch${more}) {
  return rateOf(schedule, ${literal(lr)}, epoch, step, stepsPerEpoch${more});
}
`;
}

const maskFunction = `/** What a step drops, as parts of its batch; epochs, and steps in their epoch, count from 0. */
export function drawMasks(epoch, step) {
  const masks = Object.entries(inputs).filter(([, { keep }]) => keep !== undefined);
  return Object.fromEntries(
    masks.map(([name, { shape, keep }]) => {
      const values = new Float32Array(sizeOf(shape));
      fillUniform(values, seed, \`\${name} epoch \${epoch} step \${step}\`, 0, 1);
      const kept = keep === 0 ? 0 : 1 / keep;
      return [name, values.map((value) => (value < keep ? kept : 0))];
    }),
  );
}
`;

const stepFunction = ({ constants }: TfjsProgram): string => `/**
 * The step on tf's backend of this moment. \`step(state, batch)\` gives \`{ state, outputs }\`, and disposes of the tensors of the
 * old state that are not in the new one; tensors of a batch stay the caller's. \`dispose()\` lets go of the step's constants.
 */
export function createStep(tf) {
  const constants = makeConstants(tf);
  const ops = opsOf(tf);
  return {
    step(state, batch) {
      const made = tf.tidy(() => compute(tf, ops, constants, state, tensorsOf(tf, batch)));
      for (const tensor of state) if (!made.state.includes(tensor)) tensor.dispose();
      return made;
    },
    dispose() {
      tf.dispose(constants);
    },
  };
}

function makeConstants(tf) {
  return [${constants.length === 0 ? "" : `\n${constants.map((constant) => `    tf.keep(${printConstant(constant)}),\n`).join("")}  `}];
}

/** The batch as tensors of the step's own. */
function tensorsOf(tf, batch) {
  const entries = Object.entries(inputs).map(([name, { shape, dtype }]) => {
    const given = batch[name];
    if (given === undefined) throw new Error(\`the batch has no "\${name}"\`);
    if (!(given instanceof tf.Tensor)) return [name, tf.tensor(given, shape, dtype)];
    if (given.shape.join() === shape.join()) return [name, tf.clone(given)];
    throw new Error(\`"\${name}" needs the shape [\${shape}], not [\${given.shape}]\`);
  });
  return Object.fromEntries(entries);
}
`;

function computeFunction(program: TfjsProgram): string {
  const { calls, constants, inputs, outputs, state } = program;
  const functions = opFunctions(calls);
  const taken = (registers: readonly number[], from: string): readonly string[] =>
    registers.length === 0 ? [] : [`const [${registers.map(variable).join(", ")}] = ${from};`];
  const lines = [
    ...(functions.names.length === 0 ? [] : [`const { ${functions.names.join(", ")} } = ops;`]),
    ...taken(
      constants.map(({ register }) => register),
      "constants",
    ),
    ...taken(
      state.map(({ register }) => register),
      "state",
    ),
    ...inputs.map(({ name, register }) => `const ${variable(register)} = batch[${JSON.stringify(name)}];`),
    ...printCalls(program, functions),
    "",
    "return {",
    `  state: [${state.map(({ next }) => variable(next)).join(", ")}],`,
    "  outputs: {",
    ...outputs.map(({ name, register }) => `    ${key(name)}: ${variable(register)},`),
    "  },",
    "};",
  ];
  return `/** One step. */
function compute(tf, ops, constants, state, batch) {
${indented(lines, "  ")}}

${functions.text}`;
}
