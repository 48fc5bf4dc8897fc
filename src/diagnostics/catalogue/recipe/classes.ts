import { entry } from "../../entry.js";
import { type ListedClasses, listLabels } from "../listed-labels.js";

interface Parts {
  readonly student?: string;
  readonly teacher?: string;
  readonly labels?: string;
  readonly loss?: string;
  readonly imports?: string;
}

const recipe = ({
  student = `: labels(["cat", "dog", "owl"])`,
  teacher = `frozen(Large, weights: "large.safetensors")`,
  labels = `: labels(["owl", "dog", "cat"])`,
  loss = "kl(softmax(teacher.logits), student.logits)",
  imports = "kl",
}: Parts): string => `lfer 1

import { ${imports} } from "std/losses"

block Net(width: int) = conv(width, stride: 2) -> relu -> global_avg_pool -> flatten -> linear(3)

model Small {
  input image: float32[N, 3, 32, 32]
  logits = image -> Net(8)
  output logits${student}
}

model Large {
  input image: float32[N, 3, 32, 32]
  logits = image -> Net(64)
  output logits${labels}
}

recipe Taught {
  student = Small
  teacher = ${teacher}
  data = folder()
  loss = ${loss}
  optimizer = sgd(lr: 0.1)
  train = run(batch: 16, epochs: 10)
}
`;

const weighted = (parts: Parts, more = "") =>
  recipe({
    imports: "weighted_cross_entropy",
    loss: `weighted_cross_entropy(student.logits, data.label, weights: [1, 2, 0.5]${more})`,
    ...parts,
  }).replace(/ {2}teacher = .*\n/, "");

const twoHeads = (last: string, first: string): string => `lfer 1

import { cross_entropy } from "std/losses"

model Heads {
  input image: float32[N, 3, 32, 32]
  body = image -> conv(8, stride: 2) -> relu -> global_avg_pool -> flatten
  told = body -> linear(3)
  other = body -> linear(3)
  output ${first}
  output ${last}
}

recipe Train {
  student = Heads
  data = folder()
  loss = cross_entropy(student.told, data.label)
  optimizer = sgd(lr: 0.1)
  train = run(batch: 16, epochs: 10)
}
`;

const byName = "Classes are matched by name, never by their position in a list.";

