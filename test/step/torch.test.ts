import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { trainingForm } from "../../src/autodiff/training-form.js";
import type { Graph } from "../../src/ir/graph.js";
import { bindBatch } from "../../src/ops/bind-batch.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { interpretStep } from "../../src/reference/interpret.js";
import { attachLoss } from "../../src/step/attach-loss.js";
import { learningRateInput, trainingStep, velocityPrefix } from "../../src/step/training-step.js";
import { leavesOf, reverseGradients } from "../autodiff/finite-differences.js";
import { formulaValues, unit } from "../peers/formula-weights.js";
import { suite } from "../support/suite.js";
import { compileRecipe, smallModel } from "./small-training.js";

const [batch, size, classes] = [4, 32, 5];

interface Reference {
  readonly labels: readonly (readonly number[])[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly statistics: Readonly<Record<string, readonly number[]>>;
  readonly training: readonly {
    readonly options: { readonly momentum?: number; readonly weight_decay?: number; readonly nesterov?: boolean };
    readonly losses: readonly number[];
    readonly norms: Readonly<Record<string, number>>;
  }[];
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../peers/torch/${name}.json`, import.meta.url), "utf8"));
const reference = read("gradients") as Reference;

const tensor = (shape: readonly number[], data: ArrayLike<number>): Tensor => ({
  shape,
  data: Float64Array.from(data),
});

function inputsOf(step: number): Record<string, Tensor> {
  const pixels = Float32Array.from({ length: batch * 3 * size * size }, (_, i) => 2 * unit(9003 + step, i));
  const rows = (reference.labels[step] ?? []).flatMap((label) =>
    Array.from({ length: classes }, (_, c) => (c === label ? 1 : 0)),
  );
  return { image: tensor([batch, 3, size, size], pixels), "data.label": tensor([batch, classes], rows) };
}

/** The formula's weights, by the ordinals that the network's slots have in the script. */
function slotsOf(graph: Graph): Record<string, Tensor> {
  const own = graph.slots.filter(({ role }) => role !== "optimizer");
  return Object.fromEntries(
    graph.slots.map(({ name, value }) => {
      const shape = graph.types[value]?.shape as readonly number[];
      const ordinal = own.findIndex((slot) => slot.name === name);
      const zeros = new Float64Array(shape.reduce((count, dim) => count * dim, 1));
      return [name, ordinal < 0 ? tensor(shape, zeros) : tensor(shape, formulaValues(name, ordinal, shape, 1))];
    }),
  );
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string, tolerance = 1e-9): void {
  assert.is(actual.length, expected.length, what);
  let [difference, scale] = [0, 0];
  for (const [i, wanted] of Array.from(expected).entries()) {
    difference += ((actual[i] as number) - wanted) ** 2;
    scale += wanted ** 2;
  }
  const apart = Math.sqrt(difference) / Math.sqrt(scale);
  // A gradient that is zero but for rounding (a weight before a batch norm) is held to the whole's size.
  assert.ok(apart <= tolerance || Math.sqrt(difference) <= tolerance * 1e-3, `${what}: ${apart} apart`);
}

const small = await compileRecipe(smallModel);

suite("training against PyTorch in double precision", (test) => {
  test("loss, every parameter's gradient and the running statistics", () => {
    const graph = trainingForm(bindBatch(attachLoss(small.network, small.loss), batch));
    const loss = graph.outputs.find(({ name }) => name === "loss")?.value ?? -1;
    const feed = { inputs: inputsOf(0), slots: slotsOf(graph), batch };
    const leaves = leavesOf(graph).filter(({ name }) => Object.hasOwn(reference.gradients, name));
    assert.is(leaves.length, graph.slots.filter(({ role }) => role === "parameter").length);
    const found = reverseGradients(graph, loss, leaves, feed);
    assertClose([found.loss], [reference.loss], "loss", 1e-12);
    for (const [i, { name }] of leaves.entries()) {
      assertClose((found.gradients[i] as Tensor).data, reference.gradients[name] ?? [], name);
    }
    const { slots } = interpretStep(graph, feed);
    for (const [name, values] of Object.entries(reference.statistics)) {
      assertClose((slots[name] as Tensor).data, values, name);
    }
  });

  for (const { options, losses, norms } of reference.training) {
    const { momentum = 0, weight_decay: weightDecay = 0, nesterov = false } = options;
    test(`steps of SGD: momentum ${momentum}, weight decay ${weightDecay}, ${nesterov ? "" : "no "}Nesterov`, () => {
      const step = trainingStep({ ...small, batch, optimizer: { momentum, weightDecay, nesterov } });
      assertSound(step);
      const remembered = step.slots.filter(({ role }) => role === "optimizer");
      assert.ok(remembered.every(({ name }) => name.startsWith(velocityPrefix)));
      assert.is(remembered.length > 0, momentum > 0);
      let slots = slotsOf(step);
      for (const [i, wanted] of losses.entries()) {
        const inputs = { ...inputsOf(i), [learningRateInput]: tensor([], [0.05]) };
        const after = interpretStep(step, { inputs, slots, batch });
        assertClose(after.outputs.loss?.data ?? [], [wanted], `loss of step ${i}`);
        slots = after.slots;
      }
      for (const [name, wanted] of Object.entries(norms)) {
        const data = (slots[name] as Tensor).data;
        assertClose([Math.sqrt(data.reduce((sum, x) => sum + x * x, 0))], [wanted], `norm of ${name}`);
      }
    });
  }
});

interface LossReference {
  readonly logits: readonly (readonly number[])[];
  readonly targets: readonly (readonly number[])[];
  readonly losses: Readonly<Record<string, { readonly value: number; readonly gradient: readonly number[] }>>;
}

/** How a recipe writes each of them. */
const lossTexts: Readonly<Record<string, string>> = {
  cross_entropy: "cross_entropy(student.logits, data.label)",
  kl: "kl(data.label, student.logits, temperature: 2)",
  balanced_bce: "balanced_bce(student.logits, data.label, beta: 0.2)",
  dice: "dice(softmax(student.logits), data.label)",
  combo: "combo(student.logits, data.label, alpha: 0.5, beta: 0.2)",
};

suite("losses at logits of 50 and -50 against PyTorch in double precision", (test) => {
  const { logits, targets, losses } = read("losses") as LossReference;
  test("each has its text", () => assert.equal(Object.keys(losses), Object.keys(lossTexts)));
  for (const [name, { value, gradient }] of Object.entries(losses)) {
    test(name, async () => {
      const imported = smallModel.replace("{ cross_entropy }", `{ ${name} }`);
      const { loss: whole } = await compileRecipe(
        imported.replace(lossTexts.cross_entropy as string, lossTexts[name] as string),
      );
      const graph = bindBatch(whole, logits.length);
      const shape = [logits.length, classes];
      const inputs = {
        "student.logits": tensor(shape, logits.flat()),
        "data.label": tensor(shape, targets.flat()),
      };
      const leaves = leavesOf(graph).filter((leaf) => leaf.name === "student.logits");
      const loss = graph.outputs[0]?.value ?? -1;
      const found = reverseGradients(graph, loss, leaves, { inputs, slots: {}, batch: 1 });
      assertClose([found.loss], [value], "value", 1e-13);
      assertClose((found.gradients[0] as Tensor).data, gradient, "gradient", 1e-13);
    });
  }
});
