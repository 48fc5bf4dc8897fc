import { entry } from "../../entry.js";

const bad = { command: "lferc build models/resnet.lfer --model resnet18 -o model.onnx --weights broken.pth" };
const good = { command: "lferc build models/resnet.lfer --model resnet18 -o model.onnx --weights resnet18.pth" };

const shapeOfFile =
  "A checkpoint is a ZIP archive with data.pkl (names, shapes, places) and the bytes of each storage.";
const damaged = "The file is damaged or was not written by torch.save. An interrupted copy is the usual cause.";
const saveState = (file: string): string =>
  `Where PyTorch trusts the file, save its weights alone: \`torch.save(torch.load("${file}", weights_only=False).state_dict(), "weights.pth")\`.`;
/** `ema.model` as a Python expression. */
const keys = (entry: string): string =>
  entry
    .split(".")
    .map((key) => `["${key}"]`)
    .join("");
const saveAgain = (file: string): string => `Save it again: \`torch.save(torch.load("${file}"), "weights.pth")\`.`;
const place = (h: { readonly file: string; readonly part: string; readonly offset: number }): string =>
  `${h.file}: ${h.part === "" ? "" : `${h.part}, `}offset ${h.offset}`;

const archiveDamage = {
  "no-directory": "there is no directory of the ZIP archive at the end of the file",
  "directory-outside": "the directory of the ZIP archive reaches beyond the file",
  "bad-entry": "this is not an entry of a ZIP archive's directory",
  "entry-outside": "the directory names an entry that does not lie before it in the file",
  overlap: "two entries of the ZIP archive share bytes",
} as const;

/** Errors of a ZIP archive. */
export type ArchiveDamage = keyof typeof archiveDamage;

const pickleDamage = {
  truncated: "the pickle ends in the middle",
  stack: "the pickle takes more from its stack than is there",
  memo: "the pickle reads a memo that was never written",
  protocol: "the pickle is of a protocol newer than 5",
  "long-number": "a whole number has more than 16 bytes",
  "long-text": "a text has more than a mebibyte",
  "too-long": "the pickle takes more than 2000000 steps",
  "wrong-target": "items are put into something that takes none of that kind",
  "not-callable": "something is called that is not a function",
  "bad-arguments": "a tensor or a dictionary is made from arguments of the wrong type",
  "outside-storage": "a tensor reaches beyond the end of its storage",
  "persistent-id": "a storage is named in a way that PyTorch does not",
  "storage-view": "a storage is a view of another one, as only PyTorch before 0.4 wrote it",
} as const;

/** Errors of a pickle. */
export type PickleDamage = keyof typeof pickleDamage;

