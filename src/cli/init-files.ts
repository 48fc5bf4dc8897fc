/** What `lferc init` writes. test/cli/init.test.ts runs all of it. */
import { version } from "../version.js";

/** The model's file, and the names in it that commands are told. */
export const starter = { file: "model.lfer", model: "Faces", recipe: "Train" } as const;

export const workflowPath = ".github/workflows/lfer.yml";

const model = `lfer 1

// A small classifier of faces to begin with: what it is, what it may cost, and how it is trained.
//   lferc check                                              mistakes, and the budget
//   lferc stats model.lfer                                   parameters, work and memory, layer by layer
//   lferc train model.lfer --recipe Train --data generated   on drawn faces, in seconds

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

recipe Train(lr: float = 0.005) {
  student   = Faces
  data      = folder(augment: [horizontal_flip(0.5)])
  loss      = cross_entropy(student.logits, data.label)
  optimizer = adam(lr: lr)
  schedule  = cosine
  train     = run(batch: 32, epochs: 8)
}
`;

const ignored = `# What lferc train and lferc build write.
/runs/
*.onnx
`;

const readme = `# A vision model in lfer

\`model.lfer\` says what the network is, what it may cost, and how it is trained.

\`\`\`sh
lferc check                                               # mistakes, and the budget
lferc check --watch                                       # the same again whenever a file is saved
lferc stats model.lfer                                    # parameters, work and memory, layer by layer
lferc train model.lfer --recipe Train --data generated    # on drawn faces, in seconds
lferc train model.lfer --recipe Train --data DIR          # on your own pictures: a folder for each class
lferc predict runs/Train-1/model.onnx photo.jpg           # ask the trained model
lferc build model.lfer -o model.onnx                      # an ONNX file with fresh weights
lferc build model.lfer --target svg -o model.svg          # a picture of the network
lferc fmt                                                 # one canonical form
\`\`\`

\`${workflowPath}\` holds every change to its form and to its budget, and tells in the summary of a pull
request what it costs.
`;

/** `${{ }}` of GitHub's, which a template string of ours must not take for its own. */
const github = (expression: string): string => `\${{ ${expression} }}`;

/** The workflow for models in this folder, seen from the top of the repository: `.` or `./face`. */
function workflow(models: string): string {
  return `# Holds models to their form and their budgets. Written by \`lferc init\`: change it as you like.
name: lfer

on:
  push:
  pull_request:

permissions:
  contents: read

env:
  # Where the models are, seen from the top of the repository.
  MODELS: ${JSON.stringify(models)}

jobs:
  models:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 22
      # What is optional (ONNX Runtime, sharp) is for training and pictures, not for counting.
      - run: npm install --global --omit=optional lfer@${version}
      - name: one form
        run: lferc fmt --check "$MODELS"
      - name: no mistakes, no broken budget
        if: ${github("!cancelled()")}
        run: lferc check --format github "$MODELS"
      - name: what the change costs
        if: ${github("!cancelled() && github.event_name == 'pull_request'")}
        run: |
          git fetch --quiet --depth=1 origin "$GITHUB_BASE_REF"
          git worktree add --quiet "$RUNNER_TEMP/base" FETCH_HEAD
          before="$RUNNER_TEMP/base/$MODELS"
          if [ -n "$(find "$before" -name '*.lfer' -print -quit 2>/dev/null)" ]; then
            lferc stats "$MODELS" --against "$before" --format markdown >> "$GITHUB_STEP_SUMMARY"
          fi
`;
}

/** The files by their path below the folder, for a folder that lies at `models` in its repository. */
export function starterFiles(models: string): ReadonlyMap<string, string> {
  return new Map([
    [starter.file, model],
    [workflowPath, workflow(models)],
    [".gitignore", ignored],
    ["README.md", readme],
  ]);
}
