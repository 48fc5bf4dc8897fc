// Every flag of every command, with every value of its union, shows in what the command does, or is refused by a code. The walk
// begins at the declarations: a new command, flag or value without an entry here fails.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { Options } from "yargs";
import { type BuildFlag, buildTargets, laterTargets, misplacedFlag, targetNames } from "../../src/cli/build-targets.js";
import { commands } from "../../src/cli/commands.js";
import { declaredArguments } from "../../src/cli/declared-arguments.js";
import { generateFace } from "../../src/data/generated-faces.js";
import { encodePng } from "../../src/data/png.js";
import { sha256 } from "../../src/formats/digest.js";
import { laterLevel, optimizeLevels } from "../../src/passes/pipeline.js";
import { newestOpset, oldestOpset } from "../../src/targets/onnx/opsets.js";
import type { JsonRecord } from "../../src/training/sealed-json.js";
import { tinyClassifier } from "../deploy/tiny-classifier.js";
import { someRunFiles } from "../report/some-run.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder, type Ran, root } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { smallSource } from "../training/small-course.js";

/** A command line: flags by their names; what stands under no flag; `true` for a switch. */
interface Line {
  readonly paths?: readonly string[];
  readonly [flag: `--${string}`]: string | readonly string[] | true | undefined;
}

interface Trial {
  /** Beside the command's own line. */
  readonly beside?: Line;
  /** Lines that all do something else, and something else than the one without them. */
  readonly lines?: readonly Line[];
  /** Lines that are refused, by their codes. */
  readonly refused?: readonly (readonly [Line, code: string])[];
  /** Whether one of the lines may be what is meant without the flag. */
  readonly hasDefault?: boolean;
  /** A flag that a test of its own shows: the file below test/, and its title. */
  readonly shownIn?: readonly [file: string, title: string];
}

interface Walk {
  readonly line: Line;
  /** What can be seen of a command that ran; its exit code, its words and the files that it wrote unless said. */
  readonly see?: (ran: Ran, cwd: string) => unknown;
  readonly flags: Readonly<Record<string, Trial>>;
}

