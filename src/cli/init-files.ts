/** The files that `lferc init` writes. test/cli/init.test.ts runs all of them. */
import { sourceWorkflow, workflowPath } from "./init-workflow.js";
import type { InstallAddress } from "./install-address.js";
import { typedCommand } from "./typed-command.js";

/** The model's file, and the names in it that commands use. */
export const starter = { file: "model.lfer", model: "Faces", recipe: "Train" } as const;

const model = `lfer 1

// A small classifier of faces to begin with: what it is, what it may cost, and how it is trained.
//   ${typedCommand} check                                              mistakes, and the budget
//   ${typedCommand} stats model.lfer                                   parameters, work and memory, layer by layer
//   ${typedCommand} train model.lfer --data generated                  on drawn faces, in seconds

import { cross_entropy } from "std/losses"

/// The names of the classes, in the order of the logits. \`--data DIR\` has a folder of pictures for each.
const classes = ["surprise", "happiness", "neutral"]

/// A convolution that halves the map.
block Down(channels: int) = conv(channels, kernel: 3, stride: 2) -> batch_norm -> relu

model Faces(width: int = 12, size: int = 40) {
  input image: float32[N, 3, size, size] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])

  features = image -> Down(width) -> Down(2 * width) -> Down(3 * width)
  logits = features -> flatten -> linear(len(classes))

  output logits: labels(classes)
}

/// \`lferc check\` fails when the model costs more.
check Faces {
  params <= 15k
  macs("fvcore") <= 0.7M
  peak_activation_bytes <= 64 * 1024
}

recipe Train(lr: float = 0.005, weight_decay: float = 0, batch: int = 32, epochs: int = 8, seed: int = 0) {
  student   = Faces
  data      = folder(augment: [horizontal_flip(0.5)])
  loss      = cross_entropy(student.logits, data.label)
  optimizer = adam(lr: lr, weight_decay: weight_decay)
  schedule  = cosine
  train     = run(batch: batch, epochs: epochs, seed: seed)
}
`;

const ignored = `# What lferc train and lferc build write.
/runs/
*.onnx
/node_modules/
`;

/** Git for Windows may write CRLF on checkout: `lferc fmt --check` expects the one form everywhere. */
export const attributesPath = ".gitattributes";
export const sourceAttributes = "*.lfer text eol=lf\n";
export const attributes = `${sourceAttributes}*.onnx binary\n*.safetensors binary\n`;

/** `from`: the argument of npm install in the folder. */
const readme = (from: string | undefined): string => `# A vision model in lfer

\`model.lfer\` says what the network is, what it may cost, and how it is trained.

\`\`\`sh
${typedCommand} check                                               # mistakes, and the budget
${typedCommand} check --watch                                       # the same again whenever a file is saved
${typedCommand} stats model.lfer                                    # parameters, work and memory, layer by layer
${typedCommand} train model.lfer --data generated                   # on drawn faces, in seconds
${typedCommand} train model.lfer --data DIR --out runs/mine         # on your own pictures: a folder for each class
${typedCommand} predict runs/mine/model.onnx photo.jpg              # ask the trained model
${typedCommand} build model.lfer -o model.onnx                      # an ONNX file with fresh weights
${typedCommand} build model.lfer --target svg -o model.svg          # a picture of the network
${typedCommand} fmt                                                 # one canonical form
\`\`\`

\`--no\`: npx runs the lferc that is installed in this folder or above it, and fetches none. It is installed by
\`npm install --save-dev ${from ?? "ADDRESS"}\`${from === undefined ? ", a tarball's or a git repository's" : ""}.

\`${workflowPath}\` holds every change to its form and to its budget, and tells in a
comment of a pull request what it costs.
`;

export interface StarterPlace {
  /** The folder relative to its repository, as a shell argument there. */
  readonly models: string;
  /** Where the workflow installs lferc from. */
  readonly from: InstallAddress | undefined;
  /** The same for npm in the folder. */
  readonly fromHere: string | undefined;
}

/** The files by path relative to the folder. */
export function starterFiles({ models, from, fromHere }: StarterPlace): ReadonlyMap<string, string> {
  return new Map([
    [starter.file, model],
    [workflowPath, sourceWorkflow(models, from)],
    [".gitignore", ignored],
    [attributesPath, attributes],
    ["README.md", readme(fromHere)],
  ]);
}
