// The three forms of a kernel call: run by our engine, a node of a GraphModel that tfjs-converter loads, a printed call of `tf`.
import * as assert from "uvu/assert";
import type { Values } from "../../../src/engines/engine.js";
import { bindBatch } from "../../../src/ops/bind-batch.js";
import type { Tensor } from "../../../src/ops/contracts.js";
import { interpret } from "../../../src/reference/interpret.js";
import { packState } from "../../../src/step/packed-state.js";
import { compileStep } from "../../../src/targets/tfjs/compile.js";
import { kernelForms } from "../../../src/targets/tfjs/kernel-forms.js";
import type { LoweredFunction } from "../../../src/targets/tfjs/lowered-function.js";
import { printFunction } from "../../../src/targets/tfjs/print-function.js";
import { ProgramWriter } from "../../../src/targets/tfjs/program-writer.js";
import { finishProgram, type TfjsProgram } from "../../../src/targets/tfjs/tfjs-program.js";
import { graphModel } from "../../../src/targets/tfjs-model/graph-model.js";
import { modelFiles } from "../../../src/targets/tfjs-model/model-folder.js";
import { runFolder } from "../../../src/targets/tfjs-model/run-folder.js";
import type { OpCase } from "../../ops/case-inputs.js";
import { cases } from "../../ops/cases.js";
import { assertStrictlyEqual, feedOf, singleOpGraph } from "../../ops/single-op.js";
import { suite } from "../../support/suite.js";
import { cpuRuntime, runOnCpu, tfjs } from "../../support/tfjs-cpu.js";

const batch = 2;
/** Kernels without a GraphModel node: they are printed and run. */
const ofTraining: readonly string[] = Object.entries(kernelForms).flatMap(([name, { node }]) =>
  typeof node === "function" ? [] : [name],
);
type Results = ReadonlyMap<string, Values>;
type TfTensor = import("@tensorflow/tfjs-core").Tensor;

const numbers = (tensors: Readonly<Record<string, Tensor>>): ReadonlyMap<string, Float32Array> =>
  new Map(Object.entries(tensors).map(([name, { data }]) => [name, Float32Array.from(data)]));

/** The weights as constants. */
const withWeights = (program: TfjsProgram, weights: ReadonlyMap<string, Float32Array>): LoweredFunction => ({
  ...program,
  constants: [
    ...program.constants,
    ...program.state.map((held) => ({ ...held, values: packState(held, weights) as Float32Array })),
  ],
});

const tensorsOf = (lowered: LoweredFunction, inputs: Results): Record<string, TfTensor> =>
  Object.fromEntries(
    lowered.inputs.map(({ name, shape, isBool }) => {
      const values = inputs.get(name) ?? [];
      const tensor = isBool
        ? tfjs.tensor(Uint8Array.from(values), [...shape], "bool")
        : tfjs.tensor(Float32Array.from(values), [...shape]);
      return [name, tensor];
    }),
  );

const read = (made: Readonly<Record<string, TfTensor>>): Results =>
  new Map(Object.entries(made).map(([name, tensor]) => [name, Float32Array.from(tensor.dataSync())]));

/** The model after writing and reading the files of a folder. */
async function byGraphModel(lowered: LoweredFunction, inputs: Results): Promise<Results> {
  const written = graphModel(lowered);
  if ("unwritable" in written) throw new Error(written.unwritable.join("\n"));
  const files = modelFiles(written, { weightsType: "float32", lferVersion: "0", metadata: new Map() });
  const feed = Object.fromEntries(
    lowered.inputs.map(({ name, shape }) => [name, { shape, data: Float64Array.from(inputs.get(name) ?? []) }]),
  );
  const made = await runFolder(files, lowered, feed, cpuRuntime);
  return new Map(Object.entries(made).map(([name, { data }]) => [name, Float32Array.from(data)]));
}

async function byPrintedFunction(lowered: LoweredFunction, inputs: Results): Promise<Results> {
  const text = printFunction("run", lowered);
  if (typeof text !== "string") throw new Error(text.unwritable.join("\n"));
  const { run } = (await import(`data:text/javascript,${encodeURIComponent(`export ${text}`)}`)) as {
    readonly run: (tf: typeof tfjs, inputs: Readonly<Record<string, TfTensor>>) => Record<string, TfTensor>;
  };
  return read(run(tfjs, tensorsOf(lowered, inputs)));
}