const source = `${smallSource({ run: "batch: 16, epochs: 1" })
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

/** Faces of three classes, four of each. */
const faces = Object.fromEntries(
  (["surprise", "happiness", "neutral"] as const).flatMap((name) =>
    Array.from({ length: 4 }, (_, i) => [`faces/${name}/${i}.png`, encodePng(generateFace(name, 200 + i, 16))]),
  ),
);

const files = {
  "m.lfer": source,
  "assumed.lfer": "lfer 1\n/// assumed: a guess\nconst a = 1\n",
  "wrong.lfer": "lfer 1\n\nmodel A {\n}\n",
  "loose.lfer": "lfer 1\nmodel A { input x: float32[N,4]\n y = x -> linear(2)\n output y }\n",
  "tiny.onnx": tinyClassifier(),
  "faces.onnx": tinyClassifier({ labels: ["surprise", "happiness", "neutral"] }),
  "measured.lfer": source.replace(/^recipe[\s\S]*/m, 'check Small { accuracy("faces/test") >= 1% }\n'),
  "wrong.json": "{}",
  "names.map": "* -> *\n",
  ...someRunFiles("told", { keyOf: (c, i) => (c === 2 ? `surprise/${i % 4}.png` : `happiness/${i}`) }),
  ...faces,
};

const choices = (flag: `--${string}`, values: readonly string[]): readonly Line[] =>
  values.map((value) => ({ [flag]: value }));

const conventionsOf = (name: string): readonly string[] =>
  (declared.get(name)?.get("convention")?.choices ?? []).map(String);

/** Every command's options, filled before the tests are named. */
const declared = new Map<string, ReadonlyMap<string, Options>>();
for (const { name, load } of commands) declared.set(name, declaredArguments(await load()).options);

const inWatch = (title: string): Trial => ({ shownIn: ["cli/watch.test.ts", title] });

/** Digests of all files below a folder that were not there before; runs are seen by what in them does not hang on the clock. */
function written(cwd: string): unknown {
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

/** A run's record without what every run has of its own. */
function recordIn(cwd: string, path: string): string {
  const record = JSON.parse(readFileSync(join(cwd, path), "utf8")) as JsonRecord;
  // The command line would make every flag do something.
  const own = ["id", "digest", "begun", "ended", "commandLine", "commit"];
  return JSON.stringify(Object.fromEntries(Object.entries(record).filter(([key]) => !own.includes(key))));
}

const everything = (ran: Ran, cwd: string): unknown => [ran, written(cwd)];
const onlyFiles = (ran: Ran, cwd: string): unknown => [ran.code, codesIn(ran.stderr), written(cwd)];

function benchFacts({ code, stdout, stderr }: Ran): unknown {
  if (!stdout.startsWith("{")) return [code, codesIn(stderr), stdout.replace(/[\d.]+/g, "")];
  const { results } = JSON.parse(stdout) as { readonly results: readonly Readonly<Record<string, unknown>>[] };
  return results.map(({ name, what, engine, description, batch, threads, steps, device, profile }) => {
    const nodes = (profile as readonly { readonly kind: string; readonly name: string }[]).length;
    return { name, what, engine, description, batch, threads, steps, device, hasProfile: nodes > 0 };
  });
}

const small = { "--data": "generated", "--limit": "24", "--threads": "1", "--out": "run" } as const;
const pictures = { paths: ["tiny.onnx", "faces"] } as const;

/** The commands that a study lists, wherever it stands. */
const jobsIn = (ran: Ran, cwd: string): unknown => [
  ran.code,
  codesIn(ran.stderr),
  readdirSync(cwd)
    .filter((name) => name.endsWith(".txt"))
    .map((name) => [name, readFileSync(join(cwd, name), "utf8").replaceAll(cwd, "CWD")]),
];

const inSweep = (title: string): Trial => ({ shownIn: ["cli/sweep.test.ts", title] });

const studyFlags: Readonly<Record<string, Trial>> = {
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

/** How the flags of each command are tried. */
const walks: Readonly<Record<string, Walk>> = {
  init: {
    line: { paths: ["."] },
    see: (ran, cwd) => [codesIn(ran.stderr), written(cwd)],
    flags: {
      keep: { beside: { paths: ["occupied"] }, lines: [{ "--keep": true }] },
      from: {
        lines: choices("--from", ["github:me/lfer#0123456", "https://example.org/lfer.tgz"]),
        refused: [[{ "--from": "lfer@0.1.0" }, "tool/bad-address"]],
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
          target === "onnx-train"
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
        lines: choices("--optimize", optimizeLevels.map(String)),
        hasDefault: true,
        refused: [[{ "--optimize": String(laterLevel) }, "onnx/unsupported-level"]],
      },
      verify: { lines: [{ "--no-verify": undefined }] },
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
        shownIn: ["engines.test.ts", "every engine of the list trains a step, or says by a code why it cannot"],
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
        shownIn: ["engines.test.ts", "every engine of the list trains a step, or says by a code why it cannot"],
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
  data: {
    line: { paths: ["faces"] },
    flags: {
      size: { lines: choices("--size", ["8", "112"]), hasDefault: true },
      sheet: {
        lines: choices("--sheet", ["a.svg", "a.html"]),
        refused: [[{ "--sheet": "a.png" }, "tool/wrong-usage"]],
      },
      manifest: {
        lines: choices("--manifest", ["a.json", "a.csv"]),
        refused: [[{ "--manifest": "a.txt" }, "tool/wrong-usage"]],
      },
      format: { lines: choices("--format", ["pretty", "json"]), hasDefault: true },
    },
  },
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
  explain: { line: {}, flags: {} },
  info: { line: {}, flags: {} },
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

function argumentsOf(name: string, { paths = [], ...flags }: Line): readonly string[] {
  const said = Object.entries(flags).flatMap(([flag, value]) =>
    value === undefined ? [] : value === true ? [flag] : [value].flat().flatMap((each) => [flag, each]),
  );
  return [name, ...paths, ...said];
}

const inputs = {
  ...files,
  "fixed.onnx": tinyClassifier({ input: [1, 3, 8, 8] }),
  "occupied/model.lfer": "not ours",
};

/** Seeds that no other line of the walk uses: a weight file of its own. */
let weights: Uint8Array | undefined;
const weightFile = (): Promise<Uint8Array> =>
  inFolder({ "m.lfer": source }, async (cwd) => {
    const line = "build m.lfer --model Small --target safetensors -o w.safetensors --seed 77";
    assert.is((await callLferc(line.split(" "), cwd)).code, 0);
    return readFileSync(join(cwd, "w.safetensors"));
  });

/** The files of a run, to be asked. */
let trained: Readonly<Record<string, Uint8Array>> | undefined;
const trainedRun = (): Promise<Readonly<Record<string, Uint8Array>>> =>
  inFolder({ "m.lfer": source }, async (cwd) => {
    const line = "train m.lfer --recipe Try --data generated --limit 24 --threads 1 --out trained";
    assert.is((await callLferc(line.split(" "), cwd)).code, 0);
    const names = ["run.json", "model.lfer", "best.safetensors"].map((name) => `trained/${name}`);
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(cwd, name))]));
  });

async function run<T>(name: string, line: Line, see: (ran: Ran, cwd: string) => T): Promise<T> {
  weights ??= await weightFile();
  if (name === "distill") trained ??= await trainedRun();
  const more = name === "distill" ? trained : {};
  return inFolder({ ...inputs, ...more, "w.safetensors": weights }, async (cwd) =>
    see(await callLferc(argumentsOf(name, line), cwd), cwd),
  );
}

suite("every flag of a command has a doer", (test) => {
  test("there is an entry for each flag of each command, and for no other", () => {
    const flags = (of: Iterable<string>): readonly string[] => [...of].toSorted();
    assert.equal(
      Object.entries(walks)
        .map(([name, walk]) => [name, flags(Object.keys(walk.flags))])
        .toSorted(),
      [...declared].map(([name, options]) => [name, flags(options.keys())]).toSorted(),
    );
  });

  for (const [name, walk] of Object.entries(walks)) {
    const see = walk.see ?? everything;
    for (const [flag, trial] of Object.entries(walk.flags)) {
      const { beside = {}, lines = [], refused = [], hasDefault = false, shownIn } = trial;
      test(`${name} --${flag}`, async () => {
        assert.ok(lines.length + refused.length > 0 || shownIn !== undefined, "nothing is tried");
        const all = (declared.get(name)?.get(flag)?.choices ?? []).map(String);
        const tried = lines.map((line) => line[`--${flag}`]);
        assert.equal(
          all.filter((choice) => !tried.includes(choice)),
          [],
          "values that are not tried",
        );
        const base = { ...walk.line, ...beside };
        const seen = new Map<string, string>();
        let sameAsBase = 0;
        const without = lines.length === 0 ? "" : JSON.stringify(await run(name, base, see));
        // Else everything would differ from everything.
        if (lines.length > 0) assert.is(JSON.stringify(await run(name, base, see)), without, "twice the same line");
        for (const line of lines) {
          const what = JSON.stringify(await run(name, { ...base, ...line }, see));
          if (what === without) sameAsBase++;
          assert.is(seen.get(what), undefined, `${JSON.stringify(line)} does what ${seen.get(what)} does`);
          seen.set(what, JSON.stringify(line));
        }
        assert.ok(sameAsBase <= (hasDefault ? 1 : 0), `${[...seen.values()].join(", ")}: as without the flag`);
        for (const [line, code] of refused) {
          const ran = await run(name, { ...base, ...line }, (each) => each);
          assert.equal(
            [ran.code === 0, codesIn(ran.stderr)],
            [false, [code]],
            `${JSON.stringify(line)}: ${ran.stderr}`,
          );
        }
        if (shownIn === undefined) return;
        const [file, title] = shownIn;
        assert.ok(existsSync(join(root, "test", file)), file);
        assert.ok(readFileSync(join(root, "test", file), "utf8").includes(title), `${file} has no test "${title}"`);
      });
    }
  }

  test("build: a flag that the target does not read is refused, each with each", async () => {
    const common = ["output", "target", "watch"];
    const flags = [...(declared.get("build")?.keys() ?? [])].filter((flag) => !common.includes(flag)) as BuildFlag[];
    const read = new Set<string>(Object.values(buildTargets).flat());
    assert.equal([...read].toSorted(), flags.toSorted());
    for (const target of targetNames) {
      for (const flag of flags) {
        const none = Object.fromEntries(flags.map((each) => [each, undefined])) as Record<BuildFlag, unknown>;
        const wrong = misplacedFlag(target, { ...none, [flag]: 1 });
        const isRead = (buildTargets[target] as readonly BuildFlag[]).includes(flag);
        assert.is(wrong === undefined, isRead, `${target} --${flag}`);
      }
    }
    for (const line of [
      { "--target": "svg", "--output": "a.svg", "--seed": "3" },
      { "--target": "ir", "--optimize": "0" },
      { "--target": "safetensors", "--opset": "17" },
      { "--target": "ir", "--no-verify": true },
      { "--target": "onnx", "--depth": "1" },
    ] as const) {
      const ran = await run(
        "build",
        { paths: ["m.lfer"], "--model": "Small", "--output": "a.out", ...line },
        (each) => each,
      );
      assert.equal([ran.code, codesIn(ran.stderr)], [2, ["tool/wrong-usage"]], JSON.stringify(line));
    }
  });
});
