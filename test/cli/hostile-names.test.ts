// Every command with names that something would execute: promise 6 of docs/threat-model.md.
import { join } from "node:path";
import * as assert from "uvu/assert";
import { commands } from "../../src/cli/commands.js";
import { generateFace } from "../../src/data/generated-faces.js";
import { encodePng } from "../../src/data/png.js";
import { tinyClassifier } from "../deploy/tiny-classifier.js";
import { callLferc } from "../support/in-process.js";
import { inFolder, type Ran, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

/** Texts that GitHub, Azure, TeamCity, terminals or right-to-left display would act on, at the beginning and inside. */
const evil =
  "::error title=pwned::0\n::error title=pwned::1\n \t ::set-output name=x::2\r\n##[error]3 ##vso[task.complete]4 ##teamcity[x]\u001b[31m\u009b2J\u202e\u2028::warning::5";
const quoted = JSON.stringify(evil).replaceAll("\\u001b", "\\u{1b}");

const model = (labels = "") => `lfer 1

import { cross_entropy } from "std/losses"

model Small(size: int = 8) {
  input image: float32[N, 3, size, size] = picture(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
  logits = image -> conv(2, stride: 2) -> global_avg_pool -> flatten -> linear(2)
  output logits${labels}
}

recipe Try {
  student = Small
  data = folder()
  loss = cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: 0.1)
  train = run(batch: 2, epochs: 1)
}

check Small { params > 1M }
`;
const strings = `lfer 1

const words = [${quoted}, 3]
// ##[error]in a remark
fn f(n: int) {
  require n > 3, ${quoted}
  return n
}
const g = f(2)
`;
const face = (seed: number): Uint8Array => encodePng(generateFace("happiness", seed, 8));
const classes = [`a${evil}`, evil];
const files: Readonly<Record<string, string | Uint8Array>> = {
  [`${evil}.lfer`]: model(
    `: labels([${JSON.stringify(classes[0])}, ${JSON.stringify(evil)}])`.replaceAll("\\u001b", "\\u{1b}"),
  ),
  [`${evil}/a.lfer`]: model(),
  [`${evil}/strings.lfer`]: strings,
  [`${evil}/measured.lfer`]: model().replace("params > 1M", `accuracy(${quoted}) > 1 latency(${quoted}) < 1ms`),
  [`${evil}/broken.lfer`]: `lfer 1\nblock ${evil}`,
  "m.lfer": model(),
  [`${evil}.onnx`]: tinyClassifier({ name: evil, labels: [evil, `b${evil}`, "c"], weights: evil }),
  [`${evil}.png`]: face(1),
  [`${evil}.txt`]: "no picture",
  ...Object.fromEntries(
    classes.flatMap((name) => Array.from({ length: 10 }, (_, i) => [`data/${name}/${i}.png`, face(i)])),
  ),
  ...Object.fromEntries(
    [evil, `b${evil}`].flatMap((name) =>
      ["train", "test"].map((part) => [`judged/${part}/${name}/${evil}.png`, face(1)]),
    ),
  ),
  [`judged/test/${evil}/broken${evil}.png`]: "broken",
  [`${evil}.json`]: JSON.stringify({ schemaVersion: 1, model: evil, accuracy: evil }),
  [`data/${evil}/${evil}.png`]: face(3),
  [`data/${evil}/broken${evil}.png`]: "broken",
  "loose/x.safetensors": evil,
};

/** Command lines of each command; network, training and picture have names that contain this text. */
const uses: Readonly<Record<string, readonly (readonly string[])[]>> = {
  init: [
    ["init", evil],
    ["init", `new${evil}`],
    ["init", "new", "--model", evil],
  ],
  check: [
    ["check", `${evil}.lfer`],
    ["check", evil],
    ["check", evil, "--format", "json"],
    ["check", evil, "--format", "sarif"],
    ["check", evil, "--format", "github"],
    ["check", `none${evil}`, "--format", "github"],
    ["check", "m.lfer", "--format", evil],
    ["check", "m.lfer", "--deny", evil],
    ["check", "m.lfer", "--results", `${evil}.json`, "--results", `none${evil}`],
    ["check", `${evil}/measured.lfer`, "--results", `${evil}.json`],
  ],
  fmt: [
    ["fmt", "--check", evil],
    ["fmt", "--check", `${evil}.lfer`],
    ["fmt", "--diff", `none${evil}`],
    ["fmt", evil],
  ],
  stats: [
    ["stats", `${evil}.lfer`],
    ["stats", evil, `${evil}.onnx`],
    ...["json", "markdown", "csv", "pretty"].flatMap((format) => [
      ["stats", `${evil}.lfer`, "--format", format],
      ["stats", `${evil}.onnx`, "--format", format],
      ["stats", `${evil}.onnx`, "--format", format, "--against", `${evil}.lfer`],
      ["stats", `${evil}.lfer`, "m.lfer", "--format", format],
    ]),
    ["stats", `${evil}.lfer`, "--explain", "logits"],
    ["stats", `${evil}.onnx`, "--explain", evil],
    ["stats", "m.lfer", "--model", evil],
    ["stats", "m.lfer", "--set", `${evil}=3`],
    ["stats", "m.lfer", "--set", `size=${evil}`],
    ["stats", "m.lfer", "--set", evil],
    ["stats", "m.lfer", "--against", `none${evil}`],
  ],
  build: [
    ["build", `${evil}.lfer`, "-o", `${evil}out.onnx`],
    ["build", `${evil}.lfer`, "-o", `${evil}out.svg`],
    ["build", `${evil}.lfer`, "-o", `${evil}out.safetensors`],
    ["build", `${evil}.lfer`, "-o", `${evil}step.onnx`, "--target", "onnx-train", "--recipe", "Try"],
    ["build", "m.lfer", "-o", `${evil}/no/such/out.onnx`],
    ["build", "m.lfer", "-o", evil],
    ["build", "m.lfer", "-o", `a${evil}`],
    ["build", "m.lfer", "-o", "x.onnx", "--target", evil],
    ["build", "m.lfer", "-o", "x.onnx", "--model", evil],
    ["build", "m.lfer", "-o", "x.onnx", "--recipe", evil, "--target", "onnx-train"],
    ["build", "m.lfer", "-o", "x.onnx", "--set", `size=${evil}`],
    ["build", "m.lfer", "-o", "x.onnx", "--weights", `none${evil}.safetensors`],
    ["build", "m.lfer", "-o", "x.onnx", "--weights", "loose/x.safetensors"],
    ["build", "m.lfer", "-o", "x.onnx", "--weights", "loose/x.safetensors", "--weights-map", evil],
    ["build", evil, "-o", "x.onnx"],
  ],
  import: [
    ["import", `${evil}.onnx`, "-o", `${evil}taken.lfer`],
    ["import", `${evil}.onnx`, "-o", "taken.lfer", "--set", `${evil}=3`],
    ["import", `${evil}.onnx`, "-o", evil],
    ["import", `${evil}.lfer`, "-o", "taken.lfer"],
    ["import", `none${evil}.onnx`, "-o", "taken.lfer"],
    ["import", evil, "-o", "taken.lfer"],
  ],
  train: [
    ["train", `${evil}.lfer`, "--recipe", "Try", "--data", "data", "--out", `${evil}run`, "--epochs", "1"],
    ["train", `${evil}.lfer`, "--recipe", "Try", "--data", "data", "--out", `${evil}run`],
    ["train", "m.lfer", "--recipe", "Try", "--data", `none${evil}`],
    ["train", "m.lfer", "--recipe", "Try", "--data", "data"],
    ["train", "m.lfer", "--recipe", evil],
    ["train", "m.lfer", "--recipe", "Try", "--data", "data", "--engine", evil],
    ["train", "m.lfer", "--recipe", "Try", "--data", "data", "--set", `${evil}=1`],
  ],
  report: [
    ["train", `${evil}.lfer`, "--recipe", "Try", "--data", "data", "--out", `${evil}run`, "--epochs", "1"],
    ["report", `${evil}run`],
    ["report", `${evil}run`, "--data", `none${evil}`],
    ["report", `none${evil}`],
    ["report", evil],
  ],
  eval: [
    ["eval", `${evil}.onnx`, "--data", "judged"],
    ["eval", `${evil}.onnx`, "--data", "judged", "--format", "json"],
    ["eval", `${evil}.onnx`, `${evil}.onnx`, "--data", "judged"],
    ["eval", `${evil}.onnx`, "--data", "judged", "--by", "person"],
    ["eval", `${evil}.onnx`, "--data", "judged", "--split", evil],
    ["eval", `${evil}.onnx`, "--data", "judged", "--answers", `${evil}/no/a.csv`],
    ["eval", `${evil}.onnx`, "--data", `none${evil}`],
    ["eval", `none${evil}.onnx`, "--data", "judged"],
    ["eval", evil, "--data", "judged"],
    ["eval", `${evil}.safetensors`, "--data", "judged"],
  ],
  predict: [
    ["predict", `${evil}.onnx`, `${evil}.png`],
    ["predict", `${evil}.onnx`, "data", "m.lfer", `none${evil}`],
    ["predict", `${evil}.onnx`, "data", `${evil}.png`, "--format", "json"],
    ["predict", `none${evil}.onnx`, `${evil}.png`],
    ["predict", `${evil}.lfer`, `${evil}.png`],
    ["predict", `${evil}run/model.onnx`, "data"],
  ],
  sweep: [
    [
      ...["sweep", `${evil}.lfer`, "--recipe", "Try", "--over", "size=8"],
      "-o",
      `${evil}sweep`,
      "--data",
      `none${evil}`,
    ],
    ["sweep", "m.lfer", "--recipe", "Try", "--over", "size=8", "-o", `${evil}jobs`, "--jobs", `${evil}.sh`],
    ["sweep", "m.lfer", "--recipe", "Try", "--over", "size=8", "-o", evil],
    ["sweep", "m.lfer", "--recipe", "Try", "--over", evil, "-o", "st"],
    ["sweep", "m.lfer", "--recipe", "Try", "--over", `${evil}=1,2`, "-o", "st"],
    ["sweep", "m.lfer", "--recipe", "Try", "--over", `size=${evil}`, "-o", "st"],
    ["sweep", "m.lfer", "--recipe", evil, "--over", "size=8", "-o", "st"],
  ],
  ablate: [
    ["ablate", `${evil}.lfer`, "--rows", "Small:Try", "-o", `${evil}jobs`, "--jobs", `${evil}.sh`],
    ["ablate", "m.lfer", "--rows", evil, "-o", "st"],
    ["ablate", "m.lfer", "--rows", `${evil}:Try`, "-o", "st"],
    ["ablate", "m.lfer", "--rows", `Small:${evil}`, "-o", "st"],
  ],
  data: [
    ["data", "data"],
    ["data", "data", "--format", "json"],
    ["data", "data", "--sheet", `${evil}.html`, "--manifest", `${evil}.csv`],
    ["data", "data", "--manifest", `${evil}.csv`],
    ["data", evil],
    ["data", `none${evil}`],
    ["data", "data", "--sheet", evil],
  ],
  faces: [
    ["faces", "-o", `${evil}faces`, "--count", "3", "--size", "8"],
    ["faces", "-o", evil],
    ["faces", "-o", `${evil}.txt/faces`],
  ],
  distill: [
    ["train", `${evil}.lfer`, "--recipe", "Try", "--data", "data", "--out", `${evil}run`, "--epochs", "1"],
    ["distill", `${evil}run`, "--data", "data", "-o", `${evil}.csv`],
    ["distill", `${evil}run`, "--data", "data", "-o", `${evil}.csv`, "--by-class"],
    ["distill", `${evil}run`, "--data", `none${evil}`, "-o", "e.csv"],
    ["distill", evil, "--data", "data", "-o", "e.csv"],
  ],
  bench: [
    ["bench", `${evil}.onnx`, "--steps", "2"],
    ["bench", `${evil}.onnx`, "--steps", "2", "--format", "json"],
    ["bench", `${evil}.onnx`, `none${evil}.onnx`, "--steps", "2"],
    ["bench", `${evil}.lfer`, "--recipe", "Try", "--batch", "2", "--steps", "1"],
    ["bench", "m.lfer", "--recipe", evil],
    ["bench", `${evil}.onnx`, "--steps", "1", "--device", evil],
  ],
  explain: [["explain", evil]],
  info: [["info", evil]],
  completion: [["completion", evil]],
  tour: [
    ["tour", evil],
    ["tour", "--out", `${evil}tour`],
  ],
};

/** The parts of a text that something would execute, or that look like a line of lferc. */
function obeyed(text: string, isAnnotating = false): readonly string[] {
  const found: string[] = [];
  for (const line of text.split("\n")) {
    const words = line.replace(/^\s+/u, "");
    const isOurs = isAnnotating && /^::(?:error|warning) (?:file=|title=[a-z]+\/)/.test(line);
    if (words.startsWith("::") && !isOurs) found.push(`begins with a command: ${line}`);
    if (/##\w*\[/.test(line)) found.push(`has a command: ${line}`);
    // The replacement character is fine inside a line; at the beginning of a line, a name has broken the previous line.
    if (words.startsWith("\u2236:") && !line.startsWith("\u2236:error title=pwned::0"))
      found.push(`a broken line: ${line}`);
  }
  const control = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u.exec(text);
  if (control !== null)
    found.push(
      `a control character ${JSON.stringify(control[0])} in ${text.slice(control.index - 80, control.index + 9)}`,
    );
  return found;
}

/** Whether the command starts lferc again, as the same program; a sweep that is refused, or only lists its runs, does not. */
const startsOthers = ([name, ...args]: readonly string[]): boolean =>
  name === "bench" || name === "tour" || (name === "sweep" && args.includes("--data"));

const isJson = (args: readonly string[]): boolean => args.includes("json") || args.includes("sarif");

/** JSON may contain any name, escaped so that nothing acts on it; its line structure is ours. */
const withoutBidi = (json: string): string => json.replaceAll(/[\u202e\u2028\u009b]/g, "");

function judge(args: readonly string[], { code, stdout, stderr }: Ran): void {
  const what = JSON.stringify(args);
  assert.not.equal(code, 70, `${what}: ${stderr}`);
  assert.ok(code !== null, what);
  const out = obeyed(isJson(args) ? withoutBidi(stdout) : stdout, args.includes("github"));
  assert.equal([what, ...out], [what], "stdout");
  assert.equal([what, ...obeyed(stderr)], [what], "stderr");
}

suite("hostile names", (test) => {
  test("every command is tried", () => {
    assert.equal(
      Object.keys(uses),
      commands.map(({ name }) => name),
    );
  });

  for (const name of Object.keys(uses)) {
    test(`lferc ${name} puts no name where a terminal or CI obeys it`, () =>
      inFolder(files, async (cwd) => {
        for (const args of uses[name] ?? [])
          judge(args, startsOthers(args) ? runLferc(args, { cwd }) : await callLferc(args, cwd));
        // In a separate process, with colours: colour codes are ours.
        const [args = []] = uses[name] ?? [];
        const painted = runLferc(args, { cwd, env: { GITHUB_ACTIONS: "", CI: "", NO_COLOR: "", FORCE_COLOR: "1" } });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the looks themselves.
        const bare = (text: string): string => text.replaceAll(/\u001b\[[\d;]*m/g, "");
        judge(args, { ...painted, stdout: bare(painted.stdout), stderr: bare(painted.stderr) });
      }));
  }

  test("a command, a flag and a help page that are none", () =>
    inFolder(files, (cwd) => {
      for (const args of [[evil], [`--${evil}`], ["check", `--${evil}`], ["help", evil], ["stats", `-${evil}`]]) {
        judge(args, runLferc(args, { cwd }));
      }
    }));

  test("programs get the names as they are", () =>
    inFolder(files, async (cwd) => {
      const { stdout } = await callLferc(["predict", `${evil}.onnx`, `${evil}.png`, "--format", "json"], cwd);
      const { labels, pictures } = JSON.parse(stdout) as { labels: string[]; pictures: { path: string }[] };
      assert.equal([labels[0], pictures[0]?.path], [evil, `${evil}.png`]);
    }));

  test("a run's files hold the names, its words show them", () =>
    inFolder(files, async (cwd) => {
      const args = uses.train?.[0] ?? [];
      const ran = await callLferc(args, cwd);
      judge(args, ran);
      assert.is(ran.code, 0, ran.stderr);
      assert.match(ran.stdout, "\u2236:error title=pwned::0␊::error");
      const asked = await callLferc(["predict", join(`${evil}run`, "model.onnx"), "data"], cwd);
      judge(["predict"], asked);
      assert.match(asked.stdout, "␊::error title=pwned");
    }));
});
