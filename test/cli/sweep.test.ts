// Studies from end to end with the built command line: each run is a separate process.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import * as assert from "uvu/assert";
import { cellsOf } from "../support/csv.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder, lfercPath, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { smallSource } from "../training/small-course.js";

const source = smallSource({ optimizer: "sgd(lr: lr)", run: "batch: 8, epochs: 1, seed: seed" })
  .replace("recipe Try {", "recipe Try(lr: float = 0.01, seed: int = 0) {")
  .replace("model Small(size: int = 16,", "model Small(size: int = 16, channels: int = 8,")
  .replace("conv(8,", "conv(channels,");

const files = { "m.lfer": `${source}variant wide = Small(channels: 16)\nvariant wider = wide(channels: 24)\n` };

const sweepLine = (...more: readonly string[]): readonly string[] => [
  ...["sweep", "m.lfer", "--recipe", "Try", "--data", "generated", "--limit", "24", "--threads", "1", "-o", "st"],
  ...more,
];

interface Study {
  readonly rows: readonly {
    readonly cells: Readonly<Record<string, string>>;
    readonly accuracy: { readonly mean: number; readonly deviation: number | null; readonly count: number } | null;
    readonly runs: readonly {
      readonly seed: number;
      readonly state: string;
      readonly folder: string;
      readonly best: { readonly accuracy: number } | null;
    }[];
  }[];
}

const studyIn = (cwd: string, folder = "st"): Study =>
  JSON.parse(readFileSync(join(cwd, folder, "study.json"), "utf8")) as Study;

const idOf = (cwd: string, run: string): string =>
  (JSON.parse(readFileSync(join(cwd, "st", run, "run.json"), "utf8")) as { readonly id: string }).id;

