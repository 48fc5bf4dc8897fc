/** Every command of lferc, and the paths that each was asked to write: nothing else may be touched. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { faceExpressions, generateFace } from "../../src/data/generated-faces.js";
import { encodePng } from "../../src/data/png.js";
import { partsSource } from "../cli/parts-source.js";
import { root } from "../support/lferc.js";
import type { Stop } from "./trace.js";

/** One command line. It runs where the previous ones of its scenario have left their files. */
export interface Step {
  readonly args: readonly string[];
  /** A script that uses the library, beside lferc's. */
  readonly script?: string;
  readonly input?: string;
  readonly stop?: Stop;
  readonly code?: number;
  /** The files and folders that it was asked to write, relative to its folder; for a folder, everything in it. */
  readonly writes?: readonly string[];
  /** What it may have in the temporary folder while it runs, by the beginning of the name. */
  readonly temporary?: string;
  /** No folder was given: it makes one in the temporary folder, which stays, and prints its path. */
  readonly keepsTemporary?: boolean;
}

export interface Scenario {
  readonly title: string;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly steps: readonly Step[];
}

const network = readFileSync(join(root, "examples/faces.lfer"), "utf8");

/** Typical pictures of three formats, in a folder for each class. */
async function pictures(perClass: number): Promise<Readonly<Record<string, Uint8Array>>> {
  const files: Record<string, Uint8Array> = {};
  for (const expression of faceExpressions) {
    for (let i = 0; i < perClass; i++) {
      const png = encodePng(generateFace(expression, i, 48));
      const [ending, bytes] =
        i % 3 === 0
          ? (["jpg", await sharp(png).jpeg().toBuffer()] as const)
          : i % 3 === 1
            ? (["webp", await sharp(png).webp().toBuffer()] as const)
            : (["png", png] as const);
      files[`faces/${expression}/${i}.${ending}`] = bytes;
    }
  }
  return files;
}

const train = ["train", "m.lfer", "--recipe", "Faces"] as const;
const waits: Stop = { said: /waiting for changes/ };

/** More epochs than the test waits for. */
const endless = ["--epochs", "100000"] as const;

/** A run of a second. */
const short = ["--data", "generated", "--limit", "64", "--epochs", "1"] as const;

/** Telemetry is sent with a delay: a run of some seconds proves nothing. */
const longMs = 35_000;