/** Classes of a loss that do not match. */
export const recipeClassesEntries = {
  "recipe/classes-differ": entry<{ left: ListedClasses; right: ListedClasses; frozen: string | undefined }>({
    severity: "error",
    message: (h) =>
      `${h.left.of} and ${h.right.of} do not have the same classes: ${listLabels(h.left.labels)} and ${listLabels(h.right.labels)}`,
    help: (h) =>
      h.frozen === undefined
        ? "Give both the same names; their order may differ."
        : `If they mean the same, write them as the other side does, in the order of the weights: ${h.frozen}`,
    explanation: `${byName} If one side has a name that the other lacks, the loss would compare unrelated classes.`,
    bad: recipe({ labels: `: labels(["kitten", "puppy", "owlet"])` }),
    good: recipe({}),
  }),

  "recipe/student-without-labels": entry<{ named: ListedClasses }>({
    severity: "error",
    message: (h) =>
      `${h.named.of} has the classes ${listLabels(h.named.labels)} but those of the data have no names yet: the student's first output has no labels`,
    help: () => "Name the classes of the student's first output too: output logits: labels([...]).",
    explanation:
      "The classes of the data are those of the student's first output. Without labels they are the folders' names, which are known only in training.",
    bad: recipe({ loss: "kl(softmax(student.named), student.logits)", student: "" })
      .replace(
        "  output logits\n",
        `  named = logits -> relu\n  output logits\n  output named: labels(["cat", "dog", "owl"])\n`,
      )
      .replace(/ {2}teacher = .*\n/, ""),
    good: recipe({ loss: "kl(softmax(student.named), student.logits)" })
      .replace(
        "  output logits:",
        `  named = logits -> relu\n  output named: labels(["owl", "dog", "cat"])\n  output logits:`,
      )
      .replace(/ {2}teacher = .*\n/, ""),
  }),

  "recipe/judged-output-untaught": entry<{ model: string; first: string; instead: readonly string[] }>({
    severity: "error",
    message: (h) => {
      const taught = h.instead.length === 0 ? "no output of the student" : `${h.instead.join(", ")}`;
      return `${h.model} is evaluated on its first output, ${h.first}, but the loss trains ${taught} on the classes`;
    },
    help: (h) => {
      const [name] = h.instead;
      return name === undefined
        ? `Use student.${h.first} in the loss.`
        : `Put the output that predicts the class first in ${h.model}: write output ${name} before output ${h.first}.`;
    },
    explanation:
      "Accuracy, the best epoch and the answers of `predict` are those of the student's first output. If the loss does not train it on the classes of the data, they would come from an untrained layer.",
    bad: twoHeads("told", "other"),
    good: twoHeads("other", "told"),
  }),

  "recipe/list-without-labels": entry({
    severity: "error",
    message: () =>
      "a list of numbers, or a part of the classes, needs the order of the student's classes, but the student has no labels",
    help: () =>
      "Name the classes in the student: output logits: labels([...]). The numbers follow that order, or that of their own names, `classes: [...]`.",
    explanation:
      "A model without labels takes its classes from the folders' names, in alphabetical order. Then the folders' names would decide which number belongs to which class.",
    bad: weighted({ student: "" }),
    good: weighted({}),
  }),

  "recipe/class-weights": entry<{ numbers: readonly number[]; wrong: number | undefined }>({
    severity: "error",
    message: (h) =>
      h.wrong === undefined
        ? `the class weights are all zero: ${listLabels(h.numbers.map(String))}`
        : `${h.wrong} is not a class weight: ${listLabels(h.numbers.map(String))}`,
    help: () => "Give each class a weight of 0 or more, and at least one a weight above 0.",
    explanation:
      "A weight says how much the pictures of a class count in the mean. A negative one would reward wrong answers. If all are zero there is nothing to learn from: the loss would not be a number.",
    bad: weighted({}).replace("[1, 2, 0.5]", "[1, -1, 1]"),
    good: weighted({}).replace("[1, 2, 0.5]", "[1, 0, 1]"),
  }),

  "recipe/class-weights-count": entry<{ numbers: number; classes: number }>({
    severity: "error",
    message: (h) => `${h.numbers} ${h.numbers === 1 ? "weight" : "weights"} for ${h.classes} classes`,
    help: () => "Give each class its weight, in the order of the student's labels.",
    explanation: "Class weights are a list with one number for each class.",
    bad: weighted({}).replace("[1, 2, 0.5]", "[1, 2]"),
    good: weighted({}),
  }),

  "recipe/list-labels": entry<{ numbers: number; labels: number }>({
    severity: "error",
    message: (h) => `${h.labels} labels for ${h.numbers} numbers`,
    help: () => "Give each number the name of its class.",
    explanation: "The labels of a list of numbers say which class each of them belongs to.",
    bad: weighted({}, `, classes: ["cat", "dog"]`),
    good: weighted({}, `, classes: ["dog", "cat", "owl"]`),
  }),

  "recipe/labels-outside-loss": entry({
    severity: "error",
    message: () => "a list of numbers can have labels only in a recipe's loss",
    help: () => "Remove the labels: in a model, numbers keep the order in which they are written.",
    explanation:
      "The names are matched with the labels of the student that a recipe trains; a model has none to match.",
    bad: `lfer 1

model M {
  input image: float32[N, 2, 8, 8]
  scaled = (image -> global_avg_pool -> flatten) * vector([0.5, 2], labels: ["cat", "dog"])
  output scaled
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 2, 8, 8]
  scaled = (image -> global_avg_pool -> flatten) * vector([0.5, 2])
  output scaled
}
`,
  }),

  "recipe/frozen-labels": entry<{ labels: number; model: string; outputs: readonly string[] }>({
    severity: "error",
    message: (h) => `${h.labels} labels fit no output of ${h.model}, which gives ${h.outputs.join(", ")}`,
    help: () => "Write one name for each entry of the output's axis 1, in the order of the weights.",
    explanation: "The labels of a frozen network say what the entries of its outputs mean.",
    bad: recipe({ teacher: `frozen(Large, weights: "large.safetensors", labels: ["cat", "dog"])` }),
    good: recipe({ teacher: `frozen(Large, weights: "large.safetensors", labels: ["cat", "dog", "owl"])` }),
  }),
} as const;
