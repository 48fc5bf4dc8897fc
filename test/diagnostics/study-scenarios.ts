import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileFile } from "../../src/cli/compile-file.js";
import { sourceDigest } from "../../src/source/source-origin.js";
import { sealed } from "../../src/training/sealed-json.js";
import { callLferc, reportedCodes } from "../support/in-process.js";
import { codesIn, inFolder } from "../support/lferc.js";
import { smallSource } from "../training/small-course.js";

const files = {
  "m.lfer": `${smallSource({ run: "batch: 8, epochs: 1" })}model Other {\n  input x: float32[N, 4]\n  y = x -> linear(2)\n  output y\n}\n`,
  "taken/readme.md": "",
  file: "",
};

const line = (over: string, out: string): readonly string[] => [
  ...["sweep", "m.lfer", "--recipe", "Try", "--over", over, "-o", out, "--data", "generated"],
];

const inProcess = (args: readonly string[]) => async (): Promise<readonly string[]> =>
  inFolder(files, async (cwd) => codesIn((await callLferc(args, cwd)).stderr));

const ablate = (rows: string): readonly string[] => ["ablate", "m.lfer", "--rows", rows, "-o", "st"];

const epoch = JSON.stringify({
  ...{ schemaVersion: 1, epoch: 1, steps: 1, lr: 1, loss: 1, accuracy: 1, validationLoss: 1, validationAccuracy: 1 },
  ...{ validationMeanClassAccuracy: 1, evaluation: "single_view", picturesPerSecond: 1, seconds: 1 },
});

/** Two finished runs in the study's folder, according to their records. */
const withRuns = (sourceOf: (own: string) => string) => async (): Promise<readonly string[]> =>
  inFolder(files, async (cwd) => {
    const own = sourceDigest((await compileFile("m.lfer", cwd)).sources);
    for (const [size, limit] of [
      ["16", null],
      ["20", 9],
    ] as const) {
      const run = join(cwd, "st", size);
      mkdirSync(run, { recursive: true });
      const record = {
        recipe: { name: "Try" },
        settings: { size },
        seed: 0,
        epochs: 1,
        limit,
        data: { fingerprint: "f" },
      };
      writeFileSync(join(run, "run.json"), sealed({ ...record, sourceSha256: sourceOf(own) }));
      writeFileSync(join(run, "metrics.jsonl"), `${epoch}\n`);
      writeFileSync(join(run, "model.onnx"), "");
    }
    return codesIn((await callLferc([...line("size=16,20", "st"), "--resume"], cwd)).stderr);
  });

export const studyScenarios = {
  "study/bad-over": inProcess(line("size=1..2", "st")),
  "study/bad-rows": inProcess(ablate("Small")),
  "study/other-student": inProcess(ablate("Other:Try")),
  "study/exists": inProcess(line("size=16", "taken")),
  "study/other-source": withRuns(() => "another"),
  "study/mixed-runs": withRuns((own) => own),
  "study/run-failed": () =>
    inFolder(files, (cwd) =>
      reportedCodes([...line("size=16", "st").filter((word) => word !== "generated"), "nowhere"], cwd),
    ),
  "study/cannot-write": inProcess(line("size=16", "file/st")),
};