export const scenarios = async (commands: readonly string[]): Promise<readonly Scenario[]> => [
  {
    title: "help, versions and explanations",
    steps: [
      { args: [], code: 2 },
      ...["--help", "--version", "help"].map((flag) => ({ args: [flag] })),
      ...commands.map((name) => ({ args: [name, "--help"] })),
      { args: ["chekc"], code: 2 },
      { args: ["explain", "shape/not-divisible"] },
      { args: ["info"] },
      { args: ["completion", "bash"] },
      { args: ["completion", "zsh"] },
    ],
  },
  {
    title: "sources",
    files: {
      "m.lfer": network,
      "wild.lfer": network.replaceAll("  ", " "),
      "bad.lfer": "lfer 1\n\nblock B = conv(",
      "old.lfer": "block B = conv(8)\n",
    },
    steps: [
      { args: ["init", "new"], writes: ["new"] },
      { args: ["check", "m.lfer", "new"] },
      { args: ["check", "bad.lfer", "--format", "sarif"], code: 1 },
      { args: ["check", "old.lfer", "--fix"], writes: ["old.lfer"] },
      { args: ["check", "m.lfer", "--watch"], stop: waits, code: 130 },
      { args: ["fmt", "--check", "m.lfer"] },
      { args: ["fmt", "-"], input: network },
      { args: ["fmt", "wild.lfer"], writes: ["wild.lfer"] },
      { args: ["stats", "m.lfer", "--convention", "all"] },
      { args: ["stats", "m.lfer", "--against", "wild.lfer"] },
      { args: ["stats", "m.lfer", "--watch"], stop: waits, code: 130 },
    ],
  },
  {
    title: "builds, their files at work, and the library",
    files: {
      "m.lfer": network,
      "library.mjs": readFileSync(join(root, "examples/library.mjs"), "utf8").replace(
        '"lfer"',
        JSON.stringify(new URL("../../dist/index.js", import.meta.url).href),
      ),
      "kit.mjs": `import { diagnoseText } from ${JSON.stringify(new URL("../../dist/testing.js", import.meta.url).href)};
if ((await diagnoseText("lfer 1\\n")).length > 0) process.exit(1);`,
      "a.png": encodePng(generateFace("happiness", 1, 60)),
    },
    steps: [
      { args: ["build", "m.lfer", "-o", "m.onnx"], writes: ["m.onnx"] },
      { args: ["build", "m.lfer", "-o", "p.onnx", "--with-preprocessing=50x60"], writes: ["p.onnx"] },
      {
        args: ["build", "m.lfer", "-o", "q.onnx", "--quantize", "int8", "--calibrate", "generated"],
        writes: ["q.onnx"],
      },
      {
        args: ["build", "m.lfer", "--target", "onnx-train", "--recipe", "Faces", "-o", "step.onnx"],
        writes: ["step.onnx"],
      },
      {
        args: ["build", "m.lfer", "--target", "onnx-train", "--recipe", "Faces", "--split", "-o", "step.onnx"],
        writes: ["step.gradients.onnx", "step.update.onnx"],
      },
      {
        args: ["build", "m.lfer", "--target", "tfjs-train", "--recipe", "Faces", "-o", "step.mjs"],
        writes: ["step.mjs"],
      },
      { args: ["build", "m.lfer", "--target", "safetensors", "-o", "m.safetensors"], writes: ["m.safetensors"] },
      { args: ["build", "m.lfer", "--target", "svg", "-o", "m.svg"], writes: ["m.svg"] },
      {
        args: ["build", "m.lfer", "--target", "tfjs", "-o", "m.tfjs"],
        writes: ["m.tfjs", "m.tfjs/group1-shard1of1.bin", "m.tfjs/model.json"],
      },
      {
        args: ["build", "m.lfer", "--target", "torch", "-o", "m.torch"],
        writes: ["m.torch", "m.torch/model.py"],
      },
      { args: ["build", "m.lfer", "--target", "ir", "-o", "m.ir"], writes: ["m.ir"] },
      { args: ["build", "m.lfer", "-o", "w.onnx", "--watch"], stop: waits, code: 130, writes: ["w.onnx"] },
      { args: ["stats", "m.onnx"] },
      { args: ["import", "m.onnx", "-o", "taken.lfer", "--recipe"], writes: ["taken.lfer", "taken.safetensors"] },
      { args: ["predict", "m.onnx", "a.png"] },
      { args: ["predict", "m.onnx", "m.lfer"], code: 1 },
      { args: ["eval", "m.onnx", "--data", "generated"] },
      { args: ["eval", "m.onnx", "m.onnx", "--data", "generated", "--format", "json"] },
      { args: ["eval", "m.onnx", "--data", "generated", "--answers", "a.csv"], writes: ["a.csv"] },
      { args: ["bench", "m.onnx", "--steps", "3"], temporary: "lfer-" },
      { args: ["bench", "m.lfer", "step.onnx", "--steps", "3"], temporary: "lfer-" },
      { args: ["bench", "m.lfer", "--recipe", "Faces", "--steps", "3"], temporary: "lfer-" },
      { args: ["m.lfer", "library.onnx"], script: "library.mjs", writes: ["library.onnx"] },
      { args: [], script: "kit.mjs" },
    ],
  },
  {
    title: "ONNX Runtime in WebAssembly",
    files: { "m.lfer": network },
    steps: [
      {
        args: [
          ...train,
          "--data",
          "generated",
          "--epochs",
          "1",
          "--limit",
          "64",
          "--engine",
          "ort-wasm",
          "--out",
          "run",
        ],
        writes: ["run"],
      },
      { args: ["bench", "run/model.onnx", "--engine", "ort-wasm", "--steps", "3"], temporary: "lfer-" },
    ],
  },
  {
    title: "a training of half a minute, and its continuation",
    files: { "m.lfer": network },
    steps: [
      {
        args: [...train, "--data", "generated", ...endless, "--limit", "200", "--out", "run"],
        stop: { afterMs: longMs },
        code: 130,
        writes: ["run"],
      },
      {
        args: [...train, "--data", "generated", ...endless, "--limit", "200", "--out", "run", "--resume"],
        stop: { said: /epoch +\d+/ },
        code: 130,
        writes: ["run"],
      },
    ],
  },
  {
    title: "pictures of one's own",
    files: { "m.lfer": network, ...(await pictures(12)) },
    steps: [
      { args: [...train, "--data", "faces", "--epochs", "2"], writes: ["runs"] },
      { args: [...train, "--data", "faces", "--epochs", "1", "--out", "named"], writes: ["named"] },
      { args: ["predict", "named/model.onnx", "faces"] },
      { args: ["report", "named", "--data", "faces"], writes: ["named"] },
    ],
  },
  {
    title: "drawn faces as a data set",
    files: { "m.lfer": network },
    steps: [
      { args: ["faces", "-o", "faces", "--count", "14", "--size", "24"], writes: ["faces"] },
      { args: ["data", "faces"] },
      { args: ["data", "faces", "--sheet", "s.html", "--manifest", "m.json"], writes: ["s.html", "m.json"] },
      { args: ["data", "faces", "--for", "m.lfer", "--manifest", "m.csv"], writes: ["m.csv"] },
    ],
  },
  {
    title: "studies",
    files: { "m.lfer": network },
    steps: [
      {
        args: [
          "sweep",
          "m.lfer",
          "--recipe",
          "Faces",
          "--over",
          "lr=0.01,0.02",
          ...short,
          "--jobs",
          "2",
          "-o",
          "sweep",
        ],
        writes: ["sweep"],
      },
      {
        args: ["ablate", "m.lfer", "--rows", "SmallFaces:Faces", ...short, "--jobs", "jobs.txt", "-o", "ablation"],
        writes: ["ablation", "jobs.txt"],
      },
    ],
  },
  {
    title: "distributions of a teacher's parts, and a teacher on the way",
    files: { "m.lfer": partsSource },
    steps: [
      {
        args: ["train", "m.lfer", "--recipe", "Teach", "--data", "generated", "--set", "folds=2", "--out", "folds"],
        writes: ["folds"],
      },
      { args: ["distill", "folds", "--data", "generated", "-o", "d.csv"], writes: ["d.csv"] },
      { args: ["distill", "folds", "--data", "generated", "-o", "-", "--by-class"] },
      { args: ["train", "m.lfer", "--recipe", "Try", "--data", "generated", "--out", "taught"], writes: ["taught"] },
    ],
  },
  {
    title: "the tour",
    steps: [
      { args: ["tour", "--out", "out"], writes: ["out"] },
      { args: ["tour"], temporary: "lfer-", keepsTemporary: true },
    ],
  },
];
