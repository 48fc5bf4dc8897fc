// Kernels in double precision, without TensorFlow.js: every op's rows against the op's reference, and against TensorFlow.js' CPU backend.
import * as assert from "uvu/assert";
import { bindBatch } from "../../../src/ops/bind-batch.js";
import type { Tensor } from "../../../src/ops/contracts.js";
import { interpret } from "../../../src/reference/interpret.js";
import { compileStep } from "../../../src/targets/tfjs/compile.js";
import { evaluateFunction } from "../../../src/targets/tfjs/evaluate/evaluate.js";
import { kernelValues } from "../../../src/targets/tfjs/evaluate/kernel-values.js";
import { kernelForms } from "../../../src/targets/tfjs/kernel-forms.js";
import type { LoweredFunction } from "../../../src/targets/tfjs/lowered-function.js";
import { ProgramWriter } from "../../../src/targets/tfjs/program-writer.js";
import type { OpCase } from "../../ops/case-inputs.js";
import { cases } from "../../ops/cases.js";
import { feedOf, singleOpGraph } from "../../ops/single-op.js";
import { suite } from "../../support/suite.js";
import { tfjs } from "../../support/tfjs-cpu.js";

const batch = 2;

const isAsked = (name: string): boolean => typeof kernelValues[name as keyof typeof kernelValues] === "function";

/** The row as kernels, with its weights as constants, all in double precision. */
function lowered(row: OpCase): LoweredFunction & { readonly feed: ReturnType<typeof feedOf> } {
  const graph = singleOpGraph(row);
  const feed = feedOf(row, graph, batch);
  const program = compileStep(bindBatch(graph, batch), { native: false });
  const weights = program.state.map(({ register, shape, slots: [place] }) => {
    const { data } = feed.slots[place?.slot ?? ""] as Tensor;
    const exact = data.slice();
    for (let i = 0; i < data.length; i++) exact[place?.order?.[i] ?? i] = data[i] as number;
    return { register, shape, values: Float32Array.from(exact), exact };
  });
  return { ...program, constants: [...program.constants, ...weights], feed };
}

/** Double precision loses a digit or two over several kernels. */
function assertEqual(found: Tensor | undefined, wanted: Tensor, where: string): void {
  assert.equal([...(found?.shape ?? [])], [...wanted.shape], where);
  const scale = Math.max(1, ...wanted.data.map((value) => (Number.isFinite(value) ? Math.abs(value) : 0)));
  for (const [i, value] of wanted.data.entries()) {
    const got = found?.data[i] ?? Number.NaN;
    assert.ok(Object.is(got, value) || Math.abs(got - value) <= 1e-12 * scale, `${where}: ${got}, not ${value}`);
  }
}

suite("kernels in double precision", (test) => {
  const rows = cases.map((row) => [row, lowered(row)] as const);
  const asked = rows.filter(([, { calls }]) => calls.every(({ name }) => isAsked(name)));

  for (const [row, program] of asked) {
    test(`${row.op}: ${row.title}`, () => {
      const found = evaluateFunction(program, program.feed.inputs);
      for (const [name, wanted] of Object.entries(interpret(singleOpGraph(row), program.feed))) {
        assertEqual(found[name], wanted, name);
      }
    });
  }

  test("only ops of training have other kernels", () => {
    const others = rows.filter(([, { calls }]) => !calls.every(({ name }) => isAsked(name)));
    assert.ok(others.length > 0);
    for (const [{ op }] of others) assert.match(op, /_gradient$/);
  });

  test("a kernel has a value wherever a GraphModel has a node for it", () => {
    const withNode = Object.entries(kernelForms).flatMap(([name, { node }]) =>
      typeof node === "function" ? [name] : [],
    );
    assert.equal(
      withNode.filter((name) => !isAsked(name)),
      [],
    );
  });

  test("what no row of an op has, against TensorFlow.js: Log1p, ArgMax, `same` with an odd cell, channels that become several", () => {
    const writer = new ProgramWriter({ native: false });
    const [x, filter] = [writer.fresh([1, 4, 5, 2]), writer.fresh([2, 3, 2, 3])];
    const told = { strides: [2, 2], pad: "same", dataFormat: "NHWC", dilations: [1, 1] } as const;
    const window = { filterSize: [3, 2], strides: [2, 2], pad: "same" } as const;
    const made = {
      log1p: writer.kernel("Log1p", { x: writer.kernel("Abs", { x }) }),
      argMax: writer.kernel("ArgMax", { x }, { axis: 2 }),
      depthwise: writer.kernel("DepthwiseConv2dNative", { x, filter }, told),
      dense: writer.kernel("Conv2D", { x, filter }, told),
      largest: writer.kernel("MaxPool", { x }, window),
      means: writer.kernel("AvgPool", { x }, window),
    };
    const port = (name: string, register: number, shape: readonly number[]) => ({
      name,
      register,
      shape,
      isBool: false,
    });
    const program = {
      calls: writer.calls,
      constants: writer.constants,
      inputs: [port("x", x, [1, 4, 5, 2]), port("filter", filter, [2, 3, 2, 3])],
      outputs: Object.entries(made).map(([name, register]) => port(name, register, [])),
    };
    const values = (shape: readonly number[]): Tensor => ({
      shape,
      data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 37) % 23) / 8 - 1),
    });
    const feed = { x: values([1, 4, 5, 2]), filter: values([2, 3, 2, 3]) };
    const found = evaluateFunction(program, feed);
    const [tx, tf] = [feed.x, feed.filter].map(({ shape, data }) =>
      tfjs.tensor(Float32Array.from(data), [...shape] as [number, number, number, number]),
    ) as [import("@tensorflow/tfjs-core").Tensor4D, import("@tensorflow/tfjs-core").Tensor4D];
    const theirs = {
      log1p: tfjs.log1p(tfjs.abs(tx)),
      argMax: tfjs.argMax(tx, 2),
      depthwise: tfjs.depthwiseConv2d(tx, tf, [2, 2], "same"),
      dense: tfjs.conv2d(tx, tf, [2, 2], "same"),
      largest: tfjs.maxPool(tx, [3, 2], [2, 2], "same"),
      means: tfjs.avgPool(tx, [3, 2], [2, 2], "same"),
    };
    for (const [name, tensor] of Object.entries(theirs)) {
      assert.equal([...(found[name]?.shape ?? [])], tensor.shape, name);
      for (const [i, value] of tensor.dataSync().entries()) {
        assert.ok(Math.abs((found[name]?.data[i] ?? Number.NaN) - value) <= 2e-6 * Math.max(1, Math.abs(value)), name);
      }
    }
  });
});
