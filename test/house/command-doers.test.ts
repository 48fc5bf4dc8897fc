// Every flag of every command, with every value of its union, has a visible effect, or is rejected with a code. The test starts from the
// declarations: a new command, flag or value without an entry here fails.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type BuildFlag, buildTargets, misplacedFlag, targetNames } from "../../src/cli/build-targets.js";
import { tinyClassifier } from "../deploy/tiny-classifier.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder, type Ran, root } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { declared, everything, files, source, walks } from "./command-walks.js";
import type { Line } from "./walk-lines.js";

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

/** Seeds that no other line uses: a weight file of its own. */
let weights: Uint8Array | undefined;
const weightFile = (): Promise<Uint8Array> =>
  inFolder({ "m.lfer": source }, async (cwd) => {
    const line = "build m.lfer --model Small --target safetensors -o w.safetensors --seed 77";
    assert.is((await callLferc(line.split(" "), cwd)).code, 0);
    return readFileSync(join(cwd, "w.safetensors"));
  });

/** The files of a run, to be inspected. */
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

/** What a line does, as text. Many flags are tried beside the same line: it is run twice, and nothing else is seen of it. */
const done = new Map<string, Promise<string>>();
function doneTwice(name: string, line: Line, see: (ran: Ran, cwd: string) => unknown): Promise<string> {
  const key = JSON.stringify(argumentsOf(name, line));
  const known = done.get(key) ?? sameTwice(name, line, see);
  done.set(key, known);
  return known;
}

/** Without the measured time of a quantised file. */
const untimed = (seen: string): string => seen.replace(/\d+\.\d\d times as fast/g, "N times as fast");

async function sameTwice(name: string, line: Line, see: (ran: Ran, cwd: string) => unknown): Promise<string> {
  const once = untimed(JSON.stringify(await run(name, line, see)));
  // Otherwise everything would differ from everything.
  assert.is(untimed(JSON.stringify(await run(name, line, see))), once, "twice the same line");
  return once;
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
        const without = lines.length === 0 ? "" : await doneTwice(name, base, see);
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
