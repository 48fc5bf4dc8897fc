/** The compiled program for TensorFlow.js; it runs in test/tfjs-node/. */
import { readdirSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import type { Graph, Node } from "../../src/ir/graph.js";
import { type AnyOp, notInTfjs } from "../../src/ops/contracts.js";
import { findOp } from "../../src/ops/registry.js";
import { hwio, nhwc, sameOrder, storedPlaces } from "../../src/ops/tfjs/layout.js";
import { paddedWindow } from "../../src/ops/tfjs/window.js";
import { packState, unpackState } from "../../src/step/packed-state.js";
import { compileStep, lowerNode } from "../../src/targets/tfjs/compile.js";
import { GraphWriter } from "../../src/targets/tfjs/graph-writer.js";
import { ProgramWriter } from "../../src/targets/tfjs/program-writer.js";
import { finishProgram, type TfjsProgram } from "../../src/targets/tfjs/tfjs-program.js";
import { suite } from "../support/suite.js";
import { modelStep, smallStep, stepFeed, stepNetworks } from "./step-networks.js";

const folder = new URL("../../models/", import.meta.url);
const models = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "utf8")]),
);

const steps: Readonly<Record<string, () => Promise<Graph>>> = {
  LferLdl: () => modelStep(models, "lfer_ldl.lfer", "LferLdl", 64, 4),
  resnet18: () => modelStep(models, "resnet.lfer", "resnet18_nc7", 32, 4),
  MobileNetV2: () => modelStep(models, "mobilenet_v2.lfer", "MobileNetV2", 32, 4),
};

const permutations = ({ calls }: TfjsProgram): readonly string[] =>
  calls.flatMap((call) => (call.kind === "kernel" && call.name === "Transpose" ? [String(call.attributes.perm)] : []));

/** Simulates a program: every register that is read exists, and at the end only outputs and state are left. */
function assertLives(program: TfjsProgram): void {
  const lasting = [...program.constants, ...program.state].map(({ register }) => register);
  const alive = new Set([...lasting, ...program.inputs.map(({ register }) => register)]);
  for (const [i, { name, inputs, outputs }] of program.calls.entries()) {
    for (const register of inputs) assert.ok(alive.has(register), `call ${i}, ${name}, reads ${register}`);
    for (const register of outputs) alive.add(register);
    for (const register of program.releases[i] ?? [])
      assert.ok(alive.delete(register), `call ${i} releases ${register}`);
  }
  const owned = [...program.outputs.map(({ register }) => register), ...program.state.map(({ next }) => next)];
  for (const register of [...lasting, ...owned]) alive.delete(register);
  const changed = program.state.filter(({ next, register }) => next !== register).map(({ next }) => next);
  const results = [...program.outputs.map(({ register }) => register), ...changed];
  assert.is(new Set(results).size, results.length, "two results share a tensor");
  assert.equal([...alive], []);
}

suite("steps as programs of TensorFlow.js", (test) => {
  for (const [name, make] of Object.entries(steps)) {
    test(`${name}: the picture is turned once, weights and maps never`, async () => {
      const program = compileStep(await make(), { native: true });
      assert.equal(permutations(program), [String(nhwc)]);
      // A shuffle for each of its units, and the way back.
      const shuffles = program.calls.filter((call) => /^(Complex|Real|Imag)$/.test(call.name));
      assert.is(shuffles.length, name === "LferLdl" ? 3 * 16 : 0);
      assertLives(program);
    });
  }

  for (const name of Object.keys(stepNetworks)) {
    test(`${name}: every tensor is let go after its last reader`, async () =>
      assertLives(compileStep(await smallStep(name, 2), { native: true })));
  }

  test("like slots are one tensor, and come out of it as they went in", async () => {
    const step = await smallStep("depthwise with two filters a channel, and dilated", 2);
    const program = compileStep(step, { native: true });
    const { state } = stepFeed(step, 1);
    assert.ok(program.state.length < step.slots.length / 2);
    assert.ok(program.state.some(({ slots }) => slots.some(({ order }) => order !== undefined)));
    const found = new Map(program.state.flatMap((held) => unpackState(held, packState(held, state))));
    assert.equal([...found.keys()].sort(), [...state.keys()].sort());
    for (const [name, values] of state) assert.equal(found.get(name), values, name);
  });
});

