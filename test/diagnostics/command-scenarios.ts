import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { textModel, tinyClassifier } from "../deploy/tiny-classifier.js";
import { graphScenarios } from "../ir/graph-scenarios.js";
import { reportedCodes } from "../support/in-process.js";
import { codesIn, inFolder, lfercPath, runInRemovedFolder, runLferc } from "../support/lferc.js";
import { recipeText } from "../training/small-recipe.js";
import { dataLayoutScenarios } from "./data-layout-scenarios.js";
import { dataScenarios } from "./data-scenarios.js";
import { distributionScenarios } from "./distribution-scenarios.js";
import { engineScenarios } from "./engine-scenarios.js";
import { evalScenarios } from "./eval-scenarios.js";
import { facesScenarios } from "./faces-scenarios.js";
import { loaderScenarios } from "./loader-scenarios.js";
import { lookScenarios } from "./look-scenarios.js";
import { measuredScenarios } from "./measured-scenarios.js";
import { onnxScenarios } from "./onnx-scenarios.js";
import { pictureScenarios } from "./picture-scenarios.js";
import { quantisedScenarios } from "./quantised-scenarios.js";
import { reportScenarios } from "./report-scenarios.js";
import { statsScenarios } from "./stats-scenarios.js";
import { studyScenarios } from "./study-scenarios.js";
import { tfjsScenarios } from "./tfjs-scenarios.js";
import { tfjsTrainScenarios } from "./tfjs-train-scenarios.js";
import { torchScenarios } from "./torch-scenarios.js";
import { torchTrainScenarios } from "./torch-train-scenarios.js";
import { trainScenarios } from "./train-scenarios.js";
import { weightsScenarios } from "./weights-scenarios.js";

/** Provokes a diagnostic that no source text can show; returns the codes. */
export type Scenario = () => Promise<readonly string[]>;

const model = `lfer 1

model M(size: int = 32) {
  input image: float32[N, 3, size, size]
  logits = image -> conv(8) -> flatten
  output logits
}
`;

/** Loaded before lferc, it makes every rename fail as on a full disk: permissions do not stop the superuser. */
const fullDisk = `import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
fs.rename = async () => {
  throw Object.assign(new Error("no space"), { code: "ENOSPC" });
};
syncBuiltinESMExports();
`;

/** The same for ONNX Runtime's profile, which is then incomplete. */
const brokenProfile = `import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
const { readFile } = fs;
fs.readFile = async (path, ...more) => (/profile[^/]*json$/.test(String(path)) ? "[{" : readFile(path, ...more));
syncBuiltinESMExports();
`;

const preloading = (cwd: string, file: string) => ({ cwd, env: { NODE_OPTIONS: `--import ${join(cwd, file)}` } });

/** Runs lferc in a folder with a good model in it. */
const running =
  (...args: readonly string[]): Scenario =>
  () =>
    inFolder({ "models/m.lfer": model, "empty/note.txt": "" }, (cwd) => reportedCodes(args, cwd));

const benching = (files: Readonly<Record<string, string | Uint8Array>>, ...args: readonly string[]) =>
  inFolder(files, (cwd) => reportedCodes(["bench", ...args], cwd));