suite("lferc sweep", (test) => {
  test.native("trains each value and seed, tells mean and spread, and a wider sweep keeps what is there", () =>
    inFolder(files, (cwd) => {
      const ran = runLferc(sweepLine("--over", "lr=0.01,0.10", "--seeds", "2", "--jobs", "2"), { cwd });
      assert.is(ran.code, 0, ran.stderr);
      assert.equal(readdirSync(join(cwd, "st")).sort(), [
        "lr=0.01",
        "lr=0.1",
        "plot.svg",
        "results.csv",
        "study.json",
        "table.md",
      ]);
      const before = studyIn(cwd);
      assert.equal(
        before.rows.map(({ cells, runs }) => [cells.lr, runs.map(({ seed, state }) => [seed, state])]),
        [
          [
            "0.01",
            [
              [0, "finished"],
              [1, "finished"],
            ],
          ],
          [
            "0.1",
            [
              [0, "finished"],
              [1, "finished"],
            ],
          ],
        ],
      );
      for (const { accuracy, runs } of before.rows) {
        const own = runs.map(({ best }) => best!.accuracy);
        assert.ok(Math.abs(accuracy!.mean - (own[0]! + own[1]!) / 2) < 1e-12);
        assert.ok(Math.abs(accuracy!.deviation! - Math.abs(own[0]! - own[1]!) / Math.SQRT2) < 1e-12);
      }
      // A run's record contains the settings that it was given.
      const rows = cellsOf(readFileSync(join(cwd, "st/results.csv"), "utf8"));
      for (const [lr, , , seed, , , , accuracy, , , , folder] of rows.slice(1)) {
        const record = JSON.parse(readFileSync(join(cwd, "st", folder!, "run.json"), "utf8")) as {
          readonly seed: number;
          readonly recipe: { readonly optimizer: { readonly sgd: { readonly lr: number } } };
        };
        assert.equal([record.seed, record.recipe.optimizer.sgd.lr], [Number(seed), Number(lr)]);
        const metrics = JSON.parse(readFileSync(join(cwd, "st", folder!, "metrics.jsonl"), "utf8")) as {
          readonly validationAccuracy: number;
        };
        assert.is(metrics.validationAccuracy, Number(accuracy));
      }
      assert.match(ran.stdout, /^lr +seeds +accuracy, % +mean-class, %\n0\.01 +2 /);
      const occupied = runLferc(sweepLine("--over", "lr=0.3"), { cwd });
      assert.equal([occupied.code, codesIn(occupied.stderr)], [1, ["study/exists"]]);

      const kept = idOf(cwd, "lr=0.1/seed-0");
      const narrow = runLferc(sweepLine("--over", "lr=1e-1,0.2", "--resume"), { cwd });
      assert.is(narrow.code, 0, narrow.stderr);
      assert.is(narrow.stderr.match(/ of 2 runs\)/g)?.length, 1);
      assert.is(idOf(cwd, "lr=0.1/seed-0"), kept);
      const again = runLferc(sweepLine("--over", "lr=0.1,0.2", "--resume"), { cwd });
      assert.equal([again.code, / of 2 runs\)/.test(again.stderr), again.stdout], [0, false, narrow.stdout]);

      const longer = runLferc(sweepLine("--over", "lr=0.1", "--epochs", "2", "--resume"), { cwd });
      assert.is(longer.code, 0, longer.stderr);
      assert.is(readFileSync(join(cwd, "st/lr=0.1/seed-0/metrics.jsonl"), "utf8").trim().split("\n").length, 2);
      const mixed = runLferc(sweepLine("--over", "lr=0.1,0.2", "--resume"), { cwd });
      assert.equal([mixed.code, codesIn(mixed.stderr)], [0, ["study/mixed-runs"]]);

      writeFileSync(join(cwd, "m.lfer"), `${source}// another text\n`);
      const other = runLferc(sweepLine("--over", "lr=0.1", "--resume"), { cwd });
      assert.equal([other.code, codesIn(other.stderr)], [1, ["study/other-source"]]);
    }),
  );

  test.native("a run that fails is named and stops no other; its words are kept", () =>
    inFolder(files, (cwd) => {
      const ran = runLferc(sweepLine("--over", "lr=1e30,0.01"), { cwd });
      assert.is(ran.code, 1, ran.stderr);
      assert.equal(codesIn(ran.stderr), ["study/run-failed"]);
      assert.match(ran.stderr, /the run lr=1e\+?30 seed 0 failed \(exit code 1\): error\[train\/not-finite\]/);
      const [failed, good] = studyIn(cwd).rows;
      assert.equal([failed!.runs[0]!.state, good!.runs[0]!.state], ["begun", "finished"]);
      const [log = ""] = readdirSync(join(cwd, "st", failed!.runs[0]!.folder, "..")).filter((name) =>
        name.endsWith(".log"),
      );
      assert.match(readFileSync(join(cwd, "st", failed!.runs[0]!.folder, "..", log), "utf8"), /train\/not-finite/);
    }),
  );

  test.native("--jobs FILE runs nothing; its lines, run by a shell anywhere, are gathered", () =>
    inFolder(files, (cwd) => {
      const line = ["--over", "lr=0.01,0.02", "--resume"];
      const listed = runLferc(sweepLine(...line, "--jobs", "jobs.txt"), { cwd });
      assert.is(listed.code, 0, listed.stderr);
      assert.equal(readdirSync(join(cwd, "st")), []);
      const lines = readFileSync(join(cwd, "jobs.txt"), "utf8").trimEnd().split("\n");
      assert.is(lines.length, 2);
      for (const command of lines) {
        const here = command.replace("npx --no lferc", `'${process.execPath}' '${lfercPath()}'`);
        assert.not.equal(here, command);
        const ran = spawnSync("/bin/sh", ["-c", here], { cwd: "/", encoding: "utf8" });
        assert.is(ran.status, 0, ran.stderr);
      }
      const gathered = runLferc(sweepLine(...line), { cwd });
      assert.equal([gathered.code, / runs\)/.test(gathered.stderr)], [0, false], gathered.stderr);
      assert.equal(
        studyIn(cwd).rows.map(({ runs }) => runs[0]!.state),
        ["finished", "finished"],
      );
    }),
  );

  test.native("Ctrl-C stops the runs at work where they can be gone on with, and --resume does so", () =>
    inFolder(files, async (cwd) => {
      const line = sweepLine("--over", "lr=0.01,0.02", "--resume");
      const child = spawn(process.execPath, [lfercPath(), ...line, "--epochs", "100000"], {
        cwd,
        stdio: ["ignore", "ignore", "pipe"],
      });
      let said = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
      const ended = new Promise<number | null>((settle) => void child.once("close", settle));
      // Until there is something to save.
      while (!existsSync(join(cwd, "st/lr=0.01/seed-0/metrics.jsonl")) && child.exitCode === null) await setTimeout(20);
      child.kill("SIGINT");
      assert.is(await ended, 130, said);
      assert.match(said, /stopping: each run saves what it has/);
      assert.match(said, /2 of 2 runs are not finished; the same command with --resume continues/);
      assert.not.ok(existsSync(join(cwd, "st/lr=0.02")));
      // The run's process has ended, and has released its folder.
      assert.not.ok(existsSync(join(cwd, "st/lr=0.01/seed-0/run.lock")));
      const done = readFileSync(join(cwd, "st/lr=0.01/seed-0/metrics.jsonl"), "utf8").trim().split("\n").length;
      const rest = runLferc([...line, "--epochs", String(done + 1)], { cwd });
      assert.is(rest.code, 0, rest.stderr);
      assert.is(readFileSync(join(cwd, "st/lr=0.01/seed-0/metrics.jsonl"), "utf8").trim().split("\n").length, done + 1);
    }),
  );

  test("what is wrong is told before anything runs", () =>
    inFolder({ ...files, "taken/x": "", file: "" }, async (cwd) => {
      for (const [line, code] of [
        [sweepLine("--over", "lrr=0.1,0.2"), "recipe/unknown-setting"],
        [sweepLine("--over", "size=16,big"), "value/wrong-setting"],
        [sweepLine("--over", "lr=0..1"), "study/bad-over"],
        [sweepLine("--over", "lr=0.1", "--set", "lr=0.2"), "study/bad-over"],
        [sweepLine("--over", "lr=0.1", "--seeds", "0"), "tool/wrong-usage"],
        [sweepLine("--over", "lr=0.1", "--jobs", "1.5"), "tool/wrong-usage"],
        [
          [
            "sweep",
            "m.lfer",
            "--recipe",
            "Try",
            "--over",
            "lr=0.1",
            "--data",
            "a\nb",
            "--jobs",
            "j.txt",
            "-o",
            "listed",
          ],
          "tool/wrong-usage",
        ],
        [["sweep", "m.lfer", "--recipe", "Tri", "--over", "lr=0.1", "-o", "st"], "recipe/unknown-recipe"],
        [["sweep", "m.lfer", "--recipe", "Try", "--over", "lr=0.1", "-o", "taken"], "study/exists"],
        [["sweep", "m.lfer", "--recipe", "Try", "--over", "lr=0.1", "-o", "file/st"], "study/cannot-write"],
      ] as const) {
        const ran = await callLferc(line, cwd);
        assert.equal([ran.code === 0, codesIn(ran.stderr)], [false, [code]], ran.stderr);
      }
      assert.not.ok(existsSync(join(cwd, "st")));
    }));
});

