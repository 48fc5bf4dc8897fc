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
  # For the last steps: code scanning, and a comment of what a pull request costs. Without these two, both are left out.
  security-events: write
  pull-requests: write

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

/** A step, as GitHub's YAML has it. */
export interface WorkflowStep {
  readonly name: string;
  /** An expression, without its braces. */
  readonly when?: string;
  readonly uses?: string;
  /** Lines of comments. */
  readonly about?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly mayFail?: true;
  /** The script, its lines without indentation. */
  readonly run?: string;
}

/** The step at this indentation; the steps of an action name their shell. */
export function stepText(step: WorkflowStep, indent: string, shell?: string): string {
  const { name, when, uses, about, env, mayFail, run } = step;
  const map = (key: string, entries: Readonly<Record<string, string>> | undefined): readonly string[] =>
    entries === undefined ? [] : [`${key}:`, ...Object.entries(entries).map(([of, value]) => `  ${of}: ${value}`)];
  const lines = run?.trimEnd().split("\n") ?? [];
  const script =
    lines.length > 1 ? ["run: |", ...lines.map((line) => `  ${line}`)] : lines.map((line) => `run: ${line}`);
  const all = [
    ...(when === undefined ? [] : [`if: ${github(when)}`]),
    ...(mayFail === undefined ? [] : ["continue-on-error: true"]),
    ...map("env", env),
    ...(uses === undefined ? [] : [`uses: ${uses}`]),
    ...map("with", step.with),
    ...(run === undefined || shell === undefined ? [] : [`shell: ${shell}`]),
    ...script,
  ];
  const comment = about?.split("\n").map((line) => `${indent}# ${line}\n`) ?? [];
  return `${comment.join("")}${indent}- name: ${name}\n${all.map((line) => `${indent}  ${line}\n`).join("")}`;
}

const onPullRequest = "!cancelled() && github.event_name == 'pull_request'";

/** What a pull request changes, beside its base; `isThere`: a shell test of whether the base has `$before`. */
export const costStep = (variable: string, isThere: string, sizes = ""): WorkflowStep => ({
  name: "what the change costs",
  when: onPullRequest,
  run: `git fetch --quiet --depth=1 origin "$GITHUB_BASE_REF"
git worktree add --quiet .before FETCH_HEAD
before=".before/\${${variable}#./}"
if [ ${isThere} ]; then
  lferc stats "$${variable}" --against "$before"${sizes} --format markdown > "$RUNNER_TEMP/cost.md"
  cat "$RUNNER_TEMP/cost.md" >> "$GITHUB_STEP_SUMMARY"
fi
git worktree remove --force .before
`,
});

/** The same as one comment, which later pushes change; a pull request from a fork may not write it. */
export const commentStep: WorkflowStep = {
  name: "the cost as a comment",
  mayFail: true,
  when: `${onPullRequest} && github.event.pull_request.head.repo.full_name == github.repository`,
  env: { GH_TOKEN: github("github.token"), PULL_REQUEST: github("github.event.pull_request.number") },
  run: `[ -s "$RUNNER_TEMP/cost.md" ] || exit 0
{ echo "<!-- lferc -->"; cat "$RUNNER_TEMP/cost.md"; } > "$RUNNER_TEMP/comment.md"
issues="repos/$GITHUB_REPOSITORY/issues"
own='.[] | select(.body | startswith("<!-- lferc -->")) | .id'
id=$(gh api --paginate "$issues/$PULL_REQUEST/comments" --jq "$own" | head -n 1)
if [ -n "$id" ]; then
  gh api --silent --method PATCH "$issues/comments/$id" --field "body=@$RUNNER_TEMP/comment.md"
elif ! grep -q "^No change" "$RUNNER_TEMP/cost.md"; then
  gh api --silent --method POST "$issues/$PULL_REQUEST/comments" --field "body=@$RUNNER_TEMP/comment.md"
fi
`,
};

/** The mistakes as GitHub's code scanning takes them; `check`: arguments of \`lferc check\`. */
export const sarifSteps = (check: string): readonly WorkflowStep[] => [
  {
    name: "the same for code scanning",
    when: "!cancelled()",
    run: `lferc check --format sarif ${check} > "$RUNNER_TEMP/lferc.sarif" || [ $? -eq 1 ]`,
  },
  {
    name: "upload to code scanning",
    about:
      "Code scanning is there for public repositories, and for others with GitHub Advanced Security: elsewhere this step changes nothing.",
    when: "!cancelled() && (github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository)",
    mayFail: true,
    uses: "github/codeql-action/upload-sarif@v3",
    with: { sarif_file: `${github("runner.temp")}/lferc.sarif`, category: "lferc" },
  },
];

const stepsOf = (steps: readonly WorkflowStep[]): string => steps.map((step) => stepText(step, "      ")).join("");

/** Whether there are sources in the base. */
export const sourcesThere = `-n "$(find "$before" -name '*.lfer' -print -quit 2>/dev/null)"`;

/** For models in this folder, relative to the repository: `.` or `./face`. */
export const sourceWorkflow = (models: string, from: InstallAddress | undefined): string =>
  workflow(
    {
      about: "Holds models to their form and their budgets.",
      variables: [["MODELS", models, "Where the models are, seen from the top of the repository."]],
      steps: stepsOf([
        { name: "one form", run: 'lferc fmt --check "$MODELS"' },
        {
          name: "no mistakes, no broken budget",
          when: "!cancelled()",
          run: 'lferc check --format github "$MODELS"',
        },
        ...sarifSteps('"$MODELS"'),
        costStep("MODELS", sourcesThere),
        commentStep,
      ]),
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
      steps: stepsOf([
        { name: "no broken budget", run: `lferc check "$MODEL" --budget "$BUDGET"${sizes} --format github` },
        ...sarifSteps(`"$MODEL" --budget "$BUDGET"${sizes}`),
        costStep("MODEL", '-f "$before"', sizes),
        commentStep,
      ]),
    },
    from,
  );
