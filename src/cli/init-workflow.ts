/** The GitHub workflows that `lferc init` writes. Tests run their steps in a shell. */
import type { InstallAddress } from "./install-address.js";

export const workflowPath = ".github/workflows/lfer.yml";

/** GitHub's `${{ }}`, escaped for our template strings. */
const github = (expression: string): string => `\${{ ${expression} }}`;

interface Parts {
  /** The comment on top, without `# `. */
  readonly about: string;
  /** Variables besides LFER, each with its comment. */
  readonly variables: readonly (readonly [name: string, value: string, comment: string])[];
  /** The inputs of actions/checkout. */
  readonly checkout?: string;
  readonly steps: string;
}

/** A workflow that installs lferc and then runs the steps. */
function workflow({ about, variables, checkout = "", steps }: Parts, from: InstallAddress | undefined): string {
  const given = variables.map(([name, value, comment]) => `  # ${comment}\n  ${name}: ${JSON.stringify(value)}\n`);
  return `# ${about} Written by \`lferc init\`: change it as you like.
name: lfer

on:
  push:
  pull_request:

permissions:
  contents: read

env:
${given.join("")}  # Where lferc is installed from: "https://HOST/FILE.tgz", "git+https://HOST/REPOSITORY.git#COMMIT", "github:OWNER/REPOSITORY#COMMIT",
  # or a tarball in this repository, "./tools/lfer.tgz". lfer is in no registry: a bare name there would be whose who registers it.
  LFER: ${JSON.stringify(from?.text ?? "")}

jobs:
  models:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
${checkout}      - uses: actions/setup-node@v4
        with:
          node-version: 22
      - name: lferc
        run: |
          case "$LFER" in
            ./*.tgz) from="$GITHUB_WORKSPACE/$LFER" ;;
            https://* | git+https://* | git+ssh://* | github:*) from="$LFER" ;;
            *) echo "::error::LFER in this workflow does not say where lferc is installed from"; exit 1 ;;
          esac
          # What is optional (ONNX Runtime, sharp) is for training and pictures, not for counting.
          npm install --prefix "$RUNNER_TEMP/lfer" --omit=optional -- "$from"
          echo "$RUNNER_TEMP/lfer/node_modules/.bin" >> "$GITHUB_PATH"
${steps}`;
}

/** What a pull request changes, beside its base; `isThere`: a shell test of whether the base has `$before`. */
const costStep = (variable: string, isThere: string, sizes = ""): string => `      - name: what the change costs
        if: ${github("!cancelled() && github.event_name == 'pull_request'")}
        run: |
          git fetch --quiet --depth=1 origin "$GITHUB_BASE_REF"
          git worktree add --quiet "$RUNNER_TEMP/base" FETCH_HEAD
          before="$RUNNER_TEMP/base/$${variable}"
          if [ ${isThere} ]; then
            lferc stats "$${variable}" --against "$before"${sizes} --format markdown >> "$GITHUB_STEP_SUMMARY"
          fi
`;

/** For models in this folder, relative to the repository: `.` or `./face`. */
export const sourceWorkflow = (models: string, from: InstallAddress | undefined): string =>
  workflow(
    {
      about: "Holds models to their form and their budgets.",
      variables: [["MODELS", models, "Where the models are, seen from the top of the repository."]],
      steps: `      - name: one form
        run: lferc fmt --check "$MODELS"
      - name: no mistakes, no broken budget
        if: ${github("!cancelled()")}
        run: lferc check --format github "$MODELS"
${costStep("MODELS", `-n "$(find "$before" -name '*.lfer' -print -quit 2>/dev/null)"`)}`,
    },
    from,
  );

export interface OnnxPlaces {
  /** The ONNX file and its budget, relative to the repository. */
  readonly model: string;
  readonly budget: string;
  /** `--set` and sizes of open axes, as words of a shell; empty if there are none. */
  readonly sizes: string;
}

/** For an ONNX file that the repository holds. */
export const onnxWorkflow = ({ model, budget, sizes }: OnnxPlaces, from: InstallAddress | undefined): string =>
  workflow(
    {
      about: "Holds an ONNX file to its budget.",
      variables: [
        [
          "MODEL",
          model,
          "The ONNX file, seen from the top of the repository. If a script makes it, run that in a step before the last two.",
        ],
        ["BUDGET", budget, "What it may cost."],
      ],
      checkout: `        with:
          lfs: true
`,
      steps: `      - name: no broken budget
        run: lferc check "$MODEL" --budget "$BUDGET"${sizes} --format github
${costStep("MODEL", '-f "$before"', sizes)}`,
    },
    from,
  );
