import type { FileFamily, NamedKind } from "../../../formats/kind-of-path.js";
import { didYouMean, entry } from "../../entry.js";
import { writeFailure } from "../../file-failures.js";

/** What one does with a file of the kind that was given. */
const uses: Readonly<Record<FileFamily, (path: string) => string>> = {
  source: (path) => `Build it first: \`lferc build ${path} -o model.onnx\`; \`lferc train\` trains it.`,
  onnx: () =>
    "`stats`, `check --budget`, `build -o NAME.svg`, `init --onnx`, `bench`, `predict` and `eval` read ONNX files.",
  program: () =>
    "Export the network (`torch.onnx.export`): `lferc stats FILE.onnx` counts it, `lferc init --onnx FILE.onnx` sets a budget. Or write it in lfer: docs/language.md.",
  weights: (path) => `Weights go with a network: \`lferc build NETWORK.lfer -o model.onnx --weights ${path}\`.`,
  picture: (path) => `\`lferc predict MODEL.onnx ${path}\` classifies it.`,
  table: (path) => `\`check --results ${path}\` and \`stats --against ${path}\` take what lferc wrote as JSON.`,
  pointer: () => "`git lfs pull` fetches the file itself; without Git LFS, download it from the repository's page.",
  other: () => "`lferc init` writes a network to begin with; docs/language.md shows the language.",
};

