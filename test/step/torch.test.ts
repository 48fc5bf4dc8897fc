import * as assert from "uvu/assert";
import { trainingForm } from "../../src/autodiff/training-form.js";
import { bindBatch } from "../../src/ops/bind-batch.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { interpretStep } from "../../src/reference/interpret.js";
import { attachLoss } from "../../src/step/attach-loss.js";
import { sgd } from "../../src/step/sgd.js";
import { learningRateInput } from "../../src/step/step-state.js";
import { trainingStep } from "../../src/step/training-step.js";
import { leavesOf, reverseGradients } from "../autodiff/finite-differences.js";
import { suite } from "../support/suite.js";
import { compileRecipe, smallModel } from "./small-training.js";
import { assertClose, batch, classes, inputsOf, read, slotsOf, tensor } from "./torch-reference.js";

interface Reference {
  readonly loss: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly statistics: Readonly<Record<string, readonly number[]>>;
  readonly training: readonly {
    readonly options: { readonly momentum?: number; readonly weight_decay?: number; readonly nesterov?: boolean };
    readonly losses: readonly number[];
    readonly norms: Readonly<Record<string, number>>;
  }[];
}

const reference = read("gradients") as Reference;
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
      const step = trainingStep({ ...small, batch, optimizer: sgd({ momentum, weightDecay, nesterov }) });
      assertSound(step);
      const remembered = step.slots.filter(({ role }) => role === "optimizer");
      assert.ok(remembered.every(({ name }) => name.startsWith("velocity.")));
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

const weights = "weights: [0.5, 2, 1, 3, 0.25]";

/** Each of them as written in a recipe. */
const lossTexts: Readonly<Record<string, string>> = {
  cross_entropy: "cross_entropy(student.logits, data.label)",
  kl: "kl(data.label, student.logits, temperature: 2)",
  balanced_bce: "balanced_bce(student.logits, data.label, beta: 0.2)",
  dice: "dice(softmax(student.logits), data.label)",
  combo: "combo(student.logits, data.label, alpha: 0.5, beta: 0.2)",
  smoothed_cross_entropy: "smoothed_cross_entropy(student.logits, data.label, smoothing: 0.1)",
  weighted_cross_entropy: `weighted_cross_entropy(student.logits, data.label, ${weights})`,
  weighted_cross_entropy_by_batch: `weighted_cross_entropy(student.logits, data.label, ${weights}, over: "batch")`,
  focal: "focal(student.logits, data.label)",
  rescaled_kl: "kl(data.label, student.logits, temperature: 2, rescale: true)",
  dice_by_class: `dice(softmax(student.logits), data.label, each: "class")`,
  dice_by_sample: `dice(softmax(student.logits), data.label, each: "sample")`,
  combo_by_class: `combo(student.logits, data.label, alpha: 0.3, beta: 0.6, each: "class")`,
  smoothed_weighted_cross_entropy: `weighted_cross_entropy(student.logits, data.label, ${weights}, smoothing: 0.15)`,
  smoothed_weighted_cross_entropy_by_batch: `weighted_cross_entropy(student.logits, data.label, ${weights}, smoothing: 0.15, over: "batch")`,
  // Counts, which it converts to shares.
  logit_adjusted: "cross_entropy(logit_adjusted(student.logits, prior: [80, 20, 40, 10, 10], tau: 0.7), data.label)",
};

/** If the mean is over weights. */
const hardOnly = ["weighted_cross_entropy", "smoothed_weighted_cross_entropy"];

/** One-hot at the first maximum. */
const hard = (row: readonly number[]): readonly number[] =>
  row.map((_, i) => (i === row.indexOf(Math.max(...row)) ? 1 : 0));

suite("losses at logits of 50 and -50 against PyTorch in double precision", (test) => {
  const { logits, targets, losses } = read("losses") as LossReference;
  test("each has its text", () => assert.equal(Object.keys(losses), Object.keys(lossTexts)));
  for (const [name, { value, gradient }] of Object.entries(losses)) {
    test(name, async () => {
      const text = lossTexts[name] as string;
      const called = [...text.matchAll(/(\w+)\(/g)].map(([, name]) => name).filter((each) => each !== "softmax");
      const imported = smallModel.replace("{ cross_entropy }", `{ ${called.join(", ")} }`);
      const { loss: whole } = await compileRecipe(imported.replace(lossTexts.cross_entropy as string, text));
      const graph = bindBatch(whole, logits.length);
      const shape = [logits.length, classes];
      const inputs = {
        "student.logits": tensor(shape, logits.flat()),
        // The mean over weights is PyTorch's only for hard labels.
        "data.label": tensor(shape, (hardOnly.includes(name) ? targets.map(hard) : targets).flat()),
      };
      const leaves = leavesOf(graph).filter((leaf) => leaf.name === "student.logits");
      const loss = graph.outputs[0]?.value ?? -1;
      const found = reverseGradients(graph, loss, leaves, { inputs, slots: {}, batch: 1 });
      assertClose([found.loss], [value], "value", 1e-13);
      assertClose((found.gradients[0] as Tensor).data, gradient, "gradient", 1e-13);
    });
  }
});
