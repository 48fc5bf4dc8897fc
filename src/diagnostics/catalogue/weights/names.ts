import { didYouMean, entry } from "../../entry.js";

const command = (map: string) => ({
  command: `lferc build models/resnet.lfer --model resnet18 -o model.onnx --weights resnet18.pth --weights-map ${map}`,
});
const bad = command("wrong.map");
const good = command("torchvision-resnet");

const form =
  "A line is `left -> right`: a name of the file or its beginning, then the model's; `{x}`, `{x+1}` and `*` stand for parts of names.";

const mapFaults = {
  "no-arrow": "the line has no ->",
  "several-arrows": "the line has more than one ->",
  "both-empty": "both sides of -> are empty",
  "bad-name": "a name has an empty part, or a space inside",
  "bad-hole": "a hole is written {x}, {x+1} or {x-1}, with small letters",
  "adjacent-holes": "two holes are adjacent, so it is unclear where the first one ends",
  "unknown-hole": "the right side has a hole that the left side does not have",
  "unused-hole": "the left side has a hole that the right side does not have: several tensors would become one",
  "no-block": "a line that ends with a colon needs indented lines below it",
  "not-in-block": "the line is indented, but the line above it ends without a colon",
  "too-long": "the line has more than 1000 characters",
  "too-many": "the map has more than 10000 rules",
} as const;

/** Errors in a line of a name map. */
export type MapFault = keyof typeof mapFaults;

export const weightsNamesEntries = {
  "weights/map-unreadable": entry<{
    map: string;
    reason: string;
    suggestion: string | undefined;
    shipped: readonly string[];
  }>({
    severity: "error",
    message: (h) => `cannot read the name map ${h.map}: ${h.reason}`,
    help: (h) => `\`--weights-map\` takes a file, or one of ${h.shipped.join(", ")}.${didYouMean(h.suggestion)}`,
    explanation: "A name map says which tensor of a weight file is which weight of the model.",
    bad: command("missing.map"),
    good,
  }),

  "weights/map-syntax": entry<{ file: string; line: number; fault: MapFault }>({
    severity: "error",
    message: (h) => `${h.file}, line ${h.line}: ${mapFaults[h.fault]}`,
    help: () => form,
    explanation: "docs/weights.md describes name maps with examples.",
    bad,
    good,
  }),

  "weights/map-ambiguous": entry<{ map: string; line: number; tensor: string; slots: readonly string[] }>({
    severity: "error",
    message: (h) => `${h.map}, line ${h.line}: tensor "${h.tensor}" would be each of ${h.slots.join(", ")}`,
    help: () => "Write out the part that `*` matches, or use a placeholder, such as `{s}`, on both sides.",
    explanation: "Each tensor of the file fills one weight of the model.",
    bad,
    good,
  }),

  "weights/map-clash": entry<{ map: string; slot: string; tensors: readonly [string, string] }>({
    severity: "error",
    message: (h) => `${h.map}: tensors "${h.tensors[0]}" and "${h.tensors[1]}" would both be "${h.slot}"`,
    help: () => "Drop one of the two tensors: a line `NAME ->` with nothing on the right.",
    explanation: "Each weight of the model is filled by one tensor of the file.",
    bad,
    good,
  }),

  "weights/names-differ": entry<{ file: string; model: string; count: number }>({
    severity: "error",
    message: (h) => `${h.file} has ${h.count} tensors with the shapes that ${h.model} needs, but with other names`,
    help: () =>
      "A name map derived from structure and shapes is on standard output. If these are the same layers (equal shapes do not prove it), save it (`> names.map`) and add `--weights-map names.map`; `--weights-map auto` applies it unseen.",
    explanation:
      "Each library names layers in its own way. A map derived from names and shapes is proposed, but never applied unasked.",
    bad: {
      command: "lferc build models/squeezenet.lfer --model squeezenet1_1 -o model.onnx --weights squeezenet1_1.pth",
    },
    good,
  }),

  "weights/nothing-fits": entry<{ file: string; model: string; tensors: number; slots: number; alike: number }>({
    severity: "error",
    message: (h) =>
      `${h.file} has ${h.tensors} tensors with other names than the ${h.slots} weights of ${h.model}, and no name map fits (${h.alike} shapes occur in both)`,
    help: (h) =>
      h.alike === h.slots
        ? "The shapes are all there: a name map (`--weights-map`, docs/weights.md) says which tensor is which weight."
        : "Is it this model, with the same parameters (`--set`)? Then a name map (`--weights-map`, docs/weights.md) says which tensor is which weight, which to skip, and which to begin anew.",
    explanation:
      "Weights are matched by the model's own names, then by the maps of lferc, then by a map made from names and shapes. Where less than half matches, both lists are printed side by side, because single missing names would not tell why.",
    bad: { command: "lferc build models/vgg.lfer --model vgg11 -o model.onnx --weights resnet18.pth" },
    good,
  }),
} as const;
