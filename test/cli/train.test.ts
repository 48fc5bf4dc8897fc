// Training from end to end with the built command line, on a small network and drawn faces; in this process where a run is only
// compared with another.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type FaceExpression, faceExpressions, generateFace } from "../../src/data/generated-faces.js";
import { encodePng } from "../../src/data/png.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder, lfercPath, root, runLferc, runOf } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { smallSource } from "../training/small-course.js";

const model = smallSource({ augment: "[horizontal_flip(0.5)]", schedule: "cosine", run: "batch: 16, epochs: 8" });
const shown: readonly FaceExpression[] = ["surprise", "happiness", "neutral"];
const labels = ["surprise", "happy", "neutral"];

const trainArgs = (out: string, ...more: readonly string[]): readonly string[] => [
  "train",
  "m.lfer",
  "--recipe",
  "Try",
  "--data",
  "generated",
  "--threads",
  "1",
  "--out",
  out,
  ...more,
];

interface Run {
  readonly data: { readonly classes: readonly { readonly name: string }[]; readonly fingerprint: string };
  readonly labels: readonly string[];
  readonly seed: number;
  readonly schemaVersion: number;
}

const jsonOf = <T>(...path: readonly string[]): T => JSON.parse(readFileSync(join(...path), "utf8")) as T;
const linesOf = (
  ...path: readonly string[]
): readonly { readonly validationAccuracy: number; readonly epoch: number }[] =>
  readFileSync(join(...path), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

/** The share of these pictures, named after their class, that the model predicts correctly. */
async function accuracyOf(cwd: string, onnx: string, folder: string): Promise<number> {
  const asked = await callLferc(["predict", onnx, folder, "--format", "json"], cwd);
  assert.is(asked.code, 0, asked.stderr);
  const { pictures } = JSON.parse(asked.stdout) as {
    readonly pictures: readonly { readonly path: string; readonly label: string }[];
  };
  return pictures.filter(({ path, label }) => path.includes(`/${label}/`)).length / pictures.length;
}

/** The faces that are held out of the generated ones. */
const heldOut = Object.fromEntries(
  shown.flatMap((expression, label) =>
    Array.from({ length: 30 }, (_, i) => [
      `held/${labels[label]}/${i}.png`,
      encodePng(generateFace(expression, 101 + i, 16)),
    ]),
  ),
);

suite("lferc train", (test) => {
  test("learns faces; its model answers as it said, and so does one built from its weights", () =>
    inFolder({ "m.lfer": model, ...heldOut }, async (cwd) => {
      const ran = runLferc(trainArgs("run"), { cwd });
      assert.is(ran.code, 0, ran.stderr);
      assert.equal(readdirSync(join(cwd, "run")).toSorted(), [
        "answers.csv",
        "best.safetensors",
        "confusion.svg",
        "curves.svg",
        "events.out.tfevents.lfer",
        "last.safetensors",
        "metrics.jsonl",
        "model.lfer",
        "model.onnx",
        "report.html",
        "run.json",
        "state-8.safetensors",
        "state.json",
      ]);
      assert.is(readFileSync(join(cwd, "run/model.lfer"), "utf8"), model);
      const about = jsonOf<Run>(cwd, "run/run.json");
      assert.equal([about.schemaVersion, about.seed, about.labels], [1, 0, labels]);
      const epochs = linesOf(cwd, "run/metrics.jsonl");
      assert.equal(
        epochs.map(({ epoch }) => epoch),
        [1, 2, 3, 4, 5, 6, 7, 8],
      );
      const best = Math.max(...epochs.map(({ validationAccuracy }) => validationAccuracy));
      assert.ok(best > 0.7, `${best}, where guessing gives 0.33`);
      assert.match(ran.stdout, `best: accuracy ${(best * 100).toFixed(1)}%`);
      // Messages go to stderr, one line per epoch, without cursor control if it is not a terminal.
      assert.is(ran.stderr.match(/^epoch /gm)?.length, 8);
      assert.not.match(ran.stderr + ran.stdout, /[^\P{Cc}\n]/u);
      assert.is(await accuracyOf(cwd, "run/model.onnx", "held"), best);
      const built = await callLferc(["build", "m.lfer", "--weights", "run/best.safetensors", "-o", "own.onnx"], cwd);
      assert.is(built.code, 0, built.stderr);
      assert.equal(readFileSync(join(cwd, "own.onnx")), readFileSync(join(cwd, "run/model.onnx")));
    }));

  test("a folder of one's own: a fifth held out, a broken picture named and left out", () => {
    const faces = shown.flatMap((expression, label) =>
      Array.from(
        { length: 20 },
        (_, i) => [`faces/${labels[label]}/${i}.png`, encodePng(generateFace(expression, i, 20))] as const,
      ),
    );
    return inFolder(
      { "m.lfer": model, ...Object.fromEntries(faces), "faces/happy/broken.png": "no picture" },
      async (cwd) => {
        const ran = await callLferc(
          ["train", "m.lfer", "--recipe", "Try", "--data", "faces", "--epochs", "1", "--threads", "1"],
          cwd,
        );
        assert.is(ran.code, 0, ran.stderr);
        assert.equal(codesIn(ran.stderr), ["data/not-a-picture", "data/pictures-left-out"]);
        const first = runOf(ran);
        assert.match(first, /^runs\/Try-\d{4}-\d\d-\d\d$/);
        const held = jsonOf<readonly string[]>(cwd, first, "held-out.json");
        assert.is(held.length, 12);
        const { data } = jsonOf<{ data: { skipped: readonly { key: string; code: string }[] } }>(
          cwd,
          first,
          "run.json",
        );
        assert.equal(
          data.skipped.map(({ key, code }) => [key, code]),
          [["happy/broken.png", "data/not-a-picture"]],
        );
        const again = await callLferc(
          ["train", "m.lfer", "--recipe", "Try", "--data", "faces", "--epochs", "1", "--threads", "1"],
          cwd,
        );
        assert.is(again.code, 0, again.stderr);
        const second = runOf(again);
        // After midnight it is the first run of another day.
        assert.match(second, /^runs\/Try-\d{4}-\d\d-\d\d(-2)?$/);
        for (const file of ["best.safetensors", "last.safetensors", "model.onnx", "held-out.json", "answers.csv"]) {
          assert.equal(readFileSync(join(cwd, second, file)), readFileSync(join(cwd, first, file)), file);
        }
      },
    );
  });

  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    test(`stopped by ${signal}: whole files; --resume ends in the bytes of a run that never stopped`, () =>
      inFolder({ "m.lfer": model }, async (cwd) => {
        const more = ["--limit", "48", "--epochs", "6"];
        assert.is((await callLferc(trainArgs("whole", ...more), cwd)).code, 0);
        const child = spawn(process.execPath, [lfercPath(), ...trainArgs("cut", ...more)], { cwd, stdio: "ignore" });
        const ended = new Promise<number | null>((settle) => child.once("close", (code) => settle(code)));
        while (!existsSync(join(cwd, "cut/state.json"))) await new Promise((settle) => setTimeout(settle, 5));
        child.kill(signal);
        const code = await ended;
        // It may have finished before the signal.
        if (signal === "SIGINT") assert.ok(code === 130 || code === 0, String(code));
        if (code === 130) assert.match(readFileSync(join(cwd, "cut/report.html"), "utf8"), "of 6 epochs");
        for (const weights of ["best", "last"]) {
          const built = await callLferc(
            ["build", "m.lfer", "--weights", `cut/${weights}.safetensors`, "-o", "x.onnx", "--no-verify"],
            cwd,
          );
          assert.is(built.code, 0, built.stderr);
        }
        assert.ok(linesOf(cwd, "cut/metrics.jsonl").length >= 1);
        const resumed = await callLferc(trainArgs("cut", ...more, "--resume"), cwd);
        assert.is(resumed.code, 0, resumed.stderr);
        for (const file of [
          "best.safetensors",
          "last.safetensors",
          "state-6.safetensors",
          "model.onnx",
          "answers.csv",
        ]) {
          assert.equal(readFileSync(join(cwd, "cut", file)), readFileSync(join(cwd, "whole", file)), file);
        }
        assert.equal(readdirSync(join(cwd, "cut")).toSorted(), readdirSync(join(cwd, "whole")).toSorted());
      }));
  }

  test("a teacher: its weights come from a run, its answers from the pixels that the student sees", () =>
    inFolder(
      {
        "m.lfer": model,
        "taught.lfer": smallSource({
          teacher: 'frozen(Small, weights: "run/best.safetensors")',
          loss: "kl(softmax(teacher.logits), student.logits)",
          augment: "[horizontal_flip(0.5)]",
          run: "batch: 16, epochs: 1, seed: 0",
        }),
      },
      async (cwd) => {
        assert.is((await callLferc(trainArgs("run", "--epochs", "3"), cwd)).code, 0);
        const taught = await callLferc(
          ["train", "taught.lfer", "--recipe", "Try", "--data", "generated", "--threads", "1", "--out", "taught"],
          cwd,
        );
        assert.is(taught.code, 0, taught.stderr);
        const [first] = linesOf(cwd, "taught/metrics.jsonl") as unknown as readonly [
          { readonly loss: number; readonly validationLoss: number },
        ];
        // Divergences: never below 0, and small between networks with the same outputs.
        assert.ok(first.loss > 0 && first.validationLoss > 0);
        assert.match(jsonOf<{ teacherSha256: string }>(cwd, "taught/run.json").teacherSha256, /^[0-9a-f]{64}$/);
      },
    ));

  test("the three commands of docs/training.md do what they say", () => {
    const drawn = faceExpressions.flatMap((expression) =>
      Array.from(
        { length: 6 },
        (_, i) => [`faces/${expression}/${i}.png`, encodePng(generateFace(expression, i, 40))] as const,
      ),
    );
    const files = {
      "examples/faces.lfer": readFileSync(join(root, "examples/faces.lfer")),
      "photo.jpg": encodePng(generateFace("anger", 7, 60)),
      ...Object.fromEntries(drawn),
    };
    const [, block = ""] = /```bash\n([^`]*)```/.exec(readFileSync(join(root, "docs/training.md"), "utf8")) ?? [];
    const commands = block.trim().split("\n");
    assert.is(commands.length, 3);
    return inFolder(files, (cwd) => {
      for (const command of commands) {
        const [npx, no, lferc, ...args] = command.split(" ");
        assert.equal([npx, no, lferc], ["npx", "--no", "lferc"]);
        const ran = runLferc(args, { cwd });
        assert.is(ran.code, 0, `${command}\n${ran.stderr}`);
      }
      assert.is(linesOf(cwd, "runs/mine/metrics.jsonl").length, 20);
    });
  });

  test("nothing is written over, and usage is checked", () =>
    inFolder({ "m.lfer": model, "run/mine.txt": "mine" }, async (cwd) => {
      const ran = await callLferc(trainArgs("run"), cwd);
      assert.equal([ran.code, codesIn(ran.stderr)], [1, ["train/run-exists"]]);
      // A folder that contains no run is not mistaken for one.
      const resumed = await callLferc(trainArgs("run", "--resume"), cwd);
      assert.equal([resumed.code, codesIn(resumed.stderr)], [1, ["train/run-exists"]]);
      assert.equal(readdirSync(join(cwd, "run")), ["mine.txt"]);
      for (const wrong of [
        ["--epochs", "0"],
        ["--limit", "1.5"],
        ["--seed", "-1"],
        ["--threads", "none"],
      ]) {
        const { code, stderr } = await callLferc(trainArgs("other", ...wrong), cwd);
        assert.is(code, 2, `${wrong.join(" ")}: ${stderr}`);
      }
      assert.is(
        (await callLferc(["train", "m.lfer", "--recipe", "Try", "--resume", "--data", "generated"], cwd)).code,
        2,
      );
      assert.not.ok(existsSync(join(cwd, "other")));
      assert.equal(codesIn((await callLferc(trainArgs("other", "--engine", "ors"), cwd)).stderr), ["engine/unknown"]);
    }));
});
