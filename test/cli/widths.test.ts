// What people read, on terminals of 60, 80 and 120 columns: nothing is wider, but for what cannot be broken.
import * as assert from "uvu/assert";
import { commandHelp } from "../../src/cli/command-help.js";
import { commands } from "../../src/cli/commands.js";
import { fitFields } from "../../src/cli/fields.js";
import { type Info, infoLines } from "../../src/cli/info.command.js";
import { helpText } from "../../src/cli/main.js";
import { epochFields, stepFields } from "../../src/cli/train-progress.js";
import type { BenchResult } from "../../src/deploy/bench-result.js";
import { renderBenches } from "../../src/deploy/render-bench.js";
import { renderAnswer } from "../../src/deploy/render-prediction.js";
import { plainPaint } from "../../src/diagnostics/paint.js";
import { wrapLines } from "../../src/diagnostics/wrap-text.js";
import { compareAnswers } from "../../src/judging/comparison.js";
import { evaluationOf } from "../../src/judging/evaluation.js";
import { renderComparison, renderEvaluation } from "../../src/judging/render-evaluation.js";
import { summaryOf } from "../../src/judging/summary.js";
import { renderSummary } from "../../src/report/summary-text.js";
import { madeAnswers } from "../judging/made-answers.js";
import { record } from "../report/some-run.js";
import { assertFits } from "../support/fits.js";
import { assertGolden } from "../support/goldens.js";
import { callLferc, onTerminal } from "../support/in-process.js";
import { inFolder, root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const model = (stem: number) => `lfer 1

block Stem(channels: int) = conv(channels, kernel: 3, padding: 1) -> batch_norm -> relu -> conv(channels, kernel: 1) -> relu

/// How wide the network is, by default as in the paper
model Small(width: int = ${stem}) {
  input image: float32[N, 3, 32, 32]
  features = image -> Stem(width) -> max_pool(2) -> repeat(3, Stem(width))
  logits = features -> global_avg_pool -> flatten -> linear(7)
  output logits
}

variant Wide = Small(width: ${2 * stem})

check Small { params <= 1k   macs <= 1M }
`;

const files = { "model.lfer": model(16), "old.lfer": model(12), "loose.lfer": "lfer 1\n\nconst  wide=true\n" };

/** Commands in a folder with these files, and in the repository. */
const here: readonly (readonly string[])[] = [
  ["check", "model.lfer"],
  ["check", "model.lfer", "--assumptions"],
  ["stats", "model.lfer", "--model", "Small"],
  ["stats", "model.lfer", "--model", "Small", "--explain", "features.stem_1"],
  ["stats", "model.lfer", "--model", "Small", "--against", "old.lfer"],
  ["stats", "."],
  ["build", "model.lfer", "--model", "Small", "--no-verify", "-o", "model.onnx"],
  ["build", "model.lfer", "--model", "Small", "-o", "model.svg"],
  ["fmt", "--check", "."],
  ["explain", "shape/not-divisible"],
  ["stats", "model.lfer", "--model", "Small", "--sort", "macs"],
];
const inRepository: readonly (readonly string[])[] = [
  ["stats", "models/lfer_ldl.lfer", "--model", "LferLdl"],
  ["stats", "models/lfer_ldl.lfer", "--model", "LferLdl", "--convention", "all"],
];

const labels = ["surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral"];

const evaluated = (file: string, gain: number) =>
  evaluationOf(
    {
      model: "LferLdl",
      file,
      modelSha256: "",
      graphSha256: null,
      sourceSha256: null,
      weights: null,
      evaluation: "single_view",
      data: "faces",
      split: "test",
      dataSha256: "",
    },
    madeAnswers(300, labels, gain),
    [],
    undefined,
  );

const bench: BenchResult = {
  name: "models/lfer_ldl.onnx",
  modelSha256: null,
  model: null,
  graphSha256: null,
  device: "the desk's machine",
  what: "inference",
  engine: "ort",
  description: "onnxruntime 1.30.0, CPU",
  batch: 1,
  threads: 2,
  steps: 50,
  warmup: 5,
  compileMs: 123,
  peakBytes: 2 ** 27,
  minMs: 11.2,
  p50Ms: 12.5,
  p95Ms: 17.1,
  perSecond: 79.9,
  profile: [
    { kind: "op", name: "FusedConv", op: "FusedConv", ms: 9.1, share: 0.73, nodes: 58 },
    { kind: "op", name: "Concat", op: "Concat", ms: 3.4, share: 0.27, nodes: 13 },
    { kind: "node", name: "/stage3/unit_4/right/conv_1/fused/by/relu", op: "FusedConv", ms: 1.2, share: 0.1, nodes: 1 },
  ],
};

const info: Info = {
  schemaVersion: 1,
  lferc: "0.1.0",
  node: "20.0.0",
  platform: "linux",
  architecture: "x64",
  cores: 2,
  sharp: null,
  docs: null,
  engines: [
    { name: "ort", found: true, version: "1.30.0", device: "CPU", threads: 2 },
    {
      name: "tfjs-webgpu",
      found: false,
      needs: "npm install @tensorflow/tfjs-backend-webgpu@4.22.0 webgpu",
      code: "engine/no-webgpu",
      message: "",
      help: "",
    },
  ],
};

/** What is printed by commands that train or measure: their renderers, with made figures. */
async function rendered(width: number | undefined): Promise<Readonly<Record<string, string>>> {
  const look = { paint: plainPaint, width };
  const [first, second] = [evaluated("runs/first/model.onnx", 2.5), evaluated("runs/second/model.onnx", 3)];
  const compared = compareAnswers(first.answers, second.answers);
  if ("kind" in compared) throw new Error(compared.kind);
  const place = { epochs: 40, isBest: true, bestBy: "accuracy" } as const;
  const step = { epoch: 1, step: 2, stepsPerEpoch: 900, lr: 0.1, loss: 1, accuracy: 0.5, picturesPerSecond: 10 };
  const classes = labels.map((label, i) => ({ label, probability: 0.5 ** (i + 1) }));
  const build = commands.find(({ name }) => name === "build");
  if (build === undefined) throw new Error("no build");
  const texts = {
    help: helpText(),
    "help build": await commandHelp(build, width === undefined ? 80 : Math.min(80, width)),
    info: infoLines(info),
    eval: renderEvaluation(first, look),
    "eval of two": renderComparison(first, second, compared, look),
    bench: renderBenches([bench, { ...bench, name: "models/resnet18.onnx", p50Ms: 20 }], plainPaint, width),
    predict: renderAnswer({ kind: "answer", path: "pictures/anna.png", classes }, 5, plainPaint),
    "report, train": renderSummary(summaryOf(first.answers), width),
    "train, an epoch": `${fitFields(epochFields(record(3), place, plainPaint), width)}\n`,
    "train, a step": `${fitFields(stepFields(step, 40, 3600), width)}\n`,
  };
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, wrapLines(text, width)] as const));
}

