// For every flag of every command: command lines that differ only in it, and what must then differ.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Options } from "yargs";
import { laterTargets, targetNames } from "../../src/cli/build-targets.js";
import { commands } from "../../src/cli/commands.js";
import { declaredArguments } from "../../src/cli/declared-arguments.js";
import { sha256 } from "../../src/formats/digest.js";
import type { JsonObject } from "../../src/formats/json-object.js";
import { blocks, optimizeLevels } from "../../src/passes/pipeline.js";
import { newestOpset, oldestOpset } from "../../src/targets/onnx/opsets.js";
import { weightsTypes } from "../../src/weights/weights-type.js";
import { tinyClassifier } from "../deploy/tiny-classifier.js";
import { someRunFiles } from "../report/some-run.js";
import { codesIn, type Ran } from "../support/lferc.js";
import { smallSource } from "../training/small-course.js";
import { dataWalk } from "./data-walk.js";
import {
  choices,
  faces,
  importWalk,
  inGate,
  inWatch,
  ofModelFile,
  ofQuantised,
  shuffledUnits,
  type Trial,
  type Walk,
} from "./walk-lines.js";

export const source = `${smallSource({ run: "batch: 16, epochs: 1" })
  .replace("size: int = 16,", "size: int = 16, channels: int = 8,")
  .replace("conv(8,", "conv(channels,")}
recipe Other {
  student = Small
  data = folder()
  loss = cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: 0.1)
  train = run(batch: 8, epochs: 1)
}
variant twice = Small(size: 32)
`;

/** Every command's options, filled before the tests are named. */
export const declared = new Map<string, ReadonlyMap<string, Options>>();
for (const { name, load } of commands) declared.set(name, declaredArguments(await load()).options);
export const files = {
  "m.lfer": source,
  "assumed.lfer": "lfer 1\n/// assumed: a guess\nconst a = 1\n",
  "budget.lfer": "lfer 1\n\ncheck { params <= 1 }\n",
  "old.lfer": "block B(a: int, b: int) = conv(a)\n",
  "wrong.lfer": "lfer 1\n\nmodel A {\n}\n",
  "loose.lfer": "lfer 1\nmodel A { input x: float32[N,4]\n y = x -> linear(2)\n output y }\n",
  "units.lfer": shuffledUnits,
  "tiny.onnx": tinyClassifier(),
  "faces.onnx": tinyClassifier({ labels: ["surprise", "happiness", "neutral"] }),
  "measured.lfer": source.replace(/^recipe[\s\S]*/m, 'check Small { accuracy("faces/test") >= 1% }\n'),
  "wrong.json": "{}",
  "names.map": "* -> *\n",
  ...someRunFiles("told", { keyOf: (c, i) => (c === 2 ? `surprise/${i % 4}.png` : `happiness/${i}`) }),
  ...faces,
};

export const conventionsOf = (name: string): readonly string[] =>
  (declared.get(name)?.get("convention")?.choices ?? []).map(String);

/** Digests of all files below a folder that did not exist before; of runs, only what does not depend on the clock. */
export function written(cwd: string): unknown {
  const found = readdirSync(cwd, { recursive: true })
    .map(String)
    .filter((path) => !(path in files));
  return found
    .filter(
      (path) =>
        statSync(join(cwd, path)).isFile() && !/metrics\.jsonl|state\.json|curves|report\.html|tfevents/.test(path),
    )
    .sort()
    .map((path) => [path, sha256([path.endsWith("run.json") ? recordIn(cwd, path) : readFileSync(join(cwd, path))])]);
}

/** A run's record without what is unique to every run. */
export function recordIn(cwd: string, path: string): string {
  const record = JSON.parse(readFileSync(join(cwd, path), "utf8")) as JsonObject;
  // Otherwise the command line would make every flag differ.
  const own = ["id", "digest", "begun", "ended", "commandLine", "commit"];
  return JSON.stringify(Object.fromEntries(Object.entries(record).filter(([key]) => !own.includes(key))));
}

export const everything = (ran: Ran, cwd: string): unknown => [ran, written(cwd)];

export const onlyFiles = (ran: Ran, cwd: string): unknown => [ran.code, codesIn(ran.stderr), written(cwd)];