/** Compares bits, so that -0 is not 0. */
const bits = (values: Values | undefined): Uint32Array => new Uint32Array(Float32Array.from(values ?? []).buffer);

const programOf = (row: OpCase, native = false): TfjsProgram =>
  compileStep(bindBatch(singleOpGraph(row), batch), { native });

const kernelsOf = ({ calls }: TfjsProgram): readonly string[] => calls.map(({ name }) => name);

async function assertForms(row: OpCase, program: TfjsProgram): Promise<void> {
  const graph = singleOpGraph(row);
  const feed = feedOf(row, graph, batch);
  const [inputs, weights] = [numbers(feed.inputs), numbers(feed.slots)];
  const byKernels = await (await runOnCpu(program, weights)).run(inputs);
  for (const [name, wanted] of Object.entries(interpret(graph, feed))) {
    const found = { shape: wanted.shape, data: Float64Array.from(byKernels.get(name) ?? []) };
    assertStrictlyEqual(found, wanted, row, name);
  }
  const isTrained = kernelsOf(program).some((name) => ofTraining.includes(name));
  const forms = isTrained ? [byPrintedFunction] : [byPrintedFunction, byGraphModel];
  for (const form of forms) {
    const found = await form(withWeights(program, weights), inputs);
    assert.equal([...found.keys()], [...byKernels.keys()]);
    for (const [name, values] of byKernels) assert.equal(bits(found.get(name)), bits(values), `${form.name}: ${name}`);
  }
}

suite("ops on tfjs' CPU backend against the reference, in three forms, bit for bit", (test) => {
  const programs = cases.map((row) => [row, programOf(row)] as const);
  for (const [row, program] of programs) test(`${row.op}: ${row.title}`, () => assertForms(row, program));

  test("a row for each kernel that there is", () => {
    const used = new Set(programs.flatMap(([, program]) => kernelsOf(program)));
    assert.equal(
      Object.keys(kernelForms).filter((name) => !used.has(name)),
      [],
    );
  });

  test("Expm1, Log1p and ArgMax by themselves", async () => {
    const writer = new ProgramWriter({ native: false });
    const x = writer.fresh([2, 3]);
    const at = writer.kernel("ArgMax", { x }, { axis: 1 });
    const ports = [
      { name: "expm1", register: writer.kernel("Expm1", { x }), shape: [2, 3] },
      { name: "log1p", register: writer.kernel("Log1p", { x }), shape: [2, 3] },
      { name: "at", register: writer.kernel("Cast", { x: at }, { dtype: "float32" }), shape: [2] },
    ];
    const program = finishProgram({
      calls: writer.calls,
      registers: writer.registers,
      constants: writer.constants,
      inputs: [{ name: "x", register: x, shape: [2, 3], isBool: false }],
      outputs: ports.map((port) => ({ ...port, isBool: false })),
      state: [],
    });
    const values = Float32Array.of(0.1, 1e-6, -0.5, 3, 7, 2);
    const found = await (await runOnCpu(program, new Map())).run(new Map([["x", values]]));
    const near = (name: string, wanted: (value: number) => number): void => {
      for (const [i, value] of values.entries()) {
        const error = Math.abs((found.get(name)?.[i] ?? Number.NaN) - wanted(value));
        assert.ok(error <= 1e-6 * Math.abs(wanted(value)), `${name} of ${value}`);
      }
    };
    near("expm1", Math.expm1);
    near("log1p", Math.log1p);
    assert.equal([...(found.get("at") ?? [])], [0, 1]);
    for (const form of [byPrintedFunction, byGraphModel]) {
      const again = await form(program, new Map([["x", values]]));
      for (const [name, wanted] of found) assert.equal(bits(again.get(name)), bits(wanted), `${form.name}: ${name}`);
    }
  });

  test("what a GraphModel or a function of tf cannot say is refused, with the reason", () => {
    const lowered = (op: string, native: boolean): LoweredFunction =>
      programOf(cases.find((row) => row.op === op) as OpCase, native);
    assert.equal(graphModel(lowered("max_pool_input_gradient", false)), {
      unwritable: ["MaxPoolGrad: only training has this kernel, and a GraphModel is not trained"],
    });
    const reason = "is an op of libtensorflow: only tfjs-node runs it, no GraphModel and no function of tf has it";
    const native = [`FusedBatchNormV3 ${reason}`];
    assert.equal(printFunction("run", lowered("batch_norm_training", true)), { unwritable: native });
    assert.equal(graphModel(lowered("batch_norm_training", true)), { unwritable: native });
  });
});