suite("what people read fits the terminal", (test) => {
  for (const width of [60, 80, 120]) {
    test(`${width} columns: every command that needs no engine, and the renderers of the others`, async () => {
      const sections: string[] = [];
      await onTerminal(width, async () => {
        const run = async (args: readonly string[], cwd: string) => {
          const { stdout, stderr } = await callLferc(args, cwd);
          sections.push(`$ lferc ${args.join(" ")}\n${stderr}${stdout}`);
        };
        await inFolder(files, async (cwd) => {
          for (const args of here) await run(args, cwd);
        });
        for (const args of inRepository) await run(args, root);
      });
      for (const [name, text] of Object.entries(await rendered(width))) {
        assertFits(text, width);
        sections.push(`# ${name}\n${text}`);
      }
      assertGolden(`widths/${width}.txt`, sections.join("\n"));
    });
  }

  test("off a terminal nothing is cut or wrapped: every word of a wide terminal is there, and lines are as long as they are", async () => {
    const [narrow, free] = [await rendered(60), await rendered(undefined)];
    for (const [name, text] of Object.entries(free)) {
      assert.not.match(text, "…", name);
      assert.ok(text.split("\n").length <= (narrow[name] ?? "").split("\n").length, name);
    }
    assert.match(free["train, an epoch"] ?? "", /pictures\/s {2}.* \+ /);
    assert.match(free.bench ?? "", "/stage3/unit_4/right/conv_1/fused/by/relu");
  });

  test("what programs read, too, is not wrapped on a terminal", () =>
    inFolder(files, (cwd) =>
      onTerminal(120, async () => {
        const csv = await callLferc(["stats", "model.lfer", "--model", "Small", "--format", "csv"], cwd);
        assert.ok(csv.stdout.split("\n").every((line) => line === "" || line.split(",").length > 5));
      }),
    ));
});
