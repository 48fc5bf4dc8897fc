import * as assert from "uvu/assert";
import type { Tensor } from "../../src/ops/contracts.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { interpretStep } from "../../src/reference/interpret.js";
import { adam } from "../../src/step/adam.js";
import { adamw } from "../../src/step/adamw.js";
import { sgd } from "../../src/step/sgd.js";
import { averagePrefix, learningRateInput } from "../../src/step/step-state.js";
import { type TrainingStepSource, trainingStep } from "../../src/step/training-step.js";
import { unit } from "../peers/formula-weights.js";
import { suite } from "../support/suite.js";
import { compileRecipe, smallModel } from "./small-training.js";
import { assertClose, batch, inputsOf, read, slotsOf, tensor } from "./torch-reference.js";

interface Reference {
  readonly losses: readonly number[];
  readonly dots: Readonly<Record<string, number>>;
  readonly averages?: Readonly<Record<string, number>>;
}

const { optimizers } = read("optimizers") as { readonly optimizers: Readonly<Record<string, Reference>> };

type Options = Omit<TrainingStepSource, "network" | "loss" | "batch"> & { readonly rate: number };

const betas = [0.9, 0.999] as const;
const plain = (momentum: number, weightDecay: number): Options => ({
  rate: 0.05,
  optimizer: sgd({ momentum, nesterov: false, weightDecay }),
});
const decoupled: Options = { rate: 0.01, optimizer: adamw({ betas, eps: 1e-6, weightDecay: 0.05 }) };
const grouped = {
  groups: [
    { at: "down", rateScale: 0.1, decayScale: 0.5 },
    { at: "local.quadrant_2", rateScale: 0.5, decayScale: 3 },
    { at: "local", rateScale: 2, decayScale: 0 },
  ],
  decayNormAndBias: false,
};

/** The settings of make_reference.py under the same names. */
const runs: Readonly<Record<string, Options>> = {
  adam: { rate: 0.01, optimizer: adam({ betas, eps: 1e-8, weightDecay: 1e-2 }) },
  "adam with betas and eps": { rate: 0.01, optimizer: adam({ betas: [0.8, 0.95], eps: 1e-3, weightDecay: 0 }) },
  adamw: decoupled,
  "adamw in groups": { ...decoupled, ...grouped },
  "sgd in groups": { ...plain(0.9, 1e-2), ...grouped },
  "sgd, clipped": { ...plain(0.9, 0), clipNorm: 0.5 },
  "sgd over two batches": { ...plain(0.9, 1e-2), accumulate: 2 },
  "adamw over two batches, clipped and averaged": { ...decoupled, accumulate: 2, clipNorm: 0.5, averageDecay: 0.9 },
  "sgd, averaged": { ...plain(0.9, 0), averageDecay: 0.75 },
  "sgd, frozen": { ...plain(0.9, 1e-2), freeze: ["stem", "local"] },
};

const small = await compileRecipe(smallModel);

/** As the script makes one number of a tensor. */
const dot = (values: Tensor | undefined): number =>
  Array.from(values?.data ?? []).reduce((sum, x, i) => sum + x * unit(777, i), 0);

suite("optimisers against PyTorch in double precision", (test) => {
  test("each has its run", () => assert.equal(Object.keys(optimizers), Object.keys(runs)));
  for (const [name, { losses, dots, averages = {} }] of Object.entries(optimizers)) {
    test(name, () => {
      const { rate, ...options } = runs[name] as Options;
      const step = trainingStep({ ...small, batch, ...options });
      assertSound(step);
      let slots = slotsOf(step);
      for (const [i, wanted] of losses.entries()) {
        const inputs = { ...inputsOf(i), [learningRateInput]: tensor([], [rate]) };
        const after = interpretStep(step, { inputs, slots, batch });
        assertClose(after.outputs.loss?.data ?? [], [wanted], `loss of step ${i}`);
        slots = after.slots;
      }
      for (const [slot, wanted] of Object.entries(dots)) assertClose([dot(slots[slot])], [wanted], slot);
      for (const [slot, wanted] of Object.entries(averages)) {
        assertClose([dot(slots[`${averagePrefix}${slot}`])], [wanted], `average of ${slot}`);
      }
      assert.is(
        Object.keys(slots).filter((slot) => slot.startsWith(averagePrefix)).length,
        Object.keys(averages).length,
      );
    });
  }

  test("what is frozen, and what the loss does not reach, is left alone: no state, nothing next", async () => {
    const text = smallModel
      .replace("output logits", "aside = deep -> global_avg_pool -> flatten -> linear(5)\n  output logits")
      .replace("\n}\n\nrecipe", "\n  output aside in training\n}\n\nrecipe");
    const step = trainingStep({ ...(await compileRecipe(text)), batch, ...plain(0.9, 1e-2), freeze: ["stem.conv"] });
    assertSound(step);
    const still = step.slots.filter(({ next }) => next === undefined).map(({ name }) => name);
    assert.equal(still, ["stem.conv.weight", "aside.weight", "aside.bias"]);
    for (const name of still) assert.not.ok(step.slots.some((slot) => slot.name === `velocity.${name}`));
  });

  test("a path that is nowhere in the network is a bug of the caller", () => {
    assert.throws(() => trainingStep({ ...small, batch, ...plain(0, 0), freeze: ["stemm"] }), /no parameter at stemm/);
    assert.throws(() => trainingStep({ ...small, batch, ...plain(0, 0), freeze: ["ste"] }), /no parameter at ste/);
  });
});
