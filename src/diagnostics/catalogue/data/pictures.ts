import { entry } from "../../entry.js";
import { whyNewerIsRefused } from "../newer-file.js";

const badPicture = { command: "lferc predict model.onnx broken.jpg" };
const goodPicture = { command: "lferc predict model.onnx face.jpg" };

const megapixels = (pixels: number): string => `${(pixels / 1e6).toFixed(pixels < 1e7 ? 1 : 0)} megapixels`;
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

export const dataEntries = {
  "data/missing-picture": entry<{ path: string }>({
    severity: "error",
    message: (h) => `${h.path}: there is no such file`,
    help: () => "Check the path. Paths are relative to the folder in which lferc runs.",
    explanation: "A picture that cannot be found is named; the other pictures are still answered.",
    bad: { command: "lferc predict model.onnx nowhere.jpg" },
    good: goodPicture,
  }),

  "data/name-not-utf8": entry<{ path: string }>({
    severity: "error",
    message: (h) => `${h.path}: this name is not UTF-8, so the file cannot be opened`,
    help: () => "Rename it; on Linux, `convmv -f latin1 -t utf8 --notest -r FOLDER` renames all of a folder.",
    explanation:
      "File names are bytes, and those of old archives are often Latin-1 or a code page. Such a file exists, but lferc cannot address it.",
    bad: { command: "lferc predict model.onnx pictures" },
    good: goodPicture,
  }),

  "data/unreadable-picture": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `${h.path} cannot be read: ${h.reason}`,
    help: () => "Make it a regular file that you may read.",
    explanation: "The system refused to open the file, so nothing is known about the picture in it.",
    bad: { command: "lferc predict model.onnx /root/secret.jpg" },
    good: goodPicture,
  }),

  "data/picture-file-too-large": entry<{ path: string; bytes: number; limit: number }>({
    severity: "error",
    message: (h) => `${h.path} has ${mebibytes(h.bytes)}, more than the limit of ${mebibytes(h.limit)}`,
    help: () => "Save the picture smaller; a network looks at a few hundred pixels across.",
    explanation: "A picture is read into memory as a whole; the limit guards against a wrong file name.",
    bad: { command: "lferc predict model.onnx film.jpg" },
    good: goodPicture,
  }),

  "data/no-pictures": entry<{ path: string }>({
    severity: "error",
    message: (h) => `there is no picture in the folder ${h.path}`,
    help: () => "Name a folder that holds JPEG, PNG, WebP, GIF, TIFF or AVIF files, or name the files themselves.",
    explanation: "A folder means all pictures in it and in its subfolders, recognised by file extension.",
    bad: { command: "lferc predict model.onnx empty-folder" },
    good: { command: "lferc predict model.onnx faces" },
  }),

  "data/empty-picture": entry<{ path: string }>({
    severity: "error",
    message: (h) => `${h.path} is an empty file`,
    help: () => "Download or save the picture again; an interrupted copy leaves such files.",
    explanation: "A file of 0 bytes holds no picture.",
    bad: { command: "lferc predict model.onnx empty.png" },
    good: goodPicture,
  }),

  "data/not-a-picture": entry<{ path: string }>({
    severity: "error",
    message: (h) => `${h.path} is not a picture: its first bytes match no format that lferc knows`,
    help: () => "Give a JPEG, PNG, WebP, GIF, TIFF or AVIF file. The content counts, not the file extension.",
    explanation: "Each format begins with bytes of its own, whatever the file is called.",
    bad: { command: "lferc predict model.onnx notes.txt" },
    good: goodPicture,
  }),

  "data/unsupported-picture": entry<{ path: string; format: string }>({
    severity: "error",
    message: (h) => `${h.path} is ${h.format}, which lferc does not read`,
    help: () => "Convert it to PNG or JPEG (8 or 16 bits per sample).",
    explanation:
      "lferc reads JPEG, PNG, WebP, GIF, TIFF and AVIF with 8 or 16 bits per sample. Vector files (SVG, PDF) have no pixels and can refer to other files.",
    bad: { command: "lferc predict model.onnx face.bmp" },
    good: goodPicture,
  }),

  "data/corrupt-picture": entry<{ path: string; format: string; reason: string }>({
    severity: "error",
    message: (h) => `${h.path} is a damaged ${h.format} file: ${h.reason}`,
    help: () => "Download or save the picture again; if a viewer still shows it, saving it from there repairs it.",
    explanation: "A truncated or broken picture would be classified with parts of it grey, so it is refused.",
    bad: badPicture,
    good: goodPicture,
  }),

  "data/too-many-pixels": entry<{ path: string; width: number; height: number; limit: number }>({
    severity: "error",
    message: (h) =>
      `${h.path} claims ${h.width}x${h.height} pixels (${megapixels(h.width * h.height)}); the limit is ${megapixels(h.limit)}`,
    help: () => "Save the picture smaller; a network looks at a few hundred pixels across.",
    explanation:
      "A file of a few bytes can claim enough pixels to fill the memory, so the header is checked before decoding.",
    bad: { command: "lferc predict model.onnx bomb.png" },
    good: goodPicture,
  }),

  "data/no-decoder": entry<{ reason: string }>({
    severity: "error",
    message: (h) => `pictures cannot be decoded: the package sharp cannot be loaded (${h.reason})`,
    help: () => 'Install it with "npm install sharp" (for this system and this version of Node).',
    explanation: "sharp is an optional dependency: only commands that look at pictures need it.",
    bad: goodPicture,
    good: goodPicture,
  }),

  "data/model-unreadable": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `the model ${h.path} cannot be read: ${h.reason}`,
    help: () => 'Build one with "lferc build MODEL.lfer --target onnx -o MODEL.onnx" and give its path first.',
    explanation: "The first argument of predict is the model, the others are pictures.",
    bad: { command: "lferc predict nowhere.onnx face.jpg" },
    good: goodPicture,
  }),

  "data/not-an-onnx-model": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `${h.path} is not an ONNX model: ${h.reason}`,
    help: () =>
      'Build one with "lferc build MODEL.lfer --target onnx -o MODEL.onnx"; an interrupted copy must be made again.',
    explanation:
      "An ONNX file is one protobuf message, ModelProto; its fields are read before ONNX Runtime sees the file.",
    bad: { command: "lferc predict damaged.onnx face.jpg" },
    good: goodPicture,
  }),

  "data/foreign-model": entry<{ path: string; missing: readonly string[]; isOurs: boolean }>({
    severity: "error",
    message: (h) =>
      h.isOurs && h.missing.includes("lfer.labels")
        ? `${h.path} is no classifier: its network gives no output the names of classes`
        : `${h.path} does not say how to feed it: its metadata lacks ${h.missing.join(", ")}`,
    help: (h) =>
      h.isOurs
        ? `Predictions are classes of a picture: in the network's source write ${
            h.missing.includes("lfer.labels")
              ? 'output logits: labels(["cat", "dog"])'
              : "= picture(mean: [...], std: [...]) after its input"
          }, and build it again.`
        : 'Build the model with "lferc build": it writes input size, mean, std and class names into the file when the input is a picture(...) and the output has labels(...).',
    explanation: "Without the input's size and normalisation, a guess would give confident but wrong predictions.",
    bad: { command: "lferc predict from-elsewhere.onnx face.jpg" },
    good: goodPicture,
  }),

  "data/training-step": entry<{ path: string; recipe: string }>({
    severity: "error",
    message: (h) => `${h.path} is a training step (recipe ${h.recipe}), not a model for inference`,
    help: () => "Take the trained weights out of the step's state and build the model with `--weights`.",
    explanation:
      "A training step changes its weights with every batch, and its batch norms use the batch's statistics.",
    bad: { command: "lferc predict step.onnx face.jpg" },
    good: goodPicture,
  }),

  "data/bad-metadata": entry<{ path: string; key: string; value: string; expected: string }>({
    severity: "error",
    message: (h) => `${h.path}: the metadata entry ${h.key} must be ${h.expected}; it is ${JSON.stringify(h.value)}`,
    help: () => "Build the model again with this version of lferc.",
    explanation: "predict prepares the input by these entries; a wrong one would silently give wrong predictions.",
    bad: { command: "lferc predict edited.onnx face.jpg" },
    good: goodPicture,
  }),

  "data/unknown-evaluation": entry<{ path: string; evaluation: string; known: readonly string[] }>({
    severity: "error",
    message: (h) =>
      `${h.path} asks for the evaluation ${JSON.stringify(h.evaluation)}; this lferc knows ${h.known.join(", ")}`,
    help: () => "Use the lferc that trained the model, or a newer one.",
    explanation:
      "How a picture is evaluated (as it is, with its mirror image) is part of the measured accuracy, and is stored with the weights and the built model. With another evaluation the measured accuracy would not apply, so predict and build reject an unknown one.",
    bad: { command: "lferc predict from-a-newer-lferc.onnx face.jpg" },
    good: goodPicture,
  }),

  "data/several-inputs": entry<{ path: string; inputs: readonly string[] }>({
    severity: "error",
    message: (h) => `${h.path} takes ${h.inputs.length} inputs (${h.inputs.join(", ")}); predict feeds one picture`,
    help: () =>
      "Run it in ONNX Runtime from a program of your own: the inputs have the names and shapes of the source.",
    explanation:
      "predict gives one picture to a model and reads one labelled output. Only the author knows what a second input needs.",
    bad: { command: "lferc predict pairs.onnx face.jpg" },
    good: goodPicture,
  }),

  "data/newer-metadata": entry<{ path: string; schemaVersion: number; known: number }>({
    severity: "error",
    message: (h) => `${h.path} has metadata of schema version ${h.schemaVersion}; this lferc knows ${h.known}`,
    help: () => "Use the lferc that built the model, or a newer one.",
    explanation: whyNewerIsRefused,
    bad: { command: "lferc predict from-a-newer-lferc.onnx face.jpg" },
    good: goodPicture,
  }),

  "data/model-does-not-run": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `ONNX Runtime cannot run ${h.path}: ${h.reason}`,
    help: () => "Build the model again, perhaps with a lower --opset.",
    explanation: "The file is an ONNX model, but this version of ONNX Runtime does not accept its graph.",
    bad: { command: "lferc predict damaged.onnx face.jpg" },
    good: goodPicture,
  }),

  "data/label-count": entry<{ path: string; labels: number; outputs: number }>({
    severity: "error",
    message: (h) => `${h.path} names ${h.labels} classes, but its output has ${h.outputs} numbers per picture`,
    help: () => "Give labels(...) as many names as the network has outputs, and build it again.",
    explanation: "The i-th class name belongs to the i-th output.",
    bad: { command: "lferc predict edited.onnx face.jpg" },
    good: goodPicture,
  }),

  "data/not-finite": entry<{ path: string }>({
    severity: "error",
    message: (h) => `the network's output for ${h.path} is not finite`,
    help: () => "Its weights are broken (NaN or infinite) or overflow; look at the file that went into --weights.",
    explanation: "Probabilities of NaN would be printed as if they were an answer.",
    bad: { command: "lferc predict diverged.onnx face.jpg" },
    good: goodPicture,
  }),

  "data/run-folder": entry<{ path: string }>({
    severity: "error",
    message: (h) => `${h.path} is a folder; an ONNX file is needed`,
    help: (h) => `Give the ONNX file itself, for example ${h.path}/model.onnx.`,
    explanation: "`eval` and `predict` also take a run's folder; a command that measures a file needs the file.",
    bad: { command: "lferc bench a-folder.onnx" },
    good: { command: "lferc bench runs/first/model.onnx" },
  }),

  "data/untrained-model": entry<{ path: string; weights: string }>({
    severity: "warning",
    message: (h) => `${h.path} was built without trained weights (${h.weights}): its answers mean nothing yet`,
    help: () => "Build it with `--weights FILE.safetensors`.",
    explanation: "With random weights a file runs, for measurements and tests, but its predictions mean nothing.",
    bad: { command: "lferc predict seeded.onnx face.jpg" },
    good: goodPicture,
  }),
} as const;