export function benchFacts({ code, stdout, stderr }: Ran): unknown {
  if (!stdout.startsWith("{")) return [code, codesIn(stderr), stdout.replace(/[\d.]+/g, "")];
  const { results } = JSON.parse(stdout) as { readonly results: readonly Readonly<Record<string, unknown>>[] };
  return results.map(({ name, what, engine, description, batch, threads, steps, device, profile }) => {
    const nodes = (profile as readonly { readonly kind: string; readonly name: string }[]).length;
    return { name, what, engine, description, batch, threads, steps, device, hasProfile: nodes > 0 };
  });
}

export const small = { "--data": "generated", "--limit": "24", "--threads": "1", "--out": "run" } as const;

export const pictures = { paths: ["tiny.onnx", "faces"] } as const;

/** The commands that a study lists, without its location. */
export const jobsIn = (ran: Ran, cwd: string): unknown => [
  ran.code,
  codesIn(ran.stderr),
  readdirSync(cwd)
    .filter((name) => name.endsWith(".txt"))
    .map((name) => [name, readFileSync(join(cwd, name), "utf8").replaceAll(cwd, "CWD")]),
];

export const inSweep = (title: string): Trial => ({ shownIn: ["cli/sweep.test.ts", title] });

export const studyFlags: Readonly<Record<string, Trial>> = {
  out: { lines: choices("--out", ["elsewhere"]) },
  data: { lines: choices("--data", ["faces"]) },
  set: { lines: choices("--set", ["channels=12"]), refused: [[{ "--set": "sise=8" }, "recipe/unknown-setting"]] },
  epochs: { lines: choices("--epochs", ["3"]) },
  limit: { lines: choices("--limit", ["8"]) },
  engine: { lines: choices("--engine", ["auto", "ort-wasm"]), hasDefault: true },
  threads: { lines: choices("--threads", ["2"]) },
  seeds: { lines: choices("--seeds", ["2"]), refused: [[{ "--seeds": "0" }, "tool/wrong-usage"]] },
  jobs: {
    lines: choices("--jobs", ["other.txt"]),
    ...inSweep("--jobs FILE runs nothing; its lines, run by a shell anywhere, are gathered"),
  },
  resume: {
    beside: { "--out": "faces" },
    lines: [{ "--resume": true }],
    ...inSweep("trains each value and seed, tells mean and spread, and a wider sweep keeps what is there"),
  },
};