/** One for every code of the catalogue whose bad example is a command. */
export const commandScenarios: Readonly<Record<string, Scenario>> = {
  "import/unreadable-file": () =>
    inFolder({ "m.lfer": 'import { B } from "./folder.lfer"\n', "folder.lfer/x": "" }, (cwd) =>
      reportedCodes(["check", "m.lfer"], cwd),
    ),
  "resolve/unknown-model": running("stats", "models/m.lfer", "--model", "Mm"),
  "resolve/unknown-setting": running("stats", "models/m.lfer", "--set", "sise=112"),
  "value/wrong-setting": running("stats", "models/m.lfer", "--set", "size=big"),
  "recipe/unknown-recipe": () => benching({ "m.lfer": recipeText() }, "m.lfer", "--recipe", "Plane"),
  "recipe/unknown-setting": () => benching({ "m.lfer": recipeText() }, "m.lfer", "--recipe", "Plain", "--set", "a=1"),
  "bench/no-profile": () =>
    inFolder({ "m.onnx": tinyClassifier(), "full.mjs": brokenProfile }, (cwd) =>
      codesIn(runLferc(["bench", "m.onnx", "--steps", "1"], preloading(cwd, "full.mjs")).stderr),
    ),
  "bench/open-size": () => benching({ "m.onnx": tinyClassifier({ input: ["N", 3, "height", 8] }) }, "m.onnx"),
  "bench/fixed-batch": () => benching({ "m.onnx": tinyClassifier({ input: [1, 3, 8, 8] }) }, "m.onnx", "--batch", "3"),
  "bench/unsupported-input": () => benching({ "m.onnx": textModel() }, "m.onnx"),
  "bench/input-too-large": () => benching({ "m.onnx": tinyClassifier() }, "m.onnx", "--batch", "100000000"),
  "limit/file-too-large": () =>
    inFolder({ "big.lfer": " ".repeat(10_000_000) }, (cwd) => reportedCodes(["check", "big.lfer"], cwd)),
  "limit/input-too-large": async () => {
    const input = openSync("/dev/zero", "r");
    try {
      const ran = spawnSync(process.execPath, [lfercPath(), "fmt", "-"], { stdio: [input, "pipe", "pipe"] });
      return codesIn(ran.stderr.toString());
    } finally {
      closeSync(input);
    }
  },
  "limit/too-many-mistakes": () =>
    inFolder({ "m.lfer": "const a = b +\n".repeat(201) }, async (cwd) =>
      (await reportedCodes(["check", "m.lfer"], cwd)).slice(-1),
    ),
  "limit/too-many-imports": () =>
    inFolder(
      Object.fromEntries(
        Array.from({ length: 100 }, (_, i) => [
          `f${i}.lfer`,
          `import { B } from "./f${i + 1}.lfer"\n\nblock B = conv(${i + 1})\n`,
        ]),
      ),
      (cwd) => reportedCodes(["check", "f0.lfer"], cwd),
    ),
  "tool/unknown-command": () => inFolder({}, (cwd) => codesIn(runLferc(["chekc", "models"], { cwd }).stderr)),
  "tool/unknown-flag": running("check", "--formt", "json", "models"),
  "tool/flag-is-setting": running("stats", "models/m.lfer", "--size", "64"),
  "tool/setting-not-declared": () =>
    inFolder({ "m.lfer": recipeText() }, (cwd) => reportedCodes(["train", "m.lfer", "--batch", "8"], cwd)),
  "tool/flag-said-twice": running("check", "--format", "json", "--format", "pretty", "models"),
  "tool/unexpected-argument": running("info", "models"),
  "tool/wrong-value": running("check", "--format", "xml", "models"),
  "tool/missing-argument": running("build", "models/m.lfer"),
  "tool/no-target": running("build", "models/m.lfer", "-o", "model.bin"),
  "tool/target-clash": running("build", "models/m.lfer", "--target", "svg", "-o", "model.onnx"),
  "tool/binary-to-terminal": () =>
    inFolder({ "m.lfer": model, "terminal.mjs": "process.stdout.isTTY = true;\n" }, (cwd) => {
      const env = { NODE_OPTIONS: `--import ${cwd}/terminal.mjs` };
      return codesIn(runLferc(["build", "m.lfer", "--target", "onnx", "-o", "-"], { cwd, env }).stderr);
    }),
  "tool/wrong-usage": running("stats", "models", "--depth", "0"),
  "tool/bad-setting": running("stats", "models/m.lfer", "--set", "size:112"),
  "tool/setting-said-twice": running("stats", "models/m.lfer", "--set", "size=112", "--set", "size=64"),
  "tool/no-such-path": running("check", "no-such-folder"),
  "tool/no-standard-input": running("check", "-"),
  "tool/no-working-folder": () =>
    inFolder({ "models/m.lfer": model }, (cwd) => codesIn(runInRemovedFolder(cwd, ["check"]).stderr)),
  "tool/cannot-format": () =>
    inFolder({ "m.lfer": `${model}\n\n`, "full.mjs": fullDisk }, (cwd) =>
      codesIn(runLferc(["fmt", "m.lfer"], preloading(cwd, "full.mjs")).stderr),
    ),
  "tool/bad-address": () => inFolder({}, (cwd) => reportedCodes(["init", "face", "--from", "lfer"], cwd)),
  "tool/would-overwrite": () => inFolder({ "README.md": "mine\n" }, (cwd) => reportedCodes(["init"], cwd)),
  "tool/leads-outside": () =>
    inFolder({ "elsewhere/x": "" }, (cwd) => {
      mkdirSync(join(cwd, "face"));
      symlinkSync(join(cwd, "elsewhere"), join(cwd, "face/.github"));
      return reportedCodes(["init", "face"], cwd);
    }),
  "tool/no-temporary-folder": () =>
    inFolder({}, (cwd) => codesIn(runLferc(["tour"], { cwd, env: { TMPDIR: join(cwd, "nowhere") } }).stderr)),
  "tool/cannot-write": () => inFolder({ "face/.github": "a file" }, (cwd) => reportedCodes(["init", "face"], cwd)),
  "tool/wrong-kind": () => inFolder({ "net.py": "import torch\n" }, (cwd) => reportedCodes(["check", "net.py"], cwd)),
  "tool/empty-file": () => inFolder({ "m.lfer": "" }, (cwd) => reportedCodes(["check", "m.lfer"], cwd)),
  "tool/unreadable-path": running("check", "x".repeat(5000)),
  "tool/no-models-in-folder": running("check", "empty"),
  "tool/nothing-to-count": () =>
    inFolder({ "m.lfer": "lfer 1\n\nblock B = conv(3)\n" }, (cwd) => reportedCodes(["stats", "m.lfer"], cwd)),
  "tool/unknown-code": running("explain", "shape/not-divisable"),
  ...dataScenarios,
  ...distributionScenarios,
  ...dataLayoutScenarios,
  ...engineScenarios,
  ...evalScenarios,
  ...measuredScenarios,
  ...graphScenarios,
  ...onnxScenarios,
  ...quantisedScenarios,
  ...tfjsScenarios,
  ...torchScenarios,
  ...pictureScenarios,
  ...facesScenarios,
  ...lookScenarios,
  ...torchTrainScenarios,
  ...trainScenarios,
  ...loaderScenarios,
  ...reportScenarios,
  ...weightsScenarios,
  ...statsScenarios,
  ...studyScenarios,
  ...tfjsTrainScenarios,
};
