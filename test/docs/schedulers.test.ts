// The array script of docs/schedulers.md, with the variable that Slurm sets, without Slurm.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { inFolder, root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const page = readFileSync(join(root, "docs/schedulers.md"), "utf8");
const script = /^```bash\n(#!\/bin\/bash\n[\s\S]*?)^```$/m.exec(page)?.[1] ?? "";

suite("docs/schedulers.md", (test) => {
  const run = (cwd: string, variables: Readonly<Record<string, string>>) => {
    writeFileSync(join(cwd, "array.sh"), script);
    writeFileSync(
      join(cwd, "jobs.txt"),
      "cd '/' && echo \"first, in $PWD\"\ncd / && sh -c 'echo \"it'\\''s\"; exit 7'\n",
    );
    return spawnSync("bash", ["array.sh", "jobs.txt"], {
      cwd,
      env: { PATH: process.env.PATH, ...variables },
      encoding: "utf8",
    });
  };

  test("each task of the array runs its line, and ends with its exit code", () =>
    inFolder({}, (cwd) => {
      const [one, other] = ["1", "2"].map((task) => run(cwd, { SLURM_ARRAY_TASK_ID: task }));
      assert.equal([one?.stdout, one?.status], ["first, in /\n", 0]);
      assert.equal([other?.stdout, other?.status], ["it's\n", 7]);
    }));

  test("a task without a line, or outside an array, fails and says so", () =>
    inFolder({}, (cwd) => {
      const [beyond, outside] = [run(cwd, { SLURM_ARRAY_TASK_ID: "3" }), run(cwd, {})];
      assert.equal([beyond.stderr, beyond.status], ["jobs.txt has no line 3\n", 2]);
      assert.match(outside.stderr, /^array.sh: line \d+: SLURM_ARRAY_TASK_ID: is set by sbatch --array\n$/);
      assert.ok(outside.status !== 0);
    }));
});
