import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as assert from "uvu/assert";
import { diagnoseText } from "../../src/testing/compile-text.js";
import { inFolder, type Ran, root, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const readme = readFileSync(join(root, "README.md"), "utf8");
const [, example = ""] = /^```ts\n([\s\S]*?)^```$/m.exec(readme) ?? [];
const [, tiny = ""] = /^`tiny\.lfer`:\n\n```lfer\n([\s\S]*?)^```$/m.exec(readme) ?? [];

/** Runs a program unchanged, except for the location of "lfer": package.json defines that, and the packed package's test checks it. */
function runProgramme(text: string, args: readonly string[], cwd: string): Ran {
  const library = pathToFileURL(join(root, "src/index.ts")).href;
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const { FORCE_COLOR: _, ...env } = process.env;
  const programme = text.replaceAll('from "lfer"', `from "${library}"`);
  const run = spawnSync(process.execPath, ["--import", tsx, "--input-type=module", "-", ...args], {
    cwd,
    env,
    input: programme,
    encoding: "utf8",
  });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

interface Counted {
  readonly params: { readonly total: number };
  readonly counts: { readonly fvcore: { readonly macs: number } };
}

const counted = (file: string, cwd: string): Counted =>
  JSON.parse(runLferc(["stats", file, "--format", "json"], { cwd }).stdout) as Counted;

suite("the README's example of the library", (test) => {
  test("runs as it stands there, beside the README's model, and counts as the command does", async () => {
    assert.match(example, /from "lfer"/);
    assert.equal(await diagnoseText(tiny), []);
    await inFolder({ "tiny.lfer": tiny }, (cwd) => {
      const run = runProgramme(example, [], cwd);
      assert.equal([run.code, run.stderr], [0, ""]);
      assert.is(run.stdout, `Tiny ${counted("tiny.lfer", cwd).params.total}\n0 messages\n`);
    });
  });

  test("compiles under strict TypeScript, also where an index may be undefined", () =>
    inFolder(
      { "example.ts": example, "wrong.ts": example.replace("stats.params.total", "stats.params.totl") },
      (cwd) => {
        const options = {
          strict: true,
          noUncheckedIndexedAccess: true,
          exactOptionalPropertyTypes: true,
          noEmit: true,
          target: "es2023",
          module: "nodenext",
          types: ["node"],
          typeRoots: [join(root, "node_modules/@types")],
          paths: { lfer: [join(root, "src/index.ts")] },
          skipLibCheck: true,
        };
        writeFileSync(join(cwd, "package.json"), '{ "type": "module" }');
        const compileFile = (file: string) => {
          writeFileSync(join(cwd, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: [file] }));
          const tsc = join(root, "node_modules/typescript/bin/tsc");
          return spawnSync(process.execPath, [tsc, "-p", cwd], { cwd, encoding: "utf8" });
        };
        const ran = compileFile("example.ts");
        assert.equal([ran.stdout, ran.status], ["", 0]);
        assert.match(compileFile("wrong.ts").stdout, "totl");
      },
    ));
});

suite("examples/library.mjs", (test) => {
  const programme = readFileSync(join(root, "examples/library.mjs"), "utf8");
  const faces = readFileSync(join(root, "examples/faces.lfer"), "utf8");

  test("prints the counts of the command, and writes the bytes of the command", () =>
    inFolder({ "faces.lfer": faces }, (cwd) => {
      const run = runProgramme(programme, ["faces.lfer", "library.onnx"], cwd);
      assert.equal([run.code, run.stderr], [0, ""]);
      const { params, counts } = counted("faces.lfer", cwd);
      const [said, written] = run.stdout.split("\n");
      assert.is(said, `SmallFaces: ${params.total} parameters, ${counts.fvcore.macs} multiply-accumulates`);
      const bytes = readFileSync(join(cwd, "library.onnx"));
      assert.is(written, `library.onnx: ${bytes.length} bytes`);
      assert.is(runLferc(["build", "faces.lfer", "-o", "command.onnx"], { cwd }).code, 0);
      assert.ok(bytes.equals(readFileSync(join(cwd, "command.onnx"))));
    }));

  test("a mistake is told, as the command tells it", () =>
    inFolder({ "bad.lfer": faces.replace("Layer(24)", "Layre(24)") }, (cwd) => {
      const run = runProgramme(programme, ["bad.lfer"], cwd);
      assert.equal([run.code, run.stdout], [1, ""]);
      const { stderr } = runLferc(["stats", "bad.lfer"], { cwd });
      assert.is(run.stderr, stderr);
    }));
});
