import { entry } from "../../entry.js";
import { type ListedClasses, listLabels } from "../listed-labels.js";

const build = (file: string) => ({ command: `lferc build models/lfer_ldl.lfer -o model.onnx --weights ${file}` });

export interface MaybeListed {
  readonly of: string;
  readonly labels: readonly string[] | undefined;
}

const listed = ({ of, labels }: MaybeListed): string =>
  labels === undefined ? `${of} without labels` : `${of} ${listLabels(labels)}`;

/** Maximum number of outputs in a message. */
const shownOutputs = 10;

const some = (texts: readonly string[]): string =>
  [...texts.slice(0, shownOutputs), ...(texts.length > shownOutputs ? [`... ${texts.length} in all`] : [])].join(", ");

/** Labels in a weight file, compared with those of the network. */
export const labelsInFilesEntries = {
  "weights/labels-differ": entry<{
    file: string;
    output: string;
    given: readonly string[];
    wanted: readonly string[];
    head: string;
  }>({
    severity: "error",
    message: (h) =>
      `${h.file} was trained for other classes of ${h.output}: ${listLabels(h.given)}, but the model or the folders have ${listLabels(h.wanted)}`,
    help: (h) =>
      `For new classes, reinitialise the last layer: --weights-map with the lines \`${h.head} ->\` and \`-> ${h.head}\`. If they mean the same, name the model's as the file does.`,
    explanation:
      "The labels in a weight file say what its last layer was trained to tell apart. Under other names every answer would be wrong.",
    bad: build("of-other-classes.safetensors"),
    good: build("best.safetensors"),
  }),

  "weights/labels-order": entry<{ file: string; output: string; given: readonly string[]; written: string }>({
    severity: "error",
    message: (h) =>
      `${h.file} has the classes of ${h.output} in another order, and the layers before that output cannot be put into the model's: ${listLabels(h.given)}`,
    help: (h) => `Write the model's in the file's order: output ${h.output}: ${h.written}`,
    explanation:
      "Where an output comes straight from a convolution or a linear layer, the rows of its weights are put into the model's order. An output that mixes several layers cannot be reordered in this way.",
    bad: build("in-another-order.safetensors"),
    good: build("best.safetensors"),
  }),

  "weights/labels-unplaced": entry<{
    file: string;
    given: readonly ListedClasses[];
    others: readonly ListedClasses[];
    model: readonly MaybeListed[];
  }>({
    severity: "error",
    message: (h) =>
      `${h.file} has labels of ${some(h.given.map(listed))}, but the model has no output ${some(h.others.map(({ of }) => of))}: its outputs are ${some(h.model.map(listed))}`,
    help: (h) =>
      `Name the model's output as the file does (${some(h.others.map(({ of }) => `output ${of}`))}), so that its labels can be assigned. The labels of a layer that a name map reinitialises do not count.`,
    explanation:
      "The labels in a weight file belong to an output by its name. If the model names its outputs differently, lferc cannot know whose labels they are, and answers could get wrong names. The only list of a file goes with the only output of a model; a list is also accepted if all of the model's outputs with that many classes have these labels.",
    bad: build("of-other-outputs.safetensors"),
    good: build("best.safetensors"),
  }),

  "weights/labels-contradict": entry<{
    from: string;
    output: string;
    given: readonly string[];
    other: string;
    wanted: readonly string[];
  }>({
    severity: "error",
    message: (h) =>
      `${h.output} has the classes ${listLabels(h.given)} according to ${h.from}, but ${h.other}, from the same layer, has the labels ${listLabels(h.wanted)} in the model`,
    help: (h) =>
      `Write the labels of ${h.output} in the model, too, in the order in which its layer has them; most often those of ${h.other} must be the same.`,
    explanation:
      "Two outputs of one last layer have their classes in one order. A model that names them in different orders gives one of the two wrong names.",
    bad: build("of-two-minds.safetensors"),
    good: build("best.safetensors"),
  }),

  "weights/bad-labels": entry<{ file: string; key: string; expected: string }>({
    severity: "error",
    message: (h) => `${h.file}: the metadata's ${h.key} must be ${h.expected}`,
    help: () => "Write the file again with lferc, or remove the entry if the order of the classes is certain.",
    explanation: "A weight file that lferc wrote names the classes of each output, as a JSON list of strings.",
    bad: build("damaged.safetensors"),
    good: build("best.safetensors"),
  }),
} as const;