/** How to try the flags of each command. */
export const walks: Readonly<Record<string, Walk>> = {
  init: {
    line: { paths: ["."] },
    see: (ran, cwd) => [codesIn(ran.stderr), written(cwd)],
    flags: {
      keep: { beside: { paths: ["occupied"] }, lines: [{ "--keep": true }] },
      from: {
        lines: choices("--from", ["github:me/lfer#0123456", "https://example.org/lfer.tgz"]),
        refused: [[{ "--from": "lfer@0.1.0" }, "tool/bad-address"]],
      },
      onnx: {
        lines: choices("--onnx", ["tiny.onnx"]),
        refused: [[{ "--onnx": "gone.onnx" }, "data/model-unreadable"]],
      },
      set: {
        ...inGate("sizes of open axes are in every command"),
        refused: [[{ "--set": "height=3" }, "tool/wrong-usage"]],
      },
    },
  },
  check: {
    line: { paths: ["wrong.lfer"] },
    flags: {
      format: { lines: choices("--format", ["pretty", "json", "github", "sarif"]), hasDefault: true },
      results: {
        beside: { paths: ["measured.lfer"] },
        lines: choices("--results", ["wrong.json"]),
        shownIn: ["cli/check-results.test.ts", "what eval and bench wrote holds a check, or breaks it"],
      },
      budget: {
        beside: { paths: ["tiny.onnx"] },
        lines: choices("--budget", ["budget.lfer", "wrong.lfer"]),
        refused: [[{ paths: ["m.lfer"], "--budget": "budget.lfer" }, "tool/wrong-usage"]],
      },
      set: {
        ...inGate("open sizes are given by --set; a file that cannot be counted is an error, never a pass"),
        refused: [[{ "--set": "height=3" }, "tool/wrong-usage"]],
      },
      deny: {
        lines: [{ "--deny": "warnings" }, { "--deny": "lint/no-edition" }],
        beside: { paths: ["old.lfer"] },
        refused: [[{ "--deny": "lint/no-such" }, "tool/wrong-usage"]],
      },
      fix: { beside: { paths: ["old.lfer"] }, lines: [{ "--fix": true }] },
      assumptions: {
        beside: { paths: ["assumed.lfer"] },
        lines: [{ "--assumptions": true }, { "--assumptions": true, "--format": "json" }],
        refused: [
          [{ "--assumptions": true, "--format": "github" }, "tool/wrong-usage"],
          [{ "--assumptions": true, "--format": "sarif" }, "tool/wrong-usage"],
        ],
      },
      watch: inWatch(
        "an imported file is broken, mended, replaced, removed, a folder, and there again; Ctrl-C ends with 130",
      ),
    },
  },
  fmt: {
    line: { paths: ["loose.lfer"] },
    see: (ran, cwd) => [ran, readFileSync(join(cwd, "loose.lfer"), "utf8")],
    flags: { check: { lines: [{ "--check": true }] }, diff: { lines: [{ "--diff": true }] } },
  },
  stats: {
    line: { paths: ["m.lfer"] },
    flags: {
      model: { lines: choices("--model", ["Small", "twice"]), hasDefault: true },
      set: { beside: { "--model": "Small" }, lines: choices("--set", ["size=24"]) },
      convention: {
        beside: { "--model": "Small" },
        lines: choices("--convention", conventionsOf("stats")),
        hasDefault: true,
        refused: [[{ "--convention": "thop", "--format": "json" }, "tool/wrong-usage"]],
      },
      depth: {
        beside: { "--model": "Small" },
        lines: choices("--depth", ["1"]),
        hasDefault: true,
        refused: [
          [{ "--depth": "1", "--format": "json" }, "tool/wrong-usage"],
          [{ "--depth": "1", "--format": "csv" }, "tool/wrong-usage"],
          [{ "--depth": "1", "--explain": "logits" }, "tool/wrong-usage"],
        ],
      },
      sort: {
        beside: { "--model": "Small" },
        lines: choices("--sort", ["params", "macs", "activations"]),
        refused: [
          [{ "--sort": "output" }, "tool/wrong-usage"],
          [{ "--sort": "share" }, "tool/wrong-usage"],
          [{ "--sort": "params", "--format": "csv" }, "tool/wrong-usage"],
          [{ "--sort": "params", "--convention": "all" }, "tool/wrong-usage"],
          [{ "--sort": "params", "--against": "m.lfer" }, "tool/wrong-usage"],
        ],
      },
      columns: {
        beside: { "--model": "Small" },
        lines: choices("--columns", ["layer", "layer,share", "params,layer"]),
        refused: [[{ "--columns": "layer,flops" }, "tool/wrong-usage"]],
      },
      format: { lines: choices("--format", ["pretty", "json", "markdown", "csv"]), hasDefault: true },
      against: { lines: choices("--against", ["loose.lfer"]) },
      explain: { lines: choices("--explain", ["a", "logits"]) },
      watch: inWatch("each answer is data of its own"),
    },
  },
  build: {
    line: { paths: ["m.lfer"], "--model": "Small", "--output": "a.onnx", "--no-verify": true },
    flags: {
      output: { lines: choices("--output", ["b.onnx"]) },
      target: {
        beside: { "--no-verify": undefined, "--output": "out" },
        lines: targetNames.map((target) =>
          target.endsWith("-train")
            ? { "--target": target, "--model": undefined, "--recipe": "Try" }
            : { "--target": target },
        ),
        refused: [
          ...laterTargets.map((target) => [{ "--target": target }, "onnx/unsupported-target"] as const),
          [{ "--target": "onxn" }, "tool/wrong-value"],
        ],
      },
      model: { lines: choices("--model", ["twice"]) },
      recipe: {
        beside: { "--model": undefined, "--target": "onnx-train" },
        lines: choices("--recipe", ["Try", "Other"]),
      },
      batch: {
        beside: { "--model": undefined, "--target": "onnx-train", "--recipe": "Try" },
        lines: choices("--batch", ["4"]),
      },
      set: { lines: choices("--set", ["size=24", "mean=[0.1, 0.2, 0.3]"]) },
      weights: { lines: choices("--weights", ["w.safetensors"]) },
      "weights-map": {
        beside: { "--weights": "w.safetensors" },
        refused: [[{ "--weights-map": "nowhere.map" }, "weights/map-unreadable"]],
        shownIn: ["cli/weights.test.ts", "the proposed map, saved as the message says, is what was missing"],
      },
      seed: { lines: choices("--seed", ["0", "1"]), hasDefault: true },
      opset: {
        lines: choices(
          "--opset",
          Array.from({ length: newestOpset - oldestOpset + 1 }, (_, i) => String(oldestOpset + i)),
        ),
        hasDefault: true,
        refused: [[{ "--opset": String(newestOpset + 1) }, "onnx/unsupported-opset"]],
      },
      optimize: {
        beside: { paths: ["units.lfer"], "--model": "Units" },
        lines: choices("--optimize", optimizeLevels.map(String)),
        hasDefault: true,
        refused: [
          [{ "--optimize": "3" }, "tool/wrong-usage"],
          [{ "--optimize": "2", "--target": "tfjs", "--output": "out" }, "onnx/unsupported-level"],
        ],
      },
      block: {
        beside: { paths: ["units.lfer"], "--model": "Units", "--optimize": "2" },
        lines: choices("--block", blocks.map(String)),
        hasDefault: true,
        refused: [[{ "--block": "12" }, "tool/wrong-usage"]],
      },
      verify: { lines: [{ "--no-verify": undefined }] },
      split: {
        beside: { "--model": undefined, "--target": "onnx-train", "--recipe": "Try" },
        lines: [{ "--split": true }],
        refused: [[{ "--split": true, "--output": "-" }, "tool/wrong-usage"]],
      },
      card: {
        lines: [{ "--card": true }],
        refused: [[{ "--card": true, "--output": "-", "--target": "onnx" }, "tool/wrong-usage"]],
      },
      "weights-type": {
        beside: { "--target": "tfjs", "--output": "out" },
        lines: choices("--weights-type", weightsTypes),
        hasDefault: true,
      },
      ...ofModelFile,
      ...ofQuantised,
      watch: inWatch("builds again for another source and other weights, and not for what it writes itself"),
      depth: {
        beside: { "--target": "svg", "--output": "a.svg", "--no-verify": undefined },
        lines: choices("--depth", ["1", "all"]),
        hasDefault: true,
      },
      convention: {
        beside: { "--target": "svg", "--output": "a.svg", "--no-verify": undefined },
        lines: choices("--convention", conventionsOf("build")),
        hasDefault: true,
      },
    },
  },
  train: {
    line: { paths: ["m.lfer"], "--recipe": "Try", ...small },
    see: onlyFiles,
    flags: {
      recipe: { lines: choices("--recipe", ["Other"]) },
      data: { lines: choices("--data", ["faces", "nowhere"]) },
      engine: {
        lines: choices("--engine", ["auto"]),
        hasDefault: true,
        shownIn: ["engines/engines.test.ts", "every engine of the list trains a step, or says by a code why it cannot"],
        refused: [[{ "--engine": "otr" }, "engine/unknown"]],
      },
      out: { lines: choices("--out", ["elsewhere"]) },
      resume: {
        shownIn: ["cli/train.test.ts", "whole files; --resume ends in the bytes of a run that never stopped"],
        refused: [[{ "--resume": true, "--out": undefined }, "tool/wrong-usage"]],
      },
      set: { lines: choices("--set", ["size=20"]) },
      weights: { lines: choices("--weights", ["w.safetensors"]) },
      "weights-map": {
        refused: [
          [{ "--weights-map": "names.map" }, "tool/wrong-usage"],
          [{ "--weights": "w.safetensors", "--weights-map": "nowhere.map" }, "weights/map-unreadable"],
        ],
      },
      epochs: { lines: choices("--epochs", ["2"]) },
      limit: { lines: choices("--limit", ["32"]) },
      seed: { lines: choices("--seed", ["0", "5"]), hasDefault: true },
      threads: { lines: choices("--threads", ["2"]) },
    },
  },
  report: {
    line: { paths: ["told"] },
    see: (ran, cwd) => [
      ran,
      ["curves.svg", "report.html"].map((name) => readFileSync(join(cwd, "told", name), "utf8")),
    ],
    flags: {
      data: { lines: choices("--data", ["faces", "generated"]) },
      "loss-scale": {
        lines: choices("--loss-scale", ["30"]),
        refused: [[{ "--loss-scale": "0" }, "tool/wrong-usage"]],
      },
    },
  },
  eval: {
    line: { paths: ["faces.onnx"], "--data": "generated" },
    flags: {
      data: { lines: choices("--data", ["faces", "nowhere"]) },
      split: {
        lines: choices("--split", ["train", "validation", "all"]),
        hasDefault: true,
        refused: [[{ "--split": "test" }, "eval/no-such-split"]],
      },
      by: { lines: choices("--by", ["person", "group"]) },
      answers: { lines: choices("--answers", ["a.csv"]), refused: [[{ "--answers": "a.txt" }, "tool/wrong-usage"]] },
      format: { lines: choices("--format", ["pretty", "json"]), hasDefault: true },
    },
  },
  predict: {
    line: pictures,
    flags: {
      format: { lines: choices("--format", ["pretty", "json"]), hasDefault: true },
      top: { lines: choices("--top", ["1"]) },
    },
  },
  distill: {
    line: { paths: ["trained"], "--data": "generated", "--output": "d.csv", "--threads": "1" },
    see: onlyFiles,
    flags: {
      data: { lines: choices("--data", ["faces", "nowhere"]) },
      output: { lines: choices("--output", ["elsewhere.csv"]) },
      temperature: {
        lines: choices("--temperature", ["1", "3"]),
        hasDefault: true,
        refused: [[{ "--temperature": "0" }, "tool/wrong-usage"]],
      },
      "by-class": { lines: [{ "--by-class": true }] },
      engine: {
        shownIn: ["engines/engines.test.ts", "every engine of the list trains a step, or says by a code why it cannot"],
        refused: [[{ "--engine": "otr" }, "engine/unknown"]],
      },
      threads: {
        shownIn: ["training/distill.test.ts", "each network is asked by the engine and the threads that were chosen"],
        refused: [[{ "--threads": "0" }, "tool/wrong-usage"]],
      },
    },
  },
  bench: {
    line: { paths: ["m.lfer"], "--model": "Small", "--steps": "1", "--threads": "1", "--format": "json" },
    see: benchFacts,
    flags: {
      recipe: { beside: { "--model": undefined }, lines: choices("--recipe", ["Try", "Other"]) },
      model: { lines: choices("--model", ["twice"]) },
      engine: {
        beside: { "--model": undefined, "--recipe": "Try" },
        lines: choices("--engine", ["auto"]),
        hasDefault: true,
        refused: [
          [{ "--engine": "otr" }, "engine/unknown"],
          [{ "--recipe": undefined, "--engine": "tfjs-node" }, "tool/wrong-usage"],
        ],
      },
      set: {
        refused: [[{ "--set": "sise=8" }, "resolve/unknown-setting"]],
        shownIn: ["cli/bench.test.ts", "times a model's source and its training step"],
      },
      batch: {
        lines: choices("--batch", ["2"]),
        refused: [[{ paths: ["fixed.onnx"], "--model": undefined, "--batch": "3" }, "bench/fixed-batch"]],
      },
      threads: { lines: choices("--threads", ["2"]) },
      steps: { lines: choices("--steps", ["2"]) },
      device: { lines: choices("--device", ["phone"]), refused: [[{ "--device": " " }, "tool/wrong-usage"]] },
      format: { lines: choices("--format", ["pretty", "json"]), hasDefault: true },
    },
  },
  sweep: {
    line: { paths: ["m.lfer"], "--recipe": "Try", "--over": "size=16,20", "--out": "st", "--jobs": "jobs.txt" },
    see: jobsIn,
    flags: {
      recipe: { lines: choices("--recipe", ["Other"]) },
      over: {
        lines: choices("--over", ["size=16", "size=16..24:4"]),
        refused: [[{ "--over": "size=1..2" }, "study/bad-over"]],
      },
      ...studyFlags,
    },
  },
  ablate: {
    line: { paths: ["m.lfer"], "--rows": "Small:Try", "--out": "st", "--jobs": "jobs.txt" },
    see: jobsIn,
    flags: {
      rows: {
        lines: choices("--rows", ["twice:Try", "Small:Other"]),
        refused: [[{ "--rows": "Small" }, "study/bad-rows"]],
      },
      ...studyFlags,
    },
  },
  data: dataWalk,
  faces: {
    line: { "--out": "drawn", "--count": "6", "--size": "16" },
    flags: {
      out: { lines: choices("--out", ["elsewhere"]) },
      count: { lines: choices("--count", ["7"]) },
      seed: { lines: choices("--seed", ["0", "1"]), hasDefault: true },
      people: { lines: choices("--people", ["4"]) },
      size: { lines: choices("--size", ["17"]) },
      blends: { lines: choices("--blends", ["0", "1"]) },
      annotators: { lines: choices("--annotators", ["3"]) },
    },
  },
  import: importWalk(onlyFiles),
  explain: { line: {}, flags: {} },
  info: { line: {}, flags: { format: { lines: choices("--format", ["pretty", "json"]), hasDefault: true } } },
  completion: { line: {}, flags: {} },
  tour: {
    line: {},
    flags: {
      out: {
        shownIn: ["cli/tour.test.ts", "goes through, and the network that it trains knows faces that it has not seen"],
      },
    },
  },
};
