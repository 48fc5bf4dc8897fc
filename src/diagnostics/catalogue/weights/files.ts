import { type FileKind, fileKinds } from "../../../formats/file-kinds.js";
import { didYouMean, entry } from "../../entry.js";

const command = {
  command: "lferc build models/lfer_ldl.lfer -o model.onnx --target onnx --weights broken.safetensors",
};
const good = { command: "lferc build models/lfer_ldl.lfer -o model.onnx --target onnx --weights best.safetensors" };
const shape = (dims: readonly number[]): string => `[${dims.join(", ")}]`;
const damaged =
  "The file is damaged or was not written as safetensors. Write it again; an interrupted copy is the usual cause.";

/** What to do about files that are not weights. */
const instead: Partial<Record<FileKind, string>> = {
  empty: "The download or the copy failed; try it again.",
  "lfs-pointer": "`git lfs pull` fetches the file itself; without Git LFS, download it from the repository's page.",
  "web-page": "The server sent a page in place of the file: open the address in a browser to see what it says.",
  xml: "The server sent a message in place of the file: open it in an editor to see what it says.",
  json: "Is this the index or the configuration of the weights? They are in a .safetensors or .pth file beside it.",
  gzip: "Unpack it first.",
  tar: "Unpack it first.",
  hdf5: "Weights of Keras must be converted: load them there, and write a .safetensors file.",
  numpy: "Write the arrays to a .safetensors file (`safetensors.numpy.save_file`).",
};