/** Files and folders that a command reads or writes. */
export const toolFileEntries = {
  "tool/no-such-path": entry<{ path: string }>({
    severity: "error",
    message: (h) => `there is no file or folder "${h.path}"`,
    help: () => "Paths are relative to the current folder. Check the spelling.",
    explanation: "A path on the command line names an .lfer file or a folder with such files under it.",
    bad: { command: "lferc check no-such-folder" },
    good: { command: "lferc check models" },
  }),

  "tool/wrong-kind": entry<{ path: string; kind: NamedKind; wanted: string }>({
    severity: "error",
    message: (h) => `${h.path} is ${h.kind.title}, not ${h.wanted}`,
    help: (h) => uses[h.kind.family](h.path),
    explanation: "A file is known by the ending of its name, or else by its first bytes.",
    bad: { command: "lferc check network.py" },
    good: { command: "lferc check models" },
  }),

  "tool/empty-file": entry<{ path: string; hasRemarks: boolean }>({
    severity: "error",
    message: (h) => (h.hasRemarks ? `${h.path} declares nothing: it holds only remarks` : `${h.path} is empty`),
    help: () => "`lferc init` writes a network to begin with. If there was one in the file, it was not saved.",
    explanation: "A file without a declaration has nothing to check, to count or to build.",
    bad: { command: "lferc check empty.lfer" },
    good: { command: "lferc check models" },
  }),

  "tool/no-standard-input": entry<{ path: string }>({
    severity: "error",
    message: (h) => `"${h.path}" would be standard input, which this command does not read`,
    help: (h) => `Give it a file: imports are relative to the file. A file of that name is "./${h.path}".`,
    explanation:
      "Imports, projects and messages need a file's path, which a text from a pipe does not have. `lferc fmt -` needs none of them and reads one.",
    bad: { command: "lferc check -" },
    good: { command: "lferc check models" },
  }),

  "tool/cannot-format": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `cannot write ${h.path}: ${h.reason}`,
    help: () => "The file is unchanged. Make it and its folder writable, or see what would change with --diff.",
    explanation:
      "A formatted file is written under a temporary name and renamed when complete, so a failure harms nothing.",
    bad: { command: "lferc fmt write-protected.lfer" },
    good: { command: "lferc fmt models" },
  }),

  "tool/bad-address": entry<{ address: string; reason: string }>({
    severity: "error",
    message: (h) => `lferc cannot be installed from "${h.address}": ${h.reason}`,
    help: () =>
      "Give https://HOST/FILE.tgz, git+https://HOST/REPOSITORY.git#COMMIT, git+ssh://git@HOST/REPOSITORY.git#COMMIT, github:OWNER/REPOSITORY#COMMIT, or the path of a .tgz in the repository, which `npm pack` makes.",
    explanation:
      "What a workflow installs runs with its rights. lfer is in no registry: anybody may take a bare name there. The address goes into a shell command and into YAML, so it may contain only the characters that it needs.",
    bad: { command: "lferc init face --from lfer" },
    good: { command: "lferc init face --from face/tools/lfer.tgz" },
  }),

  "tool/would-overwrite": entry<{ paths: readonly string[] }>({
    severity: "error",
    message: (h) =>
      `${h.paths.join(", ")} ${h.paths.length === 1 ? "exists" : "exist"} already: nothing was written, nothing was changed`,
    help: () => "Name another folder, or keep what is there and write only the other files with --keep.",
    explanation: "`lferc init` overwrites nothing, and does not leave half of its files behind.",
    bad: { command: "lferc init folder-with-a-readme" },
    good: { command: "lferc init --keep folder-with-a-readme" },
  }),

  "tool/leads-outside": entry<{ path: string }>({
    severity: "error",
    message: (h) => `"${h.path}" is a link to outside the folder: nothing was written`,
    help: () => "Replace the link with a folder, or name the folder that it points to.",
    explanation: "A command that writes into a folder writes nowhere else.",
    bad: { command: "ln -s /elsewhere face/.github && lferc init face" },
    good: { command: "lferc init face" },
  }),

  "tool/cannot-write": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `cannot write ${h.path}: ${h.reason}`,
    help: () => "Nothing was left behind. Make the folder writable, or name another one.",
    explanation: "Files that belong together are written together or not at all.",
    bad: { command: "lferc init write-protected-folder" },
    good: { command: "lferc init face" },
  }),

  "tool/no-temporary-folder": entry<{ path: string; code: string; flag: string | undefined }>({
    severity: "error",
    message: (h) =>
      `cannot make a temporary folder in ${h.path}: ${h.code === "ENOENT" ? "there is no such folder (ENOENT)" : writeFailure(h.code)}`,
    help: (h) =>
      `Set TMPDIR (TEMP on Windows) to a folder that exists and is writable${h.flag === undefined ? "" : `, or name one with ${h.flag}`}.`,
    explanation: "Some work needs a temporary folder: ONNX Runtime writes its profile into a file.",
    bad: { command: "TMPDIR=/nowhere lferc tour" },
    good: { command: "lferc tour --out shown" },
  }),

  "tool/no-working-folder": entry<{ reason: string }>({
    severity: "error",
    message: (h) => `the current folder is gone or cannot be read (${h.reason})`,
    help: () => "Change to another one, `cd ~`, or enter the same path again if it was made anew: `cd .`.",
    explanation: "Paths are relative to the current folder; it was removed while the shell was in it.",
    bad: { command: "mkdir gone && cd gone && rmdir ../gone && lferc check" },
    good: { command: "lferc check models" },
  }),

  "tool/unreadable-path": entry<{ path: string; reason: string }>({
    severity: "error",
    message: (h) => `"${h.path}" cannot be read: ${h.reason}`,
    help: () => "Check the permissions of the path and of the folders above it; a link must stay in its project.",
    explanation: "The system refused to open a file or to list a folder that the command line names.",
    bad: { command: "lferc check locked-folder" },
    good: { command: "lferc check models" },
  }),

  "tool/nothing-to-count": entry<{ path: string }>({
    severity: "error",
    message: (h) => `${h.path} holds no model that can be built`,
    help: () =>
      "Give the model's open parameters values in a `variant` or with `--set`; blocks alone have no shapes to count.",
    explanation: "Only a model with all its parameters known can be counted.",
    bad: { command: "lferc stats blocks-only.lfer" },
    good: { command: "lferc stats models/lfer_ldl.lfer" },
  }),

  "tool/no-models-in-folder": entry<{ path: string }>({
    severity: "error",
    message: (h) => `there is no .lfer file under "${h.path}"`,
    help: () =>
      "Name a folder with .lfer files in it, or the file itself. Hidden folders, node_modules and folders of training runs are not searched.",
    explanation: "A check of no files would always pass, so it is an error.",
    bad: { command: "lferc check empty-folder" },
    good: { command: "lferc check models" },
  }),

  "tool/unknown-code": entry<{ code: string; suggestion: string | undefined }>({
    severity: "error",
    message: (h) => `there is no diagnostic "${h.code}".${didYouMean(h.suggestion)}`,
    help: () => "`lferc explain` without a code lists all of them.",
    explanation: "Diagnostics are named phase/what-is-wrong; the name is in brackets before each message.",
    bad: { command: "lferc explain shape/not-divisable" },
    good: { command: "lferc explain shape/not-divisible" },
  }),
};
