import { graphDigest } from "../../src/ir/graph-digest.js";
import { compileText } from "../../src/testing/compile-text.js";
import { tinyClassifier } from "../deploy/tiny-classifier.js";
import { callLferc, reportedCodes } from "../support/in-process.js";
import { codesIn, inFolder } from "../support/lferc.js";

const source = `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> conv(8) -> global_avg_pool -> flatten -> linear(4)
  output logits
}

check M { accuracy("faces/test") >= 84% }
`;

/** What eval would have written about it. */
async function evaluation(change: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const [model] = (await compileText(source)).models;
  const graphSha256 = model === undefined ? "" : graphDigest(model.graph);
  const figures = { samples: 9, accuracy: 0.9, meanClassAccuracy: 0.9, macroF1: 0.9, calibrationError: 0.1 };
  const what = { model: "M", modelSha256: "a".repeat(64), graphSha256, data: "faces", split: "test" };
  return JSON.stringify({ schemaVersion: 1, ...what, ...figures, skipped: [], ...change });
}

const checking =
  (...changes: readonly Readonly<Record<string, unknown>>[]) =>
  async (): Promise<readonly string[]> => {
    const texts = await Promise.all(changes.map(evaluation));
    const files = Object.fromEntries(texts.map((text, i) => [`${i}.json`, text]));
    return inFolder({ "m.lfer": source, ...files }, async (cwd) => {
      const flags = texts.flatMap((_, i) => ["--results", `${i}.json`]);
      return codesIn((await callLferc(["check", "m.lfer", ...flags], cwd)).stderr);
    });
  };

export const measuredScenarios = {
  "budget/not-a-budget": () =>
    inFolder({ "m.onnx": tinyClassifier(), "m.lfer": "lfer 1\n\nconst a = 1\n" }, (cwd) =>
      reportedCodes(["check", "m.onnx", "--budget", "m.lfer"], cwd),
    ),
  "budget/stale-result": checking({ graphSha256: "b".repeat(64) }),
  "budget/results-of-several-models": checking({}, { modelSha256: "b".repeat(64) }),
  "budget/results-disagree": checking({}, { accuracy: 0.95 }),
  "budget/incomplete-result": checking({ skipped: [{ key: "a.jpg" }] }),
  "budget/not-results": checking({ accuracy: "good" }),
  "budget/newer-results": checking({ schemaVersion: 2 }),
};
