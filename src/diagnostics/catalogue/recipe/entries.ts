import { didYouMean, entry } from "../../entry.js";

const recipe = (entries: string): string => `lfer 1

import { cross_entropy } from "std/losses"

model M {
  input image: float32[N, 3, 8, 8]
  logits = image -> global_avg_pool -> flatten -> linear(3)
  output logits
}

recipe Train {
${entries
  .trim()
  .split("\n")
  .map((line) => `  ${line.trim()}\n`)
  .join("")}}
`;

const good = recipe(`student = M
  data = folder()
  loss = cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: 0.1)
  train = run(batch: 4, epochs: 1)`);

const pooledNorm = (batch: number): string => `lfer 1

import { cross_entropy } from "std/losses"

model M {
  input image: float32[N, 3, 8, 8]
  logits = image -> global_avg_pool -> batch_norm -> flatten -> linear(3)
  output logits
}

recipe Train {
  student = M
  data = folder()
  loss = cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: 0.1)
  train = run(batch: ${batch}, epochs: 1)
}
`;

export const recipeEntries = {
  "recipe/unknown-entry": entry<{ name: string; known: string; suggestion: string | undefined }>({
    severity: "error",
    message: (h) => `a recipe has no entry "${h.name}".${didYouMean(h.suggestion)}`,
    help: (h) => `Its entries are ${h.known}.`,
    explanation: "A recipe is a fixed set of named decisions; a misspelt one must not be ignored.",
    bad: recipe(`student = M
      data = folder()
      loss = cross_entropy(student.logits, data.label)
      optimizer = sgd(lr: 0.1)
      scedule = cosine()
      train = run(batch: 4, epochs: 1)`),
    good,
  }),
  "recipe/unknown-recipe": entry<{ name: string; file: string; known: string; suggestion: string | undefined }>({
    severity: "error",
    message: (h) => `${h.file} has no recipe "${h.name}".${didYouMean(h.suggestion)}`,
    help: (h) => (h.known === "" ? "It declares none." : `It has ${h.known}.`),
    explanation: "`--recipe` names a recipe of the file.",
    bad: { command: "lferc bench models/lfer_ldl.lfer --recipe CrosEntropy" },
    good: { command: "lferc bench models/lfer_ldl.lfer --recipe CrossEntropy" },
  }),
  "recipe/which-recipe": entry<{ file: string; known: readonly string[] }>({
    severity: "error",
    message: (h) =>
      h.known.length === 0
        ? `${h.file} has no recipe`
        : `${h.file} has ${h.known.length} recipes: ${h.known.join(", ")}`,
    help: (h) =>
      h.known.length === 0
        ? "Write one (docs/training.md), or name the file that has it."
        : `Say which: --recipe ${h.known[0]}.`,
    explanation: "`--recipe` may be left out where a file has one recipe.",
    bad: { command: "lferc train models/lfer_ldl.lfer --data faces" },
    good: { command: "lferc train models/lfer_ldl.lfer --recipe CrossEntropy --data faces" },
  }),
  "recipe/unknown-setting": entry<{ recipe: string; name: string; known: string; suggestion: string | undefined }>({
    severity: "error",
    message: (h) =>
      `\`--set ${h.name}=...\`: neither ${h.recipe} nor its student has a parameter "${h.name}".${didYouMean(h.suggestion)}`,
    help: (h) => (h.known === "" ? "They have no parameters." : `The parameters are ${h.known}.`),
    explanation:
      "With a recipe, `--set` sets the recipe's parameters, else the student's; `student.size` and `teacher.size` say which network is meant.",
    bad: { command: "lferc bench models/lfer_ldl.lfer --recipe CrossEntropy --set sise=112" },
    good: { command: "lferc bench models/lfer_ldl.lfer --recipe CrossEntropy --set size=112" },
  }),
  "recipe/missing-entries": entry<{ names: string }>({
    severity: "error",
    message: (h) => `the recipe lacks ${h.names}`,
    help: () =>
      "A recipe needs student, data, loss, optimizer and train; teacher, schedule and evaluation are optional.",
    explanation: "Nothing about a training run is guessed.",
    bad: recipe(`student = M
      data = folder()
      loss = cross_entropy(student.logits, data.label)
      train = run(batch: 4, epochs: 1)`),
    good,
  }),
  "recipe/wrong-entry": entry<{ key: string; sort: string; actual: string; known: string }>({
    severity: "error",
    message: (h) => `"${h.key}" takes one of ${h.known}, gets ${h.actual}`,
    help: (h) => `Write \`${h.key} = NAME(...)\` with one of these names; docs/language.md lists their parameters.`,
    explanation: "Each entry of a recipe takes values of one kind.",
    bad: recipe(`student = M
      data = folder()
      loss = cross_entropy(student.logits, data.label)
      optimizer = cosine()
      train = run(batch: 4, epochs: 1)`),
    good,
  }),
  "recipe/wrong-frozen": entry({
    severity: "error",
    message: () => `a frozen network is written \`frozen(Model(...), weights: "file.safetensors")\``,
    help: () =>
      "Name the model first and its weight file as `weights`; `labels: [...]` may name its classes, in the order of the weights, and `trained_by: Recipe` the recipe that trains it where there is no file.",
    explanation: "A frozen network is not trained, so it needs weights.",
    bad: recipe(`student = M
      teacher = frozen(M)
      data = folder()
      loss = cross_entropy(student.logits, data.label)
      optimizer = sgd(lr: 0.1)
      train = run(batch: 4, epochs: 1)`),
    good,
  }),
  "recipe/loss-not-scalar": entry<{ actual: string }>({
    severity: "error",
    message: (h) => `a loss is one number, this is ${h.actual}`,
    help: () => "Reduce it: `mean(...)` or `sum(...)` over everything.",
    explanation: "Training minimises a single number.",
    bad: recipe(`student = M
      data = folder()
      loss = log_softmax(student.logits) * data.label
      optimizer = sgd(lr: 0.1)
      train = run(batch: 4, epochs: 1)`),
    good,
  }),
  "recipe/unknown-path": entry<{ path: string; model: string; known: string; suggestion: string | undefined }>({
    severity: "error",
    message: (h) => `${h.model} has no parameters at "${h.path}".${didYouMean(h.suggestion)}`,
    help: (h) => `Name a layer's path or the beginning of one; the outermost are ${h.known}.`,
    explanation: "A part that is frozen or has its own learning rate is named by the path of its weights.",
    bad: recipe(`student = M
      data = folder()
      loss = cross_entropy(student.logits, data.label)
      optimizer = sgd(lr: 0.1, groups: [group(at: "logit", lr_scale: 0.1)])
      train = run(batch: 4, epochs: 1)`),
    good: recipe(`student = M
      data = folder()
      loss = cross_entropy(student.logits, data.label)
      optimizer = sgd(lr: 0.1, groups: [group(at: "logits", lr_scale: 0.1)])
      train = run(batch: 4, epochs: 1)`),
  }),
  "recipe/nesterov-without-momentum": entry({
    severity: "error",
    message: () => "`nesterov: true` looks ahead along the momentum, but there is none",
    help: () => "Set a momentum above 0, as in `sgd(lr: 0.1, momentum: 0.9, nesterov: true)`, or leave `nesterov` out.",
    explanation:
      "Without momentum Nesterov's step is the plain one: the option would be ignored. PyTorch refuses it too.",
    bad: recipe(`student = M
      data = folder()
      loss = cross_entropy(student.logits, data.label)
      optimizer = sgd(lr: 0.1, nesterov: true)
      train = run(batch: 4, epochs: 1)`),
    good: recipe(`student = M
      data = folder()
      loss = cross_entropy(student.logits, data.label)
      optimizer = sgd(lr: 0.1, momentum: 0.9, nesterov: true)
      train = run(batch: 4, epochs: 1)`),
  }),
  "recipe/name-taken": entry<{ name: string; model: string; what: "input" | "output" }>({
    severity: "error",
    message: (h) => `${h.model} has an ${h.what} "${h.name}", and so has its training step`,
    help: (h) => `Give the ${h.what} of the model another name.`,
    explanation:
      "A training step has the network's inputs and outputs, and beside them the input `learning_rate` and the output `loss`.",
    bad: good.replace("output logits", "loss = logits -> relu\n  output logits\n  output loss"),
    good,
  }),
  "recipe/one-value-per-channel": entry<{ path: string; batch: number }>({
    severity: "error",
    message: (h) => `batch norm "${h.path}" sees one value per channel in a batch of ${h.batch}`,
    help: () => "Train with a batch of at least 2, or put the batch norm before the map is pooled to one cell.",
    explanation:
      "While training, batch norm divides by the standard deviation over the batch; a single value has none.",
    bad: pooledNorm(1),
    good: pooledNorm(2),
  }),
  "recipe/not-in-torch": entry<{ recipe: string; what: "folds" | "labels" | "outputs" }>({
    severity: "error",
    message: (h) => {
      const reasons = {
        folds: "trains several models in turn (folds), and train.py trains one",
        labels: "has a student without labels, and train.py takes the classes from it",
        outputs: "is evaluated by a loss of outputs that the student has only in training",
      };
      return `${h.recipe} ${reasons[h.what]}`;
    },
    help: (h) =>
      ({
        folds: "Set `folds: 1`, or train by `lferc train`.",
        labels: "Name the classes in the model: `output logits: labels([...])`.",
        outputs: "Let the loss read such outputs `if training` only.",
      })[h.what],
    explanation:
      "A script on another machine does all of a recipe or nothing of it: what it cannot do is refused when it is written.",
    bad: { command: "lferc build folds.lfer --target torch --recipe Folds -o folds" },
    good: { command: "lferc build model.lfer --target torch --recipe R -o model" },
  }),
} as const;