suite("lferc ablate", (test) => {
  const ablateLine = (rows: string, ...more: readonly string[]): readonly string[] => [
    ...["ablate", "m.lfer", "--rows", rows, "--data", "generated", "--limit", "24", "--threads", "1", "-o", "st"],
    ...more,
  ];

  test.native("trains each variant by its recipe, and counts the network that it trains", () =>
    inFolder(files, async (cwd) => {
      const ran = runLferc(ablateLine("Small:Try,wider:Try", "--set", "size=20"), { cwd });
      assert.is(ran.code, 0, ran.stderr);
      const { rows } = studyIn(cwd);
      for (const [i, model] of ["Small", "wider"].entries()) {
        const counted = runLferc(["stats", "m.lfer", "--model", model, "--set", "size=20", "--format", "json"], {
          cwd,
        });
        const { params, counts } = JSON.parse(counted.stdout) as {
          readonly params: { readonly total: number };
          readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
        };
        const row = rows[i]! as Study["rows"][number] & { readonly costs: Readonly<Record<string, number>> };
        assert.is(row.cells.model, model);
        assert.equal(row.costs, {
          params: params.total,
          "params (paper)": counts.paper!.params,
          "madds (paper)": counts.paper!.madds,
          "macs (fvcore)": counts.fvcore!.macs,
        });
        assert.is(row.runs[0]!.state, "finished");
        const text = readFileSync(join(cwd, "st", row.runs[0]!.folder, "best.safetensors"));
        // Its first convolution has as many filters as the variant gives.
        assert.ok(text.toString("latin1").includes(`[${model === "Small" ? 8 : 24},3,3,3]`));
      }
    }),
  );

  test("rows that are none are refused before anything runs", () =>
    inFolder(
      {
        "m.lfer": `${files["m.lfer"]}${source.slice(source.indexOf("recipe Try")).replace("recipe Try(lr: float = 0.01,", "recipe Open(lr: float,")}model Other(a: int) {\n  input x: float32[N, 4]\n  y = x -> linear(a)\n  output y\n}\n`,
      },
      async (cwd) => {
        for (const [rows, code] of [
          ["Small", "study/bad-rows"],
          ["Small:Try,Small:Try", "study/bad-rows"],
          ["Smal:Try", "resolve/unknown-model"],
          ["Small:Tri", "recipe/unknown-recipe"],
          ["Other:Try", "study/other-student"],
          // Its recipe can be compiled only with its parameter, and then trains another model.
          ["Other:Open", "study/other-student"],
        ] as const) {
          const ran = await callLferc(ablateLine(rows, "--set", "lr=0.1"), cwd);
          assert.equal([ran.code === 0, codesIn(ran.stderr)], [false, [code]], ran.stderr);
        }
        assert.not.ok(existsSync(join(cwd, "st")));
      },
    ));
});
