// Every name that a recipe, a check or a model's inputs and outputs may use, with every value of its union, has an effect or is rejected
// with a code. The test starts from the declarations: a new name, parameter or option without an entry here fails.
import * as assert from "uvu/assert";
import { augmenterOf } from "../../src/data/augment/from-recipe.js";
import { type DataSet, hardTargets, type Sample } from "../../src/data/data-set.js";
import type { RgbImage } from "../../src/data/rgb-image.js";
import { epochDraws } from "../../src/data/sampling.js";
import { shownBy, viewsOf } from "../../src/data/views.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { sha256 } from "../../src/formats/digest.js";
import { printGraph } from "../../src/ir/text.js";
import type { RecipeParameter, RecipeSignature } from "../../src/recipe/signature.js";
import { recipeKeys, recipeSignatures } from "../../src/recipe/signatures.js";
import { learningRate } from "../../src/step/schedules.js";
import { trainingStep } from "../../src/step/training-step.js";
import { partsOf } from "../../src/training/cross-fitting.js";
import { openDistributions } from "../../src/training/distributions.js";
import { isThrough, scoresOf } from "../../src/training/early-stopping.js";
import { stepsOf } from "../../src/training/loop.js";
import { mostBroken } from "../../src/training/lost-pictures.js";
import { type EpochRecord, isBetter, type Score } from "../../src/training/metrics.js";
import { openData } from "../../src/training/open-data.js";
import { planOf, type TrainingPlan } from "../../src/training/plan.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";
import { layoutsOnDisk } from "./layouts-on-disk.js";