export const weightsEntries = {
  "weights/file-unreadable": entry<{ file: string; reason: string }>({
    severity: "error",
    message: (h) => `cannot read the weights ${h.file}: ${h.reason}`,
    help: () => "Check the path and the file's permissions.",
    explanation: "A build with `--weights` takes every parameter and statistic of the model from that file.",
    bad: { command: "lferc build models/lfer_ldl.lfer -o model.onnx --target onnx --weights missing.safetensors" },
    good,
  }),

  "weights/not-weights": entry<{ file: string; kind: FileKind }>({
    severity: "error",
    message: (h) =>
      `${h.file} is ${fileKinds[h.kind]}, not a file of weights: neither a PyTorch checkpoint (no zip, no pickle) nor safetensors`,
    help: (h) => instead[h.kind] ?? "Weights are read from .safetensors files and from what torch.save wrote.",
    explanation:
      "The first bytes of a file say what it is, whatever its name. A download that fails often leaves a page or a note under the name of the weights.",
    bad: { command: "lferc build models/lfer_ldl.lfer -o model.onnx --target onnx --weights pointer.pth" },
    good,
  }),

  "weights/file-too-short": entry<{ file: string; bytes: number; needed: number }>({
    severity: "error",
    message: (h) => `${h.file}: the file ends after ${h.bytes} bytes; its header needs ${h.needed}`,
    help: () => damaged,
    explanation:
      "A safetensors file begins with the header's length (8 bytes, little-endian) and the header itself, a JSON object.",
    bad: command,
    good,
  }),

  "weights/header-too-large": entry<{ file: string; bytes: string; limit: number }>({
    severity: "error",
    message: (h) => `${h.file}: offset 0 says that the header has ${h.bytes} bytes; the limit is ${h.limit}`,
    help: () => "Is this a .safetensors or .pth file? Other formats (.npz, .h5, .onnx) must be converted first.",
    explanation: "The length of the header is in the first 8 bytes; other formats read as an absurd length there.",
    bad: command,
    good,
  }),

  "weights/header-not-json": entry<{ file: string; offset: number; reason: string }>({
    severity: "error",
    message: (h) => `${h.file}: the header at offset ${h.offset} is not a JSON object in UTF-8: ${h.reason}`,
    help: () => damaged,
    explanation: "The header maps each tensor's name to its dtype, shape and offsets.",
    bad: command,
    good,
  }),

  "weights/duplicate-key": entry<{ file: string; key: string; offset: number }>({
    severity: "error",
    message: (h) => `${h.file}: the header has the key "${h.key}" twice, the second time at offset ${h.offset}`,
    help: () => "Write the file again with one tensor of each name.",
    explanation: "Readers disagree about which of two equal keys counts, so such a file has no meaning.",
    bad: command,
    good,
  }),

  "weights/entry-invalid": entry<{ file: string; tensor: string; field: string; expected: string }>({
    severity: "error",
    message: (h) => `${h.file}: header entry "${h.tensor}": ${h.field} must be ${h.expected}`,
    help: () => damaged,
    explanation: "Each entry has a dtype, a shape and data_offsets: begin and end, counted from the end of the header.",
    bad: command,
    good,
  }),

  "weights/unsupported-dtype": entry<{ file: string; tensor: string; dtype: string; supported: readonly string[] }>({
    severity: "error",
    message: (h) => `${h.file}: tensor "${h.tensor}" is of dtype ${h.dtype}; lferc reads ${h.supported.join(", ")}`,
    help: () => "Convert the tensor to float32 before saving.",
    explanation:
      "Weights become float32. Other dtypes cannot be converted exactly, so they are not converted silently.",
    bad: command,
    good,
  }),

  "weights/size-mismatch": entry<{
    file: string;
    tensor: string;
    dtype: string;
    shape: readonly number[];
    expected: number;
    actual: number;
    offset: number;
  }>({
    severity: "error",
    message: (h) =>
      `${h.file}: tensor "${h.tensor}" at offset ${h.offset} has ${h.actual} bytes; ${h.dtype} ${shape(h.shape)} needs ${h.expected}`,
    help: () => damaged,
    explanation: "The bytes of a tensor are its elements one after another: their number follows from shape and dtype.",
    bad: command,
    good,
  }),

  "weights/outside-file": entry<{ file: string; tensor: string; offset: number; end: number; fileBytes: number }>({
    severity: "error",
    message: (h) =>
      `${h.file}: tensor "${h.tensor}" lies at offset ${h.offset} to ${h.end}, but the file has ${h.fileBytes} bytes`,
    help: () => damaged,
    explanation: "Offsets are checked against the file's size before anything is read.",
    bad: command,
    good,
  }),

  "weights/overlap": entry<{ file: string; tensor: string; other: string; offset: number }>({
    severity: "error",
    message: (h) => `${h.file}: tensor "${h.tensor}" at offset ${h.offset} overlaps tensor "${h.other}"`,
    help: () => damaged,
    explanation: "Every byte of a safetensors file belongs to one tensor only.",
    bad: command,
    good,
  }),

  "weights/gap": entry<{ file: string; offset: number; bytes: number }>({
    severity: "error",
    message: (h) => `${h.file}: ${h.bytes} bytes at offset ${h.offset} belong to no tensor`,
    help: () => damaged,
    explanation:
      "Every byte of a safetensors file belongs to a tensor; anything else is hidden data or left from a broken write.",
    bad: command,
    good,
  }),

  "weights/missing-tensor": entry<{
    file: string;
    tensor: string;
    shape: readonly number[];
    suggestion: string | undefined;
  }>({
    severity: "error",
    message: (h) => `${h.file} has no tensor "${h.tensor}" ${shape(h.shape)}, which the model needs`,
    help: (h) =>
      `Is the file from this model, with the same parameters (\`--set\`)?${
        h.suggestion === undefined ? "" : ` The file has "${h.suggestion}" of that shape, which the model lacks.`
      }`,
    explanation:
      "A weight's name is its path in the model: a renamed binding or block renames its weights. Names of other libraries need a name map (`--weights-map`).",
    bad: command,
    good,
  }),

  "weights/surplus-tensor": entry<{
    file: string;
    tensor: string;
    shape: readonly number[];
    suggestion: string | undefined;
  }>({
    severity: "error",
    message: (h) => `${h.file} has a tensor "${h.tensor}" ${shape(h.shape)}, which the model does not`,
    help: (h) => `Use the weights of this model, or remove the tensor.${didYouMean(h.suggestion)}`,
    explanation: "A tensor that nothing reads is most often a sign that file and model do not belong together.",
    bad: command,
    good,
  }),

  "weights/wrong-shape": entry<{
    file: string;
    tensor: string;
    /** The model's name for it. */
    slot: string;
    expected: readonly number[];
    actual: readonly number[];
    hint: "transposed" | "reshaped" | undefined;
  }>({
    severity: "error",
    message: (h) =>
      `${h.file}: tensor "${h.tensor}" is ${shape(h.actual)}; the model needs ${shape(h.expected)}${h.slot === h.tensor ? "" : ` for its "${h.slot}"`}`,
    help: (h) =>
      h.hint === "transposed"
        ? "It is the other way round: here, as in PyTorch, a linear layer's weight is [outputs, inputs]."
        : h.hint === "reshaped"
          ? "The number of elements is the same: the file's layer is of another kind (a linear layer, a 1x1 convolution)."
          : "Use the parameters (`--set`) that the weights were trained with. A name map can reinitialise a layer: drop it with `NAME ->`, and begin it with `-> NAME`.",
    explanation: "Widths, kernels and numbers of classes decide the shapes of weights.",
    bad: command,
    good,
  }),

  "weights/not-finite": entry<{ file: string; tensor: string; index: number; value: number; count: number }>({
    severity: "error",
    message: (h) => `${h.file}: tensor "${h.tensor}" holds ${h.value} at element ${h.index} (${h.count} in all)`,
    help: () => "The training run diverged, or the file is damaged: use an earlier checkpoint.",
    explanation: "One infinite or undefined weight makes every prediction undefined.",
    bad: command,
    good,
  }),

  "weights/more-of-the-same": entry<{
    file: string;
    kind: "missing" | "surplus" | "mis-shaped" | "of an unreadable dtype" | "not finite";
    more: number;
  }>({
    severity: "error",
    message: (h) => `${h.file}: ${h.more} more tensors are ${h.kind}`,
    help: () => "The first ones of each kind are listed; most often one renamed block explains them all.",
    explanation: "Long lists of the same mistake are cut, with the count of the rest.",
    bad: command,
    good,
  }),
} as const;