export const weightsPytorchEntries = {
  "weights/archive-damaged": entry<{ file: string; offset: number; damage: ArchiveDamage }>({
    severity: "error",
    message: (h) => `${h.file}: offset ${h.offset}: ${archiveDamage[h.damage]}`,
    help: () => damaged,
    explanation: shapeOfFile,
    bad,
    good,
  }),

  "weights/archive-packed": entry<{ file: string; entry: string }>({
    severity: "error",
    message: (h) => `${h.file}: ${h.entry} is compressed or encrypted`,
    help: (h) => saveAgain(h.file),
    explanation:
      "torch.save stores its entries uncompressed, so that tensors can be read in place; lferc reads no others.",
    bad,
    good,
  }),

  "weights/no-checkpoint": entry<{ file: string; is: string; needs: string }>({
    severity: "error",
    message: (h) => `${h.file} is ${h.is}, not a PyTorch checkpoint, which has ${h.needs}`,
    help: () => "Weights are read from .safetensors files and from what torch.save wrote.",
    explanation: shapeOfFile,
    bad,
    good,
  }),

  "weights/torchscript": entry<{ file: string }>({
    severity: "error",
    message: (h) => `${h.file} is a TorchScript program, not a checkpoint`,
    help: (h) => `Save its weights: \`torch.save(torch.jit.load("${h.file}").state_dict(), "weights.pth")\`.`,
    explanation: "TorchScript files hold a program beside its weights; lferc reads weights only.",
    bad,
    good,
  }),

  "weights/byte-order": entry<{ file: string; order: string }>({
    severity: "error",
    message: (h) => `${h.file} was written in byte order "${h.order}"; lferc reads "little"`,
    help: (h) => `On a little-endian machine: \`torch.save(torch.load("${h.file}"), "weights.pth")\`.`,
    explanation: "Nearly all machines are little-endian, and so are the files that they write.",
    bad,
    good,
  }),

  "weights/pickle-damaged": entry<{ file: string; part: string; offset: number; damage: PickleDamage }>({
    severity: "error",
    message: (h) => `${place(h)}: ${pickleDamage[h.damage]}`,
    help: () => damaged,
    explanation:
      "A pickle is a small program; lferc runs it over inert data and stops at the first step that makes no sense.",
    bad,
    good,
  }),

  "weights/forbidden-opcode": entry<{ file: string; part: string; offset: number; opcode: number }>({
    severity: "error",
    message: (h) =>
      `${place(h)}: the pickle has opcode 0x${h.opcode.toString(16).padStart(2, "0")}, which no file of weights needs`,
    help: (h) => saveState(h.file),
    explanation: "lferc knows no opcodes that make objects or run code, whatever they are for.",
    bad,
    good,
  }),

  "weights/forbidden-global": entry<{ file: string; part: string; offset: number; name: string }>({
    severity: "error",
    message: (h) => `${place(h)}: the pickle asks for Python's ${h.name}, which is not part of weights`,
    help: (h) =>
      `Nothing was run. If you trust the file, save its weights alone: \`checkpoint = torch.load("${h.file}", weights_only=False)\`, then \`torch.save(checkpoint["state_dict"], "weights.pth")\` with the key that the file has.`,
    explanation:
      "A pickle may call any Python function when PyTorch loads it. lferc calls none: it knows tensors, storages and plain containers by name, and refuses the rest.",
    bad,
    good,
  }),

  "weights/whole-module": entry<{ file: string; part: string; offset: number; name: string }>({
    severity: "error",
    message: (h) => `${place(h)}: the file holds a whole object of class ${h.name}, not its weights`,
    help: (h) => saveState(h.file),
    explanation:
      "`torch.save(model, ...)` writes references to the model's Python classes; only Python with those classes can read it.",
    bad,
    good,
  }),

  "weights/storage-missing": entry<{ file: string; storage: string; needed: number; actual: number }>({
    severity: "error",
    message: (h) => `${h.file}: storage "${h.storage}" has ${h.actual} bytes; its tensors need ${h.needed}`,
    help: () => damaged,
    explanation: shapeOfFile,
    bad,
    good,
  }),

  "weights/no-state-dict": entry<{ file: string; what: string; keys: readonly string[] }>({
    severity: "error",
    message: (h) =>
      `${h.file} does not hold a dictionary from names to tensors, but a ${h.what}${h.keys.length === 0 ? "" : ` with ${h.keys.join(", ")}`}`,
    help: () => 'Save the weights as they are: `torch.save(model.state_dict(), "weights.pth")`.',
    explanation: "Weights are found by their names; a state_dict is searched at the top and a few keys down.",
    bad,
    good,
  }),

  "weights/unread-argument": entry<{ file: string; part: string; offset: number; name: string; argument: string }>({
    severity: "error",
    message: (h) => `${place(h)}: ${h.name} is called with ${h.argument}, which lferc does not apply`,
    help: () =>
      'Save the tensors as they are in memory: `torch.save({k: v.detach().resolve_neg().resolve_conj().clone() for k, v in state.items()}, "weights.pth")`.',
    explanation:
      "An argument of the call may change the tensor's values: a tensor may be stored without its negation, which PyTorch applies on reading. lferc refuses what it does not apply.",
    bad,
    good,
  }),

  "weights/several-state-dicts": entry<{ file: string; entries: readonly string[] }>({
    severity: "error",
    message: (h) => `${h.file} holds the weights more than once: ${h.entries.join(", ")}`,
    help: (h) =>
      `Save the one you mean: \`torch.save(torch.load("${h.file}")${keys(h.entries[0] ?? "")}, "weights.pth")\`, or the same of ${h.entries.slice(1).join(", ")}.`,
    explanation: "Training tools keep a moving average beside the weights; lferc cannot know which of them is meant.",
    bad,
    good,
  }),
} as const;