interface Entry {
  /** The other arguments, as written: required ones, and those that make its parameters visible. */
  readonly beside: Readonly<Record<string, string>>;
  /** Values other than the one in `beside` or the default. Options and booleans are tried automatically. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
}

const rates = { lr: ["0.2"], weight_decay: ["0", "0.3"], clip_norm: ["2.5"] };
const areas = { scale: ["[0.1, 0.2]", "[0.5, 0.6]"], ratio: ["[0.2, 0.3]", "[0.75, 5]"] };
const parts = { groups: ['[group(at: "stem", lr_scale: 0.5)]'], freeze: ['["stem"]'] };
/** Properties of any data set. */
const usualData = {
  distributions: ['"distributions.csv"'],
  path: ['"elsewhere"'],
  augment: ["[horizontal_flip(1)]"],
  sampler_power: ["0.25", "1"],
  broken: ["0.5"],
  leave_out: ['["sad"]', '["sad", "neutral"]'],
  merge: ['["sad -> neutral"]'],
  held_out: ["0.5"],
  person: ['"{person}_*"', '"*_#{person}"'],
  group: ['"{group}_*"'],
};
/** So that its power has an effect. */
const byPower = { sampler: '"power"' };
const layouts = layoutsOnDisk();

/** How to try each entry. */
const entries: Readonly<Record<string, Entry>> = {
  raf_db: {
    beside: { ...byPower, path: '"raf"', person: '"*_{person}_*"' },
    values: { ...usualData, list: ['"other.txt"'], validation: ['"held.txt"'] },
  },
  affectnet: { beside: { ...byPower, path: '"affect"' }, values: usualData },
  ferplus: {
    beside: { ...byPower, path: '"fer"' },
    values: { ...usualData, leave_out: ['["sad"]'], person: ['"{person}/*"', '"{person}"'], group: ['"{group}"'] },
  },
  fer2013: {
    beside: { ...byPower, path: '"fer"' },
    values: {
      ...usualData,
      person: ['"{person}/*"', '"{person}"'],
      group: ['"{group}"'],
      list: ['"other.csv"', '"not-there.csv"'],
    },
  },
  csv: {
    beside: { ...byPower, path: '"faces"' },
    values: { ...usualData, list: ['"more.csv"'], label: ['"other"'] },
  },
  folder: { beside: { ...byPower, path: '"faces"' }, values: usualData },
  horizontal_flip: { beside: {}, values: { p: ["0", "1"] } },
  random_resized_crop: {
    beside: { scale: "[0.5, 1]", ratio: "[0.75, 1.33]" },
    values: areas,
  },
  resize: { beside: { size: "16" }, values: { size: ["12", "20"] } },
  random_crop: { beside: { padding: "2" }, values: { padding: ["0", "4"] } },
  rotation: { beside: { degrees: "10" }, values: { degrees: ["0", "40"] } },
  random_affine: {
    beside: { degrees: "10", translate: "[0.1, 0.1]", scale: "[0.9, 1.1]" },
    values: { degrees: ["0", "40"], translate: ["[0, 0.1]", "[0.1, 0]"], scale: ["[1, 1]", "[0.5, 0.5]"] },
  },
  color_jitter: {
    beside: {},
    values: { brightness: ["0.5"], contrast: ["0.5"], saturation: ["0.5"], hue: ["0.25"] },
  },
  random_grayscale: { beside: {}, values: { p: ["0", "1"] } },
  random_erasing: { beside: {}, values: { p: ["0", "1"], ...areas } },
  mixup: { beside: {}, values: { alpha: ["0.1", "20"], p: ["0", "0.5"] } },
  cut_mix: { beside: {}, values: { alpha: ["0.1", "20"], p: ["0", "0.5"] } },
  sgd: {
    beside: { lr: "0.1", weight_decay: "0.1", momentum: "0.9" },
    values: { ...rates, ...parts, momentum: ["0", "0.5"] },
  },
  adam: {
    beside: { lr: "0.1", weight_decay: "0.1" },
    values: { ...rates, ...parts, betas: ["[0.8, 0.999]", "[0.9, 0.99]"], eps: ["1e-4"] },
  },
  adamw: {
    beside: { lr: "0.1", weight_decay: "0.1" },
    values: { ...rates, ...parts, betas: ["[0.8, 0.999]", "[0.9, 0.99]"], eps: ["1e-4"] },
  },
  group: {
    beside: { at: '"stem"', lr_scale: "0.5" },
    values: { at: ['"logits"'], lr_scale: ["0.25"], decay_scale: ["0.5"] },
  },
  step: {
    beside: { every_epochs: "2", factor: "0.1" },
    values: { every_epochs: ["1"], factor: ["0.5"], warmup_epochs: ["1"] },
  },
  cosine: { beside: {}, values: { floor: ["0.01"], warmup_epochs: ["1"] } },
  constant_rate: { beside: {}, values: { warmup_epochs: ["1"] } },
  one_cycle: { beside: {}, values: { pct_start: ["0.5"], div_factor: ["10"], final_div_factor: ["50"] } },
  plateau: {
    beside: { patience: "0", factor: "0.5" },
    values: {
      factor: ["0.3"],
      patience: ["1"],
      threshold: ["0.2"],
      cooldown: ["2"],
      floor: ["0.04"],
      warmup_epochs: ["1"],
    },
  },
  run: {
    beside: { batch: "4", epochs: "8", patience: "2" },
    values: {
      batch: ["2"],
      epochs: ["5"],
      seed: ["1"],
      accumulate: ["2"],
      average: ["0.9"],
      patience: ["0", "3"],
      min_delta: ["0.05"],
      folds: ["2"],
    },
  },
  mean_of_flips: { beside: {} },
  single_view: { beside: {} },
};

const written = (name: string, args: Readonly<Record<string, string>>): string =>
  `${name}(${Object.entries(args)
    .map(([key, value]) => `${key}: ${value}`)
    .join(", ")})`;

type Sort = RecipeSignature["sort"];

/** A recipe's text for an entry of that sort if another one is tried. */
const plain: Readonly<Record<Exclude<Sort, "group" | "augmentation">, string>> = {
  data: 'folder("not-there")',
  optimizer: "sgd(lr: 0.1, weight_decay: 0.1)",
  schedule: "constant_rate",
  run: "run(batch: 4, epochs: 3)",
  evaluation: "single_view",
};

/** A recipe with the entry in its place. */
function recipeWith(sort: Sort, thing: string): string {
  const placed = {
    ...plain,
    ...(sort === "augmentation"
      ? { data: `folder("not-there", augment: [${thing}])` }
      : sort === "group"
        ? { optimizer: `sgd(lr: 0.1, weight_decay: 0.1, groups: [${thing}])` }
        : { [sort]: thing }),
  };
  return `lfer 1
import { cross_entropy } from "std/losses"
model M {
  input image: float32[N, 3, 12, 12] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  stem = image -> conv(4, stride: 2) -> batch_norm -> relu
  logits = stem -> flatten -> linear(3)
  output logits: labels(["happiness", "sadness", "neutral"])
}
recipe R {
  student = M
  data = ${placed.data}
  loss = cross_entropy(student.logits, data.label) + mean(data.distribution)
  optimizer = ${placed.optimizer}
  schedule = ${placed.schedule}
  train = ${placed.run}
  evaluation = ${placed.evaluation}
}
`;
}

async function planned(text: string): Promise<TrainingPlan> {
  const { recipes, models, diagnostics } = await compile(text, { recipe: "R" });
  const [recipe] = recipes;
  const [deployed] = models;
  assert.ok(recipe !== undefined && deployed !== undefined, `${diagnostics.map(({ message }) => message)}\n${text}`);
  const plan = planOf(recipe, deployed.graph);
  assert.not.ok(isProblem(plan));
  return plan as TrainingPlan;
}

const image = (of: number): RgbImage => ({
  width: 16,
  height: 14,
  pixels: Uint8Array.from({ length: 16 * 14 * 3 }, (_, i) => (i * i * 7 + i * 31 + of * 50) % 256),
});

/** Six of the first class, two of the others: sampling has a visible effect. */
const samples: readonly Sample[] = [0, 0, 0, 0, 0, 0, 1, 1, 2, 2].map((label, i) => ({
  key: `${i}`,
  label,
  target: hardTargets(3)[label] as Float32Array,
}));

/** Epochs with rising and falling scores, different by each measure. */
const judged: readonly EpochRecord[] = [
  [0.9, 0.3, 0.2],
  [0.8, 0.4, 0.2],
  [0.85, 0.5, 0.1],
  [0.84, 0.5, 0.3],
  [0.7, 0.52, 0.3],
  [0.7, 0.51, 0.35],
  [0.7, 0.4, 0.4],
  [0.6, 0.4, 0.4],
].map(([loss = 0, accuracy = 0, meanClassAccuracy = 0], i) => ({
  schemaVersion: 1,
  epoch: i + 1,
  steps: i + 1,
  lr: 0,
  loss,
  accuracy,
  validationLoss: loss,
  validationAccuracy: accuracy,
  validationMeanClassAccuracy: meanClassAccuracy,
  evaluation: "single_view",
  picturesPerSecond: 1,
  seconds: 1,
}));
const scores = judged.flatMap(scoresOf);

/** The epoch that is selected as the best of these. */
function bestOf({ bestBy }: TrainingPlan): number {
  let best: Score | undefined;
  for (const score of scores) if (isBetter(score, best, bestBy)) best = score;
  return scores.indexOf(best ?? scores[0]!);
}

/** Everything that training would do by a plan without real pictures: the effects, not the record. */
async function doings(plan: TrainingPlan) {
  const step = trainingStep(plan.step);
  const augmenter = augmenterOf(plan.augment, plan.picture, plan.seed);
  if (isProblem(augmenter)) throw new Error("refused");
  const epochs = Array.from({ length: plan.epochs }, (_, epoch) => epoch);
  const steps = stepsOf(plan, samples.length);
  const opened = await openData(plan, { data: undefined, home: layouts });
  return {
    step: printGraph(step),
    begin: sha256([...initialiseWeights(step, plan.seed).values()].map((values) => new Uint8Array(values.buffer))),
    steps: epochs.map(() => steps),
    rates: judged.map((_, epoch) => [0, 1].map((i) => learningRate(plan.schedule, plan.lr, epoch, i, 2, scores))),
    ends: judged.map((_, epoch) => isThrough(judged.slice(0, epoch + 1), plan)),
    best: bestOf(plan),
    order: epochs.map((epoch) =>
      [...epochDraws(samples, plan.sampler, plan.seed, epoch)].map(({ sample, repeat }) => [sample.key, repeat]),
    ),
    pictures: epochs.flatMap((epoch) => {
      const images = samples.map((sample, i) => augmenter.augment(image(i), { sample, repeat: 0 }, epoch));
      const mixes = [0, 1].map((step) => augmenter.mixes(epoch, step));
      return [...images.map(({ pixels }) => sha256([pixels])), ...mixes];
    }),
    views: viewsOf[plan.evaluatedBy].map((view) => sha256([shownBy(view, augmenter.plain(image(0))).pixels])),
    broken: mostBroken(plan.broken, 1000),
    folds: [...partsOf(samples, plan.folds, plan.seed, false).values()],
    distributions: await distributionsOf(plan),
    data: "read" in opened ? await contentOf(opened) : opened.map((problem) => problem.diagnose({}).message),
  };
}

/** Everything that training gets from a data set. */
async function contentOf(set: DataSet) {
  const { training, heldOut, test: kept = [], warnings, read, ...about } = set;
  const parts = await Promise.all(
    [training, heldOut, kept].map((part) =>
      Promise.all(
        part.map(async (sample) => {
          const found = await read(sample);
          return [sample, isProblem(found) ? found.diagnose({}).message : sha256([found.digest, found.image.pixels])];
        }),
      ),
    ),
  );
  return { about, parts, warnings: warnings.map((warning) => warning.diagnose({}).message) };
}

/** The source of the distributions that the loss reads. */
async function distributionsOf(plan: TrainingPlan): Promise<string | undefined> {
  const set = { classes: ["a", "b", "c"], training: samples, heldOut: [] };
  const found = await openDistributions(plan, set, { home: "/nowhere", set: new Map() });
  return isProblem(found) ? found.diagnose({}).message : found?.sha256;
}

/** All values of a parameter except the one in the base. */
function valuesOf(parameter: RecipeParameter, { values = {}, beside }: Entry): readonly string[] {
  const { name, options, type } = parameter;
  if (options !== undefined) {
    const inBase = beside[name] ?? `"${parameter.default}"`;
    return options.map((each) => `"${each}"`).filter((each) => each !== inBase);
  }
  if (type === "bool") return [String(beside[name] !== "true" && parameter.default !== true)];
  return values[name] ?? [];
}

suite("every name of a recipe has a doer", (test) => {
  test("there is an entry for each one that the language has, and for no other", () => {
    assert.equal(Object.keys(entries).toSorted(), recipeSignatures.map(({ name }) => name).toSorted());
    assert.equal(Object.keys(plain).toSorted(), ["data", "evaluation", "optimizer", "run", "schedule"]);
    assert.equal(
      [...new Set(recipeSignatures.map(({ sort }) => sort))].filter((sort) => !Object.hasOwn(plain, sort)).toSorted(),
      ["augmentation", "group"],
    );
  });

  for (const signature of recipeSignatures) {
    const entry = entries[signature.name] as Entry;
    const { sort, name } = signature;
    test(`${sort} ${name}: every parameter, with every value, changes what is done or is refused`, async () => {
      const base = await planned(recipeWith(sort, written(name, entry.beside)));
      const done = await doings(base);
      // A parameter that is always rejected would show nothing.
      if (sort === "data") assert.ok("about" in done.data, JSON.stringify(done.data));
      const before = JSON.stringify(done);
      for (const parameter of signature.parameters) {
        const values = valuesOf(parameter, entry);
        assert.ok(values.length > 0, `no value to try for ${name}(${parameter.name}: ...)`);
        for (const value of values) {
          const text = written(name, { ...entry.beside, [parameter.name]: value });
          const plan = await planned(recipeWith(sort, text));
          assert.is.not(
            JSON.stringify(await doings(plan)),
            before,
            `${text} does what ${written(name, entry.beside)} does`,
          );
        }
      }
    });
  }

  test("two names of one sort do not do the same", async () => {
    for (const sort of ["augmentation", "optimizer", "schedule", "evaluation", "data"] as const) {
      const of = new Map<string, string>();
      for (const { name } of recipeSignatures.filter((signature) => signature.sort === sort)) {
        const done = await doings(await planned(recipeWith(sort, written(name, (entries[name] as Entry).beside))));
        const text = JSON.stringify(done);
        assert.is(of.get(text), undefined, `${name} and ${of.get(text)}`);
        of.set(text, name);
      }
      assert.ok(of.size > 1, sort);
    }
  });

  test("every entry of a recipe", async () => {
    // Each one, left out or changed, in a recipe that has them all.
    const whole = recipeWith("evaluation", "mean_of_flips")
      .replace("recipe R", "variant T = M\nrecipe R")
      .replace("student = M", 'student = M\n  teacher = frozen(T, weights: "t.safetensors")')
      .replace("(student.logits, data.label)", "(student.logits, softmax(teacher.logits))");
    const others: Readonly<Record<keyof typeof recipeKeys, (text: string) => string>> = {
      student: (text) => text.replace("conv(4", "conv(5"),
      teacher: (text) => text.replace("frozen(T", "frozen(U").replace("variant T = M", "variant U = M"),
      data: (text) => text.replace("not-there", "elsewhere"),
      loss: (text) => text.replace("softmax(teacher.logits)", "data.label"),
      optimizer: (text) => text.replace("lr: 0.1", "lr: 0.2"),
      schedule: (text) => text.replace("constant_rate", "cosine"),
      train: (text) => text.replace("epochs: 3", "epochs: 2"),
      evaluation: (text) => text.replace("evaluation = mean_of_flips", ""),
    };
    assert.equal(Object.keys(others).toSorted(), Object.keys(recipeKeys).toSorted());
    const shown = async (text: string): Promise<string> => {
      const plan = await planned(text);
      const teacher =
        plan.teacher === undefined ? undefined : { ...plan.teacher, graph: printGraph(plan.teacher.graph) };
      return JSON.stringify([await doings(plan), teacher]);
    };
    const before = await shown(whole);
    for (const [key, change] of Object.entries(others)) {
      assert.is.not(change(whole), whole, key);
      assert.is.not(await shown(change(whole)), before, key);
    }
  });
});