suite("ops without a form in TensorFlow.js", (test) => {
  test("a node of such an op is refused with the op's reason", async () => {
    const step = await smallStep("stem", 2);
    const [node] = step.nodes as readonly [Node];
    const refusing = { ...(findOp(node.op) as AnyOp), lowerToTfjs: notInTfjs("it has none") };
    assert.throws(
      () => lowerNode(refusing, new GraphWriter(step, { native: true }), node),
      /has no form in TensorFlow.js: it has none/,
    );
  });
});

suite("how programs are written", (test) => {
  test("the same call twice is one; infinities are not taken for each other", () => {
    const writer = new ProgramWriter({ native: true });
    const x = writer.fresh([2, 3]);
    const padded = (value: number) => writer.kernel("PadV2", { x }, { paddings: [[0, 1]], constantValue: value });
    assert.is(padded(Number.NEGATIVE_INFINITY), padded(Number.NEGATIVE_INFINITY));
    assert.is.not(padded(Number.NEGATIVE_INFINITY), padded(Number.POSITIVE_INFINITY));
    assert.is(writer.number(2), writer.number(2));
    assert.is.not(writer.number(2), writer.constant(Int32Array.of(2), []));
  });

  test("reshapes of reshapes are one, and none where they lead back", () => {
    const writer = new ProgramWriter({ native: true });
    const x = writer.fresh([2, 3]);
    const once = writer.reshape(x, [6]);
    assert.is(writer.reshape(once, [2, 3]), x);
    assert.is(writer.reshape(x, [2, 3]), x);
    writer.reshape(once, [3, 2]);
    assert.equal(
      writer.calls.map(({ inputs }) => [...inputs]),
      [[x], [x]],
    );
  });

  test("what nothing depends on is dropped, its constants too", () => {
    const writer = new ProgramWriter({ native: true });
    const x = writer.fresh([]);
    const used = writer.kernel("Add", { a: x, b: writer.number(1) });
    writer.kernel("Add", { a: x, b: writer.number(2) });
    const port = { shape: [], isBool: false };
    const { calls, constants, releases } = finishProgram({
      calls: writer.calls,
      registers: writer.registers,
      constants: writer.constants,
      inputs: [{ ...port, name: "x", register: x }],
      outputs: [{ ...port, name: "y", register: used }],
      state: [],
    });
    assert.equal(
      calls.map(({ outputs }) => [...outputs]),
      [[used]],
    );
    assert.equal(
      constants.map(({ values }) => [...values]),
      [[1]],
    );
    assert.equal(releases, [[x]]);
  });
});

suite("layouts and windows of TensorFlow.js", (test) => {
  test("filters [O, I, H, W] as [H, W, I, O]", () => {
    // Element (o, i, h, w) of [2, 3, 1, 2] is at ((h * 2 + w) * 3 + i) * 2 + o.
    assert.equal([...storedPlaces([2, 3, 1, 2], hwio)], [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11]);
    assert.ok(sameOrder([8, 5, 1, 1], [0, 1, 2, 3], nhwc));
    assert.not(sameOrder([8, 5, 1, 2], [0, 1, 2, 3], nhwc));
  });

  test("`same` only where it is ours: its odd cell comes last", () => {
    const three = { kernel: [3, 3], padding: [1, 1, 1, 1] } as const;
    const of = (size: number, stride: number) => paddedWindow([size, size], { ...three, stride: [stride, stride] });
    assert.is(of(8, 1).pad, "same");
    assert.is(of(7, 2).pad, "same");
    // No window reaches the last row of padding, so it is not created.
    assert.equal(of(8, 2), { pad: "valid", around: [1, 1, 0, 0], size: [9, 9] });
    assert.is(paddedWindow([8, 8], { kernel: [3, 3], stride: [2, 2], padding: [0, 0, 1, 1] }).pad, "same");
    assert.is(paddedWindow([8, 8], { kernel: [1, 1], stride: [2, 2], padding: [0, 0, 0, 0] }).pad, "valid");
  });
});
